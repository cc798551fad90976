//! A transducer small enough to follow by hand: logits are the encoder row plus a bias that depends
//! on the last token.

use std::ops::Range;

use proptest::prelude::*;

use crate::encoder::{EncoderFrames, InferenceError, LabelNetwork, SymbolsPerFrame};

#[derive(Debug, Clone)]
pub(super) struct TableNetwork {
    vocab_size: usize,
    blank: u32,
    pub(super) symbols_per_frame: SymbolsPerFrame,
    bias: Vec<f32>,
}

impl TableNetwork {
    pub(super) fn new(vocab_size: usize, blank: u32, symbols_per_frame: SymbolsPerFrame) -> Self {
        Self {
            vocab_size,
            blank,
            symbols_per_frame,
            bias: vec![0.0; vocab_size * vocab_size],
        }
    }

    pub(super) fn random(
        vocab_size: usize,
        blank: u32,
        symbols_per_frame: SymbolsPerFrame,
        seed: u64,
    ) -> Self {
        let mut network = Self::new(vocab_size, blank, symbols_per_frame);
        let mut state = seed | 1;
        for bias in &mut network.bias {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *bias = f32::from(u16::try_from(state >> 48).unwrap()) / 16384.0 - 2.0;
        }
        network
    }

    pub(super) fn set_bias(&mut self, after: usize, bias: &[f32]) {
        self.bias[after * self.vocab_size..][..self.vocab_size].copy_from_slice(bias);
    }
}

impl LabelNetwork for TableNetwork {
    type State = u32;

    fn vocab_size(&self) -> usize {
        self.vocab_size
    }

    fn blank(&self) -> u32 {
        self.blank
    }

    fn symbols_per_frame(&self) -> SymbolsPerFrame {
        self.symbols_per_frame
    }

    fn start(&self) -> Result<u32, InferenceError> {
        Ok(self.blank)
    }

    fn extend(&self, _: &u32, token: u32) -> Result<u32, InferenceError> {
        Ok(token)
    }

    fn join(&self, row: &[f32], state: &u32, logits: &mut Vec<f32>) -> Result<(), InferenceError> {
        let bias = &self.bias[*state as usize * self.vocab_size..][..self.vocab_size];
        logits.clear();
        logits.extend(row.iter().zip(bias).map(|(value, bias)| value + bias));
        Ok(())
    }
}

pub(super) fn log_softmax(row: &mut [f32]) {
    let sum = super::log_sum_exp(row);
    row.iter_mut().for_each(|value| *value -= sum);
}

/// Random log-probability rows.
pub(super) fn rows(
    vocab_size: usize,
    n_frames: Range<usize>,
) -> impl Strategy<Value = EncoderFrames> {
    prop::collection::vec(prop::collection::vec(-4.0_f32..4.0, vocab_size), n_frames).prop_map(
        move |mut rows| {
            rows.iter_mut().for_each(|row| log_softmax(row));
            EncoderFrames::new(vocab_size, rows.concat())
        },
    )
}

/// The same rows cut into pieces of the given sizes, then the rest.
pub(super) fn splits(frames: &EncoderFrames, sizes: &[usize]) -> Vec<EncoderFrames> {
    let mut rows = frames.rows().map(<[f32]>::to_vec);
    let mut pieces: Vec<EncoderFrames> = sizes
        .iter()
        .map(|&size| EncoderFrames::new(frames.dim(), rows.by_ref().take(size).flatten().collect()))
        .collect();
    pieces.push(EncoderFrames::new(frames.dim(), rows.flatten().collect()));
    pieces
}
