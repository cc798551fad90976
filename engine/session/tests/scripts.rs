//! What the session does, script by script.
//!
//! Longer than 400 lines because each script tells a whole trace, and is read beside the others.

mod support;

use insta::assert_snapshot;
use sotto_session::{KeyMode, SessionConfig};
use support::{run, run_with};

#[test]
fn hold_speak_release() {
    assert_snapshot!(run("
        0 press
        20 capture-started 1
        35 activated
        36 in A
        37 purpose 0
        38 around |Dear Ann,|
        500 partial 1 |hello|wor|
        900 partial 1 |hello world||
        1000 release
        1150 final 1 |hello world|
        1151 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    20 capture-started 1
        state Listening
        cue Start
    35 activated
    36 in A
    37 purpose 0
    38 around |Dear Ann,|
        expect gtk3-im:editor: ["Ann"]
    500 partial 1 |hello|wor|
        preedit A: " hello" " wor"
    900 partial 1 |hello world||
        preedit A: " hello world" ""
    1000 release
    1050 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    1150 final 1 |hello world|
        clear preedit
        commit A: " hello world"
    1151 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn tap_speak_tap_with_several_sentences() {
    assert_snapshot!(run("
        0 press
        90 release
        100 capture-started 1
        120 in A
        600 partial 1 |One.||
        900 final 1 |One.|
        1500 partial 1 |Two||
        1900 final 1 |Two.|
        2500 press
        2590 release
        2600 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    90 release
    100 capture-started 1
        state Listening
        cue Start
    120 in A
    600 partial 1 |One.||
        preedit A: "One." ""
    900 final 1 |One.|
        clear preedit
        commit A: "One."
    1500 partial 1 |Two||
        preedit A: " Two" ""
    1900 final 1 |Two.|
        clear preedit
        commit A: " Two."
    2500 press
        stop capture 1, Decode
        cue Stop
        state Finishing
    2590 release
    2600 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn a_key_that_is_lost_is_released_and_never_tapped() {
    assert_snapshot!(run("
        0 press
        20 capture-started 1
        40 in A
        195 key-lost
        196 key-lost
        250 final 1 |hello|
        300 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    20 capture-started 1
        state Listening
        cue Start
    40 in A
    195 key-lost
        stop capture 1, Decode
        cue Stop
        state Finishing
    196 key-lost
    250 final 1 |hello|
        commit A: "hello"
    300 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn a_repeating_key_is_one_press() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 release
        501 press
        530 release
        531 press
        560 press
        900 release
        1000 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 release
    501 press
    530 release
    531 press
    560 press
    900 release
    950 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    1000 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn listening_without_a_key_ends_after_silence() {
    assert_snapshot!(run("
        0 toggle
        10 capture-started 1
        20 in A
        30 level 1 -40
        4000 partial 1 |hello||
        12010 final 1 |hello|
        12020 ended 1
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    30 level 1 -40
    4000 partial 1 |hello||
        preedit A: "hello" ""
    12000 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    12010 final 1 |hello|
        clear preedit
        commit A: "hello"
    12020 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn hold_only_and_toggle_only() {
    let config = SessionConfig {
        key_mode: KeyMode::Hold,
        ..SessionConfig::default()
    };
    assert_snapshot!(run_with(config, "
        0 press
        10 capture-started 1
        35 activated
        40 release
        95 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    35 activated
    40 release
    90 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    95 ended 1
        restore engine
        state Idle
    "#);
    let config = SessionConfig {
        key_mode: KeyMode::Toggle,
        ..SessionConfig::default()
    };
    assert_snapshot!(run_with(config, "
        0 press
        10 capture-started 1
        35 activated
        900 release
        1900 press
        2000 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    35 activated
    900 release
    1900 press
        stop capture 1, Decode
        cue Stop
        state Finishing
    2000 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn cancel_drops_the_utterance() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 cancel
        700 final 1 |hello|
        800 release
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 cancel
        stop capture 1, Discard
        clear preedit
        restore engine
        state Idle
    700 final 1 |hello|
    800 release
    "#);
}

#[test]
fn a_press_while_finishing_starts_the_next_dictation() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 release
        700 press
        800 final 1 |hello|
        801 ended 1
        810 capture-started 2
        1200 release
        1300 final 2 |again|
        1301 ended 2
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 release
    650 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    700 press
    800 final 1 |hello|
        clear preedit
        commit A: "hello"
    801 ended 1
        start capture 2
        state Opening
    810 capture-started 2
        state Listening
        cue Start
    1200 release
    1250 timeout
        stop capture 2, Decode
        cue Stop
        state Finishing
    1300 final 2 |again|
        commit A: " again"
    1301 ended 2
        restore engine
        state Idle
    "#);
}

#[test]
fn focus_moves_in_mid_utterance() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 out A
        601 fake
        602 in B
        700 final 1 |hello world|
        701 ended 1
        5000 release
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 out A
    601 fake
    602 in B
        stop capture 1, Decode
        cue Stop
        state Finishing
    700 final 1 |hello world|
    701 ended 1
    1701 timeout
        keep "hello world", FocusMoved
        restore engine
        state Idle
    5000 release
    "#);
}

#[test]
fn focus_moves_before_anything_is_said() {
    assert_snapshot!(run("
        0 toggle
        10 capture-started 1
        20 in A
        600 out A
        601 in B
        2000 partial 1 |hello||
        2500 final 1 |hello|
        2600 toggle
        2700 ended 1
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    600 out A
    601 in B
    2000 partial 1 |hello||
        preedit B: "hello" ""
    2500 final 1 |hello|
        clear preedit
        commit B: "hello"
    2600 toggle
        stop capture 1, Decode
        cue Stop
        state Finishing
    2700 ended 1
        restore engine
        state Idle
    "#);
}

/// IBus shows a new engine its placeholder before the field, at times without saying so.
#[test]
fn focus_passes_through_a_nameless_placeholder_at_the_press() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in P
        29 out P
        29 in A
        400 partial 1 |hello||
        1000 release
        1100 final 1 |hello|
        1101 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in P
    29 out P
    29 in A
    400 partial 1 |hello||
        preedit A: "hello" ""
    1000 release
    1050 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    1100 final 1 |hello|
        clear preedit
        commit A: "hello"
    1101 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn a_field_that_passes_after_a_move_takes_nothing_of_it_back() {
    assert_snapshot!(run("
        0 toggle
        10 capture-started 1
        30 in A
        90 in B
        90 in C
        95 final 1 |hello|
        200 toggle
        210 ended 1
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    30 in A
    90 in B
    90 in C
    95 final 1 |hello|
    200 toggle
        stop capture 1, Decode
        cue Stop
        state Finishing
    210 ended 1
        keep "hello", FocusMoved
        restore engine
        state Idle
    "#);
}

#[test]
fn speech_noticed_right_after_a_move_belongs_to_nobody() {
    assert_snapshot!(run("
        0 toggle
        10 capture-started 1
        20 in A
        2000 out A
        2001 in B
        2300 partial 1 |hello||
        2900 final 1 |hello|
        2950 toggle
        3000 ended 1
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    2000 out A
    2001 in B
    2300 partial 1 |hello||
    2900 final 1 |hello|
    2950 toggle
        stop capture 1, Decode
        cue Stop
        state Finishing
    3000 ended 1
        keep "hello", FocusMoved
        restore engine
        state Idle
    "#);
}

#[test]
fn the_placeholder_context_passes_by() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 out A
        600 fake
        601 out InputContext_1
        601 in A
        900 release
        1000 final 1 |hello|
        1001 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 out A
    600 fake
    601 out InputContext_1
    601 in A
        preedit A: "hello" ""
    900 release
    950 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    1000 final 1 |hello|
        clear preedit
        commit A: "hello"
    1001 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn a_grab_takes_focus_while_the_key_is_held() {
    assert_snapshot!(run("
        0 in A
        1000 out A
        1000 fake
        1002 press
        1003 activated
        1010 capture-started 1
        1500 partial 1 |hello||
        1900 in A
        1901 release
        2050 final 1 |hello|
        2051 ended 1
    "), @r#"
    0 in A
    1000 out A
    1000 fake
    1002 press
        activate engine
        start capture 1
        state Opening
    1003 activated
    1010 capture-started 1
        state Listening
        cue Start
    1500 partial 1 |hello||
    1900 in A
        preedit A: "hello" ""
    1901 release
    1951 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    2050 final 1 |hello|
        clear preedit
        commit A: "hello"
    2051 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn a_window_gets_focus_while_a_slow_microphone_opens() {
    assert_snapshot!(run("
        0 press
        5 fake
        900 capture-started 1
        950 in A
        1400 partial 1 |hello||
        1900 release
        2050 final 1 |hello|
        2051 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    5 fake
    900 capture-started 1
        state Listening
        cue Start
    950 in A
    1400 partial 1 |hello||
        preedit A: "hello" ""
    1900 release
    1950 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    2050 final 1 |hello|
        clear preedit
        commit A: "hello"
    2051 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn a_grab_before_the_engine_saw_any_focus() {
    assert_snapshot!(run("
        0 press
        5 fake
        10 capture-started 1
        1500 partial 1 |hello||
        1900 release
        1905 in A
        2050 final 1 |hello|
        2051 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    5 fake
    10 capture-started 1
        state Listening
        cue Start
    1500 partial 1 |hello||
    1900 release
    1905 in A
    1950 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    2050 final 1 |hello|
        commit A: "hello"
    2051 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn text_typed_another_way_is_not_pasted_with_the_next() {
    let effects = run("
        0 bus-lost
        10 press
        20 capture-started 1
        500 partial 1 |hello||
        700 release
        800 final 1 |hello|
        801 ended 1
        900 typed-otherwise
        1000 press
        1010 capture-started 2
        1500 partial 2 |world||
        1700 release
        1800 final 2 |world|
        1801 ended 2
        3000 bus-back
        5000 paste-last
        5030 activated
        5035 in B
    ");
    assert!(
        effects.contains("keep \"hello\", NoInputMethod"),
        "{effects}"
    );
    assert!(
        effects.contains("keep \"world\", NoInputMethod"),
        "{effects}"
    );
    assert!(effects.contains("commit B: \"world\""), "{effects}");
}

#[test]
fn text_for_a_field_that_comes_back_too_late_is_kept() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 out A
        700 release
        800 final 1 |hello|
        801 ended 1
        2000 out A
        5000 paste-last
        5030 activated
        5035 in B
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 out A
    700 release
    750 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    800 final 1 |hello|
    801 ended 1
    1801 timeout
        keep "hello", FocusMoved
        restore engine
        state Idle
    2000 out A
    5000 paste-last
        activate engine
        state Finishing
    5030 activated
    5035 in B
    5065 timeout
        commit B: "hello"
        restore engine
        state Idle
    "#);
}

#[test]
fn reset_means_another_field() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 reset A
        700 final 1 |hello|
        701 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 reset A
        stop capture 1, Decode
        cue Stop
        state Finishing
    700 final 1 |hello|
    701 ended 1
        keep "hello", FocusMoved
        restore engine
        state Idle
    "#);
}

#[test]
fn a_password_field_is_never_heard() {
    assert_snapshot!(run("
        0 in A
        1 purpose 8
        10 press
        500 release
        600 purpose 0
        700 press
        701 activated
        710 capture-started 1
        900 release
        1000 ended 1
    "), @r#"
    0 in A
    1 purpose 8
    10 press
        tell PasswordField
        cue Problem
    500 release
    600 purpose 0
    700 press
        activate engine
        start capture 1
        state Opening
    701 activated
    710 capture-started 1
        state Listening
        cue Start
    900 release
    1000 ended 1
        cue Stop
        state Finishing
        restore engine
        state Idle
    "#);
}

#[test]
fn a_password_field_that_announces_itself_late() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        25 partial 1 |hunter||
        26 hints 4096
        30 final 1 |hunter two|
        31 ended 1
        600 release
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    25 partial 1 |hunter||
        preedit A: "hunter" ""
    26 hints 4096
        stop capture 1, Discard
        tell PasswordField
        cue Problem
        clear preedit
        restore engine
        state Idle
    30 final 1 |hunter two|
    31 ended 1
    600 release
    "#);
}

#[test]
fn a_password_field_entered_while_listening() {
    assert_snapshot!(run("
        0 toggle
        10 capture-started 1
        20 in A
        1000 out A
        1001 in B
        1003 purpose 9
        1500 final 1 |secret|
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    1000 out A
    1001 in B
    1003 purpose 9
        stop capture 1, Discard
        tell PasswordField
        cue Problem
        restore engine
        state Idle
    1500 final 1 |secret|
    "#);
}

#[test]
fn no_text_field_at_all() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        35 activated
        36 fake
        500 partial 1 |hello||
        900 release
        1000 final 1 |hello|
        1001 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    35 activated
    36 fake
    500 partial 1 |hello||
    900 release
    950 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    1000 final 1 |hello|
    1001 ended 1
    2001 timeout
        keep "hello", NoTextField
        restore engine
        state Idle
    "#);
}

#[test]
fn the_input_method_dies_and_comes_back() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 bus-lost
        700 final 1 |hello|
        800 bus-back
        840 in B
        2000 partial 1 |again||
        2500 release
        2600 final 1 |again|
        2601 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 bus-lost
    700 final 1 |hello|
    800 bus-back
        activate engine
    840 in B
    2000 partial 1 |again||
        preedit B: "again" ""
    2500 release
    2550 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    2600 final 1 |again|
        clear preedit
        commit B: "again"
    2601 ended 1
        keep "hello", NoInputMethod
        restore engine
        state Idle
    "#);
}

#[test]
fn activation_refused_and_activation_lost() {
    assert_snapshot!(run("
        0 press
        5 activation-failed
        10 capture-started 1
        500 final 1 |hello|
        600 release
        700 ended 1
        1000 press
        1010 capture-started 2
        1020 in A
        1500 partial 2 |world||
        1600 activation-lost
        1700 final 2 |world|
        1701 ended 2
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    5 activation-failed
        tell ActivationFailed
    10 capture-started 1
        state Listening
        cue Start
    500 final 1 |hello|
    600 release
    650 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    700 ended 1
        keep "hello", NoInputMethod
        restore engine
        state Idle
    1000 press
        activate engine
        start capture 2
        state Opening
    1010 capture-started 2
        state Listening
        cue Start
    1020 in A
    1500 partial 2 |world||
        preedit A: "world" ""
    1600 activation-lost
        tell ActivationLost
        stop capture 2, Decode
        cue Stop
        state Finishing
    1700 final 2 |world|
    1701 ended 2
        keep "world", NoInputMethod
        state Idle
    "#);
}

#[test]
fn no_model() {
    assert_snapshot!(run("
        0 model-missing
        10 press
        400 release
        500 model-ready
    "), @r#"
    0 model-missing
        state Unavailable(NoModel)
    10 press
        tell CannotStart(NoModel)
        cue Problem
    400 release
    500 model-ready
        state Idle
    "#);
}

#[test]
fn the_model_breaks_in_mid_utterance() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello|wor|
        600 failed 1
        700 release
        800 press
        900 release
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello|wor|
        preedit A: "hello" " wor"
    600 failed 1
        tell ModelBroken
        cue Problem
        stop capture 1, Discard
        clear preedit
        keep "hello wor", Unfinished
        restore engine
        state Unavailable(ModelBroken)
    700 release
    800 press
        tell CannotStart(ModelBroken)
        cue Problem
    900 release
    "#);
}

#[test]
fn microphone_faults() {
    assert_snapshot!(run("
        0 press
        10 capture-failed 1 no-device
        500 release
        1000 press
        1010 capture-started 2
        1020 in A
        1500 partial 2 |hello||
        1600 capture-failed 2 lost
        1700 final 2 |hello|
        1701 ended 2
        1800 release
        3000 press
        3030 activated
        7000 release
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-failed 1 no-device
        tell Microphone(NoDevice)
        cue Problem
        stop capture 1, Discard
        restore engine
        state Idle
    500 release
    1000 press
        activate engine
        start capture 2
        state Opening
    1010 capture-started 2
        state Listening
        cue Start
    1020 in A
    1500 partial 2 |hello||
        preedit A: "hello" ""
    1600 capture-failed 2 lost
        tell MicrophoneLost(Lost)
        cue Problem
        stop capture 2, Decode
        cue Stop
        state Finishing
    1700 final 2 |hello|
        clear preedit
        commit A: "hello"
    1701 ended 2
        restore engine
        state Idle
    1800 release
    3000 press
        activate engine
        start capture 3
        state Opening
    3030 activated
    6000 timeout
        tell MicrophoneSlow
        cue Problem
        stop capture 3, Discard
        restore engine
        state Idle
    7000 release
    "#);
}

#[test]
fn a_muted_microphone_is_reported_once() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        15 activated
        20 level 1 -inf
        1000 level 1 -inf
        4000 level 1 -inf
        8000 release
        8100 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    15 activated
    20 level 1 -inf
    1000 level 1 -inf
    3010 timeout
        tell MicrophoneSilent
        cue Problem
    4000 level 1 -inf
    8000 release
    8050 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    8100 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn samples_lost() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 lost 1
        601 final 1 |hello|
        900 release
        1000 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 lost 1
        tell AudioLost
    601 final 1 |hello|
        clear preedit
        commit A: "hello"
    900 release
    950 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    1000 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn a_recognizer_that_never_finishes() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello|wor|
        600 release
        9000 final 1 |hello world|
        9001 ended 1
        9200 paste-last
        9201 activated
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello|wor|
        preedit A: "hello" " wor"
    600 release
    650 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    5650 timeout
        keep "hello wor", Unfinished
        tell RecognizerSlow
        clear preedit
        restore engine
        state Idle
    9000 final 1 |hello world|
        keep "hello world", Unfinished
    9001 ended 1
    9200 paste-last
        activate engine
        state Finishing
    9201 activated
        commit A: "hello world"
        restore engine
        state Idle
    "#);
}

#[test]
fn the_machine_slept() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 clock-jump
        700 final 1 |hello|
        701 ended 1
        800 release
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 clock-jump
        stop capture 1, Decode
        cue Stop
        state Finishing
    700 final 1 |hello|
        clear preedit
        commit A: "hello"
    701 ended 1
        restore engine
        state Idle
    800 release
    "#);
}

#[test]
fn ten_presses_a_second() {
    assert_snapshot!(run("
        0 press
        35 activated
        40 release
        100 press
        140 release
        200 press
        240 release
        260 ended 1
        300 press
        340 release
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    35 activated
    40 release
    100 press
        stop capture 1, Decode
        cue Stop
        state Finishing
    140 release
    200 press
    240 release
    260 ended 1
        start capture 2
        state Opening
    300 press
        stop capture 2, Decode
        cue Stop
        state Finishing
    340 release
    5300 timeout
        tell RecognizerSlow
        restore engine
        state Idle
    "#);
}

#[test]
fn paste_last_repeats_what_was_delivered() {
    assert_snapshot!(run("
        0 paste-last
        10 press
        20 capture-started 1
        30 in A
        500 final 1 |One.|
        600 final 1 |Two.|
        700 release
        800 ended 1
        1000 out A
        2000 paste-last
        2040 in B
    "), @r#"
    0 paste-last
        tell NothingToPaste
        cue Problem
    10 press
        activate engine
        start capture 1
        state Opening
    20 capture-started 1
        state Listening
        cue Start
    30 in A
    500 final 1 |One.|
        commit A: "One."
    600 final 1 |Two.|
        commit A: " Two."
    700 release
    750 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    800 ended 1
        restore engine
        state Idle
    1000 out A
    2000 paste-last
        activate engine
        state Finishing
    2040 in B
    2070 timeout
        commit B: "One. Two."
        restore engine
        state Idle
    "#);
}

#[test]
fn typing_forgets_what_stands_before_the_caret() {
    assert_snapshot!(run("
        0 toggle
        10 capture-started 1
        20 in A
        500 final 1 |one|
        600 final 1 |two|
        700 typed
        800 final 1 |three|
        900 toggle
        1000 ended 1
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 final 1 |one|
        commit A: "one"
    600 final 1 |two|
        commit A: " two"
    700 typed
    800 final 1 |three|
        commit A: "three"
    900 toggle
        stop capture 1, Decode
        cue Stop
        state Finishing
    1000 ended 1
        restore engine
        state Idle
    "#);
}

#[test]
fn quitting_keeps_what_was_said() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 partial 1 |hello||
        600 quit
        700 press
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 partial 1 |hello||
        preedit A: "hello" ""
    600 quit
        stop capture 1, Discard
        clear preedit
        keep "hello", Unfinished
        restore engine
        state Unavailable(Quitting)
    700 press
    "#);
}

#[test]
fn an_engine_that_activates_too_late_is_given_back() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        2500 activated
        2510 in A
        3000 release
        3100 final 1 |hello|
        3101 ended 1
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    2000 timeout
        tell ActivationFailed
    2500 activated
    2510 in A
    3000 release
    3010 timeout
        tell MicrophoneSilent
        cue Problem
    3050 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    3100 final 1 |hello|
    3101 ended 1
        keep "hello", FocusMoved
        restore engine
        state Idle
    "#);
}

#[test]
fn nothing_to_paste_into() {
    assert_snapshot!(run("
        0 press
        10 capture-started 1
        20 in A
        500 final 1 |hello|
        600 release
        700 ended 1
        800 out A
        900 paste-last
        930 activated
        931 fake
    "), @r#"
    0 press
        activate engine
        start capture 1
        state Opening
    10 capture-started 1
        state Listening
        cue Start
    20 in A
    500 final 1 |hello|
        commit A: "hello"
    600 release
    650 timeout
        stop capture 1, Decode
        cue Stop
        state Finishing
    700 ended 1
        restore engine
        state Idle
    800 out A
    900 paste-last
        activate engine
        state Finishing
    930 activated
    931 fake
    3900 timeout
        keep "hello", NoTextField
        restore engine
        state Idle
    "#);
}

#[test]
fn paste_waits_until_the_field_has_said_what_it_is() {
    assert_snapshot!(run("
        0 toggle
        5 activated
        10 capture-started 1
        500 final 1 |hello|
        600 toggle
        700 ended 1
        3000 paste-last
        3040 in B
        3045 purpose 0
        4000 paste-last
        4001 activated
        4002 out B
        4003 in C
        4010 purpose 8
    "), @r#"
    0 toggle
        activate engine
        start capture 1
        state Opening
    5 activated
    10 capture-started 1
        state Listening
        cue Start
    500 final 1 |hello|
    600 toggle
        stop capture 1, Decode
        cue Stop
        state Finishing
    700 ended 1
    1700 timeout
        keep "hello", NoTextField
        restore engine
        state Idle
    3000 paste-last
        activate engine
        state Finishing
    3040 in B
    3045 purpose 0
    3070 timeout
        commit B: "hello"
        restore engine
        state Idle
    4000 paste-last
        activate engine
        state Finishing
    4001 activated
        commit B: " hello"
        restore engine
        state Idle
    4002 out B
    4003 in C
    4010 purpose 8
    "#);
}
