//! The program's command line.

use std::process::Command;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_sotto-tray"))
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env("LC_ALL", "C")
        .output()
        .expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn it_tells_what_it_is() {
    let (code, told, _) = run(&["--version"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        told.trim(),
        concat!("sotto-tray ", env!("CARGO_PKG_VERSION"))
    );
    let (code, told, _) = run(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(told.contains("--background"), "{told}");
}

#[test]
fn a_wrong_option_is_named() {
    let (code, _, told) = run(&["--nothing"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("--nothing"), "{told}");
}

#[test]
fn without_a_session_bus_it_says_so() {
    for role in ["--background", "--window"] {
        let (code, _, told) = run(&[role]);
        assert_eq!(code, Some(1));
        assert!(told.contains("session bus"), "{told}");
    }
}
