//! What goes wrong around a dictation: focus moves, programs die, devices go away, keys are hammered.
//!
//! Text never lands where it was not spoken, and what cannot be inserted is kept for `sotto paste-last`.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sotto_tests::probe::{Probe, Toolkit};
use sotto_tests::process::Running;
use sotto_tests::scene::{HEARD, SENTENCE, Scene};
use sotto_tests::{requires, requires_python, wait_for};

const QUIET: &str = "[feedback]\nnotifications = false\n";
const OWN_ENGINE: &str = "xkb:us::eng";

fn open(test: &str, settings: &str) -> Option<(Probe, Scene)> {
    if !requires_python(test, &[Toolkit::Gtk3.python_module()]) {
        return None;
    }
    let scene = Scene::open(test, settings)?;
    scene.select_engine(OWN_ENGINE);
    Some((Probe::start(&scene.desktop, Toolkit::Gtk3), scene))
}

fn shows_words(event: &Value) -> bool {
    event["event"] == "preedit" && event["text"].as_str().is_some_and(|text| text.len() > 4)
}

fn holds_the_sentence(field: usize) -> impl Fn(&Value) -> bool {
    move |event| {
        event["event"] == "text"
            && event["field"] == field
            && event["text"]
                .as_str()
                .is_some_and(|text| text.to_lowercase().contains(HEARD))
    }
}

/// Longer than the grace of a release.
const RELEASE_GRACE: Duration = Duration::from_millis(100);

/// Says the sentence into a field and waits until it stands there.
#[track_caller]
fn dictate_into(probe: &mut Probe, scene: &Scene, field: usize) {
    probe.focus(field);
    scene.tell("press");
    scene.wait_for_state("listening");
    scene.say(SENTENCE).wait();
    scene.tell("release");
    probe.wait_for("the sentence", holds_the_sentence(field));
    scene.wait_for_state("idle");
}

/// Holds the key in field 0 and speaks until words stand there; the voice goes on.
#[track_caller]
fn begin_into_first(probe: &mut Probe, scene: &Scene) -> Running {
    probe.focus(0);
    scene.wait_for_field();
    scene.tell("press");
    scene.wait_for_state("listening");
    let speech = scene.say(SENTENCE);
    probe.wait_for("words in the first field", shows_words);
    speech
}

#[track_caller]
fn wait_for_log(scene: &Scene, words: &str) {
    wait_for(&format!("{words:?} in the journal"), || {
        scene.log().contains(words).then_some(())
    });
}

#[test]
fn text_of_a_field_that_lost_focus_goes_nowhere_but_can_be_pasted() {
    let test = "text_of_a_field_that_lost_focus_goes_nowhere_but_can_be_pasted";
    let Some((mut probe, scene)) = open(test, QUIET) else {
        return;
    };
    let _speech = begin_into_first(&mut probe, &scene);
    probe.focus(1);
    scene.wait_for_state("idle");
    wait_for_log(&scene, "Focus moved before the text was ready");
    assert_eq!(probe.read(0), "");
    assert_eq!(probe.read(1), "");
    scene.tell("paste-last");
    let pasted = probe.wait_for("the beginning of the sentence", |event| {
        event["event"] == "text" && event["field"] == 1 && event["text"] != ""
    });
    let pasted = pasted["text"].as_str().unwrap().to_lowercase();
    assert!(pasted.starts_with("please"), "{pasted}");
    assert_eq!(probe.read(0), "");
    scene.wait_for_engine(OWN_ENGINE);
}

#[test]
fn an_application_that_closes_takes_no_text_with_it() {
    let test = "an_application_that_closes_takes_no_text_with_it";
    let Some((mut probe, scene)) = open(test, QUIET) else {
        return;
    };
    let mut speech = begin_into_first(&mut probe, &scene);
    drop(probe);
    speech.wait();
    scene.tell("release");
    scene.wait_for_state("idle");
    let mut other = Probe::start(&scene.desktop, Toolkit::Gtk3);
    other.focus(0);
    assert_eq!(other.read(0), "");
    scene.tell("paste-last");
    other.wait_for("the text", |event| {
        event["event"] == "text" && event["text"] != ""
    });
}

#[test]
fn a_killed_daemon_gives_the_input_engine_back_at_its_next_start() {
    let test = "a_killed_daemon_gives_the_input_engine_back_at_its_next_start";
    let Some((mut probe, mut scene)) = open(test, QUIET) else {
        return;
    };
    probe.focus(0);
    scene.tell("press");
    scene.wait_for_state("listening");
    scene.wait_for_engine("sotto");
    scene.kill_daemon();
    scene.start_daemon();
    scene.wait_for_state("idle");
    scene.wait_for_engine(OWN_ENGINE);
    dictate_into(&mut probe, &scene, 1);
    scene.wait_for_engine(OWN_ENGINE);
}

/// As a laptop does that sleeps: the time goes by for everything else.
#[test]
fn a_daemon_that_stood_still_goes_on() {
    let test = "a_daemon_that_stood_still_goes_on";
    let Some((mut probe, scene)) = open(test, QUIET) else {
        return;
    };
    let mut speech = begin_into_first(&mut probe, &scene);
    let pid = Pid::from_raw(i32::try_from(scene.daemon_pid()).unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    speech.wait();
    sleep(Duration::from_secs(3));
    kill_process(pid, Signal::CONT).unwrap();
    scene.tell("release");
    scene.wait_for_state("idle");
    scene.wait_for_engine(OWN_ENGINE);
    let text = probe.read(0).to_lowercase();
    assert!(text.starts_with("please"), "{text}");
    sleep(RELEASE_GRACE);
    dictate_into(&mut probe, &scene, 1);
    scene.wait_for_engine(OWN_ENGINE);
}

#[test]
fn dictation_outlives_the_input_method() {
    let test = "dictation_outlives_the_input_method";
    let Some((mut probe, mut scene)) = open(test, QUIET) else {
        return;
    };
    let mut speech = begin_into_first(&mut probe, &scene);
    scene.desktop.kill_ibus();
    speech.wait();
    scene.tell("release");
    scene.wait_for_state("idle");
    wait_for_log(&scene, "The input method could not be reached");

    scene.desktop.start_ibus();
    scene.select_engine("sotto");
    scene.select_engine(OWN_ENGINE);
    let mut other = Probe::start(&scene.desktop, Toolkit::Gtk3);
    dictate_into(&mut other, &scene, 0);
}

#[test]
fn dictation_outlives_the_sound_server() {
    let test = "dictation_outlives_the_sound_server";
    let Some((mut probe, mut scene)) = open(test, QUIET) else {
        return;
    };
    let _speech = begin_into_first(&mut probe, &scene);
    scene.microphone.kill();
    scene.wait_for_state("idle");
    wait_for_log(&scene, "The microphone went away");
    let said = probe.wait_for("what was said before", |event| {
        event["event"] == "text" && event["field"] == 0 && event["text"] != ""
    });
    let said = said["text"].as_str().unwrap().to_lowercase();
    assert!(said.starts_with("please"), "{said}");

    scene.tell("release");
    scene.microphone.restart();
    // A press right after a release would count as the repeat of a held key.
    sleep(RELEASE_GRACE);
    dictate_into(&mut probe, &scene, 1);
}

#[test]
fn a_hammered_key_leaves_everything_at_work() {
    let test = "a_hammered_key_leaves_everything_at_work";
    let settings = format!("[key]\npush_to_talk = \"F9\"\n{QUIET}");
    let Some((mut probe, scene)) = open(test, &settings) else {
        return;
    };
    probe.focus(0);
    // Ten presses and ten releases a second.
    let hammer = ["key", "--delay", "100", "--repeat", "30", "F9"];
    scene.desktop.xdotool(&hammer);
    scene.tell("cancel");
    scene.wait_for_state("idle");
    scene.wait_for_engine(OWN_ENGINE);
    assert_eq!(probe.read(0), "");
    dictate_into(&mut probe, &scene, 1);
}

#[test]
fn a_second_daemon_leaves_the_first_at_work() {
    let test = "a_second_daemon_leaves_the_first_at_work";
    let Some((mut probe, scene)) = open(test, QUIET) else {
        return;
    };
    let pid = scene.daemon_pid();
    let second = scene.sotto("daemon").output().unwrap();
    assert!(second.status.success(), "{second:?}");
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(told.contains("another Sotto runs"), "{told}");
    assert_eq!(scene.daemon_pid(), pid);
    dictate_into(&mut probe, &scene, 0);
}

#[test]
fn a_silent_microphone_is_told_of_after_three_seconds() {
    let test = "a_silent_microphone_is_told_of_after_three_seconds";
    let Some(scene) = Scene::open(test, QUIET) else {
        return;
    };
    // Without speech the monitor of a null sink is digital silence.
    let start = Instant::now();
    scene.tell("press");
    wait_for_log(&scene, "Nothing but silence comes from the microphone");
    assert!(start.elapsed() > Duration::from_secs(3));
    scene.tell("cancel");
}

#[test]
fn without_a_model_a_press_says_why() {
    let test = "without_a_model_a_press_says_why";
    let Some(scene) = Scene::open_with_model(test, None, QUIET) else {
        return;
    };
    let refused = scene.sotto("press").output().unwrap();
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("No speech model is installed"), "{told}");
}

/// Sotto as the selected input source, when nobody dictates and while somebody does.
#[test]
fn the_users_keys_are_unharmed() {
    for toolkit in [Toolkit::Gtk3, Toolkit::Qt6] {
        let test = "the_users_keys_are_unharmed";
        if !requires_python(test, &[toolkit.python_module()]) {
            return;
        }
        let Some(scene) = Scene::open(test, QUIET) else {
            return;
        };
        let mut probe = Probe::start(&scene.desktop, toolkit);
        scene
            .desktop
            .focus_window(&format!("probe {}", toolkit.name()));
        probe.focus(0);
        scene.wait_for_field();
        scene.select_engine("sotto");
        scene.wait_for_engine("sotto");
        type_word(&scene, &mut probe, 0);
        scene.tell("press");
        scene.wait_for_state("listening");
        probe.focus(1);
        type_word(&scene, &mut probe, 1);
        scene.tell("cancel");
        scene.wait_for_state("idle");
        scene.wait_for_engine("sotto");
    }
}

#[track_caller]
fn type_word(scene: &Scene, probe: &mut Probe, field: usize) {
    let keys = [
        "key", "--delay", "30", "c", "a", "f", "e", "Shift+x", "Return",
    ];
    scene.desktop.xdotool(&keys);
    probe.wait_for("the typed word", |event| {
        event["event"] == "text" && event["field"] == field && event["text"] == "cafeX"
    });
}

/// Accents come from the toolkit's compose sequences, which an engine must neither break nor repeat.
#[test]
fn dead_keys_work_while_the_engine_stays_selected() {
    for toolkit in [Toolkit::Gtk3, Toolkit::Gtk4, Toolkit::Qt5, Toolkit::Qt6] {
        let test = "dead_keys_work_while_the_engine_stays_selected";
        if !requires(test, &["setxkbmap"]) || !requires_python(test, &[toolkit.python_module()]) {
            return;
        }
        let Some(scene) = Scene::open(test, QUIET) else {
            return;
        };
        let mut layout = scene.desktop.command("setxkbmap");
        let layout = layout.args(["us", "-variant", "intl"]).status();
        assert!(layout.is_ok_and(|status| status.success()), "setxkbmap");
        let mut probe = Probe::start(&scene.desktop, toolkit);
        scene
            .desktop
            .focus_window(&format!("probe {}", toolkit.name()));
        probe.focus(0);
        scene.wait_for_field();
        scene.select_engine("sotto");
        // Keys typed while IBus still switches get lost.
        wait_for("a key to arrive", || {
            scene.desktop.xdotool(&["key", "period"]);
            probe.read(0).ends_with('.').then_some(())
        });
        scene.desktop.xdotool(&["key", "ctrl+a", "BackSpace"]);
        probe.wait_for_text(0, "");
        let keys = [
            "key",
            "--delay",
            "100",
            "c",
            "a",
            "f",
            "dead_acute",
            "e",
            "Shift+x",
        ];
        scene.desktop.xdotool(&keys);
        probe.wait_for_text(0, "caféX");
    }
}

#[test]
fn an_unloaded_model_comes_back_with_the_press() {
    let test = "an_unloaded_model_comes_back_with_the_press";
    let Some((mut probe, scene)) = open(test, QUIET) else {
        return;
    };
    let unload_soon = scene
        .settings()
        .replace("[model]\n", "[model]\nunload_after_s = 1\n");
    scene.write_settings(&unload_soon);
    wait_for_log(&scene, "are in use");
    let idle_kib = memory_kib(&scene);
    dictate_into(&mut probe, &scene, 0);
    wait_for("the model to leave memory", || {
        (memory_kib(&scene) < idle_kib + 20_000).then_some(())
    });
    dictate_into(&mut probe, &scene, 1);
}

/// Resident memory of the daemon that no file backs.
fn memory_kib(scene: &Scene) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", scene.daemon_pid()));
    let status = status.expect("the daemon runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .expect("the kernel tells resident memory")
}
