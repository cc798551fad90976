use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static FITS: LazyLock<Vec<CaretFit>> = LazyLock::new(|| {
    Language::WITH_TABLES
        .iter()
        .map(|language| CaretFit::new(*language))
        .collect()
});

#[track_caller]
fn check(language: Language, before: &str, piece: &str, after: &str, expected: &str) {
    let place = Place::prose(Some(before), Some(after));
    let fitted = CaretFit::new(language).fit(piece, &place);
    assert_eq!(fitted, expected, "{before:?} | {piece:?} | {after:?}");
}

#[track_caller]
fn check_en(cases: &[(&str, &str, &str, &str)]) {
    for (before, piece, after, expected) in cases {
        check(Language::English, before, piece, after, expected);
    }
}

#[test]
fn spaces_to_the_left() {
    check_en(&[
        ("", "Hello.", "", "Hello."),
        ("Hello.", "How are you?", "", " How are you?"),
        ("Hello. ", "How are you?", "", "How are you?"),
        ("Hello\u{a0}", "Peter", "", "Peter"),
        ("hello", ", and", "", ", and"),
        ("hello", "?", "", "?"),
        ("see (", "page 3", "", "page 3"),
        ("docs/", "readme", "", "readme"),
        ("well-", "Known", "", "known"),
        ("costs $", "40", "", "40"),
        ("version", ".5", "", " .5"),
        ("a 👍", "Good", "", " Good"),
        ("e\u{301}", "Good", "", " Good"),
        ("שלום", "Good", "", " good"),
        ("Hello", "\n", "", "\n"),
        ("Hello", "\n• Milk", "", "\n• Milk"),
        ("", "\n• Milk", "", "• Milk"),
        ("One\n", "\n• Milk", "", "• Milk"),
    ]);
}

#[test]
fn capitals_to_the_left() {
    check_en(&[
        ("", "the end", "", "The end"),
        ("One line\n", "the end", "", "The end"),
        ("One line\n- ", "the end", "", "The end"),
        ("2. ", "the end", "", "The end"),
        ("many tools, e.g.", "The hammer", "", " the hammer"),
        ("i.e. ", "The hammer", "", "the hammer"),
        ("I met Dr.", "Miller", "", " Miller"),
        ("at 5 p.m.", "The bus left", "", " The bus left"),
        ("and so on ...", "The bus", "", " The bus"),
        ("we went to", "The park.", "", " the park."),
        ("we met", "Peter there.", "", " Peter there."),
        ("then", "I left", "", " I left"),
        ("then", "I'm off", "", " I'm off"),
        ("(it ended.)", "the next", "", " The next"),
        ("it (", "The red one", "", "the red one"),
        ("It ended. (", "the red one", "", "The red one"),
        ("He said, “", "Come here.", "", "Come here."),
        ("He said: \"", "come here", "", "come here"),
        ("\"", "come here", "", "Come here"),
        ("He said \"no\"", "And left", "", " and left"),
        ("note:", "The bus", "", " The bus"),
        ("done.", "iPhone sales", "", " iPhone sales"),
        ("done.", "kore.ai is up", "", " kore.ai is up"),
        ("done,", "NASA said", "", " NASA said"),
        ("", "“the end”", "", "“The end”"),
        ("", "éclair", "", "Éclair"),
    ]);
}

#[test]
fn text_to_the_right() {
    check_en(&[
        ("I ", "Really like.", "it", "really like "),
        ("I", "Really like.", " it", " really like"),
        ("", "Hello.", "The end.", "Hello. "),
        ("", "Hello.", " The end.", "Hello."),
        ("the word", "Here.", ", and", " here"),
        ("the word (", "Not this.", ") is", "not this"),
        ("It ended. (", "not this.", ")", "Not this."),
        ("", "Is it?", "yes", "Is it? "),
        ("", "Tools, e.g.", "hammers", "Tools, e.g. "),
        ("", "Wait...", "no", "Wait... "),
        ("say", "There", "\nnext", " there"),
    ]);
}

#[test]
fn other_languages() {
    use Language::{French, German, Other, Spanish};
    check(German, "viele, z. B.", "Die Hämmer", "", " die Hämmer");
    check(German, "wir sahen", "Hunde.", "", " Hunde.");
    check(German, "wir sahen", "Und gingen.", "", " und gingen.");
    check(French, "c’est l’", "École", "", "École");
    check(French, "oui", "\u{a0}?", "", "\u{a0}?");
    check(
        French,
        "des outils, p. ex.",
        "Les marteaux",
        "",
        " les marteaux",
    );
    check(Spanish, "dijo: ¿", "cómo estás", "", "cómo estás");
    check(Spanish, "", "¿cómo estás?", "", "¿Cómo estás?");
    check(Other, "abc", "The", "", " The");
}

#[test]
fn without_surrounding_text() {
    let fit = CaretFit::new(Language::English);
    let place = Place::prose(None, None);
    for piece in ["the end.", "The end.", "Peter", "..."] {
        assert_eq!(fit.fit(piece, &place), piece);
    }
    assert_eq!(fit.fit("  the end ", &place), "the end");
}

#[track_caller]
fn check_field(purpose: FieldPurpose, profile: Profile, before: &str, piece: &str, expected: &str) {
    let place = Place {
        purpose,
        profile,
        ..Place::prose(Some(before), Some(""))
    };
    let fitted = CaretFit::new(Language::English).fit(piece, &place);
    assert_eq!(fitted, expected);
}

#[test]
fn fields_declare_what_they_hold() {
    let prose = Profile::Prose;
    check_field(FieldPurpose::Url, prose, "", "Example.com.", "example.com");
    check_field(
        FieldPurpose::Email,
        prose,
        "x",
        "John @ example.com.",
        "john@example.com",
    );
    check_field(FieldPurpose::Digits, prose, "1", "2 3 4.", "234");
    check_field(FieldPurpose::Phone, prose, "", "555 123.", "555 123");
    check_field(FieldPurpose::Password, prose, "", "secret", "");
}

#[test]
fn profiles_of_applications() {
    let free = FieldPurpose::FreeForm;
    check_field(free, Profile::Password, "", "secret", "");
    check_field(
        free,
        Profile::Terminal,
        "$ ",
        "List all files.",
        "list all files",
    );
    check_field(free, Profile::Terminal, "$ cd ~/", "Downloads", "downloads");
    check_field(free, Profile::Terminal, "$ a=", "5", "5");
    check_field(free, Profile::Code, "foo.", "Bar", "bar");
    check_field(free, Profile::Chat, "", "see you later.", "See you later");
    check_field(free, Profile::Chat, "", "see you later?", "See you later?");
    check_field(free, Profile::Chat, "", "at 5 p.m.", "At 5 p.m.");
    check_field(free, Profile::Email, "", "see you later.", "See you later.");
}

#[test]
fn chat_keeps_periods_between_sentences() {
    let place = Place {
        profile: Profile::Chat,
        ending: Ending::MoreFollows,
        ..Place::prose(Some(""), Some(""))
    };
    let fitted = CaretFit::new(Language::English).fit("I am late.", &place);
    assert_eq!(fitted, "I am late.");
}

fn letters(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

proptest! {
    #[test]
    fn fitting_twice_changes_nothing(
        before in proptest::option::of(any::<String>()),
        piece in any::<String>(),
        after in proptest::option::of(any::<String>()),
        which in 0_usize..6,
        language in 0_usize..4,
    ) {
        let fit = &FITS[language];
        let place = Place {
            profile: Profile::NAMED[which].1,
            ..Place::prose(before.as_deref(), after.as_deref())
        };
        let once = fit.fit(&piece, &place);
        prop_assert_eq!(fit.fit(&once, &place), once);
    }

    #[test]
    fn typed_english_is_stable_and_keeps_its_letters(
        before in "[a-zA-Z .,(\"'\n-]{0,12}",
        piece in "[a-zA-Z .,?()\"'\n-]{0,16}",
        after in "[a-zA-Z .,)\n]{0,6}",
    ) {
        let fit = &FITS[0];
        let place = Place::prose(Some(&before), Some(&after));
        let once = fit.fit(&piece, &place);
        prop_assert_eq!(letters(&once), letters(&piece));
        prop_assert_eq!(fit.fit(&once, &place), once);
    }
}
