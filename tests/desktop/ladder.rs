//! Without an input method: text typed through the desktop's portal, or put on the clipboard.

use std::os::unix::fs::PermissionsExt as _;

use sotto_tests::portal::{Consent, Portal};
use sotto_tests::scene::{HEARD, SENTENCE, Scene};
use sotto_tests::{requires, wait_for};

const SETTINGS: &str = "[delivery]\nkeyboard = true\n[feedback]\nnotifications = false\n";

/// A desktop whose input method has gone, and its portal.
fn without_input_method(test: &str, settings: &str, consent: Consent) -> Option<(Portal, Scene)> {
    if !requires(test, &["xclip"]) {
        return None;
    }
    let mut scene = Scene::open(test, settings)?;
    scene.desktop.kill_ibus();
    let portal = Portal::start(scene.desktop.bus_address(), consent);
    Some((portal, scene))
}

fn dictate(scene: &Scene) {
    scene.tell("press");
    scene.wait_for_state("listening");
    scene.say(SENTENCE).wait();
    scene.tell("release");
    scene.wait_for_state("idle");
}

fn clipboard(scene: &Scene) -> String {
    let mut xclip = scene.desktop.command("xclip");
    let output = xclip.args(["-selection", "clipboard", "-o"]).output();
    String::from_utf8_lossy(&output.expect("xclip runs").stdout).to_lowercase()
}

fn empty_clipboard(scene: &Scene) {
    let mut xclip = scene.desktop.command("xclip");
    xclip.args(["-selection", "clipboard", "/dev/null"]);
    assert!(xclip.status().is_ok_and(|status| status.success()));
}

fn wait_for_clipboard(scene: &Scene) {
    wait_for("the text on the clipboard", || {
        clipboard(scene).contains(HEARD).then_some(())
    });
}

#[test]
fn the_portal_types_once_the_user_allowed_it() {
    let test = "the_portal_types_once_the_user_allowed_it";
    let Some((portal, scene)) = without_input_method(test, SETTINGS, Consent::Given) else {
        return;
    };
    // The desktop's question had the focus, so the first text is not typed.
    dictate(&scene);
    wait_for_clipboard(&scene);
    assert_eq!(portal.asked().restore_tokens, [None]);
    assert_eq!(portal.asked().typed, []);
    empty_clipboard(&scene);

    dictate(&scene);
    wait_for("the typed sentence", || {
        portal
            .asked()
            .text()
            .to_lowercase()
            .contains(HEARD)
            .then_some(())
    });
    wait_for("the end of the session", || {
        (portal.asked().n_closed == 2).then_some(())
    });
    let asked = portal.asked();
    assert_eq!(asked.registered, ["io.github.sotto.Sotto"; 2]);
    assert_eq!(asked.restore_tokens, [None, Some("token-1".to_owned())]);
    let n_down = asked.typed.iter().filter(|key| key.down).count();
    assert_eq!(2 * n_down, asked.typed.len(), "each key goes up again");
    assert_eq!(clipboard(&scene), "");
    let kept = scene.desktop.path("state/sotto/typing-token");
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "token-2");
    let mode = std::fs::metadata(&kept).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_user_who_declines_is_asked_once() {
    let test = "a_user_who_declines_is_asked_once";
    for consent in [Consent::Declined, Consent::GivenSilently] {
        let Some((portal, scene)) = without_input_method(test, SETTINGS, consent) else {
            return;
        };
        for _ in 0..2 {
            empty_clipboard(&scene);
            dictate(&scene);
            wait_for_clipboard(&scene);
        }
        assert_eq!(portal.asked().restore_tokens, [None]);
        assert_eq!(portal.asked().typed, []);
    }
}

#[test]
fn without_the_setting_nobody_is_asked() {
    let test = "without_the_setting_nobody_is_asked";
    let settings = "[feedback]\nnotifications = false\n";
    let Some((portal, scene)) = without_input_method(test, settings, Consent::Given) else {
        return;
    };
    dictate(&scene);
    wait_for_clipboard(&scene);
    assert_eq!(portal.asked().restore_tokens, []);
}

#[test]
fn the_doctor_tells_which_rung_holds_and_why_the_others_do_not() {
    let test = "the_doctor_tells_which_rung_holds_and_why_the_others_do_not";
    if !requires(test, &["xclip"]) {
        return;
    }
    let Some(mut scene) = Scene::open(test, SETTINGS) else {
        return;
    };
    let verdict = |scene: &Scene| {
        let told = scene.sotto("doctor").output().unwrap().stdout;
        let told = String::from_utf8(told).unwrap();
        let (_, verdict) = told.split_once("=>").unwrap();
        verdict.trim().to_owned()
    };
    assert_eq!(verdict(&scene), "text is inserted by the input method");

    scene.desktop.kill_ibus();
    let portal = Portal::start(scene.desktop.bus_address(), Consent::Given);
    let typed = verdict(&scene);
    assert!(typed.starts_with("text is typed"), "{typed}");
    assert!(typed.contains("without input method: "), "{typed}");

    drop(portal);
    let copied = verdict(&scene);
    assert!(copied.starts_with("text goes to the clipboard"), "{copied}");
    assert!(
        copied.contains("without keyboard: no desktop portal runs here"),
        "{copied}"
    );
}
