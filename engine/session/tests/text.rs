//! What stands in the field: numbers, marks, layout, profiles, sentence by sentence.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use insta::assert_snapshot;
use sotto_session::SessionConfig;
use support::{run, run_with};

/// A tap dictation into a field, without what every one of them does.
#[track_caller]
fn dictate(before: &str, script: &str) -> String {
    let start = format!("0 toggle\n10 capture-started 1\n36 in A\n38 around |{before}|\n");
    let log = run(&format!("{start}{script}"));
    let (_, said) = log.split_once(&format!("around |{before}|\n")).unwrap();
    let shown = |line: &&str| {
        let line = line.trim();
        line.starts_with("commit") || line.starts_with("preedit") || line.starts_with("tell")
    };
    let lines: Vec<&str> = said.lines().filter(shown).map(str::trim).collect();
    lines.join("\n")
}

#[test]
fn partials_and_finals_are_shaped() {
    assert_snapshot!(dictate("It cost", "
        500 partial 1 |two|hundred|
        600 partial 1 |two hundred dollars|comma|
        700 partial 1 |two hundred dollars comma that|is|
        900 final 1 |two hundred dollars comma that is much new paragraph ok|
    "), @r#"
    preedit A: "" " 200"
    preedit A: "" " $200,"
    preedit A: " $200, that" " is"
    commit A: " $200, that is much\n\nOk"
    tell MicrophoneSilent
    tell RecognizerSlow
    "#);
}

#[test]
fn long_dictation_is_committed_sentence_by_sentence() {
    assert_snapshot!(dictate("", "
        500 partial 1 |It works. Then|we|
        700 partial 1 |It works. Then we left.|Dr.|
        800 partial 1 |It works. Then we left. Dr. Smith|came|
        900 final 1 |It works. Then we left. Dr. Smith came.|
    "), @r#"
    preedit A: "It works. Then" " we"
    commit A: "It works."
    preedit A: " Then we left." " Dr."
    commit A: " Then we left."
    preedit A: " Dr. Smith" " came"
    commit A: " Dr. Smith came."
    tell MicrophoneSilent
    tell RecognizerSlow
    "#);
}

#[test]
fn a_sentence_on_its_way_is_not_lost_when_focus_leaves() {
    assert_snapshot!(run_with(SessionConfig::default(), "
        0 toggle
        10 capture-started 1
        36 in A
        500 partial 1 |It works. Then we|left|
        510 reset A
        900 final 1 |It works. Then we left.|
        910 ended 1
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    36 in A
    500 partial 1 |It works. Then we|left|
        commit A: "It works."
        preedit A: " Then we" " left"
    510 reset A
        stop capture 1, Decode
        cue Stop
        state Finishing
    900 final 1 |It works. Then we left.|
    910 ended 1
        keep "Then we left.", FocusMoved
        restore engine
        state Idle
    "#);
}

#[test]
fn a_terminal_gets_neither_marks_nor_capitals() {
    assert_snapshot!(run("
        0 toggle
        10 capture-started 1
        36 in A xterm
        37 around |$ |
        500 partial 1 |Git,|commit|
        900 final 1 |Git, commit dash m.|
        910 ended 1
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    36 in A xterm
    37 around |$ |
    500 partial 1 |Git,|commit|
        preedit A: "git" " commit"
    900 final 1 |Git, commit dash m.|
        clear preedit
        commit A: "git commit -m"
    910 ended 1
        cue Stop
        state Finishing
        restore engine
        state Idle
    "#);
}
