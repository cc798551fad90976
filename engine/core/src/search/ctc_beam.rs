//! CTC prefix beam search with phrases and a language model.
//!
//! A [`Guide`] says which sequences can be text: any, or those that a lexicon leads to words.
//!
//! Every hypothesis is a token sequence with the probability of all its alignments, those that end
//! in a blank apart from those that end in its last token (Hannun et al. 2014,
//! <https://arxiv.org/abs/1408.2873>). Rows are log-probabilities, blank included.

use std::collections::HashSet;

use super::guide::Guide;
use super::paths::{Paths, ROOT};
use super::{BeamOptions, Search, Symbols, log_add};
use crate::encoder::{EncoderFrames, InferenceError};
use crate::hypothesis::{Hypothesis, Token};

/// Prefix beam search over CTC log-probabilities.
#[derive(Clone)]
#[expect(private_bounds, reason = "there are two guides, both of this module")]
pub struct CtcBeam<G: Guide> {
    blank: u32,
    options: BeamOptions,
    paths: Paths<G>,
    beam: Vec<Entry>,
    next: Vec<Entry>,
    symbols: Symbols,
    /// Silent symbols after the child at hand; kept for its memory.
    silent: Vec<u32>,
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

#[expect(private_bounds, reason = "there are two guides, both of this module")]
impl<G: Guide> CtcBeam<G> {
    /// A search for a model whose blank is `blank`.
    #[must_use]
    pub fn new(blank: u32, options: BeamOptions, guide: G) -> Self {
        let mut search = Self {
            blank,
            options,
            paths: Paths::new(guide),
            beam: Vec::new(),
            next: Vec::new(),
            symbols: Symbols::default(),
            silent: Vec::new(),
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
            for symbol in 0..self.symbols.best.len() {
                let (id, log_prob) = self.symbols.best[symbol];
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
                let Some(child) = self.paths.child(entry.node, token) else {
                    continue;
                };
                self.reach(child, gained, token);
                let mut silent = std::mem::take(&mut self.silent);
                self.paths.silent(child, &mut silent);
                for id in silent.drain(..) {
                    let token = Token { id, ..token };
                    if let Some(ended) = self.paths.child(child, token) {
                        self.reach(ended, gained, token);
                    }
                }
                self.silent = silent;
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

    /// Adds an alignment that reaches `child` on this frame.
    fn reach(&mut self, child: u32, gained: f64, token: Token) {
        let frame = self.encoder_frame;
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
        if self.options.recombine {
            let mut futures = HashSet::new();
            let paths = &self.paths;
            self.next.retain(|entry| {
                paths
                    .future(entry.node)
                    .is_none_or(|future| futures.insert(future))
            });
        }
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

impl<G: Guide> Search for CtcBeam<G> {
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
        let mut texts = HashSet::new();
        // Words under way are no text yet, so some that differ read the same.
        self.beam
            .iter()
            .map(|entry| self.hypothesis(entry))
            .filter(|hypothesis| texts.insert(hypothesis.ids().collect::<Vec<_>>()))
            .take(n)
            .collect()
    }

    fn stable_len(&self) -> usize {
        let n_live = if self.finished { 1 } else { self.beam.len() };
        self.paths
            .shared_len(self.beam[..n_live].iter().map(|entry| entry.node))
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
