//! Where a finished sentence may be committed.
//!
//! Wraps the Punkt tokenizer (Kiss and Strunk 2006, <https://aclanthology.org/J06-4003>) with the
//! trained parameters that the crate `punkt_n` ships.
//! It works after punctuation and case: without marks and capitals nothing is split.

use punkt_n::params::Standard;
use punkt_n::{SentenceByteOffsetTokenizer, TrainingData};

use crate::caret::ends_with_abbreviation;
use crate::language::Language;

/// Finds finished sentences in a growing text.
pub struct SentenceSplitter {
    language: Language,
    parameters: TrainingData,
}

impl std::fmt::Debug for SentenceSplitter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SentenceSplitter").finish_non_exhaustive()
    }
}

impl SentenceSplitter {
    /// The parameters of a language; for [`Language::Other`] none, every full stop is taken.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let parameters = match language {
            Language::English => TrainingData::english(),
            Language::German => TrainingData::german(),
            Language::French => TrainingData::french(),
            Language::Spanish => TrainingData::spanish(),
            Language::Other => TrainingData::new(),
        };
        Self {
            language,
            parameters,
        }
    }

    /// Length in bytes of the sentences that are finished for certain; 0 if none is.
    ///
    /// The last sentence never is, and Punkt wants two words of it: they decide whether the full
    /// stop before belongs to an abbreviation. What is returned ends behind the spaces, so the rest starts with a word.
    #[must_use]
    pub fn finished(&self, text: &str) -> usize {
        self.starts(text).last().copied().unwrap_or(0)
    }

    /// The sentences of a finished text, in order; joined they are the text.
    #[must_use]
    pub fn sentences<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let mut sentences = Vec::new();
        let mut from = 0;
        for to in self.starts(text).into_iter().chain([text.len()]) {
            if to > from {
                sentences.push(&text[from..to]);
                from = to;
            }
        }
        sentences
    }

    /// Where the second and later sentences start.
    fn starts(&self, text: &str) -> Vec<usize> {
        let mut starts = Vec::new();
        for (start, _) in SentenceByteOffsetTokenizer::<Standard>::new(text, &self.parameters) {
            let is_start = start > 0
                && text.is_char_boundary(start)
                && text[..start].ends_with(char::is_whitespace)
                && has_end_mark(&text[..start])
                && !self.ends_with_abbreviation(&text[..start]);
            if is_start {
                starts.push(start);
            }
        }
        starts
    }

    /// Abbreviations that Punkt's parameters lack: those of the caret's table, and `z. B.` cut in two.
    fn ends_with_abbreviation(&self, text: &str) -> bool {
        let text = text.trim_end();
        let mut rev = text.chars().rev();
        let ends_with_small_letter = rev.next() == Some('.')
            && rev.next().is_some_and(char::is_lowercase)
            && rev.next().is_none_or(char::is_whitespace);
        ends_with_small_letter || ends_with_abbreviation(text, self.language)
    }
}

/// Whether the text ends with a mark that ends a sentence, or with a line break.
fn has_end_mark(text: &str) -> bool {
    let blank = text.trim_end();
    text[blank.len()..].contains('\n')
        || blank
            .trim_end_matches(['"', '\'', '”', '’', '“', '»', ')', ']', '\u{a0}'])
            .ends_with(['.', '?', '!', '…'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(language: Language, text: &str, expected: &[&str]) {
        let splitter = SentenceSplitter::new(language);
        assert_eq!(splitter.sentences(text), expected);
        let n_finished = text.len() - expected.last().map_or(0, |last| last.len());
        assert_eq!(splitter.finished(text), n_finished);
    }

    #[test]
    fn splits_after_marks() {
        use Language::{English, French, German, Other, Spanish};
        check(English, "", &[]);
        check(
            English,
            "i saw dr smith he said hello",
            &["i saw dr smith he said hello"],
        );
        check(
            English,
            "I saw Dr. Smith. He said hello. Then he left",
            &["I saw Dr. Smith. ", "He said hello. ", "Then he left"],
        );
        check(
            English,
            "It costs 3.50 dollars. Really? Yes, of course.",
            &["It costs 3.50 dollars. ", "Really? ", "Yes, of course."],
        );
        check(
            German,
            "Er kam z. B. heute. Sie ging.",
            &["Er kam z. B. heute. ", "Sie ging."],
        );
        check(
            French,
            "Il est là. Elle part.",
            &["Il est là. ", "Elle part."],
        );
        check(
            Spanish,
            "El Sr. Pérez llegó. Ella salió.",
            &["El Sr. Pérez llegó. ", "Ella salió."],
        );
        check(Other, "Mae hi. Da iawn.", &["Mae hi. ", "Da iawn."]);
    }

    proptest! {
        #[test]
        fn loses_nothing(text in any::<String>()) {
            let splitter = SentenceSplitter::new(Language::Other);
            prop_assert_eq!(splitter.sentences(&text).concat(), text);
        }

        #[test]
        fn finished_sentences_stay_finished(text in "[A-Za-z .?!,]{0,60}", more in "[A-Za-z .?!]{0,20}") {
            let splitter = SentenceSplitter::new(Language::Other);
            let grown = format!("{text}{more}");
            let n_finished = splitter.finished(&text);
            prop_assert!(n_finished <= splitter.finished(&grown));
        }
    }
}
