//! The streaming encoder every family is driven through: a window of feature frames and a state
//! in, encoder frames out, the state moved on.
//!
//! Shapes: window `[window_frames, bins]`, output `[outputs_per_step, output_dim]`, row-major.
//! The caller feeds `left_padding_frames` zero frames before the first real one, advances by
//! `shift_frames` after each step, and appends `tail_padding_frames` of silence at the end.

use tract_onnx::prelude::*;

use super::contract::{Contract, OutputAxes, Rows, WindowAxes};
use super::error::LoadError;
use super::graph::Proto;
use super::network::Network;
use super::prepared::PreparedBytes;
use crate::encoder::{EncoderFrames, InferenceError};

/// The features an encoder was trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureSet {
    /// Kaldi's log-mel filter bank.
    Kaldi {
        /// Mel bins of a frame.
        bins: usize,
    },
    /// NeMo's log-mel spectrogram without normalization.
    Nemo {
        /// Mel bins of a frame.
        bins: usize,
    },
    /// Whisper's log-mel spectrogram, scaled per window.
    Whisper {
        /// Mel bins of a frame.
        bins: usize,
    },
}

impl FeatureSet {
    /// Mel bins of a frame.
    #[must_use]
    pub const fn bins(self) -> usize {
        match self {
            Self::Kaldi { bins } | Self::Nemo { bins } | Self::Whisper { bins } => bins,
        }
    }
}

/// The numbers a caller needs to drive an encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderSpec {
    /// What a feature frame is.
    pub features: FeatureSet,
    /// Frames of a window.
    pub window_frames: usize,
    /// Frames to advance after a step.
    pub shift_frames: usize,
    /// Zero frames that precede the first real one.
    pub left_padding_frames: usize,
    /// Frames of silence after the last real one that make the encoder reach it.
    pub tail_padding_frames: usize,
    /// Encoder frames of a step.
    pub outputs_per_step: usize,
    /// Feature frames of an encoder frame.
    pub subsampling: usize,
    /// Duration of an encoder frame.
    pub output_frame_ms: u32,
    /// Columns of an output row.
    pub output_dim: usize,
    /// The id of the blank symbol.
    pub blank: u32,
}

impl EncoderSpec {
    /// A specification whose padding follows from window and shift; the output's size is filled
    /// in when the graph is typed.
    ///
    /// The last frame is reached by the window that starts at it or less than a shift before it,
    /// and tokens may follow their sound by one more step.
    pub(super) const fn new(
        features: FeatureSet,
        window_frames: usize,
        shift_frames: usize,
    ) -> Self {
        Self {
            features,
            window_frames,
            shift_frames,
            left_padding_frames: 0,
            tail_padding_frames: window_frames + shift_frames,
            outputs_per_step: 0,
            subsampling: 0,
            output_frame_ms: 0,
            output_dim: 0,
            blank: 0,
        }
    }
}

/// Milliseconds of a feature frame.
const FRAME_MS: usize = 10;

/// A streaming encoder: immutable, shared by all utterances.
#[derive(Debug)]
pub struct Encoder {
    spec: EncoderSpec,
    network: Network,
    window_axes: WindowAxes,
    output_axes: OutputAxes,
    rows: Rows,
    n_states: usize,
}

/// What an encoder remembers of one utterance.
#[derive(Debug, Clone)]
pub struct EncoderState {
    tensors: Vec<TValue>,
}

impl Encoder {
    pub(super) fn new(proto: Proto<'_>, contract: Contract) -> Result<Self, LoadError> {
        let Contract {
            mut spec,
            window,
            window_axes,
            constants,
            states,
            output,
            output_axes,
            rows,
        } = contract;
        let file = proto.file().to_owned();
        let n_states = states.len();
        let (mut inputs, mut outputs) = (vec![window], vec![output]);
        for (input, output) in states {
            inputs.push(input);
            outputs.push(output);
        }
        let network = proto.into_network("encoder", &inputs, &constants, &outputs)?;
        let mismatch = |found, expected| LoadError::Mismatch {
            file: file.clone(),
            found,
            expected,
        };
        for (ix, input) in inputs.iter().enumerate().skip(1) {
            let shape = network.output_shape(ix);
            if shape.as_deref() != Some(&input.shape) {
                return Err(mismatch(
                    format!("the next value of `{}` has the shape {shape:?}", input.name),
                    format!("its input has {:?}", input.shape),
                ));
            }
        }
        let shape = network.output_shape(0);
        let Some(&[1, first, second]) = shape.as_deref() else {
            return Err(mismatch(
                format!("its output has the shape {shape:?}"),
                "an encoder writes [1, frames, columns]".to_owned(),
            ));
        };
        let (n_frames, dim) = match output_axes {
            OutputAxes::FramesColumns => (first, second),
            OutputAxes::ColumnsFrames => (second, first),
        };
        if n_frames == 0 || dim == 0 || spec.shift_frames % n_frames != 0 {
            return Err(mismatch(
                format!("a step yields {n_frames} rows of {dim}"),
                format!("it takes {} frames", spec.shift_frames),
            ));
        }
        spec.outputs_per_step = n_frames;
        spec.output_dim = dim;
        spec.subsampling = spec.shift_frames / n_frames;
        spec.output_frame_ms = u32::try_from(spec.subsampling * FRAME_MS).map_err(|_| {
            mismatch(
                format!("a step takes {} frames", spec.shift_frames),
                "less".into(),
            )
        })?;
        Ok(Self {
            spec,
            network,
            window_axes,
            output_axes,
            rows,
            n_states,
        })
    }

    pub(super) const fn take_prepared(&mut self) -> Option<Vec<PreparedBytes>> {
        self.network.take_prepared()
    }

    pub(super) fn set_blank(&mut self, blank: u32) {
        self.spec.blank = blank;
    }

    /// The numbers to drive this encoder by.
    #[must_use]
    pub const fn spec(&self) -> &EncoderSpec {
        &self.spec
    }

    /// The state before any audio.
    ///
    /// # Errors
    /// If the memory for it cannot be had.
    pub fn start(&self) -> Result<EncoderState, InferenceError> {
        let tensors = (1..=self.n_states)
            .map(|ix| self.network.zeros(ix))
            .collect::<Result<_, _>>()?;
        Ok(EncoderState { tensors })
    }

    /// Encodes one window and moves the state on; `out` is overwritten.
    ///
    /// After an error the state is that of a new utterance.
    ///
    /// # Errors
    /// If the graph fails to run.
    ///
    /// # Panics
    /// If `window` is not `[window_frames, bins]`.
    pub fn step(
        &self,
        state: &mut EncoderState,
        window: &[f32],
        out: &mut EncoderFrames,
    ) -> Result<(), InferenceError> {
        let (n_frames, bins) = (self.spec.window_frames, self.spec.features.bins());
        assert_eq!(
            window.len(),
            n_frames * bins,
            "a window is [{n_frames}, {bins}]"
        );
        let mut inputs = TVec::with_capacity(1 + self.n_states);
        inputs.push(
            self.window(window)
                .map_err(|error| self.network.error(error))?,
        );
        inputs.extend(state.tensors.drain(..));
        let mut outputs = match self.network.run(inputs) {
            Ok(outputs) => outputs.into_iter(),
            Err(error) => {
                *state = self.start()?;
                return Err(error);
            }
        };
        let rows = outputs
            .next()
            .map_or_else(Vec::new, |output| self.rows(&output));
        state.tensors.extend(outputs);
        *out = EncoderFrames::new(self.spec.output_dim, rows);
        Ok(())
    }

    fn window(&self, window: &[f32]) -> TractResult<TValue> {
        let (n_frames, bins) = (self.spec.window_frames, self.spec.features.bins());
        let tensor = match self.window_axes {
            WindowAxes::FramesBins => Tensor::from_shape(&[1, n_frames, bins], window)?,
            WindowAxes::BinsFrames => {
                let mut turned = vec![0.0; window.len()];
                transpose(window, bins, &mut turned);
                Tensor::from_shape(&[1, bins, n_frames], &turned)?
            }
        };
        Ok(tensor.into_tvalue())
    }

    fn rows(&self, output: &Tensor) -> Vec<f32> {
        let dim = self.spec.output_dim;
        let Ok(values) = output
            .try_as_plain_ram()
            .and_then(|ram| ram.as_slice::<f32>())
        else {
            return vec![];
        };
        let mut rows = match self.output_axes {
            OutputAxes::FramesColumns => values.to_vec(),
            OutputAxes::ColumnsFrames => {
                let mut turned = vec![0.0; values.len()];
                transpose(values, self.spec.outputs_per_step, &mut turned);
                turned
            }
        };
        if self.rows == Rows::TokenScores {
            rows.chunks_exact_mut(dim).for_each(normalize);
        }
        rows
    }
}

/// `[rows, columns]` to `[columns, rows]`.
fn transpose(values: &[f32], columns: usize, turned: &mut [f32]) {
    let n_rows = values.len() / columns.max(1);
    for (row, values) in values.chunks_exact(columns).enumerate() {
        for (column, value) in values.iter().enumerate() {
            turned[column * n_rows + row] = *value;
        }
    }
}

/// How far the logarithm of a row's total probability may be from zero by rounding alone.
const NORMALIZED: f32 = 1e-4;

/// Makes a row of scores log-probabilities, unless it already is one.
fn normalize(row: &mut [f32]) {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if !max.is_finite() {
        return;
    }
    let total: f32 = row.iter().map(|score| (score - max).exp()).sum();
    let log_total = max + total.ln();
    if log_total.abs() > NORMALIZED {
        row.iter_mut().for_each(|score| *score -= log_total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_become_log_probabilities() {
        let mut row = [1.0, 2.0, 3.0];
        normalize(&mut row);
        let total: f32 = row.iter().map(|score| score.exp()).sum();
        assert!((total - 1.0).abs() < 1e-6);
        assert!((row[2] - row[1] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn log_probabilities_stay_as_they_are() {
        let row = [0.25f32.ln(), 0.75f32.ln()];
        let mut copy = row;
        normalize(&mut copy);
        assert_eq!(row.map(f32::to_bits), copy.map(f32::to_bits));
    }

    #[test]
    fn an_impossible_row_is_left_alone() {
        let mut row = [f32::NEG_INFINITY; 3];
        normalize(&mut row);
        assert!(row.iter().all(|score| *score == f32::NEG_INFINITY));
    }

    #[test]
    fn transposes() {
        let mut turned = [0.0; 6];
        transpose(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3, &mut turned);
        assert_eq!(turned, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
