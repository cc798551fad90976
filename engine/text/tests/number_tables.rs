//! Number rules against the public tables, where `../shared` has them.

#![expect(
    clippy::print_stdout,
    reason = "the figures are what these tests are read for"
)]

use std::collections::BTreeMap;

use sotto_text::{Itn, Kinds, Language};

use shared::file;

mod shared;

fn shared(path: &str) -> Option<String> {
    std::fs::read_to_string(file(path)?).ok()
}

/// Symbols of units as the table has them and as the SI brochure and IEC 80000-13 do. In the case
/// of the table, 882 mW would be less than a watt and 18 ms a time.
const WRONG_SYMBOLS: [(&str, &str); 14] = [
    ("mW", "MW"),
    ("gWh", "GWh"),
    ("kwh", "kWh"),
    ("mhz", "MHz"),
    ("khz", "kHz"),
    ("ghz", "GHz"),
    ("gbps", "Gbps"),
    ("gb", "GB"),
    ("mb", "MB"),
    ("kb", "kB"),
    ("pb", "PB"),
    ("ms", "MS"),
    ("mv", "mV"),
    ("v", "V"),
];

/// A row of the table with the right symbol.
fn mended(class: &str, expected: &str) -> String {
    let mend = || {
        let (number, symbol) = expected.rsplit_once(' ')?;
        let (_, right) = WRONG_SYMBOLS.iter().find(|(wrong, _)| *wrong == symbol)?;
        Some(format!("{number} {right}"))
    };
    let is_measure = class.starts_with("measure");
    is_measure
        .then(mend)
        .flatten()
        .unwrap_or_else(|| expected.to_owned())
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
        if written == expected || written == mended(class, expected) {
            counts.1 += 1;
        } else {
            println!("{code} {class}: {spoken} -> {written} (table: {expected})");
        }
    }
    let (mut n_exact, mut n_symbol, mut n_rows) = (0, 0, 0);
    for (class, (exact, symbol, rows)) in &classes {
        println!("{code} {class:18} {exact:4} exact {symbol:4} with right symbols of {rows:4}");
        n_exact += exact;
        n_symbol += symbol;
        n_rows += rows;
    }
    let rates = (
        100.0 * n_exact as f64 / n_rows as f64,
        100.0 * n_symbol as f64 / n_rows as f64,
    );
    println!(
        "{code} all {:.1} % exact, {:.1} % with the right symbols of units",
        rates.0, rates.1
    );
    Some(rates)
}

#[test]
fn english_rows_of_the_shared_table() {
    if let Some((_, with_right_symbols)) = measure("en") {
        assert!(with_right_symbols >= 97.0);
    }
}

#[test]
fn german_rows_of_the_shared_table() {
    if let Some((_, with_right_symbols)) = measure("de") {
        assert!(with_right_symbols >= 93.0);
    }
}

#[test]
fn french_rows_of_the_shared_table() {
    if let Some((_, with_right_symbols)) = measure("fr") {
        assert!(with_right_symbols >= 93.0);
    }
}

#[test]
fn spanish_rows_of_the_shared_table() {
    if let Some((_, with_right_symbols)) = measure("es") {
        assert!(with_right_symbols >= 93.0);
    }
}
