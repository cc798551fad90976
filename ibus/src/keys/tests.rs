use super::*;

const F9: u32 = 0xffc6;
const CONTROL_R: u32 = 0xffe4;
const MOD2_NUM_LOCK: u32 = 1 << 4;

fn press(keyval: u32, state: u32) -> KeyEvent {
    KeyEvent {
        keyval,
        keycode: lower_case(keyval) & 0xff,
        state,
    }
}

fn release(keyval: u32, state: u32) -> KeyEvent {
    press(keyval, state | RELEASE_MASK)
}

#[test]
fn scripts() {
    use KeyEdge::{Press, Release, Repeat};
    use KeyRole::{Cancel, Modifier, PushToTalk, Typed};
    use Verdict::{Pass, Swallow};
    let logo_d = KeyChord::new(
        u32::from(b'D'),
        Modifiers {
            logo: true,
            shift: true,
            ..Modifiers::default()
        },
    );
    let f9 = KeyChord::new(F9, Modifiers::default());
    let control_r = KeyChord::new(CONTROL_R, Modifiers::default());
    let d = u32::from(b'D');
    for (chord, escape, script) in [
        (
            f9,
            Escape::Passes,
            vec![
                (press(F9, MOD2_NUM_LOCK), PushToTalk, Press, Swallow),
                (press(F9, MOD2_NUM_LOCK), PushToTalk, Repeat, Swallow),
                (press(u32::from(b'a'), 0), Typed, Press, Pass),
                (release(u32::from(b'a'), 0), Typed, Release, Pass),
                (release(F9, CONTROL), PushToTalk, Release, Swallow),
                (release(F9, 0), Typed, Release, Pass),
                (press(F9, CONTROL), Typed, Press, Pass),
                (press(KEYVAL_ESCAPE, 0), Typed, Press, Pass),
                (press(0xffe1, 0), Modifier, Press, Pass),
                (press(0xfe03, 0), Modifier, Press, Pass),
            ],
        ),
        (
            logo_d,
            Escape::Cancels,
            vec![
                (press(d, SHIFT | MOD4 | SUPER), PushToTalk, Press, Swallow),
                (release(d + 32, 0), PushToTalk, Release, Swallow),
                (press(d, SHIFT | MOD4), PushToTalk, Press, Swallow),
                (release(d, SHIFT | MOD4), PushToTalk, Release, Swallow),
                (press(d, SHIFT), Typed, Press, Pass),
                (press(KEYVAL_ESCAPE, 0), Cancel, Press, Swallow),
                (release(KEYVAL_ESCAPE, 0), Cancel, Release, Swallow),
            ],
        ),
        (
            control_r,
            Escape::Passes,
            vec![
                (press(CONTROL_R, 0), PushToTalk, Press, Swallow),
                (release(CONTROL_R, CONTROL), PushToTalk, Release, Swallow),
            ],
        ),
    ] {
        let policy = KeyPolicy::new();
        policy.set_push_to_talk(Some(chord));
        policy.set_escape(escape);
        for (step, (key, role, edge, verdict)) in script.into_iter().enumerate() {
            assert_eq!(
                policy.decide(key),
                (role, edge, verdict),
                "{chord:?} step {step}"
            );
        }
    }
}

#[test]
fn escape_stays_ours_until_it_is_released() {
    let policy = KeyPolicy::new();
    policy.set_escape(Escape::Cancels);
    policy.decide(press(KEYVAL_ESCAPE, 0));
    policy.set_escape(Escape::Passes);
    let released = policy.decide(release(KEYVAL_ESCAPE, 0));
    assert_eq!(
        released,
        (KeyRole::Cancel, KeyEdge::Release, Verdict::Swallow)
    );
    assert_eq!(policy.decide(press(KEYVAL_ESCAPE, 0)).2, Verdict::Pass);
}

#[test]
fn keys_choose_while_candidates_are_shown() {
    let policy = KeyPolicy::new();
    let two = u32::from(b'2');
    assert_eq!(policy.decide(press(two, 0)).0, KeyRole::Typed);
    policy.set_candidates(Candidates::Shown);
    for (keyval, choice) in [
        (two, ChoiceKey::Digit(2)),
        (0xffb9, ChoiceKey::Digit(9)),
        (0xff52, ChoiceKey::Previous),
        (0xff54, ChoiceKey::Next),
        (0xff0d, ChoiceKey::Accept),
    ] {
        let role = KeyRole::Choose(choice);
        let down = policy.decide(press(keyval, 0));
        assert_eq!(down, (role, KeyEdge::Press, Verdict::Swallow), "{keyval:x}");
        let up = policy.decide(release(keyval, 0));
        assert_eq!(up, (role, KeyEdge::Release, Verdict::Swallow), "{keyval:x}");
    }
    for (keyval, state) in [(two, CONTROL), (u32::from(b'0'), 0), (0xff51, 0)] {
        assert_eq!(policy.decide(press(keyval, state)).0, KeyRole::Typed);
    }
}

#[test]
fn held_keys_can_be_forgotten() {
    let policy = KeyPolicy::new();
    policy.set_push_to_talk(Some(KeyChord::new(F9, Modifiers::default())));
    assert!(!policy.forget_held());
    policy.decide(press(F9, 0));
    assert!(policy.forget_held());
    assert_eq!(policy.decide(press(F9, 0)).1, KeyEdge::Press);
}

proptest::proptest! {
    #[test]
    fn without_ours_every_key_passes(keys in proptest::collection::vec((0u32..0x1_0000, 0u32..256, 0u32..), 0..50)) {
        let policy = KeyPolicy::new();
        for (keyval, keycode, state) in keys {
            let verdict = policy.decide(KeyEvent { keyval, keycode, state }).2;
            proptest::prop_assert_eq!(verdict, Verdict::Pass);
        }
    }

    #[test]
    fn a_swallowed_press_has_a_swallowed_release(
        keys in proptest::collection::vec((0usize..4, proptest::bool::ANY, 0u32..256), 0..80),
    ) {
        let keyvals = [F9, KEYVAL_ESCAPE, u32::from(b'a'), 0xffe1];
        let policy = KeyPolicy::new();
        policy.set_push_to_talk(Some(KeyChord::new(F9, Modifiers::default())));
        policy.set_escape(Escape::Cancels);
        let mut down = [false; 4];
        for (which, goes_down, state) in keys {
            let key = if goes_down { press(keyvals[which], state) } else { release(keyvals[which], state) };
            let verdict = policy.decide(key).2;
            if goes_down {
                let swallowed = verdict == Verdict::Swallow;
                proptest::prop_assert!(swallowed || !down[which]);
                down[which] = swallowed;
            } else {
                proptest::prop_assert_eq!(verdict == Verdict::Swallow, down[which]);
                down[which] = false;
            }
        }
    }
}
