//! What the tests across the crates share.
//!
//! Among it real programs: a private X11 session with IBus and PulseAudio, and applications with text fields.
//!
//! Everything runs with its own home, runtime and configuration folders, is started when asked for and ended by
//! process id when dropped. Waiting is always for a condition, with a limit that says what was waited for.
//! A test that needs a program that is not installed says so and counts as passed, except in CI, where it fails:
//! see [`requires`].

pub mod desktop;
pub mod engine;
pub mod field;
pub mod http_server;
pub mod portal;
pub mod probe;
pub mod process;
pub mod scene;
pub mod sound;
pub mod wayland;
pub mod webdriver;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Longest wait for anything a program does.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Whether all these programs are installed. Where one is not, the name of the test and of the program are printed,
/// and in CI (the variable `CI` is set) the test fails.
#[must_use]
pub fn requires(test: &str, programs: &[&str]) -> bool {
    let absent: Vec<_> = programs
        .iter()
        .filter(|program| process::find(program).is_none())
        .collect();
    report(test, &absent)
}

/// Whether `/usr/bin/python3` has all these modules; otherwise as [`requires`].
#[must_use]
pub fn requires_python(test: &str, modules: &[&str]) -> bool {
    let imports = |module: &&str| {
        let check = process::quiet("/usr/bin/python3")
            .args(["-c", &format!("import {module}")])
            .status();
        check.is_ok_and(|status| status.success())
    };
    let absent: Vec<_> = modules.iter().filter(|module| !imports(module)).collect();
    report(test, &absent)
}

#[expect(clippy::print_stderr, reason = "a skipped test must say so by name")]
fn report(test: &str, absent: &[&&str]) -> bool {
    if absent.is_empty() {
        return true;
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{test} needs {absent:?}, which CI must install"
    );
    eprintln!("skipped {test}: {absent:?} not installed");
    false
}

/// Asks again and again until there is an answer.
///
/// # Panics
///
/// After [`PATIENCE`], naming what was waited for.
#[track_caller]
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The root of the source tree.
#[must_use]
pub fn source_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the tests lie in a folder of the source tree")
        .to_owned()
}
