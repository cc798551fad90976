//! Word n-gram language model with back-off, read in place from its compiled form.
//!
//! A model is made from ARPA text by [`compile()`] and opened over bytes, a memory map as a rule, by
//! [`LanguageModel::from_bytes`], which checks everything that later reads rely on.
//! Scores are natural logarithms; ARPA files and the compiled form hold base 10.
//!
//! Compiled form: words sorted by their bytes, so that a prefix is a range of word ids; one sorted
//! array of records per order, children of one context side by side; the number of children in unary
//! (`lm/format.rs`). Probabilities and back-offs are indices into tables of 256 values per order.
//! Sources: Katz 1987; Whittaker and Raj 2001; Heafield 2011 <https://kheafield.com/papers/avenue/kenlm.pdf>.

mod arpa;
mod bits;
pub(crate) mod checksum;
mod codebook;
mod compile;
mod format;

use std::fmt;
use std::sync::Arc;

pub use arpa::ArpaError;
pub use checksum::seal;
pub use compile::compile;
pub use format::LanguageModelError;

use format::Layout;

/// The highest order of n-grams.
pub const MAX_ORDER: usize = 5;

/// No node.
const NONE: u32 = u32::MAX;

/// A word of a language model: its rank in byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(u32);

/// The words before, as far as the model knows them: the n-gram of the last 1, 2 … words each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LmState {
    contexts: [u32; MAX_ORDER - 1],
}

impl LmState {
    /// Nothing known about the words before.
    pub const UNKNOWN_PAST: Self = Self {
        contexts: [NONE; MAX_ORDER - 1],
    };
}

/// The words that begin with some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordRange {
    begin: u32,
    end: u32,
    /// How many bytes they share.
    n_bytes: u32,
}

impl WordRange {
    /// Whether no word begins so.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.begin >= self.end
    }

    /// How many bytes have been read.
    #[must_use]
    pub const fn n_bytes(self) -> u32 {
        self.n_bytes
    }
}

/// The bytes of a compiled model, wherever they live.
pub type LmBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A compiled language model.
#[derive(Clone)]
pub struct LanguageModel {
    bytes: LmBytes,
    layout: Layout,
    /// Natural log of each order's 256 probabilities.
    probs: Vec<[f32; 256]>,
    /// Natural log of each order's 256 back-off weights, the highest order left out.
    backoffs: Vec<[f32; 256]>,
    /// The best unigram of every [`BLOCK`] words.
    best_of_block: Vec<f32>,
    has_capitals: bool,
}

/// Words in a block of `best_of_block`.
const BLOCK: u32 = 64;

impl fmt::Debug for LanguageModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LanguageModel")
            .field("counts", &self.layout.counts)
            .finish_non_exhaustive()
    }
}

impl LanguageModel {
    /// Opens a compiled model; `file` names it in errors.
    ///
    /// # Errors
    /// If the bytes are not a whole and sound compiled model.
    pub fn from_bytes(file: &str, bytes: LmBytes) -> Result<Self, LanguageModelError> {
        let layout = Layout::open(file, bytes.as_ref().as_ref())?;
        let all = bytes.as_ref().as_ref();
        let table = |at: usize| -> [f32; 256] {
            std::array::from_fn(|idx| bits::f32_at(all, at + idx * 4) * std::f32::consts::LN_10)
        };
        let probs = layout
            .levels
            .iter()
            .map(|level| table(level.probs_at))
            .collect();
        let backoffs = layout
            .levels
            .iter()
            .filter_map(|level| level.backoffs_at)
            .map(table)
            .collect();
        let mut model = Self {
            layout,
            probs,
            backoffs,
            best_of_block: Vec::new(),
            has_capitals: false,
            bytes,
        };
        let n_words = model.layout.n_words();
        model.best_of_block = (0..n_words.div_ceil(BLOCK))
            .map(|block| {
                let words = block * BLOCK..n_words.min((block + 1) * BLOCK);
                words
                    .map(|word| model.unigram(word))
                    .fold(f32::NEG_INFINITY, f32::max)
            })
            .collect();
        model.has_capitals = (0..n_words).any(|word| {
            let text = model.layout.word(model.all(), word);
            !text.starts_with(b"<")
                && str::from_utf8(text).is_ok_and(|text| text.chars().any(char::is_uppercase))
        });
        Ok(model)
    }

    /// The longest n-grams have this many words.
    #[must_use]
    pub fn order(&self) -> usize {
        self.layout.levels.len()
    }

    /// Number of n-grams of each order, from 1.
    #[must_use]
    pub fn counts(&self) -> &[u32] {
        &self.layout.counts
    }

    /// Whether some word has a capital: if not, text is looked up in small letters.
    #[must_use]
    pub const fn has_capitals(&self) -> bool {
        self.has_capitals
    }

    /// The id of a word.
    #[must_use]
    pub fn word(&self, text: &str) -> Option<WordId> {
        let range = text
            .bytes()
            .fold(self.words(), |range, byte| self.narrow(range, byte));
        self.exact(range)
    }

    /// The id of `<unk>`, if the model gives unknown words a probability.
    #[must_use]
    pub fn unknown(&self) -> Option<WordId> {
        self.layout.unknown.map(WordId)
    }

    /// The state at the beginning of a sentence.
    #[must_use]
    pub fn start(&self) -> LmState {
        match self.layout.begin {
            Some(word) => self.score(LmState::UNKNOWN_PAST, WordId(word)).1,
            None => LmState::UNKNOWN_PAST,
        }
    }

    /// Natural log-probability of the sentence's end; zero if the model has none.
    #[must_use]
    pub fn finish(&self, state: LmState) -> f32 {
        self.layout
            .end
            .map_or(0.0, |word| self.score(state, WordId(word)).0)
    }

    /// Natural log-probability of a word after those of `state`, and the state that follows.
    #[must_use]
    pub fn score(&self, state: LmState, word: WordId) -> (f32, LmState) {
        let all = self.all();
        let order = self.order();
        let mut next = LmState::UNKNOWN_PAST;
        if order > 1 {
            next.contexts[0] = word.0;
        }
        let mut log_prob = self.unigram(word.0);
        let mut backoff = 0.0;
        // `level` counts the words of the context; each longer context that goes on with the word
        // replaces the probability, each that does not adds its back-off weight.
        for level in 1..order {
            let context = state.contexts[level - 1];
            if context == NONE {
                continue;
            }
            if let Some(found) = self.layout.find_child(all, level - 1, context, word.0) {
                let code = self.layout.prob_code(all, level, found);
                log_prob = self.probs[level][usize::from(code)];
                backoff = 0.0;
                if level + 1 < order {
                    next.contexts[level] = found;
                }
            } else {
                let code = self.layout.backoff_code(all, level - 1, context);
                backoff += self.backoffs[level - 1][usize::from(code)];
            }
        }
        (log_prob + backoff, next)
    }

    /// All words: the range before any byte is read.
    #[must_use]
    pub fn words(&self) -> WordRange {
        WordRange {
            begin: 0,
            end: self.layout.n_words(),
            n_bytes: 0,
        }
    }

    /// The words of `range` that go on with `byte`.
    #[must_use]
    pub fn narrow(&self, range: WordRange, byte: u8) -> WordRange {
        let all = self.all();
        let at = range.n_bytes as usize;
        let n_bytes = range.n_bytes.saturating_add(1);
        if range.is_empty() {
            return WordRange { n_bytes, ..range };
        }
        let below = |limit: u16| {
            partition(range.begin, range.end, |word| {
                self.layout
                    .word(all, word)
                    .get(at)
                    .is_none_or(|&own| u16::from(own) < limit)
            })
        };
        WordRange {
            begin: below(byte.into()),
            end: below(u16::from(byte) + 1),
            n_bytes,
        }
    }

    /// The word that has no further byte.
    #[must_use]
    pub fn exact(&self, range: WordRange) -> Option<WordId> {
        let complete = !range.is_empty()
            && self.layout.word(self.all(), range.begin).len() == range.n_bytes as usize;
        complete.then_some(WordId(range.begin))
    }

    /// The highest natural log-probability of a unigram in a range, minus infinity if it is empty.
    #[must_use]
    pub fn best_unigram(&self, range: WordRange) -> f32 {
        let mut best = f32::NEG_INFINITY;
        let mut word = range.begin;
        while word < range.end {
            if word.is_multiple_of(BLOCK) && range.end - word >= BLOCK {
                best = best.max(self.best_of_block[(word / BLOCK) as usize]);
                word += BLOCK;
            } else {
                best = best.max(self.unigram(word));
                word += 1;
            }
        }
        best
    }

    fn unigram(&self, word: u32) -> f32 {
        self.probs[0][usize::from(self.layout.prob_code(self.all(), 0, word))]
    }

    fn all(&self) -> &[u8] {
        self.bytes.as_ref().as_ref()
    }
}

/// The first of `begin..end` for which `below` no longer holds.
fn partition(mut begin: u32, mut end: u32, below: impl Fn(u32) -> bool) -> u32 {
    while begin < end {
        let middle = begin + (end - begin) / 2;
        if below(middle) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    begin
}

#[cfg(test)]
mod tests;
