//! Any text is a user's table with some broken rows; what is left shapes any words.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sotto_text::{
    Kinds, Language, MarkedWord, Place, Profiles, SnippetValues, TextShaper, names_around, parse_hotwords,
};

/// Without shipped tables, which would take most of the time to read.
const LANGUAGE: Language = Language::Other;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (table, spoken) = text.split_once('\0').unwrap_or((&text, &text));
    let n_lines = table.lines().count();
    let mut shaper = TextShaper::new(LANGUAGE, Kinds::default());
    let mut problems = shaper.extend_spoken("spoken.tsv", table);
    problems.extend(shaper.extend_replacements("replacements.tsv", table));
    problems.extend(parse_hotwords("words.txt", table).1);
    problems.extend(Profiles::default().extend("profiles.tsv", table));
    assert!(problems.iter().all(|problem| (1..=n_lines.max(1)).contains(&problem.line)));
    let _ = names_around(table, LANGUAGE);
    let words: Vec<MarkedWord> = spoken.split_whitespace().take(64).map(MarkedWord::plain).collect();
    let _ = shaper.shape(&words, &Place::prose(Some(table), Some(spoken)), &SnippetValues::default());
});
