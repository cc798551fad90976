use super::*;

#[track_caller]
fn check(language: Language, spoken: &str, before: &str, expected: Option<Command>) {
    let words = MarkedWord::from_written(spoken);
    let found = Commands::new(language).recognize(&words, Some(before));
    assert!(found == expected, "{spoken}: {found:?}");
}

fn text(words: &str) -> Target {
    Target::Text(words.into())
}

#[test]
fn whole_utterances() {
    use Language::{English, French, German, Other, Spanish};
    check(English, "Scratch that.", "", Some(Command::ScratchThat));
    check(
        English,
        "select red house",
        "The Red house,",
        Some(Command::Select(text("red house"))),
    );
    check(
        English,
        "Delete cats.",
        "two cats",
        Some(Command::Delete(text("cats"))),
    );
    check(
        English,
        "delete last word",
        "",
        Some(Command::Delete(Target::LastWord)),
    );
    let replace = Command::Replace {
        target: text("cats"),
        with: "big dogs".into(),
    };
    check(
        English,
        "Replace cats with big dogs.",
        "two cats",
        Some(replace),
    );
    check(
        German,
        "Lösche das letzte Wort",
        "",
        Some(Command::Delete(Target::LastWord)),
    );
    check(
        German,
        "schreibe haus groß",
        "das haus",
        Some(Command::Capitalize(text("haus"))),
    );
    check(
        French,
        "corrige ça",
        "",
        Some(Command::Correct(Target::That)),
    );
    check(Spanish, "ve al final", "", Some(Command::GoToEnd));
    check(Other, "scratch that", "", None);
}

#[test]
fn prose_survives() {
    let cases = [
        "please scratch that itch",
        "Undo that?",
        "Scratch that. And then",
        "select cats and dogs",
        "delete dogs",
        "Replace the battery with a new one.",
        "",
    ];
    for spoken in cases {
        check(Language::English, spoken, "two cats", None);
    }
}

#[test]
fn every_row_is_a_command() {
    let languages = [
        (
            Language::English,
            include_str!("../../data/commands/en.tsv"),
        ),
        (Language::German, include_str!("../../data/commands/de.tsv")),
        (Language::French, include_str!("../../data/commands/fr.tsv")),
        (
            Language::Spanish,
            include_str!("../../data/commands/es.tsv"),
        ),
    ];
    for (language, table) in languages {
        let commands = Commands::new(language);
        for row in rows(table) {
            if row.cell(1) == "choose" {
                let words = MarkedWord::from_written(row.cell(0));
                assert_eq!(commands.recognize(&words, None), None, "{}", row.cell(0));
                assert!(commands.recognize_choice(&words).is_some());
                continue;
            }
            let spoken = row.cell(0).replace("{x}", "foo bar").replace("{y}", "baz");
            let words = MarkedWord::from_written(&spoken);
            assert!(
                commands.recognize(&words, Some("a foo bar")).is_some(),
                "{spoken}"
            );
            let inside = MarkedWord::from_written(&format!("qux {spoken} qux"));
            assert!(
                commands.recognize(&inside, Some("a foo bar")).is_none(),
                "{spoken}"
            );
        }
    }
}

#[test]
fn choices() {
    for (language, spoken, expected) in [
        (Language::English, "Choose two.", Some(1)),
        (Language::English, "nine", Some(8)),
        (Language::English, "choose ten", None),
        (Language::German, "Nimm drei", Some(2)),
        (Language::French, "choisis un", Some(0)),
        (Language::Spanish, "elige dos", Some(1)),
        (Language::Other, "choose two", None),
    ] {
        let words = MarkedWord::from_written(spoken);
        let chosen = Commands::new(language).recognize_choice(&words);
        assert_eq!(chosen, expected, "{spoken}");
    }
}

#[test]
fn after_a_pause() {
    let commands = Commands::new(Language::English);
    let words = MarkedWord::from_written("the end scratch that");
    let found = commands.recognize_last(&words, &[0, 50, 900, 80], None);
    assert_eq!(found, Some((2, Command::ScratchThat)));
    assert_eq!(
        commands.recognize_last(&words, &[0, 50, 300, 80], None),
        None
    );
    assert_eq!(commands.recognize_last(&words, &[], None), None);
}

#[test]
fn finds_the_nearest_place() {
    assert_eq!(last_place("cat Cat cats", "cat"), Some(4..7));
    assert_eq!(last_place("é Été", "été"), Some(2..5));
    assert_eq!(last_place("cats", "cat"), None);
    assert_eq!(last_place("", "cat"), None);
}
