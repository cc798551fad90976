//! Dictation on Wayland: GNOME Shell, which passes the text on itself, and KWin and sway, where the toolkits talk to IBus.

use sotto_tests::desktop::Desktop;
use sotto_tests::probe::{PASSWORD_FIELD, Probe, Toolkit};
use sotto_tests::scene::{HEARD, SENTENCE, Scene};
use sotto_tests::wayland::{GNOME_PROGRAMS, GNOME_PYTHON_MODULE, KWIN_PROGRAMS, SWAY_PROGRAMS};
use sotto_tests::{requires, requires_python};

const SETTINGS: &str = "[feedback]\nnotifications = false\n";
const MODEL: Option<&str> = Some("models/starter/en");

fn dictate(scene: &Scene, probe: &mut Probe, name: &str) {
    probe.focus(0);
    scene.wait_for_field();
    scene.tell("press");
    scene.wait_for_state("listening");
    scene.say(SENTENCE).wait();
    probe.wait_for("words while the key is held", |event| {
        event["event"] == "preedit" && event["text"].as_str().is_some_and(|text| text.len() > 4)
    });
    screenshot(scene, name, "preedit");
    scene.tell("release");
    probe.wait_for("the sentence", |event| {
        event["event"] == "text"
            && event["field"] == 0
            && event["text"]
                .as_str()
                .is_some_and(|text| text.to_lowercase().contains(HEARD))
    });
    scene.wait_for_state("idle");
    assert_eq!(probe.read(1), "");
    screenshot(scene, name, "text");
}

/// For a person to look at, in the folder that the variable names.
fn screenshot(scene: &Scene, name: &str, moment: &str) {
    if let Some(folder) = std::env::var_os("SOTTO_SCREENSHOTS") {
        let file = format!("wayland-{name}-{moment}.png");
        scene
            .desktop
            .screenshot(&std::path::Path::new(&folder).join(file));
    }
}

#[test]
fn a_spoken_sentence_stands_in_gtk4_on_gnome() {
    let test = "a_spoken_sentence_stands_in_gtk4_on_gnome";
    if !requires(test, &GNOME_PROGRAMS) || !requires_python(test, &["gi", GNOME_PYTHON_MODULE]) {
        return;
    }
    let Some(scene) = Scene::on(Desktop::start_gnome, test, MODEL, SETTINGS) else {
        return;
    };
    let engine = scene.engine();
    let mut probe = Probe::start(&scene.desktop, Toolkit::Gtk4);
    scene.desktop.focus_in_gnome();
    dictate(&scene, &mut probe, "gnome");
    scene.wait_for_engine(&engine);

    probe.focus(PASSWORD_FIELD);
    let _refused_or_unheard = scene.sotto("press").output();
    scene.say(SENTENCE).wait();
    let _already_ended = scene.sotto("release").output();
    scene.wait_for_state("idle");
    assert_eq!(probe.read(PASSWORD_FIELD), "");
}

#[test]
fn a_spoken_sentence_stands_in_gtk4_on_sway() {
    let test = "a_spoken_sentence_stands_in_gtk4_on_sway";
    if !requires(test, &SWAY_PROGRAMS) || !requires_python(test, &["gi"]) {
        return;
    }
    let Some(scene) = Scene::on(Desktop::start_sway, test, MODEL, SETTINGS) else {
        return;
    };
    scene.select_engine("xkb:us::eng");
    let mut probe = Probe::start(&scene.desktop, Toolkit::Gtk4);
    dictate(&scene, &mut probe, "sway");
    scene.wait_for_engine("xkb:us::eng");
}

fn dictate_on_kwin(test: &str, toolkit: Toolkit) {
    if !requires(test, &KWIN_PROGRAMS) || !requires_python(test, &[toolkit.python_module()]) {
        return;
    }
    let Some(scene) = Scene::on(Desktop::start_kwin, test, MODEL, SETTINGS) else {
        return;
    };
    scene.select_engine("xkb:us::eng");
    let mut probe = Probe::start(&scene.desktop, toolkit);
    dictate(&scene, &mut probe, "kwin");
    scene.wait_for_engine("xkb:us::eng");
}

#[test]
fn a_spoken_sentence_stands_in_qt6_on_kwin() {
    dictate_on_kwin("a_spoken_sentence_stands_in_qt6_on_kwin", Toolkit::Qt6);
}

#[test]
fn a_spoken_sentence_stands_in_gtk4_on_kwin() {
    dictate_on_kwin("a_spoken_sentence_stands_in_gtk4_on_kwin", Toolkit::Gtk4);
}
