//! Streaming zipformer, second version (transducer and CTC).
//!
//! Inputs: `x` `[1, T, 80]`; for every layer `cached_key` `[left, 1, query * heads]`,
//! `cached_nonlin_attn` `[1, 1, left, 3 * dim / 4]`, `cached_val1` and `cached_val2`
//! `[left, 1, value * heads]`, `cached_conv1` and `cached_conv2` `[1, dim, kernel / 2]`;
//! then `embed_states` `[1, 128, 3, 19]` and `processed_lens` (a whole number, `[1]`).
//! Outputs: `encoder_out` `[1, frames, joiner]` or `log_probs` `[1, frames, vocabulary]`, then
//! the next value of each state in that order.
//! Source: icefall `zipformer/export-onnx-streaming.py` and `export-onnx-streaming-ctc.py`.

use super::contract::{Contract, OutputAxes, Rows, WindowAxes};
use super::encoder::{EncoderSpec, FeatureSet};
use super::error::LoadError;
use super::graph::{FixedInput, Proto};

pub(super) fn recognizes(proto: &Proto<'_>) -> bool {
    match proto.metadata().get("model_type") {
        Some(model_type) => model_type == "zipformer2",
        None => proto.has_input("cached_key_0") && proto.has_input("embed_states"),
    }
}

pub(super) fn contract(proto: &Proto<'_>, rows: Rows) -> Result<Contract, LoadError> {
    let metadata = proto.metadata();
    let dims = metadata.sizes("encoder_dims")?;
    let list = |key| metadata.n_sizes(key, dims.len());
    let (layers, kernels) = (list("num_encoder_layers")?, list("cnn_module_kernels")?);
    let (left, heads) = (list("left_context_len")?, list("num_heads")?);
    let (query, value) = (list("query_head_dims")?, list("value_head_dims")?);
    let (window_frames, shift_frames) = window_and_shift(proto)?;
    let bins = bins(proto)?;

    let mut inputs = vec![];
    let mut layer = 0;
    for s in 0..dims.len() {
        let key = vec![left[s], 1, query[s] * heads[s]];
        let nonlin = vec![1, 1, left[s], 3 * dims[s] / 4];
        let val = vec![left[s], 1, value[s] * heads[s]];
        let conv = vec![1, dims[s], kernels[s] / 2];
        for _ in 0..layers[s] {
            for (kind, shape) in [
                ("key", &key),
                ("nonlin_attn", &nonlin),
                ("val1", &val),
                ("val2", &val),
                ("conv1", &conv),
                ("conv2", &conv),
            ] {
                inputs.push(FixedInput {
                    name: format!("cached_{kind}_{layer}"),
                    shape: shape.clone(),
                });
            }
            layer += 1;
        }
    }
    // The convolution front end's channels and history are in the graph only.
    for name in ["embed_states", "processed_lens"] {
        inputs.push(FixedInput {
            name: name.to_owned(),
            shape: shape_in_graph(proto, name)?,
        });
    }
    let with_output = |(ix, input)| Ok((input, proto.output_name(ix + 1)?));
    let states = inputs
        .into_iter()
        .enumerate()
        .map(with_output)
        .collect::<Result<_, LoadError>>()?;

    let features = match metadata.get("feature") {
        Some("whisper") => FeatureSet::Whisper { bins },
        Some(other) => {
            return Err(metadata.error("feature", &format!("is `{other}`, which is unknown")));
        }
        None => FeatureSet::Kaldi { bins },
    };
    Ok(Contract {
        spec: EncoderSpec::new(features, window_frames, shift_frames),
        window: FixedInput {
            name: "x".to_owned(),
            shape: vec![1, window_frames, bins],
        },
        window_axes: WindowAxes::FramesBins,
        constants: vec![],
        states,
        output: proto.output_name(0)?,
        output_axes: OutputAxes::FramesColumns,
        rows,
    })
}

/// `T` and `decode_chunk_len`.
pub(super) fn window_and_shift(proto: &Proto<'_>) -> Result<(usize, usize), LoadError> {
    let metadata = proto.metadata();
    let (window, shift) = (metadata.size("T")?, metadata.size("decode_chunk_len")?);
    if window < shift {
        return Err(metadata.error(
            "T",
            &format!("is {window}, less than decode_chunk_len {shift}"),
        ));
    }
    Ok((window, shift))
}

/// Mel bins, from the last axis of `x`.
pub(super) fn bins(proto: &Proto<'_>) -> Result<usize, LoadError> {
    let shape = proto
        .inputs()
        .into_iter()
        .find(|port| port.name == "x")
        .map(|port| port.shape);
    match shape.as_deref() {
        Some([_, _, Some(bins)]) => Ok(*bins),
        _ => Err(proto.mismatch(
            "its input `x` has no fixed number of bins",
            "a zipformer has [1, T, 80]",
        )),
    }
}

/// The shape of an input as the file declares it, batch set to one.
fn shape_in_graph(proto: &Proto<'_>, name: &str) -> Result<Vec<usize>, LoadError> {
    let port = proto.inputs().into_iter().find(|port| port.name == name);
    let port = port
        .ok_or_else(|| proto.mismatch(format!("it has no input `{name}`"), "a zipformer2 has"))?;
    Ok(port
        .shape
        .into_iter()
        .map(|size| size.unwrap_or(1))
        .collect())
}
