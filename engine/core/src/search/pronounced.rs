//! Words found by their sounds: a lexicon leads the beam from phones to spellings.
//!
//! Phones of the network extend a word under way; where one or several words are complete, silent
//! symbols end it as one of them, and the guide for spellings weighs it. Until then it owes what the
//! likeliest word earns that begins so.

use std::sync::Arc;

use super::bias::{Bias, BiasState};
use super::guide::Guide;
use crate::context_graph::ContextState;
use crate::hypothesis::Token;
use crate::lexicon::{Lexicon, SoundRange};
use crate::lm::{LanguageModel, LmState};
use crate::tokens::Tokenizer;

/// Silent symbols from here on end a word of the lexicon, by its number.
const LISTED: u32 = 1 << 24;

/// Silent symbols from here on end a word of the user.
const OWN: u32 = 1 << 25;

/// What an utterance loses that ends within a word.
const CUT_OFF: f32 = -30.0;

/// Entries in a block of `best_of_block`.
const BLOCK: u32 = 64;

/// A lexicon with what the tokens and the language model of the same model say about it.
#[derive(Debug)]
pub struct Pronunciations {
    lexicon: Lexicon,
    /// Natural log-probability of each entry's word by itself, minus infinity where it is unknown.
    unigrams: Vec<f32>,
    best_of_block: Vec<f32>,
    /// The token of each letter.
    letters: [Option<u32>; 256],
    space: u32,
}

impl Pronunciations {
    /// Joins a lexicon with the tokens that spell its words; `None` where they cannot.
    #[must_use]
    pub fn new(
        lexicon: Lexicon,
        tokenizer: &Tokenizer,
        language_model: Option<&LanguageModel>,
    ) -> Option<Self> {
        let mut letters = [None; 256];
        for id in (0..).take(tokenizer.vocab_size()) {
            if let &[letter] = tokenizer.token_bytes(id) {
                letters[usize::from(letter)].get_or_insert(id);
            }
        }
        let entries = lexicon.all().entries();
        let is_spelled = |byte: &u8| letters[usize::from(*byte)].is_some();
        if !entries
            .clone()
            .all(|entry| lexicon.word(entry).iter().all(is_spelled))
        {
            return None;
        }
        let unigram = |entry| {
            let word = str::from_utf8(lexicon.word(entry)).ok()?;
            let model = language_model?;
            Some(model.score(LmState::UNKNOWN_PAST, model.word(word)?).0)
        };
        let unigrams: Vec<f32> = entries
            .map(|entry| unigram(entry).unwrap_or(f32::NEG_INFINITY))
            .collect();
        let best = |block: &[f32]| block.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        Some(Self {
            best_of_block: unigrams.chunks(BLOCK as usize).map(best).collect(),
            space: letters[usize::from(b' ')]?,
            unigrams,
            letters,
            lexicon,
        })
    }

    /// The lexicon.
    #[must_use]
    pub const fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The best unigram of a range.
    fn best_unigram(&self, range: SoundRange) -> f32 {
        let all = range.entries();
        let blocks = all.start.div_ceil(BLOCK)..all.end / BLOCK;
        let of = |from: u32, to: u32| &self.unigrams[from as usize..to.max(from) as usize];
        let best = |values: &[f32]| values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if blocks.is_empty() {
            return best(of(all.start, all.end));
        }
        best(of(all.start, blocks.start * BLOCK))
            .max(best(
                &self.best_of_block[blocks.start as usize..blocks.end as usize],
            ))
            .max(best(of(blocks.end * BLOCK, all.end)))
    }
}

/// The guide of a beam over phones.
#[derive(Debug, Clone)]
pub struct Pronounced {
    listed: Arc<Pronunciations>,
    /// Words of the user that the lexicon lacks.
    own: Arc<Lexicon>,
    bias: Bias,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct SoundState {
    /// What complete words have earned.
    bias: BiasState,
    listed: SoundRange,
    own: SoundRange,
    look_ahead: f32,
}

impl Pronounced {
    /// Leads to the words of a lexicon and the user's, weighed by `bias`.
    #[must_use]
    pub const fn new(listed: Arc<Pronunciations>, own: Arc<Lexicon>, bias: Bias) -> Self {
        Self { listed, own, bias }
    }

    fn word(&self, symbol: u32) -> &[u8] {
        if symbol >= OWN {
            self.own.word(symbol - OWN)
        } else {
            self.listed.lexicon.word(symbol - LISTED)
        }
    }

    fn token(&self, letter: u8) -> u32 {
        self.listed.letters[usize::from(letter)].unwrap_or(self.listed.space)
    }
}

impl Guide for Pronounced {
    type State = SoundState;
    type Future = (ContextState, Option<LmState>, SoundRange, SoundRange);

    fn start(&self) -> SoundState {
        SoundState {
            bias: self.bias.start(),
            listed: self.listed.lexicon.all(),
            own: self.own.all(),
            look_ahead: 0.0,
        }
    }

    fn extend(&self, state: &SoundState, symbol: u32) -> Option<SoundState> {
        if Self::is_silent(symbol) {
            let bias = &self.bias;
            let spelled = self.word(symbol).iter().map(|&letter| self.token(letter));
            let weighed = spelled
                .chain([self.listed.space])
                .try_fold(state.bias, |state, token| bias.extend(&state, token));
            return Some(SoundState {
                bias: weighed?,
                ..self.start()
            });
        }
        let listed = self.listed.lexicon.narrow(state.listed, symbol);
        let own = self.own.narrow(state.own, symbol);
        if listed.is_empty() && own.is_empty() {
            return None;
        }
        let unigram = self.listed.best_unigram(listed);
        Some(SoundState {
            look_ahead: self.bias.look_ahead(unigram, !own.is_empty()),
            listed,
            own,
            ..*state
        })
    }

    fn score(state: &SoundState) -> f32 {
        Bias::score(&state.bias) + state.look_ahead
    }

    fn finish(&self, state: &SoundState) -> f32 {
        let cut_off = if state.listed.is_start() {
            0.0
        } else {
            CUT_OFF
        };
        Guide::finish(&self.bias, &state.bias) + cut_off
    }

    fn future(state: &SoundState) -> Option<Self::Future> {
        let (context, lm) = state.bias.place();
        Some((context, lm, state.listed, state.own))
    }

    fn silent(&self, state: &SoundState, symbols: &mut Vec<u32>) {
        let listed = self.listed.lexicon.complete(state.listed);
        symbols.extend(listed.map(|entry| LISTED + entry));
        symbols.extend(self.own.complete(state.own).map(|entry| OWN + entry));
    }

    fn is_silent(symbol: u32) -> bool {
        symbol >= LISTED && symbol != u32::MAX
    }

    /// Letters lie evenly over the phones of their word, the space at its beginning.
    fn write(&self, symbols: Vec<Token>) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::new();
        let mut begin = 0;
        for (end, symbol) in symbols.iter().enumerate() {
            if !Self::is_silent(symbol.id) {
                continue;
            }
            let phones = &symbols[begin..end];
            begin = end + 1;
            let Some(first) = phones.first() else {
                continue;
            };
            if !tokens.is_empty() {
                let id = self.listed.space;
                tokens.push(Token { id, ..*first });
            }
            let word = self.word(symbol.id);
            tokens.extend(word.iter().enumerate().map(|(at, &letter)| Token {
                id: self.token(letter),
                ..phones[at * phones.len() / word.len()]
            }));
        }
        tokens
    }
}
