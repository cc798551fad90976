//! Words that are written small inside a sentence.

use std::collections::HashSet;

use crate::language::Language;

/// The common words of one language whose capital only marks a sentence start.
#[derive(Clone)]
pub(crate) struct SmallWords {
    words: HashSet<&'static str>,
}

impl std::fmt::Debug for SmallWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmallWords")
            .field("n_words", &self.words.len())
            .finish()
    }
}

impl SmallWords {
    pub(crate) fn new(language: Language) -> Self {
        let text = match language {
            Language::English => include_str!("../../data/caret/small_en.txt"),
            Language::German => include_str!("../../data/caret/small_de.txt"),
            Language::French => include_str!("../../data/caret/small_fr.txt"),
            Language::Spanish => include_str!("../../data/caret/small_es.txt"),
            Language::Other => "",
        };
        let words = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
            .collect();
        Self { words }
    }

    /// Whether the word, with or without marks at its end, is one of them.
    pub(crate) fn contains(&self, word: &str) -> bool {
        let bare = word
            .trim_end_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase()
            .replace('’', "'");
        self.words.contains(bare.as_str())
    }
}
