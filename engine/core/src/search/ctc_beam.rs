//! CTC prefix beam search with phrases and a language model.
//!
//! Every hypothesis is a token sequence with the probability of all its alignments, those that end
//! in a blank apart from those that end in its last token (Hannun et al. 2014,
//! <https://arxiv.org/abs/1408.2873>). Rows are log-probabilities, blank included.

use super::bias::Bias;
use super::paths::{Paths, ROOT};
use super::{BeamOptions, Search, Symbols, log_add};
use crate::encoder::{EncoderFrames, InferenceError};
use crate::hypothesis::{Hypothesis, Token};

/// Prefix beam search over CTC log-probabilities.
#[derive(Clone)]
pub struct CtcBeam {
    blank: u32,
    options: BeamOptions,
    paths: Paths,
    beam: Vec<Entry>,
    next: Vec<Entry>,
    symbols: Symbols,
    encoder_frame: u64,
    finished: bool,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    node: u32,
    /// Log-probability of the alignments that end in a blank.
    blank: f64,
    /// Log-probability of those that end in the last token.
    token: f64,
    bias: f64,
    trailing_blanks: u64,
}

impl Entry {
    fn new(node: u32, bias: f64, trailing_blanks: u64) -> Self {
        let (blank, token) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        Self {
            node,
            blank,
            token,
            bias,
            trailing_blanks,
        }
    }

    fn acoustic(&self) -> f64 {
        log_add(self.blank, self.token)
    }

    fn score(&self) -> f64 {
        self.acoustic() + self.bias
    }
}

impl CtcBeam {
    /// A search for a model whose blank is `blank`.
    #[must_use]
    pub fn new(blank: u32, options: BeamOptions, bias: Bias) -> Self {
        let mut search = Self {
            blank,
            options,
            paths: Paths::new(bias),
            beam: Vec::new(),
            next: Vec::new(),
            symbols: Symbols::default(),
            encoder_frame: 0,
            finished: false,
        };
        search.start();
        search
    }

    fn start(&mut self) {
        self.paths.reset();
        self.encoder_frame = 0;
        self.finished = false;
        self.beam.clear();
        self.beam.push(Entry {
            blank: 0.0,
            ..Entry::new(ROOT, 0.0, 0)
        });
    }

    fn step(&mut self, row: &[f32]) {
        let frame = self.encoder_frame;
        self.symbols.select(row, self.blank, &self.options);
        let blank = f64::from(self.symbols.blank);
        if blank == f64::NEG_INFINITY && self.symbols.best.is_empty() {
            return self.skip();
        }
        self.next.clear();
        for at in 0..self.beam.len() {
            let entry = self.beam[at];
            let whole = entry.acoustic();
            let last = self.paths.last_token(entry.node);
            let repeat = row
                .get(last as usize)
                .map_or(f64::NEG_INFINITY, |&own| own.into());
            let repeat = if repeat.is_nan() {
                f64::NEG_INFINITY
            } else {
                repeat
            };
            let stay = self.entry(entry.node, entry.trailing_blanks);
            stay.blank = log_add(stay.blank, whole + blank);
            stay.token = log_add(stay.token, entry.token + repeat);
            for &(id, log_prob) in &self.symbols.best {
                let before = if id == last { entry.blank } else { whole };
                let gained = before + f64::from(log_prob);
                if gained == f64::NEG_INFINITY {
                    continue;
                }
                let token = Token {
                    id,
                    encoder_frame: frame,
                    log_prob,
                };
                let child = self.paths.child(entry.node, token);
                let free = self.next.len();
                let slot = self.paths.slot(child, frame, free);
                if slot == free {
                    self.next
                        .push(Entry::new(child, self.paths.bias_score(child), 0));
                }
                self.next[slot].token = log_add(self.next[slot].token, gained);
                if self.paths.is_live(child, frame) {
                    let own = self.beam.iter().find(|other| other.node == child);
                    if own.is_some_and(|own| gained > own.acoustic()) {
                        self.paths.retime(child, token);
                    }
                }
            }
        }
        self.prune();
        self.encoder_frame += 1;
        for entry in &mut self.next {
            self.paths.keep(entry.node, self.encoder_frame);
            let ends_blank = entry.blank > entry.token;
            entry.trailing_blanks = if ends_blank {
                entry.trailing_blanks + 1
            } else {
                0
            };
        }
        std::mem::swap(&mut self.beam, &mut self.next);
        self.paths
            .compact(self.beam.iter_mut().map(|entry| &mut entry.node));
    }

    /// Passes a frame that says nothing.
    fn skip(&mut self) {
        self.encoder_frame += 1;
        for entry in &mut self.beam {
            self.paths.keep(entry.node, self.encoder_frame);
            entry.trailing_blanks += 1;
        }
    }

    /// The entry of a node that stays as it is.
    fn entry(&mut self, node: u32, trailing_blanks: u64) -> &mut Entry {
        let free = self.next.len();
        let slot = self.paths.slot(node, self.encoder_frame, free);
        if slot == free {
            self.next
                .push(Entry::new(node, self.paths.bias_score(node), 0));
        }
        self.next[slot].trailing_blanks = trailing_blanks;
        &mut self.next[slot]
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

    fn hypothesis(&self, entry: &Entry) -> Hypothesis {
        self.paths
            .hypothesis(entry.node, entry.score(), entry.trailing_blanks)
    }
}

impl Search for CtcBeam {
    fn advance(&mut self, frames: &EncoderFrames) -> Result<(), InferenceError> {
        frames.rows().for_each(|row| self.step(row));
        Ok(())
    }

    fn best(&self) -> Hypothesis {
        self.beam
            .first()
            .map(|entry| self.hypothesis(entry))
            .unwrap_or_default()
    }

    fn n_best(&self, n: usize) -> Vec<Hypothesis> {
        self.beam
            .iter()
            .take(n)
            .map(|entry| self.hypothesis(entry))
            .collect()
    }

    fn stable_len(&self) -> usize {
        let n_live = if self.finished { 1 } else { self.beam.len() };
        self.paths
            .shared_depth(self.beam[..n_live].iter().map(|entry| entry.node))
    }

    fn finish(&mut self) {
        self.finished = true;
        for entry in &mut self.beam {
            entry.bias = self.paths.final_bias_score(entry.node);
        }
        self.beam.sort_by(|a, b| b.score().total_cmp(&a.score()));
    }

    fn reset(&mut self) -> Result<(), InferenceError> {
        self.start();
        Ok(())
    }
}
