use proptest::prelude::*;

use super::*;

const GOOD: &str = r#"format = 1
id = "starter-en"
name = "Starter, English"
language = "en"
license = "CC-BY-4.0"

[writes]
case = false

[decoding]
search = "beam"
beam_width = 8
lm_weight = 0.5

[[files]]
role = "ctc"
path = "model.onnx"
size = 3
sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

[[files]]
role = "tokens"
path = "tokens.txt"
size = 3
sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
"#;

fn parse(text: &str) -> Result<Manifest, ModelError> {
    Manifest::parse(text, Path::new("m/manifest.toml"))
}

#[test]
fn a_good_manifest_is_read() {
    let manifest = parse(GOOD).unwrap();
    assert_eq!(manifest.id, "starter-en");
    assert_eq!(manifest.decoding.search, Some(SearchKind::Beam));
    assert_eq!(manifest.decoding.beam_width, Some(8));
    assert_eq!(
        manifest.file(FileRole::Ctc).unwrap().path,
        Path::new("model.onnx")
    );
    assert!(!manifest.writes.punctuation);
}

#[track_caller]
fn check_error(from: &str, to: &str, expected: &str) {
    assert!(GOOD.contains(from), "the test changes nothing");
    let message = parse(&GOOD.replacen(from, to, 1)).unwrap_err().to_string();
    assert!(message.contains(expected), "{message}");
}

#[test]
fn errors_name_the_file_and_the_line() {
    check_error(
        "format = 1",
        "format = 2",
        "m/manifest.toml, line 1: format 2",
    );
    check_error(
        "\"starter-en\"",
        "\"Starter EN\"",
        "line 2: \"Starter EN\" is not an id",
    );
    check_error(
        "\"starter-en\"",
        "\"../x\"",
        "line 2: \"../x\" is not an id",
    );
    check_error("language", "lanugage", "line 4: unknown field `lanugage`");
    check_error("case = false", "case = 1", "line 8: invalid type");
    check_error("\"beam\"", "\"bean\"", "line 11: unknown variant `bean`");
    check_error(
        "beam_width = 8",
        "beam_width = 0",
        "line 12: beam_width must be at least 1",
    );
    check_error(
        "lm_weight = 0.5",
        "lm_weight = nan",
        "line 13: lm_weight must be a number",
    );
    check_error(
        "\"model.onnx\"",
        "\"../model.onnx\"",
        "line 17: \"../model.onnx\" leads out",
    );
    check_error(
        "\"model.onnx\"",
        "\"/model.onnx\"",
        "leads out of the model directory",
    );
    check_error(
        "0123456789abcdef0",
        "X123456789abcdef0",
        "line 19: sha256 of \"model.onnx\"",
    );
    check_error(
        "role = \"tokens\"",
        "role = \"ctc\"",
        "line 23: \"tokens.txt\" is a second file",
    );
    check_error("role = \"ctc\"", "role = \"encoder\"", "the model has no");
    check_error("size = 3", "size = -3", "line 18: invalid value");
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}", cut in 0..GOOD.len()) {
        let _ = parse(&text);
        let _ = parse(&format!("{}{text}", &GOOD[..cut]));
    }
}
