//! Editing by voice, "correct …" and what is expected, script by script.
//!
//! Longer than 400 lines because each script tells a whole trace, and is read beside the others.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use insta::assert_snapshot;
use sotto_session::SessionConfig;
use support::{run, run_with};

/// A tap dictation into a field; what every one of them does is left out.
#[track_caller]
fn dictate(script: &str) -> String {
    let start = "0 toggle\n10 capture-started 1\n36 in A\n";
    let log = run(&format!("{start}{script}\n4000 toggle\n4010 ended 1\n"));
    let (_, said) = log.split_once("36 in A\n").unwrap();
    let (said, _) = said.split_once("4010 ended 1").unwrap();
    let is_noise = |line: &&str| {
        let line = line.trim();
        [
            "clear preedit",
            "tell MicrophoneSilent",
            "4000 toggle",
            "cue",
            "stop capture",
            "state",
        ]
        .iter()
        .any(|noise| line.starts_with(noise))
    };
    let lines: Vec<&str> = said.lines().filter(|line| !is_noise(line)).collect();
    lines.join("\n")
}

#[test]
fn scratch_that_through_the_surrounding_text() {
    assert_snapshot!(dictate("
        40 around |Dear Ann,|
        500 final 1 |hello there|
        510 around |Dear Ann, hello there|
        900 final 1 |how are you|
        910 around |Dear Ann, hello there how are you|
        1500 final 1 |Scratch that.|
        1510 around |Dear Ann, hello there how are you|
        1520 around |Dear Ann, hello there|
        2000 final 1 |Scratch that.|
    "), @r#"
    40 around |Dear Ann,|
        expect gtk3-im:editor: ["Ann"]
    500 final 1 |hello there|
        commit A: " hello there"
    510 around |Dear Ann, hello there|
    900 final 1 |how are you|
        commit A: " how are you"
    910 around |Dear Ann, hello there how are you|
    1500 final 1 |Scratch that.|
        read A
    1510 around |Dear Ann, hello there how are you|
        delete A: " how are you" ""
    1520 around |Dear Ann, hello there|
    2000 final 1 |Scratch that.|
        read A
    2080 timeout
        delete A: " hello there" ""
    3010 timeout
    "#);
}

#[test]
fn scratch_that_by_keys_where_the_application_tells_nothing() {
    assert_snapshot!(dictate("
        500 final 1 |hello there|
        900 final 1 |scratch that|
        1500 final 1 |no way // undo that|
    "), @r#"
    500 final 1 |hello there|
        commit A: "hello there"
    900 final 1 |scratch that|
        read A
    980 timeout
        key A: BackSpace 11
    1500 final 1 |no way // undo that|
        commit A: "no way"
        read A
    1580 timeout
        key A: BackSpace 6
    3010 timeout
    "#);
}

#[test]
fn without_text_and_with_keys_missed_nothing_is_edited() {
    assert_snapshot!(run("
        0 toggle
        10 capture-started 1
        36 in A
        500 final 1 |hello there|
        600 toggle
        610 ended 1
        2000 toggle
        2010 capture-started 2
        2036 in A
        2500 final 2 |scratch that|
        3000 toggle
        3010 ended 2
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    36 in A
    500 final 1 |hello there|
        commit A: "hello there"
    600 toggle
        stop capture 1, Decode
        cue Stop
        state Finishing
    610 ended 1
        restore engine
        state Idle
    2000 toggle
        activate engine
        start capture 2
        state Opening
    2010 capture-started 2
        state Listening
        cue Start
    2036 in A
    2500 final 2 |scratch that|
        read A
    2580 timeout
        tell NotEdited(OutOfReach)
        cue Problem
    3000 toggle
        stop capture 2, Decode
        cue Stop
        state Finishing
    3010 ended 2
        restore engine
        state Idle
    "#);
}

#[test]
fn prose_with_the_words_of_commands_is_prose() {
    assert_snapshot!(dictate("
        500 final 1 |Please scratch that itch.|
        900 final 1 |Delete my account.|
        1300 final 1 |The end // is near, scratch that.|
    "), @r#"
    500 final 1 |Please scratch that itch.|
        commit A: "Please scratch that itch."
    900 final 1 |Delete my account.|
        commit A: " Delete my account."
    1300 final 1 |The end // is near, scratch that.|
        commit A: " The end is near, scratch that."
    3010 timeout
    "#);
}

#[test]
fn named_text_is_replaced_selected_and_capitalized() {
    assert_snapshot!(dictate("
        500 final 1 |two cats in a box|
        510 around |two cats in a box|
        900 final 1 |replace cats with big dogs|
        1000 around |two big dogs in a box|
        1400 final 1 |select big dogs|
        2000 around |two big dogs in a box|
        2100 final 1 |capitalize box|
        2500 final 1 |go to end|
        3000 final 1 |delete whales|
    "), @r#"
    500 final 1 |two cats in a box|
        commit A: "two cats in a box"
    510 around |two cats in a box|
    900 final 1 |replace cats with big dogs|
        read A
    980 timeout
        delete A: "cats in a box" ""
        commit A: "big dogs in a box"
    1000 around |two big dogs in a box|
    1400 final 1 |select big dogs|
        read A
    1480 timeout
        key A: Left 17
        key A: SelectRight 8
    2000 around |two big dogs in a box|
    2100 final 1 |capitalize box|
        read A
    2180 timeout
        delete A: "box" ""
        commit A: "Box"
    2500 final 1 |go to end|
        read A
    2580 timeout
        key A: TextEnd 1
    3000 final 1 |delete whales|
        commit A: "delete whales"
    3010 timeout
    "#);
}

#[test]
fn a_text_that_changed_is_not_edited() {
    assert_snapshot!(dictate("
        500 final 1 |hello there|
        510 around |hello there|
        900 final 1 |scratch that|
        910 around |hello their|
    "), @r#"
    500 final 1 |hello there|
        commit A: "hello there"
    510 around |hello there|
    900 final 1 |scratch that|
        read A
    910 around |hello their|
        tell NotEdited(TextChanged)
    3010 timeout
    "#);
}

#[test]
fn commands_end_sentences_and_dictations_and_switch_languages() {
    assert_snapshot!(dictate("
        500 final 1 |it works // new sentence|
        900 final 1 |then we left|
        1300 final 1 |switch to german|
        1700 final 1 |stop dictation|
    "), @r#"
    500 final 1 |it works // new sentence|
        commit A: "it works"
        read A
    580 timeout
        commit A: "."
    900 final 1 |then we left|
        commit A: " Then we left"
    1300 final 1 |switch to german|
        switch to German
    1700 final 1 |stop dictation|
    "#);
}

#[test]
fn correct_by_digit() {
    assert_snapshot!(dictate("
        500 final 1 |the cat sat|the cut sat|a cap sat|
        510 around |the cat sat|
        900 final 1 |correct cat|
        1000 choose next
        1100 choose previous
        1200 choose 2
    "), @r#"
    500 final 1 |the cat sat|the cut sat|a cap sat|
        commit A: "the cat sat"
    510 around |the cat sat|
    900 final 1 |correct cat|
        read A
    980 timeout
        choices A: ["cut", "cap", "Cat", "CAT"] 0
    1000 choose next
        choices A: ["cut", "cap", "Cat", "CAT"] 1
    1100 choose previous
        choices A: ["cut", "cap", "Cat", "CAT"] 0
    1200 choose 2
        hide choices
        learn "cap" for "cat"
        read A
    1280 timeout
        delete A: "cat sat" ""
        commit A: "cap sat"
    3010 timeout
    "#);
}

#[test]
fn correct_by_voice_after_the_key_was_released() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        36 in A
        600 partial 1 |over their||
        1000 release
        1100 final 1 |over their|over there|
        1110 ended 1
        3000 press
        3010 capture-started 2
        3036 in A
        3040 around |over their|
        3500 release
        3600 final 2 |correct their|
        3610 ended 2
        5000 press
        5010 capture-started 3
        5500 release
        5600 final 3 |choose one|
        5610 ended 3
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    36 in A
    600 partial 1 |over their||
        preedit A: "over their" ""
    1000 release
    1050 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    1100 final 1 |over their|over there|
        clear preedit
        commit A: "over their"
    1110 ended 1
        restore engine
        state Idle
    3000 press
        activate engine
        start capture 2
        state Opening
    3010 capture-started 2
        state Listening
        cue Start
    3036 in A
    3040 around |over their|
    3500 release
    3550 timeout
        stop capture 2, Decode
        cue Stop
        state Finishing
    3600 final 2 |correct their|
        read A
    3610 ended 2
    3680 timeout
        choices A: ["there", "they're", "Their", "THEIR"] 0
    5000 press
        start capture 3
        state Opening
    5010 capture-started 3
        state Listening
        cue Start
    5500 release
    5550 timeout
        stop capture 3, Decode
        cue Stop
        state Finishing
    5600 final 3 |choose one|
        hide choices
        learn "there" for "their"
        read A
    5610 ended 3
    5680 timeout
        delete A: "their" ""
        commit A: "there"
        restore engine
        state Idle
    "#);
}

#[test]
fn alternatives_go_away_with_escape_typing_and_time() {
    assert_snapshot!(dictate("
        500 final 1 |to the sea|
        900 final 1 |correct sea|
        1000 cancel
        1100 choose 1
        1200 final 1 |correct sea|
        1300 typed
        1400 final 1 |to the sea|
        1500 final 1 |correct sea|
        1700 final 1 |and so on|
    "), @r#"
    500 final 1 |to the sea|
        commit A: "to the sea"
    900 final 1 |correct sea|
        read A
    980 timeout
        choices A: ["see", "Sea", "SEA"] 0
    1000 cancel
        hide choices
    1100 choose 1
    1200 final 1 |correct sea|
        read A
    1280 timeout
        choices A: ["see", "Sea", "SEA"] 0
    1300 typed
        hide choices
    1400 final 1 |to the sea|
        commit A: "to the sea"
    1500 final 1 |correct sea|
        read A
    1580 timeout
        choices A: ["see", "Sea", "SEA"] 0
    1700 final 1 |and so on|
        hide choices
        commit A: " and so on"
    3010 timeout
    "#);
}

#[test]
fn names_around_the_caret_are_expected() {
    assert_snapshot!(dictate("
        40 around |Yesterday I met Siobhan and Nguyen.|
        50 around |Yesterday I met Siobhan and Nguyen.|
        900 final 1 |she said|
    "), @r#"
    40 around |Yesterday I met Siobhan and Nguyen.|
        expect gtk3-im:editor: ["Siobhan", "Nguyen"]
    50 around |Yesterday I met Siobhan and Nguyen.|
    900 final 1 |she said|
        commit A: " She said"
    3010 timeout
    "#);
    let config = SessionConfig {
        names_around: false,
        ..SessionConfig::default()
    };
    let log = run_with(
        config,
        "
        0 toggle
        10 capture-started 1
        36 in A
        40 around |Yesterday I met Siobhan.|
    ",
    );
    assert!(!log.contains("expect"), "{log}");
}
