//! The catalogues under `po/`, compiled and read by the programs' own reader.

use std::{env, path::PathBuf, process::Command};

use sotto_i18n::{Catalogue, Surroundings, tr::Translator as _};
use sotto_tests::source_root;
use tempfile::TempDir;

/// Languages, and the plural form of each number in [`NUMBERS`].
const PLURALS: [(&str, [usize; 12]); 9] = [
    ("de", [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    ("es", [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    ("fr", [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    ("it", [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    ("ja", [0; 12]),
    ("nl", [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    ("pl", [2, 0, 1, 1, 2, 2, 2, 2, 1, 2, 2, 1]),
    ("pt_BR", [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    ("zh_CN", [0; 12]),
];

const NUMBERS: [u64; 12] = [0, 1, 2, 4, 5, 11, 12, 14, 22, 100, 112, 1_000_002];

/// Runs a program of `po/`; nothing where there is no Python.
fn python(arguments: &[&str]) -> Option<()> {
    let mut command = Command::new("python3");
    command
        .args(arguments)
        .current_dir(source_root().join("po"));
    match command.output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{arguments:?}\n{said}");
            Some(())
        }
        Err(error) => {
            assert!(env::var_os("CI").is_none(), "python3: {error}");
            println!("skipped: python3 is not installed");
            None
        }
    }
}

fn compiled() -> Option<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    python(&["compile.py", path, "--pseudo"])?;
    Some(folder)
}

fn catalogue(folder: &TempDir, locale: &str) -> Catalogue {
    let surroundings = Surroundings {
        locales: vec![locale.to_owned()],
        folders: vec![PathBuf::from(folder.path())],
    };
    surroundings.catalogue()
}

#[test]
fn each_language_has_its_plural_forms() {
    let Some(folder) = compiled() else { return };
    let linguas = std::fs::read_to_string(source_root().join("po/LINGUAS")).unwrap();
    assert_eq!(linguas.split_whitespace().count(), PLURALS.len());
    for (language, forms) in PLURALS {
        let catalogue = catalogue(&folder, &format!("{language}.UTF-8"));
        assert_eq!(catalogue.language(), language);
        let rule = catalogue.plural_rule();
        assert_eq!(NUMBERS.map(|n| rule.form(n)), forms, "{language}");
        assert_eq!(rule.n_forms(), forms.iter().max().unwrap() + 1);
        let (singular, plural) = (
            "one damaged part was left out",
            "{n} damaged parts were left out",
        );
        for n in NUMBERS {
            let form = catalogue.ntranslate(n, singular, plural, None);
            assert!(form != singular && form != plural, "{language}: {form}");
        }
        let web = catalogue.for_web();
        let count = web.messages[singular].len();
        assert_eq!(count, rule.n_forms(), "{language}");
    }
}

#[test]
fn each_language_has_every_message() {
    let Some(folder) = compiled() else { return };
    let pseudo = catalogue(&folder, "en_XA.UTF-8");
    let template = pseudo.for_web().messages;
    assert!(template.len() > 300);
    for (language, _) in PLURALS {
        let catalogue = catalogue(&folder, language);
        let messages = catalogue.for_web().messages;
        let lacking: Vec<_> = template
            .keys()
            .filter(|key| !messages.contains_key(**key))
            .collect();
        assert!(lacking.is_empty(), "{language} lacks {lacking:?}");
    }
}

#[test]
fn the_pseudo_locale_is_longer_and_keeps_placeholders() {
    let Some(folder) = compiled() else { return };
    let pseudo = catalogue(&folder, "en_XA.UTF-8");
    let message = "{}, line {}: {}";
    let form = pseudo.translate(message, None);
    assert_eq!(form.matches("{}").count(), 3);
    let message = "The microphone went away: plug it in and press again.";
    let form = pseudo.translate(message, None);
    let n_chars = form.chars().count();
    assert!(n_chars * 10 >= message.chars().count() * 13, "{form}");
    assert!(form.starts_with('[') && form.ends_with(']'), "{form}");
}
