//! Network output to tokens: one best path or a beam, for CTC and transducer models.
//!
//! A search holds the state of one utterance and takes encoder frames as they come; splitting them
//! differently changes nothing. Scores are natural logarithms. Encoder frames count from the last
//! [`Search::reset`].

mod greedy;

pub use greedy::{GreedyCtc, GreedyTransducer};

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
    /// Taken from the blank's log-probability on every frame: above zero, fewer words are missed
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
