//! Number rules against the public tables and texts, where `../shared` has them.

#![expect(
    clippy::print_stdout,
    reason = "the figures are what these tests are read for"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use sotto_text::{Itn, Kinds, Language};

fn file(path: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = root
        .ancestors()
        .map(|folder| folder.join("shared/text").join(path))
        .find(|file| file.exists());
    if found.is_none() {
        println!("not measured: shared/text/{path} is absent");
    }
    found
}

fn shared(path: &str) -> Option<String> {
    std::fs::read_to_string(file(path)?).ok()
}

/// Exact rows and all rows of each class.
fn measure(code: &str) -> Option<(f64, f64)> {
    let table = shared("itn/nemo_itn.tsv")?;
    let itn = Itn::new(Language::from_tag(code), Kinds::ALL);
    let mut classes: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for row in table.lines() {
        let cells: Vec<&str> = row.split('\t').collect();
        let [language, class, spoken, expected] = cells[..] else {
            continue;
        };
        if language != code {
            continue;
        }
        let written = itn.write(spoken);
        let counts = classes.entry(class).or_default();
        counts.2 += 1;
        if written == expected {
            counts.0 += 1;
        }
        // The table writes megawatts as mW and megahertz as mhz: symbols compared without case.
        if written == expected
            || class.starts_with("measure") && written.to_lowercase() == expected.to_lowercase()
        {
            counts.1 += 1;
        } else {
            println!("{code} {class}: {spoken} -> {written} (table: {expected})");
        }
    }
    let (mut n_exact, mut n_symbol, mut n_rows) = (0, 0, 0);
    for (class, (exact, symbol, rows)) in &classes {
        println!("{code} {class:18} {exact:4} exact {symbol:4} but for SI case of {rows:4}");
        n_exact += exact;
        n_symbol += symbol;
        n_rows += rows;
    }
    let rates = (
        100.0 * n_exact as f64 / n_rows as f64,
        100.0 * n_symbol as f64 / n_rows as f64,
    );
    println!(
        "{code} all {:.1} % exact, {:.1} % but for the case of unit symbols",
        rates.0, rates.1
    );
    Some(rates)
}

#[test]
fn english_rows_of_the_shared_table() {
    if let Some((_, but_for_symbols)) = measure("en") {
        assert!(but_for_symbols >= 97.0);
    }
}

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
fn german_rows_of_the_shared_table() {
    if let Some((_, but_for_symbols)) = measure("de") {
        assert!(but_for_symbols >= 93.0);
    }
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
fn french_rows_of_the_shared_table() {
    if let Some((_, but_for_symbols)) = measure("fr") {
        assert!(but_for_symbols >= 93.0);
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
fn spanish_rows_of_the_shared_table() {
    if let Some((_, but_for_symbols)) = measure("es") {
        assert!(but_for_symbols >= 93.0);
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
