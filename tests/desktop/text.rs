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
    if !requires_python(&test, &[toolkit.python_module()]) || !requires(&test, &["busctl"]) {
        return None;
    }
    let scene = Scene::open(&test, SETTINGS)?;
    let probe = Probe::start(&scene.desktop, toolkit);
    wait_for("a field that ibus-daemon knows", || focused_context(&scene));
    Some((probe, scene))
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

/// The input context that has focus, as ibus-daemon tells it.
fn focused_context(scene: &Scene) -> Option<String> {
    let address = scene.desktop.surroundings().find().ok()?;
    let ibus = "org.freedesktop.IBus";
    let mut busctl = scene.desktop.command("busctl");
    busctl
        .arg(format!("--address={address}"))
        .args(["get-property", ibus, "/org/freedesktop/IBus", ibus])
        .arg("CurrentInputContext");
    let output = busctl.stderr(Stdio::null()).output().ok()?;
    let context = String::from_utf8(output.stdout).ok()?;
    // The first context is ibus-daemon's own, for the time between two fields.
    let is_field = context.contains("/InputContext_") && !context.trim_end().ends_with("_1\"");
    is_field.then_some(context)
}

/// Goes to a field and waits until ibus-daemon knows: GTK 4 tells it some time after it has moved the caret.
/// In Qt all fields share one input context, which knows at once.
#[track_caller]
fn change_field(probe: &mut Probe, scene: &Scene, toolkit: Toolkit, field: usize) {
    let before = focused_context(scene);
    probe.focus(field);
    if toolkit == Toolkit::Qt6 {
        return;
    }
    wait_for("another input context", || {
        focused_context(scene).filter(|now| Some(now) != before.as_ref())
    });
}

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
    change_field(&mut probe, &scene, toolkit, OTHER_LINE);
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

/// Writes a rare name that is among the user's words.
fn own_word(toolkit: Toolkit) {
    let Some((mut probe, scene)) = open("a word of the user's own", toolkit) else {
        return;
    };
    // The built-in model is far from sure of it.
    std::fs::write(
        scene.desktop.path("config/sotto/words.txt"),
        "Kobayashi :2.5\n",
    )
    .unwrap();
    probe.focus(LINE);
    dictate(&scene, "Please send the report to Kobayashi by Friday.");
    let written = "Please send the report to Kobayashi by Friday.";
    holds(&mut probe, LINE, written);
}

#[test]
fn a_word_of_the_users_own_in_gtk3() {
    own_word(Toolkit::Gtk3);
}

#[test]
fn a_word_of_the_users_own_in_qt6() {
    own_word(Toolkit::Qt6);
}

/// Dictates a command into a terminal that runs `tee`, started by these arguments before `sh -c …`.
fn command_in(terminal: &str, arguments: &[&str]) -> Option<String> {
    let test = format!("a command in {terminal}");
    if !requires(&test, &[terminal]) {
        return None;
    }
    let scene = Scene::open(&test, SETTINGS)?;
    let typed = scene.desktop.path("typed");
    let script = scene.desktop.path("type.sh");
    let text = format!(
        "#!/bin/sh\nprintf '\\033]2;the terminal\\007'\nstty -icanon -echo\nexec tee {}\n",
        typed.display()
    );
    std::fs::write(&script, text).unwrap();
    let mut command = scene.desktop.command(terminal);
    command
        .args(arguments)
        .arg(format!("sh {}", script.display()));
    let _terminal = Running::start(
        limited(&command)
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    wait_for("tee in the terminal", || typed.exists().then_some(()));
    scene.desktop.focus_window(".*the terminal.*");
    dictate(&scene, "List all files.");
    let read = || std::fs::read_to_string(&typed).unwrap_or_default();
    wait_for("the words in the terminal", || {
        read()
            .to_lowercase()
            .contains("list all files")
            .then_some(())
    });
    Some(read())
}

#[test]
fn a_command_in_xterm() {
    command_in("xterm", &["-u8", "-class", "XTerm", "-e"]);
}

#[test]
fn a_command_in_a_gtk_terminal() {
    let terminal = "xfce4-terminal";
    if let Some(text) = command_in(terminal, &["--disable-server", "--command"]) {
        assert_eq!(text, "list all files");
    }
}

#[test]
fn a_command_in_a_qt_terminal() {
    // Qt tells neither which application it is nor that the field is a terminal.
    let profile = "qterminal";
    if let Some(text) = command_in(profile, &["-e"]) {
        assert!(
            text.to_lowercase().starts_with("list all files"),
            "{text:?}"
        );
    }
}
