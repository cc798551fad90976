//! Ordinary sentences must stay as they are: measured on `../shared`, where it has texts.

#![expect(
    clippy::print_stdout,
    reason = "the figures are what these tests are read for"
)]

use sotto_text::{Commands, Itn, Kinds, Language, MarkedWord, SpokenForms};

use shared::file;

mod shared;

/// Lines of compressed texts, read through `xz`.
fn lines(paths: &[&str], n_lines: usize) -> Vec<String> {
    let mut all = Vec::new();
    for path in paths {
        let Some(file) = file(path) else { continue };
        match std::process::Command::new("xz")
            .arg("-dc")
            .arg(file)
            .output()
        {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout);
                all.extend(text.lines().take(n_lines).map(str::to_owned));
            }
            Err(error) => println!("not measured: xz cannot be started ({error})"),
        }
    }
    all
}

/// Share of sentences without numbers that stay as they are, in percent.
fn unchanged(code: &str, paths: &[&str], number_words: &[&str]) -> Option<f64> {
    let itn = Itn::new(Language::from_tag(code), Kinds::default());
    let (mut n_sentences, mut n_changed) = (0, 0);
    for line in lines(paths, 2500) {
        let has_number = line.chars().any(|c| c.is_numeric())
            || line.split(|c: char| !c.is_alphanumeric()).any(|word| {
                let word = word.to_lowercase();
                number_words
                    .iter()
                    .any(|number| match number.strip_prefix('~') {
                        Some(part) => word.contains(part),
                        None => word == *number,
                    })
            });
        if has_number {
            continue;
        }
        let spoken: Vec<&str> = line.split_whitespace().collect();
        let spoken = spoken.join(" ");
        n_sentences += 1;
        let written = itn.write(&spoken);
        if written != spoken || itn.write(&spoken.to_lowercase()) != spoken.to_lowercase() {
            n_changed += 1;
            if n_changed <= 20 {
                println!("{code} changed: {spoken}\n     into: {written}");
            }
        }
    }
    let kept = 100.0 * (1.0 - f64::from(n_changed) / f64::from(n_sentences.max(1)));
    println!("{code} {n_sentences} sentences without numbers, {kept:.3} % unchanged");
    (n_sentences > 0).then_some(kept)
}

#[test]
fn german_sentences_of_the_shared_texts_stay() {
    let kept = unchanged(
        "de",
        &["other/commonvoice_de.txt.xz", "other/tatoeba_de.txt.xz"],
        &[
            "~hundert",
            "~tausend",
            "~zehn",
            "~ßig",
            "~zig",
            "~elf",
            "zwei",
            "drei",
            "vier",
            "fünf",
            "sechs",
            "sieben",
            "acht",
            "neun",
            "zehn",
            "elf",
            "zwölf",
            "dreizehn",
            "vierzehn",
            "fünfzehn",
            "sechzehn",
            "siebzehn",
            "achtzehn",
            "neunzehn",
            "dreißig",
            "vierzig",
            "fünfzig",
            "sechzig",
            "siebzig",
            "achtzig",
            "neunzig",
            "milliarde",
            "halbe",
            "zwanzig",
            "hundert",
            "tausend",
            "million",
            "millionen",
            "milliarden",
            "halb",
            "viertel",
            "drittel",
            "eins",
            "null",
        ],
    );
    if let Some(kept) = kept {
        assert!(kept >= 99.5);
    }
}

#[test]
fn french_sentences_of_the_shared_texts_stay() {
    let kept = unchanged(
        "fr",
        &["other/commonvoice_fr.txt.xz", "other/tatoeba_fr.txt.xz"],
        &[
            "deux",
            "trois",
            "quatre",
            "cinq",
            "six",
            "sept",
            "huit",
            "neuf",
            "dix",
            "onze",
            "douze",
            "treize",
            "quatorze",
            "quinze",
            "seize",
            "cent",
            "cents",
            "mille",
            "million",
            "millions",
            "milliard",
            "milliards",
            "zéro",
            "demi",
            "demie",
            "quart",
            "tiers",
            "~vingt",
            "~trente",
            "~quarante",
            "~cinquante",
            "~soixante",
            "~dix-",
            "~ième",
        ],
    );
    if let Some(kept) = kept {
        assert!(kept >= 99.5);
    }
}

#[test]
fn spanish_sentences_of_the_shared_texts_stay() {
    let kept = unchanged(
        "es",
        &[
            "other/commonvoice_es.txt.xz",
            "other/tatoeba_es.txt.xz",
            "other/ntrex_es.txt.xz",
        ],
        &[
            "dos",
            "tres",
            "cuatro",
            "cinco",
            "seis",
            "siete",
            "ocho",
            "nueve",
            "diez",
            "once",
            "doce",
            "trece",
            "catorce",
            "quince",
            "cien",
            "ciento",
            "mil",
            "millón",
            "millones",
            "media",
            "cero",
            "~cientos",
            "~cientas",
            "~quinient",
            "~dieci",
            "~veint",
            "~treinta",
            "~cuarenta",
            "~cincuenta",
            "~sesenta",
            "~setenta",
            "~ochenta",
            "~noventa",
            "~ésim",
            "~décim",
        ],
    );
    if let Some(kept) = kept {
        assert!(kept >= 99.5);
    }
}

#[test]
fn english_sentences_of_the_shared_texts_stay() {
    let kept = unchanged(
        "en",
        &[
            "train/commonvoice_en.txt.xz",
            "train/topical_chat.txt.xz",
            "train/gum_open.txt.xz",
            "train/masc_written.txt.xz",
            "train/docs_rust_book.txt.xz",
        ],
        &[
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "twenty",
            "thirty",
            "forty",
            "fifty",
            "sixty",
            "seventy",
            "eighty",
            "ninety",
            "hundred",
            "thousand",
            "million",
            "billion",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "first",
            "second",
            "third",
            "half",
            "quarter",
        ],
    );
    if let Some(kept) = kept {
        assert!(kept >= 99.5);
    }
}

#[test]
fn sentences_of_the_shared_texts_are_no_commands() {
    let commands = Commands::new(Language::English);
    let texts = lines(
        &[
            "train/commonvoice_en.txt.xz",
            "train/topical_chat.txt.xz",
            "train/tatoeba_en.txt.xz",
            "train/gum_open.txt.xz",
        ],
        2500,
    );
    let mut n_misfires = 0;
    for (line_idx, line) in texts.iter().enumerate() {
        // The lines before stand in the field, so that named texts can be found there.
        let before = texts[line_idx.saturating_sub(5)..line_idx].join(" ");
        for spoken in [line.clone(), line.to_lowercase()] {
            if commands
                .recognize(&MarkedWord::from_written(&spoken), Some(&before))
                .is_some()
            {
                println!("taken for a command: {spoken}");
                n_misfires += 1;
                break;
            }
        }
    }
    println!(
        "{n_misfires} of {} sentences taken for commands",
        texts.len()
    );
    assert!(n_misfires * 1000 <= texts.len());
}

/// Sentences that spoken punctuation changes although nobody meant it, in one of a thousand.
fn misread(code: &str, paths: &[&str]) -> Option<f64> {
    let forms = SpokenForms::new(Language::from_tag(code));
    let texts = lines(paths, 2500);
    let letters = |text: &str| -> String {
        text.to_lowercase()
            .chars()
            .filter(|c| c.is_alphabetic())
            .collect()
    };
    let mut n_misread = 0;
    for line in &texts {
        let written = forms.write(&MarkedWord::from_written(line));
        if letters(&written) != letters(line) {
            n_misread += 1;
            if n_misread <= 20 {
                println!("{code} misread: {line}\n     into: {written}");
            }
        }
    }
    let rate = 1000.0 * f64::from(n_misread) / texts.len().max(1) as f64;
    println!("{code} {rate:.2} of 1000 sentences hold a name of a mark as a word and lose it");
    (!texts.is_empty()).then_some(rate)
}

#[test]
fn marks_in_sentences_of_the_shared_texts_stay_words() {
    let texts = [
        (
            "en",
            vec![
                "train/commonvoice_en.txt.xz",
                "train/topical_chat.txt.xz",
                "train/tatoeba_en.txt.xz",
                "train/gum_open.txt.xz",
            ],
        ),
        (
            "de",
            vec!["other/commonvoice_de.txt.xz", "other/ntrex_de.txt.xz"],
        ),
        (
            "fr",
            vec!["other/commonvoice_fr.txt.xz", "other/ntrex_fr.txt.xz"],
        ),
        (
            "es",
            vec!["other/commonvoice_es.txt.xz", "other/ntrex_es.txt.xz"],
        ),
    ];
    for (code, paths) in texts {
        if let Some(rate) = misread(code, &paths) {
            assert!(rate <= 2.0);
        }
    }
}
