use super::*;
use crate::keys::RELEASE_MASK;

const DEAD_ACUTE: u32 = 0xfe51;
const DEAD_DIAERESIS: u32 = 0xfe57;
const MULTI_KEY: u32 = 0xff20;
const SHIFT_L: u32 = 0xffe1;
const CONTROL: u32 = 1 << 2;

/// Sequences of the test's own, in the format of `Compose(5)`.
const SEQUENCES: &str = r#"
<dead_acute> <space> : "´" acute
<dead_acute> <dead_acute> : "´" acute
<dead_acute> <e> : "é" eacute
<dead_acute> <E> : "É" Eacute
<dead_diaeresis> <space> : "¨"
<dead_diaeresis> <dead_acute> <u> : "ǘ"
<Multi_key> <o> <c> : "©" copyright
<Multi_key> <h> <i> : "hello there"
"#;

fn table() -> Option<ComposeTable> {
    let context = Context::default();
    let mut builder = context.compose_table_builder();
    builder.buffer(SEQUENCES);
    builder.build(Vec::<Diagnostic>::new())
}

fn compose() -> Compose {
    Compose::new(table)
}

fn event(keyval: u32, state: u32) -> KeyEvent {
    KeyEvent {
        keyval,
        keycode: keyval & 0xff,
        state,
    }
}

/// What an application shows after these presses and releases, keys that pass written as themselves.
fn types(compose: &mut Compose, keyvals: &[u32]) -> String {
    let mut shown = String::new();
    for &keyval in keyvals {
        let pressed = compose.take(event(keyval, 0));
        shown += &pressed.typed;
        if pressed.verdict == Verdict::Pass
            && let Some(character) = Keysym(keyval).char()
        {
            shown.push(character);
        }
        let released = compose.take(event(keyval, RELEASE_MASK));
        assert_eq!((released.verdict, &*released.typed), (pressed.verdict, ""));
    }
    shown
}

fn letters(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}

#[test]
fn ordinary_keys_pass() {
    assert_eq!(types(&mut compose(), &letters("caf 1,")), "caf 1,");
}

#[test]
fn an_accent_waits_for_its_letter() {
    let mut it = compose();
    assert_eq!(types(&mut it, &[DEAD_ACUTE, 0x65, 0x65]), "ée");
    assert_eq!(types(&mut it, &[DEAD_ACUTE, SHIFT_L, 0x45]), "É");
    assert_eq!(types(&mut it, &[DEAD_ACUTE, DEAD_ACUTE]), "´");
    assert_eq!(types(&mut it, &[DEAD_DIAERESIS, DEAD_ACUTE, 0x75]), "ǘ");
    assert_eq!(types(&mut it, &[MULTI_KEY, 0x6f, 0x63]), "©");
    assert_eq!(types(&mut it, &[MULTI_KEY, 0x68, 0x69]), "hello there");
}

#[test]
fn an_accent_without_a_letter_stands_alone() {
    let mut it = compose();
    assert_eq!(types(&mut it, &[DEAD_ACUTE, 0x78]), "´x");
    assert_eq!(types(&mut it, &[DEAD_DIAERESIS, DEAD_ACUTE, 0x65]), "¨´e");
    assert_eq!(types(&mut it, &[MULTI_KEY, 0x6f, 0x78]), "ox");
    // The key that ends one sequence may begin the next.
    assert_eq!(types(&mut it, &[MULTI_KEY, DEAD_ACUTE, 0x65]), "é");
}

#[test]
fn a_sequence_can_be_taken_back() {
    let mut it = compose();
    for keyval in [KEYSYM_BACKSPACE.0, KEYSYM_ESCAPE.0] {
        assert_eq!(types(&mut it, &[DEAD_ACUTE]), "");
        let pressed = it.take(event(keyval, 0));
        assert_eq!(pressed, Composed::alone(Verdict::Swallow));
        it.take(event(keyval, RELEASE_MASK));
        assert_eq!(types(&mut it, &[0x65]), "e");
        assert_eq!(it.take(event(keyval, 0)).verdict, Verdict::Pass);
    }
    types(&mut it, &[DEAD_ACUTE]);
    it.reset();
    assert_eq!(types(&mut it, &[0x65]), "e");
}

#[test]
fn commands_and_repeats_are_no_sequences() {
    let mut it = compose();
    types(&mut it, &[DEAD_ACUTE]);
    assert_eq!(it.take(event(0x65, CONTROL)).verdict, Verdict::Pass);
    let repeats: Vec<String> = (0..3).map(|_| it.take(event(0x65, 0)).typed).collect();
    assert_eq!(repeats, ["é", "", ""]);
    // The application saw the repeats, so it sees the release.
    assert_eq!(it.take(event(0x65, RELEASE_MASK)).verdict, Verdict::Pass);
}

#[test]
fn without_a_table_everything_passes() {
    let mut it = Compose::new(|| None);
    let pressed = it.take(event(DEAD_ACUTE, 0));
    assert_eq!(pressed, Composed::alone(Verdict::Pass));
}

#[test]
fn text_does_not_show_in_debug_output() {
    let composed = Composed {
        verdict: Verdict::Swallow,
        typed: "secret".to_owned(),
    };
    assert_eq!(format!("{composed:?}"), "Composed(Swallow, …)");
}
