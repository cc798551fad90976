//! Time-synchronous beam search for transducers, with phrases and a language model.
//!
//! On every encoder frame each hypothesis either stays (blank) or emits, up to the number of symbols
//! the model allows; hypotheses with equal tokens are one, their probabilities added. With one
//! symbol a frame this is icefall's modified beam search. The final pick weighs the score by length.
//! Source: Saon et al. 2020, "Alignment-Length Synchronous Decoding for RNN Transducer", section 2.

use std::sync::Arc;

use super::bias::Bias;
use super::paths::{Paths, ROOT};
use super::{BeamOptions, Search, Symbols, log_add, log_sum_exp};
use crate::encoder::{EncoderFrames, InferenceError, LabelNetwork, SymbolsPerFrame};
use crate::hypothesis::{Hypothesis, Token};

/// Added to the number of tokens where scores are weighed by length, as if the start symbols of the
/// predictor counted: an empty hypothesis has a length too.
const START_TOKENS: u32 = 2;

/// Beam search with the predictor and joiner of a transducer.
pub struct TransducerBeam<N: LabelNetwork> {
    network: Arc<N>,
    options: BeamOptions,
    paths: Paths<Bias>,
    beam: Vec<Entry<N::State>>,
    expanding: Vec<Entry<N::State>>,
    parents: Vec<Entry<N::State>>,
    next: Vec<Entry<N::State>>,
    candidates: Vec<Candidate>,
    symbols: Symbols,
    logits: Vec<f32>,
    encoder_frame: u64,
    finished: bool,
}

#[derive(Clone)]
struct Entry<S> {
    node: u32,
    state: S,
    /// The last token, while `state` is still that before it.
    pending: Option<u32>,
    acoustic: f64,
    bias: f64,
    trailing_blanks: u64,
}

impl<S> Entry<S> {
    fn score(&self) -> f64 {
        self.acoustic + self.bias
    }
}

impl<S: Clone> Entry<S> {
    /// Runs the predictor for the last token, if that was put off.
    fn predict<N: LabelNetwork<State = S>>(&mut self, network: &N) -> Result<(), InferenceError> {
        if let Some(token) = self.pending.take() {
            self.state = network.extend(&self.state, token)?;
        }
        Ok(())
    }
}

/// A hypothesis of `expanding` and one more token.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    parent_idx: usize,
    node: u32,
    token: u32,
    acoustic: f64,
    score: f64,
}

impl<N: LabelNetwork> TransducerBeam<N> {
    /// A search over `network`.
    ///
    /// # Errors
    /// If the predictor graph fails to run.
    pub fn new(network: Arc<N>, options: BeamOptions, bias: Bias) -> Result<Self, InferenceError> {
        let mut search = Self {
            network,
            options,
            paths: Paths::new(bias),
            beam: Vec::new(),
            expanding: Vec::new(),
            parents: Vec::new(),
            next: Vec::new(),
            candidates: Vec::new(),
            symbols: Symbols::default(),
            logits: Vec::new(),
            encoder_frame: 0,
            finished: false,
        };
        search.start()?;
        Ok(search)
    }

    fn start(&mut self) -> Result<(), InferenceError> {
        let state = self.network.start()?;
        self.paths.reset();
        self.encoder_frame = 0;
        self.finished = false;
        self.beam.clear();
        self.beam.push(Entry {
            node: ROOT,
            state,
            pending: None,
            acoustic: 0.0,
            bias: 0.0,
            trailing_blanks: 0,
        });
        Ok(())
    }

    fn step(&mut self, row: &[f32]) -> Result<(), InferenceError> {
        let n_rounds = match self.network.symbols_per_frame() {
            SymbolsPerFrame::One => 1,
            SymbolsPerFrame::UpTo(n) => n.max(1),
        };
        self.next.clear();
        std::mem::swap(&mut self.beam, &mut self.expanding);
        self.beam.clear();
        for round in 1..=n_rounds {
            self.candidates.clear();
            for parent_idx in 0..self.expanding.len() {
                self.join(row, parent_idx, round)?;
            }
            self.prune_candidates();
            std::mem::swap(&mut self.expanding, &mut self.parents);
            self.expanding.clear();
            for at in 0..self.candidates.len() {
                let candidate = self.candidates[at];
                let mut entry = Entry {
                    node: candidate.node,
                    state: self.parents[candidate.parent_idx].state.clone(),
                    pending: Some(candidate.token),
                    acoustic: candidate.acoustic,
                    bias: self.paths.bias_score(candidate.node),
                    trailing_blanks: 0,
                };
                if round == n_rounds {
                    self.settle(entry);
                } else {
                    entry.predict(self.network.as_ref())?;
                    self.expanding.push(entry);
                }
            }
        }
        self.prune();
        self.encoder_frame += 1;
        for entry in &mut self.next {
            entry.predict(self.network.as_ref())?;
            self.paths.keep(entry.node, self.encoder_frame);
        }
        std::mem::swap(&mut self.beam, &mut self.next);
        self.paths
            .compact(self.beam.iter_mut().map(|entry| &mut entry.node));
        Ok(())
    }

    /// Takes what the network says of one hypothesis: blank settles it, tokens are candidates.
    fn join(&mut self, row: &[f32], parent_idx: usize, round: u8) -> Result<(), InferenceError> {
        let parent = &self.expanding[parent_idx];
        self.network.join(row, &parent.state, &mut self.logits)?;
        let blank = self.network.blank();
        if let Some(logit) = self.logits.get_mut(blank as usize) {
            *logit -= self.options.silence.blank_penalty;
        }
        let sum = log_sum_exp(&self.logits);
        let mut options = self.options;
        options.silence.blank_penalty = 0.0;
        if sum.is_finite() {
            self.logits.iter_mut().for_each(|logit| *logit -= sum);
        } else {
            // Numbers out of range say nothing: the frame passes.
            self.logits.fill(f32::NEG_INFINITY);
            if let Some(logit) = self.logits.get_mut(blank as usize) {
                *logit = 0.0;
            }
        }
        self.symbols.select(&self.logits, blank, &options);
        for &(id, log_prob) in &self.symbols.best {
            let token = Token {
                id,
                encoder_frame: self.encoder_frame,
                log_prob,
            };
            let Some(node) = self.paths.child(parent.node, token) else {
                continue;
            };
            let acoustic = parent.acoustic + f64::from(log_prob);
            let score = acoustic + self.paths.bias_score(node);
            self.candidates.push(Candidate {
                parent_idx,
                node,
                token: id,
                acoustic,
                score,
            });
        }
        let stays = Entry {
            acoustic: parent.acoustic + f64::from(self.symbols.blank),
            trailing_blanks: if round == 1 {
                parent.trailing_blanks + 1
            } else {
                0
            },
            ..parent.clone()
        };
        self.settle(stays);
        Ok(())
    }

    /// Puts a hypothesis into the next beam, or adds its probability to the one with its tokens.
    fn settle(&mut self, entry: Entry<N::State>) {
        let free = self.next.len();
        let slot = self.paths.slot(entry.node, self.encoder_frame, free);
        let Some(same) = self.next.get_mut(slot) else {
            self.next.push(entry);
            return;
        };
        if entry.acoustic > same.acoustic {
            same.trailing_blanks = entry.trailing_blanks;
        }
        same.acoustic = log_add(same.acoustic, entry.acoustic);
        if same.pending.is_some() && entry.pending.is_none() {
            same.state = entry.state;
            same.pending = None;
        }
    }

    /// Keeps the candidates that the next beam may have room for.
    fn prune_candidates(&mut self) {
        self.candidates
            .sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
        self.candidates.truncate(self.options.width.max(1));
        let best = self
            .next
            .iter()
            .map(Entry::score)
            .fold(f64::NEG_INFINITY, f64::max);
        let lowest = best - f64::from(self.options.score_gap);
        self.candidates
            .retain(|candidate| candidate.score >= lowest);
    }

    /// Keeps the best of the next beam, the best first.
    fn prune(&mut self) {
        self.next
            .sort_unstable_by(|a, b| b.score().total_cmp(&a.score()));
        self.next.truncate(self.options.width.max(1));
        if let Some(best) = self.next.first().map(Entry::score) {
            let lowest = best - f64::from(self.options.score_gap);
            let n = self.next.partition_point(|entry| entry.score() >= lowest);
            self.next.truncate(n.max(1));
        }
        if let Some(frame) = self.options.settled_before(self.encoder_frame) {
            let beginning = self.paths.beginning(self.next[0].node, frame);
            self.next
                .retain(|entry| self.paths.begins_with(entry.node, beginning));
        }
    }

    /// Score by length.
    fn weighed(&self, entry: &Entry<N::State>) -> f64 {
        entry.score() / f64::from(self.paths.depth(entry.node) + START_TOKENS)
    }

    fn ranked(&self) -> Vec<&Entry<N::State>> {
        let mut ranked: Vec<_> = self.beam.iter().collect();
        ranked.sort_by(|a, b| self.weighed(b).total_cmp(&self.weighed(a)));
        ranked
    }

    fn hypothesis(&self, entry: &Entry<N::State>) -> Hypothesis {
        self.paths
            .hypothesis(entry.node, entry.score(), entry.trailing_blanks)
    }
}

impl<N> Search for TransducerBeam<N>
where
    N: LabelNetwork + Send + Sync,
    N::State: Send,
{
    fn advance(&mut self, frames: &EncoderFrames) -> Result<(), InferenceError> {
        frames.rows().try_for_each(|row| self.step(row))
    }

    fn best(&self) -> Hypothesis {
        self.ranked()
            .first()
            .map(|entry| self.hypothesis(entry))
            .unwrap_or_default()
    }

    fn n_best(&self, n: usize) -> Vec<Hypothesis> {
        self.ranked()
            .into_iter()
            .take(n)
            .map(|entry| self.hypothesis(entry))
            .collect()
    }

    fn stable_len(&self) -> usize {
        if self.finished {
            return self
                .ranked()
                .first()
                .map_or(0, |entry| self.paths.depth(entry.node) as usize);
        }
        self.paths
            .shared_len(self.beam.iter().map(|entry| entry.node))
    }

    fn finish(&mut self) {
        self.finished = true;
        for entry in &mut self.beam {
            entry.bias = self.paths.final_bias_score(entry.node);
        }
    }

    fn reset(&mut self) -> Result<(), InferenceError> {
        self.start()
    }
}
