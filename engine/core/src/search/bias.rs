//! What a beam knows besides the audio: the user's phrases and a language model over words.
//!
//! Tokens are followed byte by byte, so words end wherever the decoded text has a space, whether
//! pieces or characters spell it. While a word is under way it already owes the probability of the
//! likeliest word that begins so (unigram look-ahead, Steinbiss et al. 1994); when it ends, its true
//! probability replaces that.
//!
//! A small acoustic model invents words, so words that the language model does not know may have to
//! cost more than a name can pay. The words of the user's phrases are known as well and never cost that.

use std::sync::Arc;

use super::guide::Guide;
use super::own_words::{OwnRange, OwnWords};
use crate::context_graph::{ContextGraph, ContextState};
use crate::lm::{LanguageModel, LmState, WordRange};
use crate::tokens::Tokenizer;
use crate::tokens::script::{Joining, joining};

/// How much a language model counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LmWeights {
    /// Factor of its natural log-probabilities.
    pub scale: f32,
    /// Added to the score, a natural log, for every word, against the preference for few long words.
    pub word_bonus: f32,
    /// Natural log-probability of a word that the model does not know.
    pub unknown_log_prob: f32,
    /// The same of such a word that is in one of the user's phrases.
    pub own_log_prob: f32,
}

impl Default for LmWeights {
    fn default() -> Self {
        Self {
            scale: 0.5,
            word_bonus: 0.5,
            unknown_log_prob: -14.0,
            own_log_prob: -6.0,
        }
    }
}

/// Phrases and language model of a beam search, ready for the tokens of one model.
#[derive(Debug, Clone, Default)]
pub struct Bias {
    context: Option<Arc<ContextGraph>>,
    words: Option<Words>,
}

/// A language model and how tokens spell its words.
#[derive(Debug, Clone)]
struct Words {
    model: Arc<LanguageModel>,
    weights: LmWeights,
    /// Bytes of all tokens in the spelling of the model, a space where a word ends.
    spelling: Vec<u8>,
    ends: Vec<usize>,
    own: OwnWords,
}

/// What a hypothesis has earned, and where it is in phrases and words.
#[derive(Debug, Clone, Copy)]
pub(super) struct BiasState {
    context: ContextState,
    /// Boosts of phrases so far.
    boost: f32,
    word: Option<WordState>,
}

#[derive(Debug, Clone, Copy)]
struct WordState {
    lm: LmState,
    /// Words that begin like the one under way.
    candidates: WordRange,
    own: OwnRange,
    /// Scores of complete words.
    settled: f32,
    /// What the word under way owes.
    look_ahead: f32,
}

impl BiasState {
    /// Where it is in phrases and, between words, in the language model.
    pub(super) fn place(&self) -> (ContextState, Option<LmState>) {
        (self.context, self.word.map(|word| word.lm))
    }
}

impl Bias {
    /// Nothing but the audio.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds phrases to listen for.
    #[must_use]
    pub fn with_context(mut self, context: Option<Arc<ContextGraph>>) -> Self {
        self.context = context.filter(|graph| !graph.is_empty());
        self.know_own_words();
        self
    }

    /// Adds a language model; `tokenizer` tells how tokens spell words.
    #[must_use]
    pub fn with_language_model(
        mut self,
        model: Option<Arc<LanguageModel>>,
        weights: LmWeights,
        tokenizer: &Tokenizer,
    ) -> Self {
        self.words = model.map(|model| {
            let mut words = Words {
                weights,
                spelling: Vec::new(),
                ends: Vec::new(),
                own: OwnWords::default(),
                model,
            };
            for id in (0_u32..).take(tokenizer.vocab_size()) {
                words.append_spelling(tokenizer.token_bytes(id));
                words.ends.push(words.spelling.len());
            }
            words
        });
        self.know_own_words();
        self
    }

    /// The words of the user's phrases; none without a language model, which they would be added to.
    pub(crate) fn own_words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().flat_map(|words| words.own.iter())
    }

    fn know_own_words(&mut self) {
        if let Some(words) = &mut self.words {
            words.own = self
                .context
                .as_ref()
                .map_or_else(OwnWords::default, |graph| words.words_of(graph));
        }
    }

    /// What a word under way owes whose likeliest ending has this natural log-probability; `is_own` where
    /// it may be a word of the user.
    pub(super) fn look_ahead(&self, unigram: f32, is_own: bool) -> f32 {
        self.words.as_ref().map_or(0.0, |words| {
            words.word_score(unigram.max(words.unlisted(is_own)))
        })
    }
}

impl Guide for Bias {
    type State = BiasState;
    type Future = ();

    fn start(&self) -> BiasState {
        BiasState {
            context: self
                .context
                .as_ref()
                .map_or_else(ContextState::default, |graph| graph.start()),
            boost: 0.0,
            word: self.words.as_ref().map(|words| WordState {
                lm: words.model.start(),
                candidates: words.model.words(),
                own: words.own.all(),
                settled: 0.0,
                look_ahead: 0.0,
            }),
        }
    }

    fn extend(&self, state: &BiasState, token: u32) -> Option<BiasState> {
        let mut next = *state;
        if let Some(graph) = &self.context {
            let (boost, context) = graph.step(state.context, token);
            next.boost += boost;
            next.context = context;
        }
        if let (Some(words), Some(word)) = (&self.words, &mut next.word) {
            words.spell(word, token);
        }
        Some(next)
    }

    fn score(state: &BiasState) -> f32 {
        state.boost
            + state
                .word
                .map_or(0.0, |word| word.settled + word.look_ahead)
    }

    /// Unfinished phrases give back, the last word is complete.
    fn finish(&self, state: &BiasState) -> f32 {
        let mut last = *state;
        if let Some(graph) = &self.context {
            last.boost += graph.finish(last.context);
        }
        if let (Some(words), Some(word)) = (&self.words, &mut last.word) {
            words.complete(word);
            word.settled += words.weights.scale * words.model.finish(word.lm);
        }
        Self::score(&last)
    }
}

impl Words {
    /// Writes a token the way the model writes words: small letters if it has no others, no marks,
    /// unspaced characters apart.
    fn append_spelling(&mut self, bytes: &[u8]) {
        let Ok(text) = str::from_utf8(bytes) else {
            self.spelling.extend_from_slice(bytes);
            return;
        };
        let mut utf8 = [0; 4];
        for character in text.chars() {
            match joining(character) {
                Joining::Space => self.spelling.push(b' '),
                Joining::Closing | Joining::UnspacedClosing => {}
                Joining::Unspaced => {
                    self.spelling.push(b' ');
                    self.spelling
                        .extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
                    self.spelling.push(b' ');
                }
                Joining::Spaced => match character {
                    '"' | '“' | '”' | '„' | '«' | '»' | '(' | ')' => {}
                    '’' => self.spelling.push(b'\''),
                    _ if self.model.has_capitals() => {
                        self.spelling
                            .extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
                    }
                    _ => {
                        for small in character.to_lowercase() {
                            self.spelling
                                .extend_from_slice(small.encode_utf8(&mut utf8).as_bytes());
                        }
                    }
                },
            }
        }
    }

    /// The words of all phrases.
    fn words_of(&self, phrases: &ContextGraph) -> OwnWords {
        OwnWords::of(phrases.spellings().map(|phrase| {
            phrase
                .iter()
                .flat_map(|&token| self.spelling_of(token))
                .copied()
                .collect()
        }))
    }

    /// How a token is spelled; nothing if there is no such token.
    fn spelling_of(&self, token: u32) -> &[u8] {
        let token = token as usize;
        let Some(&end) = self.ends.get(token) else {
            return &[];
        };
        let begin = if token == 0 { 0 } else { self.ends[token - 1] };
        &self.spelling[begin..end]
    }

    fn spell(&self, word: &mut WordState, token: u32) {
        let bytes = self.spelling_of(token);
        if bytes.is_empty() {
            return;
        }
        for &byte in bytes {
            if byte == b' ' {
                self.complete(word);
            } else {
                word.own = self.own.narrow(word.own, byte);
                word.candidates = self.model.narrow(word.candidates, byte);
            }
        }
        if word.candidates.n_bytes() > 0 {
            let likeliest = self.model.best_unigram(word.candidates);
            let otherwise = self.unlisted(!word.own.is_empty());
            word.look_ahead = self.word_score(likeliest.max(otherwise));
        }
    }

    fn complete(&self, word: &mut WordState) {
        if word.candidates.n_bytes() == 0 {
            return;
        }
        let log_prob = if let Some(id) = self.model.exact(word.candidates) {
            let (log_prob, next) = self.model.score(word.lm, id);
            word.lm = next;
            log_prob
        } else {
            word.lm = self
                .model
                .unknown()
                .map_or(LmState::UNKNOWN_PAST, |id| self.model.score(word.lm, id).1);
            self.unlisted(self.own.is_word(word.own))
        };
        word.settled += self.word_score(log_prob);
        word.look_ahead = 0.0;
        word.candidates = self.model.words();
        word.own = self.own.all();
    }

    /// What a word costs that the language model does not list.
    fn unlisted(&self, is_own: bool) -> f32 {
        let LmWeights {
            unknown_log_prob,
            own_log_prob,
            ..
        } = self.weights;
        if is_own {
            own_log_prob.max(unknown_log_prob)
        } else {
            unknown_log_prob
        }
    }

    fn word_score(&self, log_prob: f32) -> f32 {
        self.weights.scale * log_prob + self.weights.word_bonus
    }
}
