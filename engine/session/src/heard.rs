//! Words that somebody said, as the recognizer hands them over.

use std::fmt;

use sotto_text::MarkedWord;

/// One recognized word and the silence before it.
///
/// `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub struct HeardWord {
    /// The word with the mark and the case that the punctuation model gave it.
    pub word: MarkedWord,
    /// Silence between it and the word before, in milliseconds.
    pub gap_ms: u32,
}

/// Recognized words. Their `Debug` form shows only how many they are.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HeardWords(Vec<HeardWord>);

impl HeardWords {
    /// Takes recognized words in order.
    #[must_use]
    pub const fn new(words: Vec<HeardWord>) -> Self {
        Self(words)
    }

    /// The words of a text that carries its marks and capitals, said without a pause.
    #[must_use]
    pub fn from_written(text: &str) -> Self {
        let words = MarkedWord::from_written(text);
        Self(
            words
                .into_iter()
                .map(|word| HeardWord { word, gap_ms: 0 })
                .collect(),
        )
    }

    /// The words in order.
    #[must_use]
    pub fn words(&self) -> &[HeardWord] {
        &self.0
    }

    /// How many words there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words without their silences.
    pub(crate) fn marked(&self) -> Vec<MarkedWord> {
        self.0.iter().map(|heard| heard.word.clone()).collect()
    }

    /// The silences before the words, in milliseconds.
    pub(crate) fn gaps_ms(&self) -> Vec<u32> {
        self.0.iter().map(|heard| heard.gap_ms).collect()
    }

    /// These words and then those.
    pub(crate) fn followed_by(&self, next: &Self) -> Self {
        Self([self.0.as_slice(), &next.0].concat())
    }

    /// What is left without the first `n_words`.
    pub(crate) fn skip(&self, n_words: usize) -> Self {
        Self(self.0.get(n_words..).unwrap_or_default().to_vec())
    }

    /// The first `n_words`.
    pub(crate) fn take(&self, n_words: usize) -> Self {
        Self(self.0[..n_words.min(self.0.len())].to_vec())
    }
}

impl fmt::Debug for HeardWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeardWords({} words)", self.0.len())
    }
}

impl fmt::Debug for HeardWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeardWord")
            .field("word", &self.word)
            .field("gap_ms", &self.gap_ms)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_text() {
        let words = HeardWords::from_written("top secret");
        let shown = format!("{words:?} {:?}", words.0);
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("2 words"), "{shown}");
    }

    #[test]
    fn parts_make_the_whole() {
        let words = HeardWords::from_written("One. Two, three");
        for n_words in 0..5 {
            assert_eq!(words.take(n_words).followed_by(&words.skip(n_words)), words);
        }
    }
}
