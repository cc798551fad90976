//! Servers that lie and networks that fail: a download ends with the right file, or with a sentence
//! and nothing installed.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it must be"
)]

mod support;

use std::{
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use sotto_fetch::{Client, FetchEvent, install, sotto_models::Store};
use support::{Desk, http_server::Fault, impatient, patient};

const N_BYTES: usize = 200_000;

/// The faults, one after the other, do no lasting harm; the answer is what the program told.
#[track_caller]
fn check_overcome(faults: Vec<Fault>) -> Vec<FetchEvent> {
    check_overcome_on(&Desk::new(N_BYTES), faults)
}

#[track_caller]
fn check_overcome_on(desk: &Desk, faults: Vec<Fault>) -> Vec<FetchEvent> {
    let shown = format!("{faults:?}");
    desk.server.spoil(faults);
    let events = desk
        .install()
        .unwrap_or_else(|error| panic!("{shown}: {error}"));
    assert!(desk.is_installed(), "{shown}");
    assert_eq!(desk.server.clear_faults(), 0, "{shown}");
    events
}

/// The fault is found, told by its kind in a sentence, and nothing is installed.
#[track_caller]
fn check_refused(faults: Vec<Fault>, kind: &str) {
    check_refused_on(&Desk::new(N_BYTES), faults, kind);
}

#[track_caller]
fn check_refused_on(desk: &Desk, faults: Vec<Fault>, kind: &str) {
    let shown = format!("{faults:?}");
    desk.server.spoil(faults);
    let error = desk.install().expect_err(&shown);
    assert_eq!(error.kind(), kind, "{shown}: {error}");
    assert!(!error.to_string().contains('\n'));
    assert!(!desk.is_installed());
    // Once the server has come to its senses, all is well.
    desk.server.clear_faults();
    desk.install()
        .unwrap_or_else(|error| panic!("after {shown}: {error}"));
    assert!(desk.is_installed());
}

#[test]
fn an_honest_server_is_asked_once_for_each_file() {
    let desk = Desk::new(N_BYTES);
    let events = desk.install().unwrap();
    assert!(desk.is_installed());
    let requests = desk.server.requests();
    let lines: Vec<_> = requests
        .iter()
        .map(|request| request.line.clone())
        .collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("/exp/model.onnx HTTP/1.1"), "{lines:?}");
    assert_eq!(desk.unfinished(), Vec::<String>::new());
    let Some(FetchEvent::Planned {
        total_bytes,
        done_bytes,
        files,
        ..
    }) = events.get(1)
    else {
        panic!("{events:?}");
    };
    assert_eq!((*total_bytes, *done_bytes), (N_BYTES as u64 + 12, 0));
    assert_eq!(files[0].sha256, support::sha256(&desk.graph));
    let done = events.iter().rev().find_map(|event| match event {
        FetchEvent::Progress { progress, .. } => Some(progress.done_bytes),
        _ => None,
    });
    assert_eq!(done, Some(N_BYTES as u64 + 12));
    assert!(matches!(events.last(), Some(FetchEvent::Installed { .. })));
}

#[test]
fn what_is_installed_is_not_downloaded_again_unless_it_is_damaged() {
    let desk = Desk::new(N_BYTES);
    desk.install().unwrap();
    let _ = desk.server.requests();
    let events = desk.install().unwrap();
    assert!(matches!(events.last(), Some(FetchEvent::Installed { .. })));
    assert_eq!(desk.server.requests(), []);
    assert_eq!(desk.unfinished(), Vec::<String>::new());
    let tokens = desk.models().join("m/tokens.txt");
    std::fs::write(&tokens, b"<blk> 0\nb 1\n").unwrap();
    desk.install().unwrap();
    assert!(desk.is_installed());
    assert_eq!(desk.server.requests().len(), 2);
}

#[test]
fn a_cut_anywhere_is_resumed_where_it_was() {
    for n_bytes in [0, 1, 12, 40, 90] {
        check_overcome(vec![Fault::CutHead(n_bytes)]);
    }
    for n_bytes in [0, 1, 511, 512, 65_535, 65_536, 65_537, 131_072, N_BYTES - 1] {
        let desk = Desk::new(N_BYTES);
        desk.server.spoil([Fault::CutBody(n_bytes)]);
        desk.install().unwrap();
        assert!(desk.is_installed());
        let requests = desk.server.requests();
        let start = (n_bytes > 0).then_some(n_bytes);
        assert_eq!(requests[1].range_start(), start);
        let etag = requests[1].fields.get("if-range").map(String::as_str);
        assert_eq!(etag, start.map(|_| "\"v1\""));
    }
    // Many in a row, each of which brings something.
    check_overcome(vec![Fault::CutBody(66_000); 3]);
}

#[test]
fn failures_that_pass_are_waited_out() {
    for status in [429, 500, 503] {
        let events = check_overcome(vec![Fault::Status(status)]);
        let waits = events
            .iter()
            .filter(|event| matches!(event, FetchEvent::Waiting { .. }));
        assert_eq!(waits.count(), 1);
    }
    check_overcome(vec![Fault::Garbage(b"\x00\x01 not HTTP\r\n\r\n".to_vec())]);
    check_overcome(vec![Fault::Garbage(Vec::new())]);
    check_overcome(vec![Fault::NoLength]);
    check_refused(vec![Fault::Status(503); 3], "network");
    check_refused(vec![Fault::CutHead(3); 3], "network");
}

#[test]
fn a_server_that_ignores_ranges_is_read_from_the_start() {
    check_overcome(vec![Fault::CutBody(70_000), Fault::IgnoreRange]);
    check_overcome(vec![Fault::CutBody(70_000), Fault::IgnoreRange]);
    let desk = Desk::new(N_BYTES);
    desk.server.spoil([
        Fault::CutBody(100_000),
        Fault::CutBody(80_000),
        Fault::IgnoreRange,
    ]);
    desk.install().unwrap();
    assert!(desk.is_installed());
}

#[test]
fn lies_about_length_are_found() {
    for length in [0, 1, N_BYTES as u64 - 1, N_BYTES as u64 + 1, u64::MAX / 2] {
        check_refused(vec![Fault::Length(length)], "wrong-length");
    }
    check_refused(vec![Fault::Surplus(1)], "wrong-length");
    check_refused(vec![Fault::Surplus(1_000_000)], "wrong-length");
    check_refused(
        vec![Fault::CutBody(70_000), Fault::Length(N_BYTES as u64)],
        "wrong-length",
    );
}

#[test]
fn lies_about_ranges_are_found() {
    let cut = Fault::CutBody(70_000);
    for range in [
        "bytes 0-199999/200000",
        "bytes 69999-199999/200000",
        "bytes 70001-199999/200000",
        "bytes 70000-199998/200000",
        "bytes 70000-199999/200001",
        "bytes 70000-199999",
        "bytes 70000-18446744073709551615/200000",
        "70000-199999/200000",
        "bytes -/",
        "",
    ] {
        // Found out, the server is asked for the whole file, and gives it.
        check_overcome(vec![cut.clone(), Fault::ContentRange(range.to_owned())]);
    }
    check_overcome(vec![
        cut.clone(),
        Fault::ContentRange("bytes 70000-199999/*".to_owned()),
    ]);
    check_overcome(vec![Fault::UnaskedPart]);
    check_refused(vec![Fault::UnaskedPart; 2], "wrong-range");
    check_overcome(vec![cut, Fault::Status(416)]);
}

#[test]
fn other_contents_are_found() {
    for place in [0, 99_999, N_BYTES - 1] {
        check_refused(vec![Fault::FlipBit(place)], "wrong-hash");
        let desk = Desk::new(N_BYTES);
        desk.server.spoil([Fault::FlipBit(place)]);
        desk.install().unwrap_err();
        assert_eq!(
            desk.unfinished(),
            Vec::<String>::new(),
            "the wrong file stays"
        );
    }
    // In two pieces nobody knows which one is wrong: once more, in one.
    check_overcome(vec![Fault::CutBody(70_000), Fault::FlipBit(100_000)]);
    check_refused(
        vec![
            Fault::CutBody(70_000),
            Fault::FlipBit(100_000),
            Fault::FlipBit(3),
        ],
        "wrong-hash",
    );
}

#[test]
fn redirects_stay_protected_and_end() {
    let desk = Desk::new(N_BYTES);
    let model = format!("{}/exp/model.onnx", support::FILES);
    let absolute = format!("{}{model}", desk.server.url());
    desk.server
        .spoil([Fault::Redirect(absolute), Fault::Redirect(model.clone())]);
    desk.install().unwrap();
    assert!(desk.is_installed());
    check_refused(
        vec![Fault::Redirect("http://example.org/x".to_owned())],
        "address",
    );
    check_refused(
        vec![Fault::Redirect("http://127.0.0.1@example.org/".to_owned())],
        "address",
    );
    check_refused(
        vec![Fault::Redirect("file:///etc/passwd".to_owned())],
        "address",
    );
    check_refused(vec![Fault::Redirect(String::new()); 4], "redirects");
    check_refused(vec![Fault::Redirect(model); 4], "redirects");
    check_refused(vec![Fault::Status(404)], "status");
    check_refused(vec![Fault::Status(401)], "status");
}

#[test]
fn a_server_that_drips_is_given_up() {
    let desk = || Desk {
        options: impatient(),
        ..Desk::new(N_BYTES)
    };
    let started = Instant::now();
    check_overcome_on(&desk(), vec![Fault::SlowHead(Duration::from_millis(100))]);
    check_overcome_on(&desk(), vec![Fault::SlowBody(Duration::from_millis(20))]);
    check_refused_on(
        &desk(),
        vec![Fault::SlowBody(Duration::from_millis(20)); 3],
        "network",
    );
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_pause_keeps_what_has_arrived() {
    let desk = Desk::new(N_BYTES);
    desk.server.spoil([Fault::CutBody(100_000)]);
    let stop = AtomicBool::new(false);
    let model = desk.catalogue().model("m").unwrap().clone();
    let error = install(
        &Client::new(patient()),
        &Store::at(desk.models()),
        &model,
        &stop,
        &mut |event| {
            if matches!(event, FetchEvent::Waiting { .. }) {
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        },
    )
    .unwrap_err();
    assert_eq!(error.kind(), "paused");
    assert_eq!(desk.unfinished(), ["model.onnx.etag", "model.onnx.part"]);
    let _ = desk.server.requests();
    desk.install().unwrap();
    assert_eq!(desk.server.requests()[0].range_start(), Some(100_000));
}
