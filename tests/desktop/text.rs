//! What stands in real text fields after real speech: sentences, numbers, layout, edits, own words.
//!
//! The voice is synthetic and says what the built-in model hears right.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::Stdio;

use sotto_tests::probe::{Probe, Toolkit};
use sotto_tests::process::{Running, limited};
use sotto_tests::scene::Scene;
use sotto_tests::{requires, requires_python, wait_for};

/// Fields of a probe.
const LINE: usize = 0;
const OTHER_LINE: usize = 1;
const LINES: usize = 2;

const SETTINGS: &str = "[feedback]\nnotifications = false\n";

fn open(test: &str, toolkit: Toolkit) -> Option<(Probe, Scene)> {
    let test = format!("{test} in {}", toolkit.name());
    if !requires_python(&test, &[toolkit.python_module()]) {
        return None;
    }
    let scene = Scene::open(&test, SETTINGS)?;
    Some((Probe::start(&scene.desktop, toolkit), scene))
}

/// Holds the key while the words are said.
#[track_caller]
fn hold_and_say(scene: &Scene, words: &str) {
    scene.tell("press");
    scene.wait_for_state("listening");
    scene.say(words).wait();
    scene.tell("release");
}

#[track_caller]
fn dictate(scene: &Scene, words: &str) {
    hold_and_say(scene, words);
    scene.wait_for_state("idle");
}

/// No hand is faster from one field to the key.
const FIELD_CHANGE: std::time::Duration = std::time::Duration::from_millis(300);

/// Waits until the field holds the text, or tells what it holds instead.
#[track_caller]
fn holds(probe: &mut Probe, field: usize, text: &str) {
    let mut found = String::new();
    let start = std::time::Instant::now();
    while start.elapsed() < sotto_tests::PATIENCE {
        found = probe.read(field);
        if found == text {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("the field holds {found:?}, not {text:?}");
}

/// Two sentences with an amount, and a sentence that goes on where the caret is.
fn sentences_and_numbers(toolkit: Toolkit) {
    let Some((mut probe, scene)) = open("sentences and numbers", toolkit) else {
        return;
    };
    probe.focus(LINE);
    dictate(
        &scene,
        "We need two hundred dollars for the house. The meeting is on Monday.",
    );
    let written = "We need $200 for the house. The meeting is on Monday.";
    holds(&mut probe, LINE, written);
    probe.focus(OTHER_LINE);
    // GTK 4 tells IBus of the new field some time after it has moved the caret there.
    std::thread::sleep(FIELD_CHANGE);
    dictate(
        &scene,
        "We will talk about the plan on July the twenty fifth.",
    );
    holds(
        &mut probe,
        OTHER_LINE,
        "We will talk about the plan on July 25.",
    );
}

/// Goes on in mid-sentence behind what the user typed, then begins a paragraph.
/// Not for GTK 4: that of Debian 12 puts quickly typed keys in another order, with any input engine.
fn continuation_and_layout(toolkit: Toolkit) {
    let Some((mut probe, scene)) = open("continuation and layout", toolkit) else {
        return;
    };
    probe.focus(LINES);
    scene
        .desktop
        .xdotool(&["type", "--delay", "100", "I think that"]);
    holds(&mut probe, LINES, "I think that");
    dictate(&scene, "The meeting is on Monday.");
    holds(&mut probe, LINES, "I think that the meeting is on Monday.");
    dictate(&scene, "New paragraph.");
    dictate(&scene, "We will talk about the plan.");
    let written = "I think that the meeting is on Monday.\n\nWe will talk about the plan.";
    holds(&mut probe, LINES, written);
}

/// Takes back what was said last, and once more.
fn scratched(toolkit: Toolkit) {
    let Some((mut probe, scene)) = open("scratch that", toolkit) else {
        return;
    };
    probe.focus(LINE);
    dictate(&scene, "The meeting is on Monday.");
    dictate(&scene, "We will talk about the plan.");
    let both = "The meeting is on Monday. We will talk about the plan.";
    holds(&mut probe, LINE, both);
    dictate(&scene, "Scratch that.");
    holds(&mut probe, LINE, "The meeting is on Monday.");
    dictate(&scene, "Scratch that.");
    holds(&mut probe, LINE, "");
    // What the user typed since is not touched.
    dictate(&scene, "The meeting is on Monday.");
    scene
        .desktop
        .xdotool(&["type", "--delay", "100", " at nine"]);
    holds(&mut probe, LINE, "The meeting is on Monday. at nine");
    dictate(&scene, "Scratch that.");
    dictate(&scene, "We will talk about the plan.");
    let rest = "The meeting is on Monday. at nine we will talk about the plan.";
    holds(&mut probe, LINE, rest);
}

/// Corrects a word by a digit key, and what was learned by voice.
fn corrected(toolkit: Toolkit) {
    let Some((mut probe, scene)) = open("correct", toolkit) else {
        return;
    };
    std::fs::create_dir_all(scene.desktop.path("config/sotto")).unwrap();
    probe.focus(LINE);
    dictate(&scene, "We will talk about the house.");
    holds(&mut probe, LINE, "We will talk about the house.");
    let mut added = scene.sotto("words");
    assert!(added.args(["add", "Hawes"]).status().unwrap().success());
    wait_for("the word in the list", || {
        let output = scene.sotto("words").arg("list").output().ok()?;
        String::from_utf8_lossy(&output.stdout)
            .contains("Hawes")
            .then_some(())
    });
    hold_and_say(&scene, "Correct house.");
    // The alternatives keep the dictation open until one is chosen.
    wait_for("the state finishing", || {
        (scene.state()? == "finishing").then_some(())
    });
    hold_and_say(&scene, "Number one.");
    scene.wait_for_state("idle");
    let learned = wait_for("a lesson", || {
        std::fs::read_to_string(scene.desktop.path("data/sotto/learned.tsv")).ok()
    });
    let row = learned.lines().find(|line| !line.starts_with('#')).unwrap();
    let cells: Vec<&str> = row.split('\t').collect();
    assert_eq!(cells[1..], ["house", "1"]);
    let written = format!("We will talk about the {}.", cells[0]);
    holds(&mut probe, LINE, &written);
}

#[test]
fn sentences_and_numbers_in_gtk3() {
    sentences_and_numbers(Toolkit::Gtk3);
}

#[test]
fn sentences_and_numbers_in_gtk4() {
    sentences_and_numbers(Toolkit::Gtk4);
}

#[test]
fn sentences_and_numbers_in_qt6() {
    sentences_and_numbers(Toolkit::Qt6);
}

#[test]
fn continuation_and_layout_in_gtk3() {
    continuation_and_layout(Toolkit::Gtk3);
}

#[test]
fn continuation_and_layout_in_qt6() {
    continuation_and_layout(Toolkit::Qt6);
}

#[test]
fn scratch_that_in_gtk3() {
    scratched(Toolkit::Gtk3);
}

#[test]
fn scratch_that_in_gtk4() {
    scratched(Toolkit::Gtk4);
}

#[test]
fn scratch_that_in_qt6() {
    scratched(Toolkit::Qt6);
}

#[test]
fn correct_with_a_choice_in_gtk3() {
    corrected(Toolkit::Gtk3);
}

#[test]
fn correct_with_a_choice_in_qt6() {
    corrected(Toolkit::Qt6);
}

#[test]
fn a_word_of_the_users_own_in_gtk3() {
    let Some((mut probe, scene)) = open("a word of the user's own", Toolkit::Gtk3) else {
        return;
    };
    std::fs::write(scene.desktop.path("config/sotto/words.txt"), "Guadalupe\n").unwrap();
    probe.focus(LINE);
    dictate(&scene, "Please send the report to Guadalupe by Friday.");
    holds(
        &mut probe,
        LINE,
        "Please send the report to Guadalupe by Friday.",
    );
}

#[test]
fn a_command_in_xterm() {
    let test = "a_command_in_xterm";
    if !requires(test, &["xterm"]) {
        return;
    }
    let Some(scene) = Scene::open(test, SETTINGS) else {
        return;
    };
    let typed = scene.desktop.path("typed");
    let mut xterm = scene.desktop.command("xterm");
    xterm
        .args([
            "-u8",
            "-T",
            "the terminal",
            "-class",
            "XTerm",
            "-e",
            "sh",
            "-c",
        ])
        .arg(format!("stty -icanon -echo; exec tee {}", typed.display()));
    let _xterm = Running::start(limited(&xterm).stdout(Stdio::null()).stderr(Stdio::null()));
    wait_for("tee in xterm", || typed.exists().then_some(()));
    scene.desktop.focus_window("^the terminal$");
    dictate(&scene, "List all files.");
    wait_for("the words in xterm", || {
        let text = std::fs::read_to_string(&typed).ok()?;
        text.to_lowercase().contains("list all files").then_some(())
    });
}
