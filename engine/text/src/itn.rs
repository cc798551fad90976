//! Inverse text normalization: spoken numbers, amounts, dates, times and addresses as written.
//!
//! Each language is a list of rules over words; at every word the rule that takes most words
//! wins, the earlier one among equals. What is written follows the public tables of NVIDIA NeMo
//! text processing (<https://github.com/NVIDIA/NeMo-text-processing>) wherever they agree with
//! the units' own standards; single small numbers inside a sentence stay words.
//! Each kind can be switched off.

use crate::itn::compound::{Part, Words, parts_of};
use crate::itn::context::{Context, Found, Rule, Token};
use crate::itn::lexicon::Lexicon;
use crate::language::Language;
use crate::word::{Case, MarkedWord};

mod address;
mod compound;
mod context;
mod de;
mod digit_run;
mod en;
mod es;
mod fr;
mod lexicon;
mod measure;
mod name;

/// What a rule writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `147`
    Cardinal,
    /// `21st`
    Ordinal,
    /// `3.14`, `5.2 million`
    Decimal,
    /// `$4.69`
    Money,
    /// `july 25 2012`
    Date,
    /// `08:51`
    Time,
    /// `123-123-5678` and other digit strings
    Phone,
    /// `18 %`
    Percent,
    /// `200 km/h`
    Measure,
    /// `3/4`
    Fraction,
    /// `version 2.3.1`, `10.0.0.1`
    Version,
    /// `john@example.com`, `https://example.com/a`
    Address,
    /// `Dr. Smith`
    Title,
    /// `e.g.` for "for example", and the like
    Abbreviation,
}

impl Kind {
    /// Every kind, with the name that settings use.
    pub const NAMED: [(&str, Self); 14] = [
        ("cardinal", Self::Cardinal),
        ("ordinal", Self::Ordinal),
        ("decimal", Self::Decimal),
        ("money", Self::Money),
        ("date", Self::Date),
        ("time", Self::Time),
        ("phone", Self::Phone),
        ("percent", Self::Percent),
        ("measure", Self::Measure),
        ("fraction", Self::Fraction),
        ("version", Self::Version),
        ("address", Self::Address),
        ("title", Self::Title),
        ("abbreviation", Self::Abbreviation),
    ];

    /// The kind that settings call `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// What a run of words is to the utterance: numbers alone are written, among words they may not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Utterance,
    Part,
}

/// The kinds that are switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    /// No kind.
    pub const NONE: Self = Self(0);

    /// Every kind.
    pub const ALL: Self = Self((1 << Kind::NAMED.len()) - 1);

    /// These and `kind`.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | kind.bit())
    }

    /// These without `kind`.
    #[must_use]
    pub const fn without(self, kind: Kind) -> Self {
        Self(self.0 & !kind.bit())
    }

    /// Whether `kind` is on.
    #[must_use]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }
}

impl Default for Kinds {
    /// Every kind but abbreviations, which replace ordinary words.
    fn default() -> Self {
        Self::ALL.without(Kind::Abbreviation)
    }
}

/// The number rules of one language.
#[derive(Debug)]
pub struct Itn {
    kinds: Kinds,
    lexicon: Lexicon,
    rules: &'static [Rule],
    /// How words hold parts of numbers, where numbers are read by parts.
    words: Option<Words>,
}

impl Itn {
    /// The rules of a language; none for [`Language::Other`].
    #[must_use]
    pub fn new(language: Language, kinds: Kinds) -> Self {
        let (table, rules): (&'static str, &'static [Rule]) = match language {
            Language::English => (include_str!("../data/itn/en.tsv"), en::RULES),
            Language::German => (include_str!("../data/itn/de.tsv"), de::RULES),
            Language::French => (include_str!("../data/itn/fr.tsv"), fr::RULES),
            Language::Spanish => (include_str!("../data/itn/es.tsv"), es::RULES),
            Language::Other => ("", &[]),
        };
        let words = match language {
            Language::German => Some(Words::Fused),
            Language::French | Language::Spanish => Some(Words::Separate),
            Language::English | Language::Other => None,
        };
        Self {
            kinds,
            lexicon: Lexicon::new(table),
            rules,
            words,
        }
    }

    /// A plain text with its numbers written.
    #[must_use]
    pub fn write(&self, text: &str) -> String {
        let mut written = String::with_capacity(text.len());
        for word in self.apply(&MarkedWord::from_written(text)) {
            if !written.is_empty() {
                written.push(' ');
            }
            written.push_str(&word.text);
            written.extend(word.mark.map(|mark| mark.as_char()));
        }
        written
    }

    /// The words with their numbers written; what was rewritten is one word, spaces and all.
    #[must_use]
    pub fn apply(&self, words: &[MarkedWord]) -> Vec<MarkedWord> {
        self.apply_to(words, Extent::Utterance)
    }

    /// The digit that a word names.
    pub(crate) fn digit(&self, word: &str) -> Option<&'static str> {
        self.lexicon.get("digit", &word.to_lowercase())
    }

    /// As [`Self::apply`], for words that may be a part of the utterance only.
    pub(crate) fn apply_to(&self, words: &[MarkedWord], extent: Extent) -> Vec<MarkedWord> {
        let tokens: Vec<Token> = words
            .iter()
            .enumerate()
            .flat_map(|(word_idx, word)| self.lexicon.tokens(word_idx, word))
            .collect();
        let parts: Vec<Option<Vec<Part>>> = tokens
            .iter()
            .map(|token| parts_of(&self.lexicon, &token.low, self.words?))
            .collect();
        let context = Context {
            tokens: &tokens,
            parts: &parts,
            lexicon: &self.lexicon,
            extent,
            last_dot: tokens
                .iter()
                .rposition(|token| self.lexicon.get("dot", &token.low).is_some()),
        };
        let mut written = Vec::with_capacity(words.len());
        let mut at = 0;
        while at < tokens.len() {
            let found = self.longest(&context, at);
            let Some(found) = found else {
                // A hyphenated word of which nothing was rewritten is written as it came.
                at = match context.whole_word(at) {
                    Some(end) => {
                        written.push(words[tokens[at].word_idx].clone());
                        end
                    }
                    None => {
                        written.push(tokens[at].to_word());
                        at + 1
                    }
                };
                continue;
            };
            let end = at + found.n_tokens;
            written.push(MarkedWord {
                text: found.text,
                mark: tokens[end - 1].mark,
                case: Case::AsWritten,
            });
            at = end;
        }
        written
    }

    fn longest(&self, context: &Context<'_>, at: usize) -> Option<Found> {
        if !context.may_start(at) {
            return None;
        }
        let mut longest: Option<Found> = None;
        for rule in self.rules {
            let Some(found) = rule(context, at) else {
                continue;
            };
            let is_longer = longest
                .as_ref()
                .is_none_or(|longest| found.n_tokens > longest.n_tokens);
            if is_longer && self.kinds.contains(found.kind) {
                longest = Some(found);
            }
        }
        longest
    }
}

#[cfg(test)]
mod tests;
