//! Words as rules see them.

use super::compound::Part;
use super::lexicon::Lexicon;
use super::{Extent, Kind};
use crate::word::{Mark, MarkedWord};

/// A word, or a part of a hyphenated number word.
pub(super) struct Token {
    /// As recognized.
    pub(super) text: String,
    /// In small letters, for look-up.
    pub(super) low: String,
    /// The mark after it.
    pub(super) mark: Option<Mark>,
    /// Which word it came from.
    pub(super) word_idx: usize,
}

impl Token {
    pub(super) fn to_word(&self) -> MarkedWord {
        MarkedWord {
            mark: self.mark,
            ..MarkedWord::plain(&self.text)
        }
    }
}

/// What a rule found at a token.
pub(super) struct Found {
    pub(super) n_tokens: usize,
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// Looks whether something it can write starts at a token.
pub(super) type Rule = fn(&Context<'_>, usize) -> Option<Found>;

/// The tokens of an utterance and the words that the language knows.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) lexicon: &'a Lexicon,
    /// The parts of each token that is nothing but parts of numbers.
    pub(super) parts: &'a [Option<Vec<Part>>],
    pub(super) extent: Extent,
    /// The last word for a dot in an address, if there is one.
    pub(super) last_dot: Option<usize>,
}

impl<'a> Context<'a> {
    /// The token in small letters; empty past the end.
    pub(super) fn low(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.low.as_str())
    }

    /// The token as recognized; empty past the end.
    pub(super) fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    /// Whether a rule may start at this token: everything else costs no more than this look.
    pub(super) fn may_start(&self, at: usize) -> bool {
        self.lexicon.starts(self.low(at))
            || self.letter(at).is_some()
            || self.last_dot.is_some_and(|dot| dot > at)
    }

    pub(super) fn before(&self, at: usize) -> &'a str {
        at.checked_sub(1).map_or("", |before| self.low(before))
    }

    /// What the language's table says of the token as a member of `class`.
    pub(super) fn get(&self, class: &str, at: usize) -> Option<&'static str> {
        self.lexicon.get(class, self.low(at))
    }

    pub(super) fn is(&self, class: &str, at: usize) -> bool {
        self.get(class, at).is_some()
    }

    /// The longest entry of `class` that starts here, of up to six words.
    pub(super) fn phrase(&self, class: &str, at: usize) -> Option<(usize, &'static str)> {
        let mut joined = String::new();
        let mut longest = None;
        for n_tokens in 1..=6 {
            let Some(token) = self.tokens.get(at + n_tokens - 1) else {
                break;
            };
            if n_tokens > 1 {
                joined.push(' ');
            }
            joined.push_str(&token.low);
            if let Some(value) = self.lexicon.get(class, &joined) {
                longest = Some((n_tokens, value));
            }
            if token.mark.is_some() {
                break;
            }
        }
        longest
    }

    /// Whether `n_tokens` from `at` are the whole utterance.
    pub(super) fn is_whole(&self, at: usize, n_tokens: usize) -> bool {
        self.extent == Extent::Utterance && at == 0 && n_tokens == self.tokens.len()
    }

    /// Whether a mark or the end of the utterance follows `n_tokens` from `at`.
    pub(super) fn ends_clause(&self, at: usize, n_tokens: usize) -> bool {
        let end = at + n_tokens;
        end == self.tokens.len()
            || end > 0
                && self
                    .tokens
                    .get(end - 1)
                    .is_some_and(|last| last.mark.is_some())
    }

    /// Whether no mark stands between the tokens, the last one excepted.
    pub(super) fn is_unbroken(&self, at: usize, n_tokens: usize) -> bool {
        self.tokens
            .get(at..at + n_tokens)
            .and_then(<[Token]>::split_last)
            .is_some_and(|(_, inner)| inner.iter().all(|token| token.mark.is_none()))
    }

    /// A find, if no mark stands inside it.
    pub(super) fn found(
        &self,
        at: usize,
        n_tokens: usize,
        kind: Kind,
        text: String,
    ) -> Option<Found> {
        self.is_unbroken(at, n_tokens).then_some(Found {
            n_tokens,
            kind,
            text,
        })
    }

    /// The single letter that a token is, as recognized.
    pub(super) fn letter(&self, at: usize) -> Option<&'a str> {
        let text = self.text(at);
        let mut chars = text.chars();
        (chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()).then_some(text)
    }

    /// Whether the tokens from `at` are these words.
    pub(super) fn says(&self, at: usize, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(offset, word)| self.low(at + offset) == *word)
    }

    /// The end of the hyphenated word that starts at `at`, if it has several parts.
    pub(super) fn whole_word(&self, at: usize) -> Option<usize> {
        let word_idx = self.tokens[at].word_idx;
        let starts = at == 0 || self.tokens[at - 1].word_idx != word_idx;
        let n_parts = self.tokens[at..]
            .iter()
            .take_while(|token| token.word_idx == word_idx)
            .count();
        (starts && n_parts > 1).then_some(at + n_parts)
    }
}
