//! The best symbol of each step, nothing else kept.
//!
//! CTC: the best symbol of each frame, repeats and blanks dropped, the previous symbol remembered
//! across calls (Graves et al. 2006). Transducer: see [`SymbolsPerFrame`]
//! (Graves 2012, <https://arxiv.org/abs/1211.3711>).

use std::sync::Arc;

use super::{Search, Silence, argmax, log_sum_exp, token_id};
use crate::encoder::{EncoderFrames, InferenceError, LabelNetwork, SymbolsPerFrame};
use crate::hypothesis::{Hypothesis, Token};

/// Greedy search over CTC log-probabilities.
#[derive(Clone)]
pub struct GreedyCtc {
    blank: u32,
    silence: Silence,
    previous: u32,
    encoder_frame: u64,
    hypothesis: Hypothesis,
}

impl GreedyCtc {
    /// A search for a model whose blank is `blank`.
    #[must_use]
    pub fn new(blank: u32, silence: Silence) -> Self {
        Self {
            blank,
            silence,
            previous: blank,
            encoder_frame: 0,
            hypothesis: Hypothesis::default(),
        }
    }

    /// The best symbol of a row and its log-probability.
    fn pick(&self, row: &[f32]) -> (u32, f32) {
        let mut best = (self.blank, f32::NEG_INFINITY);
        for (id, &log_prob) in (0..).zip(row) {
            let penalty = if id == self.blank {
                self.silence.blank_penalty
            } else {
                0.0
            };
            if log_prob - penalty > best.1 {
                best = (id, log_prob - penalty);
            }
        }
        (best.0, row.get(best.0 as usize).copied().unwrap_or(best.1))
    }
}

impl Search for GreedyCtc {
    fn advance(&mut self, frames: &EncoderFrames) -> Result<(), InferenceError> {
        for row in frames.rows() {
            let (id, log_prob) = self.pick(row);
            if id == self.blank || Some(id) == self.silence.unknown {
                self.hypothesis.trailing_blanks += 1;
                self.previous = self.blank;
            } else {
                self.hypothesis.trailing_blanks = 0;
                if id != self.previous {
                    let encoder_frame = self.encoder_frame;
                    self.hypothesis.last_sound = Some(encoder_frame);
                    self.hypothesis.tokens.push(Token {
                        id,
                        encoder_frame,
                        log_prob,
                    });
                }
                self.previous = id;
            }
            self.hypothesis.score += f64::from(log_prob);
            self.encoder_frame += 1;
        }
        Ok(())
    }

    fn best(&self) -> Hypothesis {
        self.hypothesis.clone()
    }

    fn n_best(&self, n: usize) -> Vec<Hypothesis> {
        vec![self.best(); n.min(1)]
    }

    fn stable_len(&self) -> usize {
        self.hypothesis.tokens.len()
    }

    fn finish(&mut self) {}

    fn reset(&mut self) -> Result<(), InferenceError> {
        *self = Self::new(self.blank, self.silence);
        Ok(())
    }
}

/// Greedy search with the predictor and joiner of a transducer.
pub struct GreedyTransducer<N: LabelNetwork> {
    network: Arc<N>,
    silence: Silence,
    state: N::State,
    encoder_frame: u64,
    hypothesis: Hypothesis,
    logits: Vec<f32>,
}

impl<N: LabelNetwork> GreedyTransducer<N> {
    /// A search over `network`.
    ///
    /// # Errors
    /// If the predictor graph fails to run.
    pub fn new(network: Arc<N>, silence: Silence) -> Result<Self, InferenceError> {
        Ok(Self {
            state: network.start()?,
            network,
            silence,
            encoder_frame: 0,
            hypothesis: Hypothesis::default(),
            logits: Vec::new(),
        })
    }

    /// Emits what the row holds.
    fn step(&mut self, row: &[f32]) -> Result<(), InferenceError> {
        let blank = self.network.blank();
        let n_max = match self.network.symbols_per_frame() {
            SymbolsPerFrame::One => 1,
            SymbolsPerFrame::UpTo(n) => n,
        };
        let mut emitted = false;
        for _ in 0..n_max {
            self.network.join(row, &self.state, &mut self.logits)?;
            if let Some(logit) = self.logits.get_mut(blank as usize) {
                *logit -= self.silence.blank_penalty;
            }
            let (idx, logit) = argmax(&self.logits);
            let id = if logit == f32::NEG_INFINITY {
                blank
            } else {
                token_id(idx)
            };
            let log_prob = logit - log_sum_exp(&self.logits);
            self.hypothesis.score += f64::from(log_prob);
            if id == blank || Some(id) == self.silence.unknown {
                break;
            }
            emitted = true;
            let encoder_frame = self.encoder_frame;
            self.hypothesis.last_sound = Some(encoder_frame);
            self.hypothesis.tokens.push(Token {
                id,
                encoder_frame,
                log_prob,
            });
            self.state = self.network.extend(&self.state, id)?;
        }
        if emitted {
            self.hypothesis.trailing_blanks = 0;
        } else {
            self.hypothesis.trailing_blanks += 1;
        }
        self.encoder_frame += 1;
        Ok(())
    }
}

impl<N> Search for GreedyTransducer<N>
where
    N: LabelNetwork + Send + Sync,
    N::State: Send,
{
    fn advance(&mut self, frames: &EncoderFrames) -> Result<(), InferenceError> {
        frames.rows().try_for_each(|row| self.step(row))
    }

    fn best(&self) -> Hypothesis {
        self.hypothesis.clone()
    }

    fn n_best(&self, n: usize) -> Vec<Hypothesis> {
        vec![self.best(); n.min(1)]
    }

    fn stable_len(&self) -> usize {
        self.hypothesis.tokens.len()
    }

    fn finish(&mut self) {}

    fn reset(&mut self) -> Result<(), InferenceError> {
        self.state = self.network.start()?;
        self.encoder_frame = 0;
        self.hypothesis = Hypothesis::default();
        Ok(())
    }
}
