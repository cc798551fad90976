use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Catalogue {
    Catalogue::parse(text, Path::new("mine.toml"))
}

/// An entry that is good but for what is replaced in it.
fn entry(from: &str, to: &str) -> String {
    let good = format!(
        r#"
[[models]]
id = "a"
name = "A"
languages = ["en"]
license = "MIT"
license_kind = "free"
family = "zipformer"
case = "upper"
punctuation = false
repository = "https://hub.org/owner/name"
commit = "{commit}"
files = [
    {{ role = "ctc", path = "exp/model.onnx", size = 3, sha256 = "{hash}" }},
    {{ role = "tokens", path = "tokens.txt" }},
]
"#,
        commit = "0".repeat(40),
        hash = "a".repeat(64),
    );
    assert!(good.contains(from), "the test changes nothing");
    good.replacen(from, to, 1)
}

#[track_caller]
fn check_refused(from: &str, to: &str, expected: &str) {
    let second = entry("id = \"a\"", "id = \"b\"");
    let catalogue = parse(&format!("format = 1{}{second}", entry(from, to)));
    let problems: Vec<_> = catalogue.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("mine.toml, line 2: "),
        "{problems:?}"
    );
    assert!(problems[0].contains(expected), "{problems:?}");
    assert_eq!(catalogue.models.len(), 1, "the rest is used");
    assert_eq!(catalogue.models[0].id, "b");
}

#[test]
fn the_built_in_list_has_no_problem_and_every_hash_or_asks_for_it() {
    let catalogue = Catalogue::built_in();
    assert_eq!(catalogue.problems, []);
    assert!(catalogue.model(crate::BUILT_IN_MODEL).is_some());
    for language in ["en", "de", "fr", "es", "ko", "ru", "zh", "ja", "ar", "it"] {
        assert!(
            catalogue
                .models
                .iter()
                .any(|model| model.languages.iter().any(|tag| tag == language)),
            "{language}"
        );
    }
    for model in &catalogue.models {
        if let ModelSource::Hub {
            repository, files, ..
        } = &model.source
        {
            assert!(!repository.is_plain());
            assert!(
                files.iter().all(|file| file.sha256.is_some()),
                "{}",
                model.id
            );
        }
        if model.license.kind != LicenseKind::Free {
            assert!(!model.license.note.is_empty(), "{}", model.id);
        }
    }
    let kroko = catalogue.model("kroko-de").unwrap();
    assert_eq!(kroko.download_bytes(), Some(71_051_469));
}

#[test]
fn a_bad_entry_is_told_and_the_rest_is_used() {
    check_refused("id = \"a\"", "id = \"../a\"", "its id may have");
    check_refused("id = \"a\"", "id = 7", "a model is left out");
    check_refused(
        "name = \"A\"",
        "nmae = \"A\"",
        "\"a\" is left out: unknown field `nmae`",
    );
    check_refused("[\"en\"]", "[]", "languages must be");
    check_refused("\"en\"", "\"english language\"", "languages must be");
    check_refused("\"zipformer\"", "\"whisper\"", "unknown variant `whisper`");
    check_refused(
        "https://hub.org",
        "http://hub.org",
        "is not an https address",
    );
    check_refused("https://hub.org", "file://hub.org", "is not an address");
    check_refused("owner/name", "name", "must end in /owner/name");
    check_refused("owner/name", "owner/name?x", "must end in /owner/name");
    check_refused("commit = \"0", "commit = \"main", "commit must be 40");
    check_refused("sha256 = \"a", "sha256 = \"A", "is not 64 lower-case");
    check_refused("exp/model.onnx", "../model.onnx", "is not a path");
    check_refused(
        "exp/model.onnx",
        "exp/manifest.toml",
        "name of the manifest",
    );
    check_refused("exp/model.onnx", "exp/tokens.txt", "name of another file");
    check_refused("\"tokens\"", "\"ctc\"", "second file of the same role");
    check_refused("\"tokens\"", "\"pieces\"", "it has no token table");
    check_refused("size = 3", "size = -3", "invalid value");
    check_refused("files = [", "built_in = true\nfiles = [", "it needs either");
    check_refused(
        "case = ",
        "error_rates = [{ set = \"x\", percent = nan }]\nerror_rates_source = \"x\"\ncase = ",
        "number of percent",
    );
    check_refused(
        "case = ",
        "error_rates = [{ set = \"x\", percent = 3 }]\ncase = ",
        "go together",
    );
}

#[test]
fn a_list_of_another_form_is_told() {
    let problem = |text: &str| parse(text).problems[0].to_string();
    assert!(problem("format = 2").starts_with("mine.toml, line 1: format 2"));
    assert!(problem("format = 1\nmodels = 3").starts_with("mine.toml, line 2: "));
    assert!(problem("format = ").starts_with("mine.toml, line 1: "));
    let twice = format!("format = 1{0}{0}", entry("", ""));
    assert!(problem(&twice).contains("\"a\" is left out: it is listed twice"));
}

#[test]
fn the_users_lists_add_to_the_built_in_one_and_replace() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let mine = format!("format = 1{}", entry("\"a\"", "\"vosk-bn\""));
    write("b.toml", &mine);
    write("a.toml", &format!("format = 1{}", entry("", "")));
    write("broken.toml", "format");
    write("latin.toml", "x");
    fs::write(folder.path().join("latin.toml"), [0xff]).unwrap();
    write("notes.txt", "format");
    let mut catalogue = Catalogue::built_in();
    let n_built_in = catalogue.models.len();
    catalogue.add_folder(folder.path());
    assert_eq!(catalogue.models.len(), n_built_in + 1);
    assert_eq!(catalogue.model("vosk-bn").unwrap().name, "A");
    assert_eq!(catalogue.problems.len(), 2, "{:?}", catalogue.problems);
    catalogue.add_folder(&folder.path().join("none"));
    assert_eq!(catalogue.problems.len(), 2);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", cut in 0..BUILT_IN.len()) {
        let _ = parse(&text);
        let cut = BUILT_IN.floor_char_boundary(cut);
        let _ = parse(&format!("{}{text}", &BUILT_IN[..cut]));
    }
}
