//! Network output to tokens: one best path or a beam, for CTC and transducer models.
//!
//! A search holds the state of one utterance and takes encoder frames as they come; splitting them
//! differently changes nothing. Scores are natural logarithms. Encoder frames count from the last
//! [`Search::reset`].

mod bias;
mod ctc_beam;
mod greedy;
mod guide;
mod own_words;
mod paths;
mod pronounced;
mod transducer_beam;

pub use bias::{Bias, LmWeights};
pub use ctc_beam::CtcBeam;
pub use greedy::{GreedyCtc, GreedyTransducer};
pub use pronounced::{Pronounced, Pronunciations};
pub use transducer_beam::TransducerBeam;

use crate::encoder::{EncoderFrames, InferenceError};
use crate::hypothesis::Hypothesis;

/// Finds token sequences in encoder frames.
pub trait Search: Send {
    /// Takes the next encoder frames of the utterance.
    ///
    /// # Errors
    /// If a label network fails to run.
    fn advance(&mut self, frames: &EncoderFrames) -> Result<(), InferenceError>;

    /// The best hypothesis so far.
    fn best(&self) -> Hypothesis;

    /// Up to `n` hypotheses with different tokens, the best first.
    fn n_best(&self, n: usize) -> Vec<Hypothesis>;

    /// How many leading tokens every live hypothesis shares: they will not change in this
    /// utterance, and the number never shrinks.
    fn stable_len(&self) -> usize;

    /// Ends the utterance: scores what was waiting for more audio; the best hypothesis is then
    /// final and all of it is stable.
    fn finish(&mut self);

    /// Begins the next utterance.
    ///
    /// # Errors
    /// If a label network fails to run.
    fn reset(&mut self) -> Result<(), InferenceError>;
}

/// What is no text among the symbols of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Silence {
    /// `<unk>`, if the model has it and its training never meant it: counted as blank.
    pub unknown: Option<u32>,
    /// Taken from the blank's natural log-probability on every frame: above zero, fewer words are missed
    /// and more are made up.
    pub blank_penalty: f32,
}

impl Default for Silence {
    fn default() -> Self {
        Self {
            unknown: None,
            blank_penalty: 0.0,
        }
    }
}

/// How much of the search space a beam keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeamOptions {
    /// Hypotheses kept after every encoder frame.
    pub width: usize,
    /// Symbols tried for each hypothesis, blank not counted.
    pub n_symbols: usize,
    /// Symbols this far below the best of the frame, in natural log, are not tried.
    pub symbol_gap: f32,
    /// Hypotheses this far below the best, in natural log, are dropped.
    pub score_gap: f32,
    /// Hypotheses that differ from the best by a token older than this many encoder frames are
    /// dropped, so that text becomes stable even where nothing else competes.
    pub max_unstable_frames: u64,
    /// Of hypotheses that nothing to come can tell apart only the best is kept, where a lexicon
    /// leads the beam.
    pub recombine: bool,
    /// What is no text.
    pub silence: Silence,
}

/// Old differences are looked for once in so many encoder frames.
const SETTLE_EVERY_FRAMES: u64 = 8;

impl Default for BeamOptions {
    fn default() -> Self {
        Self {
            width: 12,
            n_symbols: 8,
            symbol_gap: 8.0,
            score_gap: 14.0,
            max_unstable_frames: 64,
            recombine: true,
            silence: Silence::default(),
        }
    }
}

impl BeamOptions {
    /// For transducers, where each hypothesis costs a run of the joiner on every frame.
    #[must_use]
    pub fn for_transducer() -> Self {
        Self {
            width: 4,
            n_symbols: 4,
            symbol_gap: 6.0,
            score_gap: 10.0,
            ..Self::default()
        }
    }

    /// Nothing is dropped but for `width`.
    #[must_use]
    pub fn exhaustive(width: usize) -> Self {
        Self {
            width,
            n_symbols: usize::MAX,
            symbol_gap: f32::INFINITY,
            score_gap: f32::INFINITY,
            max_unstable_frames: u64::MAX,
            recombine: false,
            ..Self::default()
        }
    }
}

impl BeamOptions {
    /// The frame before which hypotheses must agree, if it is time to look.
    fn settled_before(&self, frame: u64) -> Option<u64> {
        let oldest = frame.checked_sub(self.max_unstable_frames)?;
        frame.is_multiple_of(SETTLE_EVERY_FRAMES).then_some(oldest)
    }
}

/// The symbols of a row that are worth trying; kept for its memory.
#[derive(Debug, Clone, Default)]
struct Symbols {
    /// Ids and log-probabilities, in no order; neither blank nor `<unk>`.
    best: Vec<(u32, f32)>,
    /// Log-probability of blank with its penalty, that of `<unk>` added.
    blank: f32,
}

impl Symbols {
    fn select(&mut self, row: &[f32], blank: u32, options: &BeamOptions) {
        let silence = options.silence;
        let value = |id: u32| {
            row.get(id as usize)
                .copied()
                .filter(|value| !value.is_nan())
        };
        self.blank = value(blank).unwrap_or(f32::NEG_INFINITY) - silence.blank_penalty;
        if let Some(unknown) = silence.unknown.and_then(value) {
            self.blank = narrow(log_add(self.blank.into(), unknown.into()));
        }
        let lowest = argmax(row).1.max(self.blank) - options.symbol_gap;
        self.best.clear();
        for (id, &log_prob) in (0..).zip(row) {
            let is_silent = id == blank || Some(id) == silence.unknown;
            if log_prob > f32::NEG_INFINITY && log_prob >= lowest && !is_silent {
                self.best.push((id, log_prob));
            }
        }
        if self.best.len() > options.n_symbols {
            let last = options.n_symbols;
            self.best
                .select_nth_unstable_by(last, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            self.best.truncate(last);
        }
    }
}

/// Logarithm of the sum of two numbers given by their logarithms.
fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY {
        high
    } else {
        high + (low - high).exp().ln_1p()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a log-probability fits an f32"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

/// Index of the greatest value, the first among equals, and the value; NaN never wins.
fn argmax(values: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for (idx, &value) in values.iter().enumerate() {
        if value > best.1 {
            best = (idx, value);
        }
    }
    best
}

/// Logarithm of the sum of exponentials; NaN counts as no probability.
fn log_sum_exp(values: &[f32]) -> f32 {
    let (_, max) = argmax(values);
    if !max.is_finite() {
        return max;
    }
    let sum: f32 = values
        .iter()
        .map(|&value| (value - max).exp())
        .filter(|e| !e.is_nan())
        .sum();
    max + sum.ln()
}

/// An index that came from a vocabulary, as a token id.
fn token_id(idx: usize) -> u32 {
    u32::try_from(idx).expect("a vocabulary has fewer than 2^32 symbols")
}

#[cfg(test)]
mod tests;
