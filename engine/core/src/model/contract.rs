//! How a graph's inputs and outputs map onto the streaming encoder, and which family knows it.

use super::encoder::EncoderSpec;
use super::error::LoadError;
use super::files::LoadOptions;
use super::graph::{FixedInput, Proto};
use super::{nemo, zipformer, zipformer2};

/// The mapping that a family derives from a file.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) spec: EncoderSpec,
    /// The input that takes features.
    pub(super) window: FixedInput,
    pub(super) window_axes: WindowAxes,
    /// Inputs that hold one whole number for ever.
    pub(super) constants: Vec<(String, i64)>,
    /// What the encoder remembers: each input with the output that replaces it.
    pub(super) states: Vec<(FixedInput, String)>,
    /// The output that the search reads.
    pub(super) output: String,
    pub(super) output_axes: OutputAxes,
    pub(super) rows: Rows,
}

/// The order of the window's axes after the batch axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WindowAxes {
    FramesBins,
    BinsFrames,
}

/// The order of the output's axes after the batch axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutputAxes {
    FramesColumns,
    ColumnsFrames,
}

/// What an output row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Activations for a joiner.
    Activations,
    /// Scores of tokens, made log-probabilities where the graph has not done so.
    TokenScores,
}

/// The contract of a file that is a whole CTC model.
pub(super) fn for_ctc(proto: &Proto<'_>, options: &LoadOptions) -> Result<Contract, LoadError> {
    if zipformer2::recognizes(proto) {
        zipformer2::contract(proto, Rows::TokenScores)
    } else if nemo::recognizes(proto) {
        nemo::ctc_contract(proto, options)
    } else {
        Err(unknown(proto))
    }
}

/// The contract of a file that is the encoder of a transducer.
pub(super) fn for_transducer(
    proto: &Proto<'_>,
    options: &LoadOptions,
) -> Result<Contract, LoadError> {
    if zipformer2::recognizes(proto) {
        zipformer2::contract(proto, Rows::Activations)
    } else if zipformer::recognizes(proto) {
        zipformer::contract(proto)
    } else if nemo::recognizes(proto) {
        nemo::transducer_contract(proto, options)
    } else {
        Err(unknown(proto))
    }
}

fn unknown(proto: &Proto<'_>) -> LoadError {
    let found = match proto.metadata().get("model_type") {
        Some(model_type) => format!("its metadata calls it `{model_type}`"),
        None => {
            let mut names: Vec<String> = proto
                .inputs()
                .into_iter()
                .map(|port| format!("`{}`", port.name))
                .collect();
            if names.len() > 4 {
                names.truncate(4);
                names.push("…".to_owned());
            }
            format!("its inputs are {}", names.join(", "))
        }
    };
    LoadError::UnknownFamily {
        file: proto.file().to_owned(),
        found,
    }
}
