//! What the recognizer says: words with times, partials and finals.

use std::fmt;

use crate::time::Millis;
use crate::tokens::script::joins_without_space;

/// One recognised word.
#[derive(Clone, PartialEq)]
pub struct Word {
    /// The word as the model writes it, without surrounding spaces.
    pub text: String,
    /// Start, since the stream began.
    pub start: Millis,
    /// End, since the stream began.
    pub end: Millis,
    /// Geometric mean of its tokens' probabilities, in `[0, 1]`.
    pub confidence: f32,
}

/// The words of one utterance so far, in two parts.
///
/// `stable` only grows within an utterance; `unstable` may be replaced by the next partial.
/// The `Debug` form shows counts only: recognised text is never logged.
#[derive(Clone, PartialEq, Default)]
pub struct Transcript {
    /// Words that will not change any more in this utterance.
    pub stable: Vec<Word>,
    /// Words that later audio may still change.
    pub unstable: Vec<Word>,
}

impl Transcript {
    /// All words, stable first.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.stable.iter().chain(&self.unstable)
    }

    /// The words joined by single spaces, none between characters of unspaced scripts.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for word in self.words() {
            if !text.is_empty() && !joins_without_space(&text, &word.text) {
                text.push(' ');
            }
            text.push_str(&word.text);
        }
        text
    }

    /// Whether there is no word at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.stable.is_empty() && self.unstable.is_empty()
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Word")
            .field("n_chars", &self.text.chars().count())
            .field("start", &self.start)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcript")
            .field("n_stable", &self.stable.len())
            .field("n_unstable", &self.unstable.len())
            .finish()
    }
}
