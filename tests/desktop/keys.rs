//! The push-to-talk key outside the input method: raw X11 keys, and the desktop's portal.

use std::time::{Duration, Instant};

use sotto_tests::portal::{Consent, Portal};
use sotto_tests::probe::{Probe, Toolkit};
use sotto_tests::scene::{HEARD, SENTENCE, Scene};
use sotto_tests::{requires_python, wait_for};

/// Longer than the limit between a tap and a hold.
const HOLD: Duration = Duration::from_millis(400);

fn x11(test: &str, key: &str) -> Option<Scene> {
    let settings = format!("[key]\npush_to_talk = {key:?}\n[feedback]\nnotifications = false\n");
    Scene::open(test, &settings)
}

#[test]
fn a_held_x11_key_dictates_and_leaves_focus_and_key_alone() {
    let test = "a_held_x11_key_dictates_and_leaves_focus_and_key_alone";
    if !requires_python(test, &[Toolkit::Gtk3.python_module()]) {
        return;
    }
    let Some(scene) = x11(test, "F9") else {
        return;
    };
    let mut probe = Probe::start(&scene.desktop, Toolkit::Gtk3);
    probe.focus(0);
    scene.desktop.xdotool(&["keydown", "F9"]);
    scene.wait_for_state("listening");
    probe.wait_for("the key, which stays the application's too", |event| {
        event["event"] == "key" && event["name"] == "F9" && event["edge"] == "press"
    });
    scene.say(SENTENCE).wait();
    probe.wait_for("words while the key is held", |event| {
        event["event"] == "preedit" && event["text"].as_str().is_some_and(|text| text.len() > 4)
    });
    assert_eq!(
        scene.state().as_deref(),
        Some("listening"),
        "repeats end nothing"
    );
    scene.desktop.xdotool(&["keyup", "F9"]);
    let event = probe.wait_for("the sentence", |event| {
        event["event"] == "text" && event["field"] == 0 && event["text"] != ""
    });
    let text = event["text"].as_str().unwrap().to_lowercase();
    assert!(text.contains(HEARD), "{text}");
    scene.wait_for_state("idle");
}

#[test]
fn an_x11_chord_needs_its_modifiers_and_follows_the_settings() {
    let Some(scene) = x11("an_x11_chord_needs_its_modifiers", "Control+Alt+D") else {
        return;
    };
    let hold = |keys: &[&str]| {
        for key in keys {
            scene.desktop.xdotool(&["keydown", key]);
        }
    };
    let let_go = |keys: &[&str]| {
        for key in keys.iter().rev() {
            scene.desktop.xdotool(&["keyup", key]);
        }
    };
    let not_this = ["Control_L", "d"];
    hold(&not_this);
    let_go(&not_this);
    let nor_this = ["Control_L", "Shift_L", "Alt_L", "d"];
    hold(&nor_this);
    let_go(&nor_this);
    assert_eq!(scene.state().as_deref(), Some("idle"));
    let this = ["Control_L", "Alt_L", "d"];
    hold(&this);
    scene.wait_for_state("listening");
    std::thread::sleep(HOLD);
    let_go(&this);
    scene.wait_for_state("idle");

    let other_key = scene.settings().replace("Control+Alt+D", "Pause");
    scene.write_settings(&other_key);
    wait_for("the new settings", || {
        scene.log().contains("are in use").then_some(())
    });
    hold(&this);
    let_go(&this);
    assert_eq!(scene.state().as_deref(), Some("idle"));
    scene.desktop.xdotool(&["keydown", "Pause"]);
    scene.wait_for_state("listening");
    std::thread::sleep(HOLD);
    scene.desktop.xdotool(&["keyup", "Pause"]);
    scene.wait_for_state("idle");
}

#[test]
fn the_doctor_tells_by_which_doors_the_key_comes() {
    let Some(scene) = x11("the_doctor_tells_by_which_doors_the_key_comes", "F9") else {
        return;
    };
    let report = |scene: &Scene, wayland: bool| {
        let mut doctor = scene.sotto("doctor");
        if wayland {
            doctor.env("WAYLAND_DISPLAY", "wayland-0");
        }
        String::from_utf8(doctor.output().unwrap().stdout).unwrap()
    };
    let line = |report: &str, what: &str| {
        let mut lines = report.lines().filter(|line| line.contains(what));
        lines.next().unwrap_or_default().to_owned()
    };
    let without = report(&scene, false);
    assert!(line(&without, "key by X11").starts_with("ok"), "{without}");
    assert!(line(&without, "key by X11").contains("in use"), "{without}");
    let portal = line(&without, "key by portal");
    assert!(
        portal.starts_with("no") && portal.contains("sotto toggle"),
        "{without}"
    );
    let _portal = Portal::start(scene.desktop.bus_address(), Consent::Given);
    let with = report(&scene, true);
    assert!(line(&with, "key by X11").starts_with("no"), "{with}");
    assert!(line(&with, "key by portal").contains("in use"), "{with}");
}

fn portal(test: &str) -> Option<Scene> {
    let settings = "[key]\npush_to_talk = \"Control+Alt+D\"\nsource = \"portal\"\n\
                    [feedback]\nnotifications = false\n";
    Scene::open(test, settings)
}

/// One hold of the portal's key, with the repeats that some desktops send.
fn hold(scene: &Scene, portal: &Portal) {
    portal.press();
    scene.wait_for_state("listening");
    std::thread::sleep(HOLD);
    portal.press();
    assert_eq!(scene.state().as_deref(), Some("listening"));
    portal.release();
    scene.wait_for_state("idle");
}

#[test]
fn the_portals_key_dictates_through_restarts_of_the_portal() {
    let Some(scene) = portal("the_portals_key_dictates_through_restarts_of_the_portal") else {
        return;
    };
    for consent in [Consent::Given, Consent::GivenSilently, Consent::Given] {
        let portal = Portal::start(scene.desktop.bus_address(), consent);
        portal.wait_for_shortcut();
        hold(&scene, &portal);
        hold(&scene, &portal);
        let asked = portal.asked();
        assert_eq!(asked.registered, ["io.github.sotto.Sotto"]);
        assert_eq!(asked.triggers, ["CTRL+ALT+d"]);
    }
}

#[test]
fn a_portal_that_dies_lets_go_of_the_key() {
    let Some(scene) = portal("a_portal_that_dies_lets_go_of_the_key") else {
        return;
    };
    let portal = Portal::start(scene.desktop.bus_address(), Consent::Given);
    portal.wait_for_shortcut();
    portal.press();
    scene.wait_for_state("listening");
    let lost = Instant::now();
    drop(portal);
    scene.wait_for_state("idle");
    // It is no tap, which would listen until ten seconds of silence.
    assert!(lost.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_declined_key_is_asked_for_again_with_other_settings() {
    let Some(scene) = portal("a_declined_key_is_asked_for_again_with_other_settings") else {
        return;
    };
    let declining = Portal::start(scene.desktop.bus_address(), Consent::Declined);
    wait_for("the refusal", || {
        scene.log().contains("was not granted").then_some(())
    });
    drop(declining);
    let portal = Portal::start(scene.desktop.bus_address(), Consent::Given);
    scene.write_settings(&scene.settings().replace("Control+Alt+D", "Pause"));
    portal.wait_for_shortcut();
    assert_eq!(portal.asked().triggers, ["Pause"]);
    hold(&scene, &portal);
}
