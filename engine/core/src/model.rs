//! Acoustic models: ONNX files in, one streaming contract out.
//!
//! A [`Model`] is immutable and shared behind an `Arc`; everything that belongs to one utterance
//! is an [`EncoderState`] or a label state, held by the caller.
//! Models arrive as bytes: finding, reading and verifying files is the caller's work.
//!
//! Every number that describes a model (window, shift, state shapes, blank) comes from the
//! file's own metadata or graph; a family is one file of this module that knows where to look:
//!
//! | family | module | reference |
//! |---|---|---|
//! | zipformer transducer | `zipformer` | icefall `pruned_transducer_stateless7_streaming/export-onnx.py` |
//! | zipformer2 transducer and CTC | `zipformer2` | icefall `zipformer/export-onnx-streaming.py`, `…-ctc.py` |
//! | cache-aware FastConformer transducer and CTC | `nemo` | sherpa-onnx `scripts/nemo` |
//!
//! `tests/parity/encoders.py` compares every family with ONNX Runtime.

use std::sync::Arc;

mod chain;
mod contract;
mod encoder;
mod error;
mod files;
mod graph;
mod labels;
mod layout;
mod metadata;
mod nemo;
#[cfg(test)]
mod obstacles;
mod ops;
mod quantized;
mod zipformer;
mod zipformer2;

pub use self::encoder::{Encoder, EncoderSpec, EncoderState, FeatureSet};
pub use self::error::LoadError;
pub use self::files::{LoadOptions, ModelFile, ModelFiles};
pub use self::labels::{LabelState, TransducerModel};
pub use self::layout::{Layout, recognize_layout};

use self::graph::Proto;

/// A speech model, ready to run.
#[derive(Debug)]
pub enum Model {
    /// An encoder whose rows are log-probabilities of tokens.
    Ctc(Arc<CtcModel>),
    /// An encoder with a predictor and a joiner.
    Transducer(Arc<TransducerModel>),
}

/// A CTC model: its encoder writes log-probabilities.
#[derive(Debug)]
pub struct CtcModel {
    encoder: Encoder,
}

impl CtcModel {
    /// The encoder; its rows are log-probabilities over the vocabulary with blank.
    #[must_use]
    pub const fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Columns of an output row, blank included.
    #[must_use]
    pub const fn vocab_size(&self) -> usize {
        self.encoder.spec().output_dim
    }

    /// The id of the blank symbol.
    #[must_use]
    pub const fn blank(&self) -> u32 {
        self.encoder.spec().blank
    }
}

impl Model {
    /// Loads a model from the bytes of its files.
    ///
    /// # Errors
    /// If a file is no ONNX graph, belongs to no supported family, lacks metadata, contradicts
    /// another file of the set or holds operations that cannot be run.
    pub fn load(files: &ModelFiles<'_>, options: &LoadOptions) -> Result<Self, LoadError> {
        match files {
            ModelFiles::Ctc { model } => {
                let proto = Proto::decode(model)?;
                let contract = contract::for_ctc(&proto, options)?;
                Ok(Self::Ctc(Arc::new(CtcModel {
                    encoder: Encoder::new(proto, contract)?,
                })))
            }
            ModelFiles::Transducer {
                encoder,
                predictor,
                joiner,
            } => TransducerModel::load(encoder, predictor, joiner, options)
                .map(Arc::new)
                .map(Self::Transducer),
        }
    }

    /// The encoder of either kind.
    #[must_use]
    pub fn encoder(&self) -> &Encoder {
        match self {
            Self::Ctc(model) => model.encoder(),
            Self::Transducer(model) => model.encoder(),
        }
    }

    /// Size of the vocabulary, blank included: the number of lines in `tokens.txt`.
    #[must_use]
    pub fn vocab_size(&self) -> usize {
        match self {
            Self::Ctc(model) => model.vocab_size(),
            Self::Transducer(model) => crate::encoder::LabelNetwork::vocab_size(model.as_ref()),
        }
    }
}
