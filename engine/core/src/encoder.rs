//! The contract between an acoustic model and the search: what one encoder step yields.
//!
//! A model family (see [`crate::model`]) turns a window of feature frames and a state into
//! [`EncoderFrames`]; a search (see [`crate::search`]) reads them row by row.

/// Encoder output rows, `[n_frames, dim]`, row-major.
///
/// For a CTC model `dim` is the vocabulary with blank and values are log-probabilities;
/// for a transducer they are the encoder activations that the joiner takes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EncoderFrames {
    dim: usize,
    data: Vec<f32>,
}

impl EncoderFrames {
    /// Takes `data` as rows of `dim` values.
    ///
    /// # Panics
    /// If `data` is not a whole number of rows.
    #[must_use]
    pub fn new(dim: usize, data: Vec<f32>) -> Self {
        assert!(
            (dim == 0 && data.is_empty()) || (dim > 0 && data.len().is_multiple_of(dim)),
            "{} values are not rows of {dim}",
            data.len()
        );
        Self { dim, data }
    }

    /// Values in a row.
    #[must_use]
    pub const fn dim(&self) -> usize {
        self.dim
    }

    /// Number of rows.
    #[must_use]
    pub fn n_frames(&self) -> usize {
        self.data.len().checked_div(self.dim).unwrap_or(0)
    }

    /// The rows in time order.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.data.chunks_exact(self.dim.max(1))
    }
}

/// An inference error at run time: the model is broken, not the audio.
#[derive(Debug, thiserror::Error)]
#[error("the {network} of the speech model failed: {source}")]
pub struct InferenceError {
    /// Which network failed: encoder, predictor or joiner.
    pub network: &'static str,
    /// What the inference library said.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// How many tokens a transducer may emit on one encoder frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolsPerFrame {
    /// One at most, then the next frame (icefall models).
    One,
    /// Up to this many before the next frame (NeMo models use 10).
    UpTo(u8),
}

/// The label side of a transducer: predictor and joiner, as the search sees them.
///
/// States are values: a beam keeps one per hypothesis and extends it without touching the rest.
pub trait LabelNetwork {
    /// What the predictor remembers, together with its output for the next join.
    type State: Clone;

    /// Columns of the logits, blank included.
    fn vocab_size(&self) -> usize;

    /// The id of the blank symbol.
    fn blank(&self) -> u32;

    /// How many symbols a frame may emit.
    fn symbols_per_frame(&self) -> SymbolsPerFrame;

    /// The state before any token.
    ///
    /// # Errors
    /// If the predictor graph fails to run.
    fn start(&self) -> Result<Self::State, InferenceError>;

    /// The state after one more token.
    ///
    /// # Errors
    /// If the predictor graph fails to run.
    fn extend(&self, state: &Self::State, token: u32) -> Result<Self::State, InferenceError>;

    /// Raw logits `[vocab_size]` of one encoder row in this state; `logits` is overwritten.
    ///
    /// # Errors
    /// If the joiner graph fails to run.
    fn join(
        &self,
        encoder_row: &[f32],
        state: &Self::State,
        logits: &mut Vec<f32>,
    ) -> Result<(), InferenceError>;
}
