//! The program as a process: killed at any moment, without space, behind a proxy.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it must be"
)]

mod support;

use std::{
    fs,
    hash::{BuildHasher as _, RandomState},
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{Desk, FILES, TOKENS, noise, sha256};

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

fn events(output: &Output) -> Vec<Value> {
    let text = str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn last_failure(output: &Output) -> (String, String) {
    let events = events(output);
    let last = events.last().unwrap();
    assert_eq!(last["event"], "failed", "{events:?}");
    assert!(!output.status.success());
    let text = |key: &str| last[key].as_str().unwrap().to_owned();
    (text("kind"), text("message"))
}

/// The promise: 70 MB, killed at 20 random points, go on each time, and end as the same file.
#[test]
fn killed_at_twenty_random_points_it_goes_on_each_time() {
    const N_BYTES: usize = 70_000_000;
    const N_KILLS: usize = 20;
    let random = RandomState::new();
    let seed = random.hash_one("kill points");
    let mut points: Vec<usize> = noise(8 * N_KILLS, seed)
        .chunks_exact(8)
        .map(|bytes| {
            let number = u64::from_le_bytes(bytes.try_into().unwrap());
            usize::try_from(number % (N_BYTES as u64 - 1)).unwrap() + 1
        })
        .collect();
    points.sort_unstable();
    let desk = Desk::new(N_BYTES);
    let mut n_resumed = 0;
    for point in &points {
        desk.server.hold_at(*point);
        let mut child = desk
            .program(&["install", "m", "--json-progress"])
            .spawn()
            .unwrap();
        let was_held = desk.server.wait_held(Duration::from_secs(60));
        assert!(was_held, "seed {seed}: nothing was asked for at {point}");
        // Somewhere between the last bytes that it read and the last that were sent.
        thread::sleep(Duration::from_micros(*point as u64 % 3_000));
        child.kill().unwrap();
        child.wait().unwrap();
        desk.server.release();
        assert!(!desk.is_installed(), "seed {seed}: installed at {point}");
        let requests = desk.server.requests();
        n_resumed += requests
            .iter()
            .filter(|request| request.range_start().is_some())
            .count();
    }
    let output = run(&mut desk.program(&["install", "m", "--json-progress"]));
    assert!(output.status.success(), "seed {seed}: {output:?}");
    assert!(desk.is_installed(), "seed {seed}");
    assert!(
        n_resumed >= N_KILLS / 2,
        "seed {seed}: {n_resumed} of {N_KILLS} resumed"
    );
    // What lay in the buffers of a killed process is asked for twice, and nothing else is.
    let n_twice = desk.server.n_body_bytes() - (N_BYTES + TOKENS.len()) as u64;
    let allowed = N_KILLS as u64 * (8 << 20);
    assert!(n_twice < allowed, "seed {seed}: {n_twice} bytes came twice");
    let planned = &events(&output)[1];
    assert_eq!(planned["event"], "planned");
    assert!(
        planned["done_bytes"].as_u64() > Some(0),
        "seed {seed}: {planned}"
    );
}

#[test]
fn it_tells_what_it_does_in_lines_of_json() {
    let desk = Desk::new(3_000_000);
    let output = run(&mut desk.program(&["install", "m", "--json-progress"]));
    assert!(output.status.success(), "{output:?}");
    let events = events(&output);
    let names: Vec<_> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .filter(|name| *name != "progress")
        .collect();
    assert_eq!(names, ["resolving", "planned", "installing", "installed"]);
    assert_eq!(events[1]["files"][0]["sha256"], json!(sha256(&desk.graph)));
    assert!(desk.is_installed());
    let manifest = fs::read_to_string(desk.models().join("m/manifest.toml")).unwrap();
    assert!(manifest.contains("commit = \"0123456789"), "{manifest}");

    // Nothing to download, nothing to unpack: nothing to update either.
    let output = run(&mut desk.program(&["updates"]));
    assert!(
        output.status.success() && output.stdout.is_empty(),
        "{output:?}"
    );
    let other = desk.hub_entry(true).replace("commit = \"0", "commit = \"f");
    desk.write_catalogue(&other.replace(&sha256(TOKENS), &sha256(b"other")));
    let output = run(&mut desk.program(&["updates"]));
    let update: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(update["model"], "m");
    assert!(update["available"].as_str().unwrap().starts_with("f123"));
}

#[test]
fn wrong_uses_are_told() {
    let desk = Desk::new(10);
    for args in [
        &[][..],
        &["install"],
        &["fetch", "m"],
        &["install", "m", "--fast"],
    ] {
        let output = run(&mut desk.program(args));
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    let fails =
        |id: &str| last_failure(&run(&mut desk.program(&["install", id, "--json-progress"]))).0;
    assert_eq!(fails("nothing"), "unknown-model");
    assert_eq!(fails("starter-en"), "built-in");
    assert_eq!(fails("../m"), "unknown-model");
}

#[test]
fn what_is_not_pinned_is_looked_up_and_pinned() {
    let desk = Desk::new(5_000);
    desk.write_catalogue(&desk.hub_entry(false));
    let commit = "0123456789012345678901234567890123456789";
    let api = "/api/models/owner/name/revision/main?blobs=true";
    let describe = |hash: &str, tokens: &str| {
        let text = json!({
            "sha": commit,
            "siblings": [
                { "rfilename": "README.md", "size": 3 },
                { "rfilename": "exp/model.onnx", "size": 5000, "lfs": { "sha256": hash, "size": 5000 } },
                { "rfilename": tokens, "size": TOKENS.len() },
            ],
        });
        desk.server.serve(api, text.to_string());
    };
    let install = || run(&mut desk.program(&["install", "m", "--json-progress"]));
    assert_eq!(last_failure(&install()).0, "status");
    for text in [
        "",
        "[]",
        "{\"sha\": \"main\", \"siblings\": []}",
        "{\"sha\": 3}",
    ] {
        desk.server.serve(api, text);
        assert_eq!(last_failure(&install()).0, "hub", "{text}");
    }
    describe(&sha256(&desk.graph), "other.txt");
    let (kind, message) = last_failure(&install());
    assert_eq!(kind, "hub");
    assert!(message.contains("it has no tokens.txt"), "{message}");
    describe("not a hash", "tokens.txt");
    assert_eq!(last_failure(&install()).0, "no-hash");
    describe(&sha256(b"other"), "tokens.txt");
    assert_eq!(last_failure(&install()).0, "wrong-hash");

    describe(&sha256(&desk.graph), "tokens.txt");
    let output = run(&mut desk.program(&["resolve", "m"]));
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["commit"], commit);
    assert_eq!(plan["files"][0]["sha256"], json!(sha256(&desk.graph)));
    assert!(
        plan["urls"][0]
            .as_str()
            .unwrap()
            .ends_with(&format!("{FILES}/exp/model.onnx"))
    );
    assert!(install().status.success());
    assert!(desk.is_installed());
    let manifest = fs::read_to_string(desk.models().join("m/manifest.toml")).unwrap();
    assert!(
        manifest.contains(commit) && manifest.contains(&sha256(&desk.graph)),
        "{manifest}"
    );
}

#[test]
fn an_archive_is_unpacked_with_what_the_catalogue_says() {
    let desk = Desk::new(5_000);
    let root = desk.path("m-archive");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("model.onnx"), &desk.graph).unwrap();
    fs::write(root.join("tokens.txt"), TOKENS).unwrap();
    let packed = Command::new("tar")
        .args(["czf", "a.tar.gz", "m-archive"])
        .current_dir(desk.root.path())
        .status();
    assert!(packed.unwrap().success());
    let archive = fs::read(desk.path("a.tar.gz")).unwrap();
    let entry = |bytes: &[u8]| {
        format!(
            "archive = {{ url = \"{}/a.tar.gz\", size = {}, sha256 = \"{}\" }}\n",
            desk.server.url(),
            bytes.len(),
            sha256(bytes)
        )
    };
    desk.server.serve("/a.tar.gz", archive.clone());
    desk.write_catalogue(&entry(&archive));
    let output = run(&mut desk.program(&["install", "m", "--json-progress"]));
    assert!(output.status.success(), "{output:?}");
    assert!(desk.is_installed());
    let manifest = fs::read_to_string(desk.models().join("m/manifest.toml")).unwrap();
    assert!(manifest.contains("license = \"MIT\""), "{manifest}");
    assert_eq!(desk.unfinished(), Vec::<String>::new());

    // Pinned, and no model all the same.
    fs::remove_dir_all(desk.models().join("m")).unwrap();
    let broken = &archive[..archive.len() / 2];
    desk.server.serve("/a.tar.gz", broken);
    desk.write_catalogue(&entry(broken));
    let output = run(&mut desk.program(&["install", "m", "--json-progress"]));
    assert!(
        last_failure(&output).1.contains("damaged or cut off"),
        "{output:?}"
    );
    assert!(!desk.is_installed());
}

/// Runs the program with the folder of models on a disk of its own.
#[expect(clippy::print_stderr, reason = "a skipped test must say so by name")]
fn with_disk(test: &str, desk: &Desk, options: &str) -> Option<Output> {
    let data = desk.path("data");
    fs::create_dir_all(&data).unwrap();
    let mount = format!("mount -t tmpfs -o {options} none \"$1\" && shift && exec \"$@\"");
    let mut command = Command::new("unshare");
    desk.at_home(&mut command);
    command.args(["--map-root-user", "--mount", "sh", "-c", &mount, "sh"]);
    command.arg(&data).arg(env!("CARGO_BIN_EXE_sotto-fetch"));
    command.args(["install", "m", "--json-progress"]);
    let output = command.output();
    match output {
        Ok(output) if !output.stdout.is_empty() => Some(output),
        _ => {
            eprintln!("skipped {test}: no disk of its own can be made here");
            None
        }
    }
}

#[test]
fn a_full_disk_is_told_before_and_while() {
    let desk = Desk::new(3_000_000);
    if let Some(output) = with_disk("a_full_disk_is_told_before_and_while", &desk, "size=2m") {
        let (kind, message) = last_failure(&output);
        assert_eq!(kind, "no-space");
        assert!(message.contains("make space"), "{message}");
        assert!(desk.server.requests().is_empty(), "asked without space");
    }
    // The disk fills after the check.
    let desk = Desk::new(90_000_000);
    desk.server.hold_at(1_000_000);
    let data = desk.path("data");
    fs::create_dir_all(&data).unwrap();
    let script = "mount -t tmpfs -o size=160m none \"$1\" || exit 9; \
                  (\"$2\" install m --json-progress; echo $? >&2) & \
                  read -r _go; head -c 100000000 /dev/zero > \"$1/filler\"; echo filled; \
                  read -r _go; wait; ls \"$1/sotto/models\" >&2";
    let mut command = Command::new("unshare");
    desk.at_home(&mut command);
    command.args(["--map-root-user", "--mount", "sh", "-c", script, "sh"]);
    command.arg(&data).arg(env!("CARGO_BIN_EXE_sotto-fetch"));
    let Ok(mut child) = command.stdin(std::process::Stdio::piped()).spawn() else {
        return;
    };
    let mut go = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    if !desk.server.wait_held(Duration::from_secs(20)) {
        eprintln!("skipped the second half: no disk of its own can be made here");
        drop(go);
        child.wait().unwrap();
        return;
    }
    go.write_all(b"\n").unwrap();
    let filled = lines.find(|line| line.as_ref().is_ok_and(|line| line == "filled"));
    assert!(filled.is_some());
    desk.server.release();
    go.write_all(b"\n").unwrap();
    let told: Vec<_> = lines.map(Result::unwrap).collect();
    let last: Value = serde_json::from_str(told.last().unwrap()).unwrap();
    assert_eq!(last["kind"], "no-space", "{told:?}");
    let output = child.wait_with_output().unwrap();
    let listed = String::from_utf8(output.stderr).unwrap();
    assert!(!listed.lines().any(|line| line == "m"), "{listed}");
}

#[test]
fn a_home_that_may_not_be_written_to_is_told() {
    let desk = Desk::new(3_000);
    if let Some(output) = with_disk("a_home_that_may_not_be_written_to_is_told", &desk, "ro") {
        let (kind, message) = last_failure(&output);
        assert_eq!(kind, "read-only");
        assert!(message.contains("may not be written to"), "{message}");
    }
    // A file in place of the folder.
    fs::create_dir_all(desk.path("data/sotto")).unwrap();
    fs::write(desk.path("data/sotto/models"), "x").unwrap();
    let output = run(&mut desk.program(&["install", "m", "--json-progress"]));
    assert!(last_failure(&output).1.contains("models"));
}

#[test]
fn two_at_a_time_do_not_meet() {
    let desk = Desk::new(3_000_000);
    desk.server.hold_at(1_000_000);
    let mut first = desk
        .program(&["install", "m", "--json-progress"])
        .spawn()
        .unwrap();
    assert!(desk.server.wait_held(Duration::from_secs(20)));
    let second = run(&mut desk.program(&["install", "m", "--json-progress"]));
    assert_eq!(last_failure(&second).0, "busy");
    desk.server.release();
    // Whoever reads the lines of the first one goes away, and it pauses or is done.
    drop(first.stdout.take());
    first.wait().unwrap();
    let third = run(&mut desk.program(&["install", "m", "--json-progress"]));
    assert!(third.status.success(), "{third:?}");
    assert!(desk.is_installed());
}

#[test]
fn the_proxy_of_the_environment_is_asked() {
    let desk = Desk::new(10);
    let entry = desk
        .hub_entry(true)
        .replace(&desk.server.url(), "https://hub.invalid");
    desk.write_catalogue(&entry);
    let mut command = desk.program(&["install", "m", "--json-progress"]);
    command.env("https_proxy", desk.server.url());
    let started = Instant::now();
    let output = run(&mut command);
    assert_eq!(last_failure(&output).0, "network");
    assert!(started.elapsed() < Duration::from_secs(60));
    let requests = desk.server.requests();
    assert!(
        requests
            .iter()
            .any(|request| request.line.starts_with("CONNECT hub.invalid:443")),
        "{requests:?}"
    );
}
