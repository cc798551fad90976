//! What the recognizer says: words with times, partials and finals.

use std::fmt;

use crate::hypothesis::Hypothesis;
use crate::punctuate::Mark;
use crate::time::Millis;
use crate::tokens::script::joins_without_space;

/// One recognized word.
#[derive(Clone, PartialEq, Default)]
pub struct Word {
    /// The word as the speech model writes it, without surrounding spaces.
    pub text: String,
    /// The word as it is to be written, without its mark; the same as `text` where nothing is known.
    pub written: String,
    /// What stands after the word, where the punctuation model puts something.
    pub mark: Mark,
    /// Start, since the stream began.
    pub start: Millis,
    /// End, since the stream began.
    pub end: Millis,
    /// Geometric mean of its tokens' probabilities, in `[0, 1]`.
    pub confidence: f32,
}

impl Word {
    /// Whether it stands right behind the word before, as characters of unspaced scripts do.
    #[must_use]
    pub fn joins(&self, before: &Self) -> bool {
        joins_without_space(&before.text, &self.text)
    }
}

/// The words of one utterance so far, in two parts.
///
/// `stable` only grows within an utterance; `unstable` may be replaced by the next partial.
/// The `Debug` form shows counts only: recognized text is never logged.
#[derive(Clone, PartialEq, Default)]
pub struct Transcript {
    /// Words that will not change any more in this utterance.
    pub stable: Vec<Word>,
    /// Words that later audio may still change.
    pub unstable: Vec<Word>,
}

impl Transcript {
    /// Makes all words stable.
    pub(crate) fn settle(&mut self) {
        self.stable.append(&mut self.unstable);
    }

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
            text.push_str(&word.written);
            text.push_str(word.mark.as_str());
        }
        text
    }

    /// Mean confidence of the words, in `[0, 1]`; none without words.
    #[must_use]
    pub fn confidence(&self) -> Option<f32> {
        let n_words = self.stable.len() + self.unstable.len();
        let sum: f32 = self.words().map(|word| word.confidence).sum();
        (n_words > 0).then(|| sum / n_words as f32)
    }

    /// Whether there is no word at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.stable.is_empty() && self.unstable.is_empty()
    }
}

/// The outcome of an utterance.
///
/// The `Debug` form shows counts only.
#[derive(Clone, PartialEq, Default)]
pub struct Final {
    /// The words, all of them stable.
    pub transcript: Transcript,
    /// The token sequences behind it, the best first, as many as were asked for.
    pub n_best: Vec<Hypothesis>,
    /// Start of the utterance since the stream began, pre-roll included.
    pub start: Millis,
    /// End of the utterance since the stream began.
    pub end: Millis,
}

impl fmt::Debug for Final {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Final")
            .field("transcript", &self.transcript)
            .field("start", &self.start)
            .field("end", &self.end)
            .finish_non_exhaustive()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::Token;

    #[test]
    fn debug_forms_show_no_text() {
        let word = Word {
            text: "secret".to_owned(),
            written: "Secret".to_owned(),
            ..Word::default()
        };
        let token = Token {
            id: 987_654,
            encoder_frame: 1,
            log_prob: -0.5,
        };
        let result = Final {
            transcript: Transcript {
                stable: vec![word.clone()],
                unstable: vec![word.clone()],
            },
            n_best: vec![Hypothesis {
                tokens: vec![token],
                ..Hypothesis::default()
            }],
            ..Final::default()
        };
        for shown in [
            format!("{word:?}"),
            format!("{result:#?}"),
            format!("{:?}", result.transcript),
            format!("{:?}", result.n_best),
        ] {
            assert!(!shown.to_lowercase().contains("secret"), "{shown}");
            assert!(!shown.contains("987654"), "{shown}");
        }
    }
}
