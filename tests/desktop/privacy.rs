//! Where dictated words do not go: the log, the session bus, the disk, the network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sotto_tests::probe::{Probe, Toolkit};
use sotto_tests::process::{Running, limited};
use sotto_tests::scene::{HEARD, SENTENCE, Scene};
use sotto_tests::{requires, requires_python, wait_for};

/// Words of the sentence that no program writes by itself.
const TELLING: [&str; 2] = ["report", "friday"];

/// Everything the daemon may say, said.
const LOUD: [(&str, &str); 2] = [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1")];

/// All files below a folder. Sockets and what vanishes meanwhile are left out.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&entry.path())),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

/// Fails where one of the telling words stands in these bytes, in any case, as UTF-8 or UTF-16.
fn assert_silent(what: &str, bytes: &[u8]) {
    let letters: Vec<u8> = bytes
        .iter()
        .filter(|&&byte| byte != 0)
        .map(u8::to_ascii_lowercase)
        .collect();
    for word in TELLING {
        let found = letters
            .windows(word.len())
            .any(|window| window == word.as_bytes());
        assert!(!found, "{what} holds \"{word}\"");
    }
}

fn strace(pid: u32, output: &Path) -> Running {
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-e", "trace=connect,socket", "-o"])
        .arg(output)
        .args(["-p", &pid.to_string()]);
    strace.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    Running::start(limited(&strace).stdout(Stdio::null()).stderr(Stdio::null()))
}

/// The process that traces another one, 0 for none.
fn tracer_of(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"))?;
    line.trim().parse().ok()
}

#[test]
fn dictated_words_reach_the_text_field_and_nothing_else() {
    let test = "dictated words reach the text field and nothing else";
    if !requires(test, &["strace", "dbus-monitor"])
        || !requires_python(test, &[Toolkit::Gtk3.python_module()])
    {
        return;
    }
    let Some(mut scene) = Scene::open(test, "") else {
        return;
    };
    scene.restart_daemon_with(&LOUD);
    let bus_log = scene.microphone.path("bus.log");
    let mut monitor = scene.desktop.command("dbus-monitor");
    monitor.arg("--session");
    let listening = Running::start(
        limited(&monitor)
            .stdout(fs::File::create(&bus_log).unwrap())
            .stderr(Stdio::null()),
    );
    wait_for("dbus-monitor to listen", || {
        (fs::metadata(&bus_log).ok()?.len() > 0).then_some(())
    });
    let calls = scene.microphone.path("calls.log");
    let pid = scene.daemon_pid();
    let tracing = strace(pid, &calls);
    wait_for("strace to trace", || (tracer_of(pid)? != 0).then_some(()));

    let mut probe = Probe::start(&scene.desktop, Toolkit::Gtk3);
    probe.focus(0);
    scene.tell("press");
    scene.wait_for_state("listening");
    scene.say(SENTENCE).wait();
    scene.tell("release");
    probe.wait_for("the sentence", |event| {
        let text = event["text"].as_str().unwrap_or_default().to_lowercase();
        event["event"] == "text" && text.contains(HEARD)
    });
    scene.wait_for_state("idle");
    drop((tracing, listening));

    assert_silent("the log", scene.log().as_bytes());
    assert_silent("the session bus", &fs::read(&bus_log).unwrap());
    for file in files(&scene.desktop.path("")) {
        assert_silent(
            &file.display().to_string(),
            &fs::read(&file).unwrap_or_default(),
        );
    }
    let calls = fs::read_to_string(calls).unwrap();
    let families: Vec<&str> = calls
        .lines()
        .filter_map(|line| line.split_once("sa_family=")?.1.split(',').next())
        .collect();
    assert!(
        !families.is_empty(),
        "the input method was reached:\n{calls}"
    );
    assert!(
        families.iter().all(|family| *family == "AF_UNIX"),
        "{families:?}"
    );
    for network in ["AF_INET", "AF_PACKET", "AF_VSOCK"] {
        assert!(!calls.contains(network), "a socket of {network}:\n{calls}");
    }
}

#[test]
fn the_microphone_is_open_only_while_listening() {
    let test = "the microphone is open only while listening";
    if !requires_python(test, &[Toolkit::Gtk3.python_module()]) {
        return;
    }
    let Some(scene) = Scene::open(test, "") else {
        return;
    };
    let mut probe = Probe::start(&scene.desktop, Toolkit::Gtk3);
    probe.focus(0);
    let recorders = || {
        let list = scene.microphone.pactl(&["list", "short", "source-outputs"]);
        list.lines().count()
    };
    assert_eq!(recorders(), 0);
    for _ in 0..3 {
        scene.tell("toggle");
        scene.wait_for_state("listening");
        assert_eq!(recorders(), 1);
        scene.tell("toggle");
        scene.wait_for_state("idle");
        wait_for("the microphone to close", || {
            (recorders() == 0).then_some(())
        });
    }
}

#[test]
fn a_crash_leaves_no_image_of_the_memory() {
    let Some(scene) = Scene::open("a crash leaves no image of the memory", "") else {
        return;
    };
    let limits = fs::read_to_string(format!("/proc/{}/limits", scene.daemon_pid())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core"));
    let words: Vec<&str> = line.unwrap().split_whitespace().collect();
    assert_eq!(words, ["Max", "core", "file", "size", "1", "1", "bytes"]);
}
