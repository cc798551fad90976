use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::word::{Case, Mark};

static FORMS: LazyLock<Vec<SpokenForms>> = LazyLock::new(|| {
    Language::WITH_TABLES
        .iter()
        .map(|language| SpokenForms::new(*language))
        .collect()
});

/// `spoken` uses marks and capitals as the punctuation model would set them.
#[track_caller]
fn check(language: Language, spoken: &str, expected: &str) {
    let words = MarkedWord::from_written(spoken);
    assert_eq!(
        SpokenForms::new(language).write(&words),
        expected,
        "{spoken}"
    );
}

#[track_caller]
fn check_en(cases: &[(&str, &str)]) {
    for (spoken, expected) in cases {
        check(Language::English, spoken, expected);
    }
}

/// Every row of a table, said between two words.
fn check_rows(language: Language, table: &str) {
    let forms = SpokenForms::new(language);
    for row in rows(table) {
        let (name, action, text) = (row.cell(0), row.cell(1), row.text(2));
        let spoken = format!("xx {name} yy");
        let written = forms.write(&MarkedWord::from_written(&spoken));
        let expected = match action {
            "mark" if matches!(text.as_str(), "." | "?" | "!" | "...") => {
                format!("xx{} Yy", crate::piece::written_mark(&text, language))
            }
            "mark" => format!("xx{} yy", crate::piece::written_mark(&text, language)),
            "dash" | "free" => format!("xx {text} yy"),
            "open" => format!("xx {text}yy"),
            "close" => format!("xx{text} yy"),
            "toggle" => format!("xx {}yy", &text.chars().next().unwrap()),
            "join" => format!("xx{text}yy"),
            "line" | "break-after" => format!("xx{text}Yy"),
            "space" => "xx yy".to_owned(),
            "no-space" => "xxyy".to_owned(),
            "no-space-on" => "xxyy".to_owned(),
            "title-on" | "capital-next" => "xx Yy".to_owned(),
            "upper-on" | "upper-next" => "xx YY".to_owned(),
            "title-off" | "upper-off" | "no-space-off" | "lower-next" | "end-spell" => {
                "xx yy".to_owned()
            }
            "literal" | "spell" | "determiner" | "pronoun" | "follower" => spoken.clone(),
            other => panic!("row {name} has action {other}"),
        };
        assert_eq!(written, expected, "{spoken}");
    }
}

#[test]
fn every_row_is_written() {
    check_rows(Language::English, include_str!("../../data/spoken/en.tsv"));
    check_rows(Language::German, include_str!("../../data/spoken/de.tsv"));
    check_rows(Language::French, include_str!("../../data/spoken/fr.tsv"));
    check_rows(Language::Spanish, include_str!("../../data/spoken/es.tsv"));
}

#[test]
fn every_emoji_is_written() {
    for row in rows(include_str!("../../data/spoken/emoji.tsv")) {
        let language = Language::from_tag(row.cell(0));
        let spoken = match language {
            Language::French | Language::Spanish => format!("xx emoji {} yy", row.cell(1)),
            _ => format!("xx {} emoji yy", row.cell(1)),
        };
        check(language, &spoken, &format!("xx {} yy", row.cell(2)));
    }
}

#[test]
fn punctuation_in_sentences() {
    check_en(&[
        (
            "hello comma how are you question mark fine",
            "hello, how are you? Fine",
        ),
        (
            "dear john comma new paragraph thank you",
            "dear john,\n\nThank you",
        ),
        (
            "he said open quote come here close quote and left",
            "he said “come here” and left",
        ),
        (
            "he said comma open quote come here period close quote then left",
            "he said, “come here.” Then left",
        ),
        ("well hyphen known", "well-known"),
        ("and slash or", "and/or"),
        ("bullet point milk bullet point eggs", "\n• Milk\n• Eggs"),
        ("see open paren page 3 close paren period", "see (page 3)."),
        ("new line bullet point milk", "\n• Milk"),
        ("yes dash no", "yes — no"),
    ]);
}

#[test]
fn names_that_are_ordinary_words() {
    check_en(&[
        ("a period of time", "a period of time"),
        ("in the colon there", "in the colon there"),
        ("this comma is wrong", "this comma is wrong"),
        ("periods of rest", "periods of rest"),
        ("period of rest", "period of rest"),
        ("i dash to the shop", "i dash to the shop"),
        ("add a literal comma here", "add a comma here"),
        ("write literal new line here", "write new line here"),
        ("the literal truth", "the literal truth"),
        ("how do you spell it", "how do you spell it"),
        ("how to spell a word", "how to spell a word"),
        ("all caps", "all caps"),
    ]);
}

#[test]
fn automatic_marks_are_not_doubled() {
    check_en(&[
        ("Hello, comma how", "Hello, how"),
        ("Hello. period How", "Hello. How"),
        ("Hello comma, how", "Hello, how"),
        ("Hello, question mark. Yes", "Hello? Yes"),
        ("Hello. New line. Then", "Hello.\nThen"),
        ("Dear John, new paragraph, thanks", "Dear John,\n\nThanks"),
        ("Well, dash, no", "Well — no"),
        ("Great, thumbs up emoji.", "Great, 👍."),
        ("He said, open quote, no, close quote.", "He said, “no,”."),
    ]);
}

#[test]
fn capitals_spaces_and_spelling() {
    check_en(&[
        ("all caps nasa launched", "NASA launched"),
        (
            "caps on the great escape caps off again",
            "The Great Escape again",
        ),
        (
            "all caps on stop now all caps off please",
            "STOP NOW please",
        ),
        ("cap peter no caps Paul", "Peter paul"),
        ("foo no space bar", "foobar"),
        ("no space on one two no space off three", "onetwo three"),
        ("spell a b c", "abc"),
        (
            "the code is spell alpha bravo seven capital x-ray then",
            "the code is ab7X then",
        ),
        (
            "my name is spell capital j o hyphen a n stop spelling thanks",
            "my name is Jo-an thanks",
        ),
        ("type spell kilo lima 7.", "type kl7."),
    ]);
}

#[test]
fn other_languages() {
    check(
        Language::German,
        "hallo komma wie geht es fragezeichen",
        "hallo, wie geht es?",
    );
    check(Language::German, "der Punkt ist", "der Punkt ist");
    check(
        Language::German,
        "Anführungszeichen ja Anführungszeichen sagte er",
        "„ja“ sagte er",
    );
    check(
        Language::French,
        "bonjour virgule ça va point d'interrogation oui",
        "bonjour, ça va\u{a0}? Oui",
    );
    check(Language::French, "Ça va? Oui", "Ça va\u{a0}? Oui");
    check(Language::French, "un point de vue", "un point de vue");
    check(
        Language::Spanish,
        "abrir interrogación cómo estás cerrar interrogación bien",
        "¿cómo estás? Bien",
    );
    check(
        Language::Spanish,
        "hola punto y aparte adiós",
        "hola.\n\nAdiós",
    );
    check(Language::Other, "hello comma there", "hello comma there");
}

#[test]
fn case_of_the_model_is_written() {
    let words = [
        MarkedWord {
            text: "nasa".into(),
            mark: Some(Mark::Comma),
            case: Case::Upper,
        },
        MarkedWord {
            text: "peter".into(),
            mark: Some(Mark::Period),
            case: Case::Capital,
        },
    ];
    assert_eq!(
        SpokenForms::new(Language::English).write(&words),
        "NASA, Peter."
    );
}

#[test]
fn user_rows_add_replace_and_are_checked() {
    let mut forms = SpokenForms::new(Language::English);
    let table = "smooch\tfree\t😘\ncomma\toff\nbroken\tfrob\tx\n\tmark\t,\nempty\tmark\nperiod\tmark\t;\tnever\nstop\tmark\t.";
    let problems = forms.extend("spoken.tsv", table);
    let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 4, 5, 6]);
    assert!(
        problems[0]
            .to_string()
            .starts_with("spoken.tsv, line 3: unknown action, write one of mark,")
    );
    let words = MarkedWord::from_written("hi comma smooch period bye stop");
    assert_eq!(forms.write(&words), "hi comma 😘. Bye.");
}

fn letters(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

proptest! {
    #[test]
    fn any_text_is_taken(text in any::<String>(), language in 0_usize..4) {
        let forms = &FORMS[language];
        let _ = forms.write(&MarkedWord::from_written(&text));
    }

    #[test]
    fn no_letter_is_lost(words in proptest::collection::vec("[a-zäß]{1,7}x", 0..12)) {
        let spoken = words.join(" ");
        let written = FORMS[0].write(&MarkedWord::from_written(&spoken));
        prop_assert_eq!(letters(&written), letters(&spoken));
    }

    #[test]
    fn written_text_stays(words in proptest::collection::vec("[a-z]{1,7}x[,.?!]?", 0..12)) {
        let forms = &FORMS[0];
        let once = forms.write(&MarkedWord::from_written(&words.join(" ")));
        prop_assert_eq!(forms.write(&MarkedWord::from_written(&once)), once);
    }
}
