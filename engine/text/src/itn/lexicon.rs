//! The words of a language that rules look up: class, word, value.

use std::collections::{HashMap, HashSet};

use super::context::Token;
use crate::table::rows;
use crate::word::MarkedWord;

/// A language's table: rows of class, word or words, value, and optionally the plural.
#[derive(Debug)]
pub(super) struct Lexicon {
    classes: HashMap<&'static str, HashMap<&'static str, &'static str>>,
    /// Words that may stand in a hyphenated number.
    number_words: HashSet<&'static str>,
    /// First words of all entries.
    first_words: HashSet<&'static str>,
}

/// Classes whose words are split off a hyphenated word.
const NUMBER_CLASSES: [&str; 7] = ["digit", "teen", "ten", "hundred", "scale", "ordinal", "and"];

impl Lexicon {
    pub(super) fn new(table: &'static str) -> Self {
        let mut classes: HashMap<_, HashMap<_, _>> = HashMap::new();
        let mut number_words = HashSet::new();
        let mut first_words = HashSet::new();
        for row in rows(table) {
            let (class, word, value, plural) = (row.cell(0), row.cell(1), row.cell(2), row.cell(3));
            let words = classes.entry(class).or_default();
            words.insert(word, value);
            first_words.extend(word.split(' ').next());
            if !plural.is_empty() {
                words.insert(plural, value);
                first_words.extend(plural.split(' ').next());
            }
            if NUMBER_CLASSES.contains(&class) {
                number_words.insert(word);
            }
        }
        Self {
            classes,
            number_words,
            first_words,
        }
    }

    pub(super) fn get(&self, class: &str, word: &str) -> Option<&'static str> {
        self.classes.get(class)?.get(word).copied()
    }

    /// Whether an entry starts with this word, or the word with a part of a number.
    pub(super) fn starts(&self, word: &str) -> bool {
        self.first_words.contains(word)
            || ["number", "ordinal-stem"].iter().any(|class| {
                self.classes
                    .get(class)
                    .is_some_and(|parts| parts.keys().any(|part| word.starts_with(part)))
            })
    }

    /// The word as a token, or a hyphenated number word as several.
    pub(super) fn tokens(&self, word_idx: usize, word: &MarkedWord) -> Vec<Token> {
        let text = word.case.apply(&word.text);
        let is_number = text.contains('-')
            && text
                .split('-')
                .all(|part| self.number_words.contains(part.to_lowercase().as_str()));
        let parts: Vec<&str> = if is_number {
            text.split('-').collect()
        } else {
            vec![text.as_str()]
        };
        let n_parts = parts.len();
        parts
            .into_iter()
            .enumerate()
            .map(|(part_idx, part)| Token {
                text: part.to_owned(),
                low: part.to_lowercase().replace('’', "'"),
                mark: word.mark.filter(|_| part_idx + 1 == n_parts),
                word_idx,
            })
            .collect()
    }
}
