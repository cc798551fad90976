//! A file of phrases: one a line, ` :boost` after it where it should differ from the usual.

use super::Phrase;
use crate::tokens::{SpellError, Tokenizer};

/// Why a file of phrases cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PhrasesError {
    /// Bytes that are no text.
    #[error("{file} line {line} is not UTF-8 text; save the file as UTF-8")]
    NotUtf8 {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
    },
    /// A boost that is no number.
    #[error(
        "{file} line {line} ends in a boost that is no number: write for example \"New York :2.0\""
    )]
    NoBoost {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
    },
    /// A phrase that the model cannot write.
    #[error("{file} line {line}: {source}; write it with other letters or remove it")]
    NoSpelling {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// The phrase and what is missing.
        #[source]
        source: SpellError,
    },
}

/// Reads phrases; `boost_per_token` is for those that name none, `file` names it in errors.
///
/// # Errors
/// If a line is no phrase or the model has no tokens for it.
pub fn read_phrases(
    file: &str,
    phrases: &[u8],
    tokenizer: &Tokenizer,
    boost_per_token: f32,
) -> Result<Vec<Phrase>, PhrasesError> {
    let phrases = phrases.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(phrases);
    let mut read = Vec::new();
    for (line, bytes) in (1..).zip(phrases.split(|&byte| byte == b'\n')) {
        let Ok(text) = str::from_utf8(bytes) else {
            return Err(PhrasesError::NotUtf8 {
                file: file.into(),
                line,
            });
        };
        let text = text.trim();
        let (phrase, boost) = match text.rsplit_once(char::is_whitespace) {
            Some((phrase, last)) if last.starts_with(':') => (phrase, Some(&last[1..])),
            _ => (text, None),
        };
        let boost_per_token = match boost.map(str::parse::<f32>) {
            None => boost_per_token,
            Some(Ok(boost)) if boost.is_finite() => boost,
            Some(_) => {
                return Err(PhrasesError::NoBoost {
                    file: file.into(),
                    line,
                });
            }
        };
        if !phrase.is_empty() {
            let tokens = tokenizer
                .encode(phrase)
                .map_err(|source| PhrasesError::NoSpelling {
                    file: file.into(),
                    line,
                    source,
                })?;
            read.push(Phrase {
                tokens,
                boost_per_token,
                word_start: tokenizer.word_start(phrase),
            });
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(phrases: &[u8]) -> Result<Vec<(Vec<u32>, f32)>, String> {
        let table = "<blk> 0\n▁ 1\na 2\nb 3\n";
        let tokenizer = Tokenizer::from_bytes("tokens.txt", table.as_bytes(), None).unwrap();
        read_phrases("words.txt", phrases, &tokenizer, 1.5)
            .map(|phrases| {
                phrases
                    .into_iter()
                    .map(|p| (p.tokens, p.boost_per_token))
                    .collect()
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn lines_are_phrases_with_boosts() {
        let expected = vec![(vec![2, 3], 1.5), (vec![3, 1, 2], -2.0)];
        assert_eq!(read(b"AB\r\n\n  b a :-2  \n"), Ok(expected));
        assert_eq!(read(b""), Ok(vec![]));
    }

    #[test]
    fn letters_are_preferred_at_the_start_of_words_only() {
        let start = |table: &str, phrase: &str| {
            let tokenizer = Tokenizer::from_bytes("tokens.txt", table.as_bytes(), None).unwrap();
            let read = read_phrases("words.txt", phrase.as_bytes(), &tokenizer, 1.0).unwrap();
            read[0].word_start
        };
        assert_eq!(start("<blk> 0\n▁ 1\na 2\n", "a"), Some(1));
        assert_eq!(start("<blk> 0\n▁ 1\n東 2\n", "東"), None);
        assert_eq!(start("<blk> 0\n▁ 1\na 2\n▁a 3\n", "a"), None);
        assert_eq!(start("<blk> 0\na 1\n", "a"), None);
    }

    #[test]
    fn broken_lines_are_named() {
        #[track_caller]
        fn check(phrases: &[u8], sentence: &str) {
            assert_eq!(read(phrases).unwrap_err(), sentence);
        }
        check(
            b"a\n\xFF",
            "words.txt line 2 is not UTF-8 text; save the file as UTF-8",
        );
        check(
            b"a :x",
            "words.txt line 1 ends in a boost that is no number: write for example \"New York :2.0\"",
        );
        check(
            b"a\nabc",
            "words.txt line 2: the phrase \"abc\" cannot be spelled by this model: it has no token for \"abc\"; write it with other letters or remove it",
        );
    }
}
