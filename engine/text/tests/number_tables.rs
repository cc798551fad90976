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

#[test]
fn german_rows_of_the_shared_table() {
    if let Some((_, but_for_symbols)) = measure("de") {
        assert!(but_for_symbols >= 93.0);
    }
}

#[test]
fn french_rows_of_the_shared_table() {
    if let Some((_, but_for_symbols)) = measure("fr") {
        assert!(but_for_symbols >= 93.0);
    }
}

#[test]
fn spanish_rows_of_the_shared_table() {
    if let Some((_, but_for_symbols)) = measure("es") {
        assert!(but_for_symbols >= 93.0);
    }
}
