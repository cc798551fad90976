//! Recognized words as they enter the shaping chain: with automatic marks and case, or written.

use std::fmt;

/// A mark that a punctuation model puts after a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// `,`
    Comma,
    /// `.`
    Period,
    /// `?`
    Question,
    /// `!`
    Exclamation,
    /// `:`
    Colon,
    /// `;`
    Semicolon,
}

impl Mark {
    /// The mark as written.
    #[must_use]
    pub const fn as_char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Period => '.',
            Self::Question => '?',
            Self::Exclamation => '!',
            Self::Colon => ':',
            Self::Semicolon => ';',
        }
    }

    /// The mark written as `c`, if it is one.
    #[must_use]
    pub const fn from_char(c: char) -> Option<Self> {
        Some(match c {
            ',' => Self::Comma,
            '.' => Self::Period,
            '?' => Self::Question,
            '!' => Self::Exclamation,
            ':' => Self::Colon,
            ';' => Self::Semicolon,
            _ => return None,
        })
    }
}

/// How a word's letters are to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// As the recognizer wrote it.
    #[default]
    AsWritten,
    /// First letter capital, the rest as written.
    Capital,
    /// All capitals.
    Upper,
}

impl Case {
    /// The word in this case.
    #[must_use]
    pub fn apply(self, word: &str) -> String {
        match self {
            Self::AsWritten => word.to_owned(),
            Self::Capital => capitalize(word),
            Self::Upper => word.to_uppercase(),
        }
    }
}

/// One recognized word, with the automatic mark after it and its case.
///
/// `Debug` shows no text: recognized text is never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct MarkedWord {
    /// The word without spaces; a word of a written text keeps its inner marks.
    pub text: String,
    /// The mark after it.
    pub mark: Option<Mark>,
    /// Its case.
    pub case: Case,
}

impl MarkedWord {
    /// A bare word: no mark, case as written.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            mark: None,
            case: Case::AsWritten,
        }
    }

    /// The words of a text that already carries its marks and capitals.
    ///
    /// A final mark becomes [`Self::mark`] unless the word has other marks inside
    /// (`e.g.`, `...`), which then stay in the word.
    #[must_use]
    pub fn from_written(text: &str) -> Vec<Self> {
        text.split_whitespace()
            .map(|word| {
                let mut stem = word.chars();
                let last = stem.next_back();
                let stem = stem.as_str();
                let is_bare = !stem.is_empty()
                    && stem
                        .chars()
                        .all(|c| c != '.' && (c.is_alphanumeric() || Mark::from_char(c).is_none()));
                match last.and_then(Mark::from_char) {
                    Some(mark) if is_bare => Self {
                        text: stem.to_owned(),
                        mark: Some(mark),
                        case: Case::AsWritten,
                    },
                    _ => Self::plain(word),
                }
            })
            .collect()
    }
}

impl fmt::Debug for MarkedWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MarkedWord")
            .field("n_chars", &self.text.chars().count())
            .field("mark", &self.mark)
            .field("case", &self.case)
            .finish_non_exhaustive()
    }
}

/// The word with its first letter capital.
pub(crate) fn capitalize(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The word with its first letter small.
pub(crate) fn uncapitalize(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|c| c.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_final_marks_off_written_words() {
        let found: Vec<(String, Option<Mark>)> =
            MarkedWord::from_written("Well, e.g. this... at 5:30? «Oui»! . 3.5.")
                .into_iter()
                .map(|word| (word.text, word.mark))
                .collect();
        let expected = [
            ("Well", Some(Mark::Comma)),
            ("e.g.", None),
            ("this...", None),
            ("at", None),
            ("5:30?", None),
            ("«Oui»", Some(Mark::Exclamation)),
            (".", None),
            ("3.5.", None),
        ];
        assert_eq!(found, expected.map(|(text, mark)| (text.to_owned(), mark)));
    }

    #[test]
    fn shows_no_text() {
        assert!(!format!("{:?}", MarkedWord::plain("secret")).contains("secret"));
    }
}
