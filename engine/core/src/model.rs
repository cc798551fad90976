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
mod large;
mod metadata;
mod nemo;
mod network;
#[cfg(test)]
mod obstacles;
mod ops;
mod prepared;
mod product;
mod punctuation;
mod quantize;
mod quantized;
mod zipformer;
mod zipformer2;

pub use self::encoder::{Encoder, EncoderSpec, EncoderState, FeatureSet};
pub use self::error::LoadError;
pub use self::files::{LoadOptions, ModelBytes, ModelFile, ModelFiles, SharedBytes};
pub use self::labels::{LabelState, TransducerModel};
pub(crate) use self::prepared::PreparedBytes;
pub use self::prepared::prepared_format;

pub(crate) use self::graph::Keep;
use self::graph::Proto;
pub(crate) use self::punctuation::PunctuationFile;

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

/// A graph in a form that loads quickly: its bytes may take the place of the file's, as
/// [`ModelBytes::Prepared`].
///
/// They can be read by the program that made them and with the same [`LoadOptions`]; for others
/// they are a [`LoadError`].
#[derive(Debug)]
pub struct PreparedGraph {
    /// [`ModelFile::name`] of the file it was made from.
    pub file: String,
    parts: Vec<PreparedBytes>,
}

impl PreparedGraph {
    pub(crate) const fn new(file: String, parts: Vec<PreparedBytes>) -> Self {
        Self { file, parts }
    }

    /// Its bytes, to be put one after another. Weights are those of the loaded model, so that
    /// there are not two copies of them.
    #[must_use]
    pub fn parts(&self) -> Vec<&[u8]> {
        self.parts.iter().map(AsRef::as_ref).collect()
    }
}

impl Model {
    /// Loads a model from the bytes of its files.
    ///
    /// # Errors
    /// If a file is no ONNX graph, belongs to no supported family, lacks metadata, contradicts
    /// another file of the set or holds operations that cannot be run.
    pub fn load(files: &ModelFiles<'_>, options: &LoadOptions) -> Result<Self, LoadError> {
        Ok(Self::load_keeping(files, options, Keep::No)?.0)
    }

    /// As [`load`](Self::load), with what makes the next load quick: one graph for each ONNX file
    /// whose operators can all be kept.
    ///
    /// # Errors
    /// Those of [`load`](Self::load).
    pub fn load_and_prepare(
        files: &ModelFiles<'_>,
        options: &LoadOptions,
    ) -> Result<(Self, Vec<PreparedGraph>), LoadError> {
        Self::load_keeping(files, options, Keep::Yes)
    }

    fn load_keeping(
        files: &ModelFiles<'_>,
        options: &LoadOptions,
        keep: Keep,
    ) -> Result<(Self, Vec<PreparedGraph>), LoadError> {
        match files {
            ModelFiles::Ctc { model } => {
                let proto = Proto::decode(model, keep)?;
                let contract = contract::for_ctc(&proto, options)?;
                let mut encoder = Encoder::new(proto, contract)?;
                let prepared = prepared_graphs([(model, encoder.take_prepared())]);
                Ok((Self::Ctc(Arc::new(CtcModel { encoder })), prepared))
            }
            ModelFiles::Transducer {
                encoder,
                predictor,
                joiner,
            } => {
                let files = [encoder, predictor, joiner];
                let mut model = TransducerModel::load(files, options, keep)?;
                let [e, p, j] = model.take_prepared();
                let prepared = prepared_graphs([(encoder, e), (predictor, p), (joiner, j)]);
                Ok((Self::Transducer(Arc::new(model)), prepared))
            }
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

fn prepared_graphs<const N: usize>(
    graphs: [(&ModelFile<'_>, Option<Vec<PreparedBytes>>); N],
) -> Vec<PreparedGraph> {
    let prepared = graphs.into_iter().filter_map(|(file, bytes)| {
        bytes.map(|parts| PreparedGraph::new(file.name.to_owned(), parts))
    });
    prepared.collect()
}
