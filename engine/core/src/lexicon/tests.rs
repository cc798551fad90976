use super::*;

const TEXT: &str = "#phones ah k t ey\ncat k ey t\nkate k ey t\na ah\na ey\nact ah k t\n";

fn lexicon() -> Lexicon {
    Lexicon::from_bytes("lexicon.txt", TEXT.as_bytes()).unwrap()
}

fn heard(lexicon: &Lexicon, phones: &[u32]) -> Vec<String> {
    let narrowed = phones
        .iter()
        .fold(lexicon.all(), |range, &phone| lexicon.narrow(range, phone));
    lexicon
        .complete(narrowed)
        .map(|entry| String::from_utf8(lexicon.word(entry).to_vec()).unwrap())
        .collect()
}

#[test]
fn words_are_found_by_their_phones() {
    let lexicon = lexicon();
    assert_eq!(heard(&lexicon, &[1, 3, 2]), ["cat", "kate"]);
    assert_eq!(heard(&lexicon, &[0]), ["a"]);
    assert_eq!(heard(&lexicon, &[0, 1]), [""; 0]);
    assert_eq!(heard(&lexicon, &[]), [""; 0]);
    let astray = lexicon.narrow(lexicon.all(), 2);
    assert!(astray.is_empty() && lexicon.narrow(astray, 0).is_empty());
}

#[test]
fn a_file_that_is_no_lexicon_is_refused_by_line() {
    for (text, message) in [
        (
            "",
            "bad.txt does not begin with a line of phones: install the model again",
        ),
        (
            "cat k ey t",
            "bad.txt does not begin with a line of phones: install the model again",
        ),
        (
            "#phones k t\ncat",
            "line 2 of bad.txt is no word with its phones: install the model again",
        ),
        (
            "#phones k t\n\ncat k q",
            "line 3 of bad.txt is no word with its phones: install the model again",
        ),
    ] {
        let error = Lexicon::from_bytes("bad.txt", text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn the_widest_rule_says_how_a_letter_sounds() {
    let rules = "[c] k\n[a] ah\n[a]t ey\n[t] t\n[e]_\n";
    let rules = LetterToSound::from_bytes("rules.txt", rules.as_bytes(), &lexicon()).unwrap();
    assert_eq!(rules.sounds("cat"), [1, 3, 2]);
    assert_eq!(rules.sounds("acte"), [0, 1, 2]);
    assert!(rules.sounds("ü").is_empty());
}

#[test]
fn a_file_without_rules_is_refused_by_line() {
    let error = LetterToSound::from_bytes("rules.txt", b"[c] k\nc k", &lexicon()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2 of rules.txt is no rule of spelling: install the model again"
    );
}
