//! The program in other languages, with catalogues compiled from `po/`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
}

/// A data folder with all catalogues and the pseudo-locale; nothing where there is no Python.
fn catalogues() -> Option<TempDir> {
    let home = tempfile::tempdir().unwrap();
    let compiled = Command::new("python3")
        .arg(root().join("po/compile.py"))
        .arg(home.path().join("locale"))
        .arg("--pseudo")
        .output();
    match compiled {
        Ok(output) => {
            assert!(output.status.success(), "{output:?}");
            Some(home)
        }
        Err(error) => {
            assert!(env::var_os("CI").is_none(), "python3: {error}");
            println!("skipped: python3 is not installed");
            None
        }
    }
}

fn sotto(home: &TempDir, locale: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sotto"))
        .args(args)
        .env("XDG_DATA_HOME", home.path())
        .env("XDG_CACHE_HOME", home.path())
        .env("LC_ALL", locale)
        .env_remove("LANGUAGE")
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_program_speaks_the_language_of_the_session() {
    let Some(home) = catalogues() else { return };
    let missing = |locale| {
        told(&sotto(
            &home,
            locale,
            &["transcribe", "--model", "none", "none.wav"],
        ))
    };
    assert!(missing("C").contains("there is no model \"none\""));
    assert!(missing("xx_XX.UTF-8").contains("there is no model \"none\""));
    assert!(missing("de_AT.UTF-8").contains("es gibt kein Modell „none“"));
    assert!(missing("pt_PT.UTF-8").contains("não há modelo “none”"));
    assert!(missing("ja_JP.UTF-8").contains("「none」というモデルはありません"));
    let help = told(&sotto(&home, "fr_FR.UTF-8", &["--help"]));
    for part in ["Utilisation\u{a0}:", "Commandes:", "Lister les microphones"] {
        assert!(help.contains(part), "{help}");
    }
    let wrong = sotto(&home, "pl_PL.UTF-8", &["statsu"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(told(&wrong).contains("polecenie „statsu” jest nieznane"));
}

/// What stands outside of the pseudo-locale's brackets.
fn outside_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|c| {
            if *c == '[' {
                depth += 1;
            }
            let outside = depth == 0;
            if *c == ']' {
                depth = depth.saturating_sub(1);
            }
            outside
        })
        .collect()
}

#[test]
fn every_word_of_the_help_goes_through_the_catalogue() {
    let Some(home) = catalogues() else { return };
    let verbs: [&[&str]; 9] = [
        &["--help"],
        &["transcribe", "--help"],
        &["eval", "--help"],
        &["daemon", "--help"],
        &["doctor", "--help"],
        &["models", "--help"],
        &["models", "install", "--help"],
        &["models", "list", "--help"],
        &["words", "--help"],
    ];
    for verb in verbs {
        let help = told(&sotto(&home, "en_XA.UTF-8", verb));
        assert!(help.contains("[Ûšàĝé:"), "{help}");
        for line in outside_brackets(&help).lines() {
            let is_usage = line.trim_start().starts_with("sotto");
            let words: Vec<_> = line
                .split_whitespace()
                .filter(|word| word.chars().all(char::is_alphabetic))
                .collect();
            // A line names at most the verb that it explains.
            assert!(
                is_usage || words.len() <= 1,
                "{verb:?} has {words:?} untranslated:\n{help}"
            );
        }
    }
}

#[test]
fn a_damaged_catalogue_is_passed_over() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("locale/de/LC_MESSAGES");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("sotto.mo"), b"\xde\x12\x04\x95damaged").unwrap();
    let output = sotto(&home, "de_DE.UTF-8", &["statsu"]);
    assert_eq!(output.status.code(), Some(2));
}
