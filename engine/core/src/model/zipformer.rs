//! Streaming zipformer, first version (transducer).
//!
//! Inputs: `x` `[1, T, 80]`, then, grouped by kind and within a kind by stack:
//! `cached_len` (whole numbers, `[layers, 1]`), `cached_avg` `[layers, 1, dim]`,
//! `cached_key` `[layers, left, 1, attention]`, `cached_val` and `cached_val2`
//! `[layers, left, 1, attention / 2]`, `cached_conv1` and `cached_conv2` `[layers, 1, dim, kernel - 1]`.
//! Outputs: `encoder_out` `[1, frames, joiner]`, then the next value of each state in that order.
//! Source: icefall `pruned_transducer_stateless7_streaming/export-onnx.py`.

use super::contract::{Contract, OutputAxes, Rows, WindowAxes};
use super::encoder::{EncoderSpec, FeatureSet};
use super::error::LoadError;
use super::graph::{FixedInput, Proto};
use super::zipformer2::{bins, window_and_shift};

pub(super) fn recognizes(proto: &Proto<'_>) -> bool {
    match proto.metadata().get("model_type") {
        Some(model_type) => model_type == "zipformer",
        None => proto.has_input("cached_len_0") && proto.has_input("cached_avg_0"),
    }
}

pub(super) fn contract(proto: &Proto<'_>) -> Result<Contract, LoadError> {
    let metadata = proto.metadata();
    let dims = metadata.sizes("encoder_dims")?;
    let n_stacks = dims.len();
    let list = |key| metadata.n_sizes(key, n_stacks);
    let (attention, layers) = (list("attention_dims")?, list("num_encoder_layers")?);
    let (kernels, left) = (list("cnn_module_kernels")?, list("left_context_len")?);
    let (window_frames, shift_frames) = window_and_shift(proto)?;
    let bins = bins(proto)?;

    type ShapeOfStack<'a> = Box<dyn Fn(usize) -> Vec<usize> + 'a>;
    let value = |s: usize| vec![layers[s], left[s], 1, attention[s] / 2];
    let conv = |s: usize| vec![layers[s], 1, dims[s], kernels[s] - 1];
    let kinds: [(&str, ShapeOfStack<'_>); 7] = [
        ("len", Box::new(|s| vec![layers[s], 1])),
        ("avg", Box::new(|s| vec![layers[s], 1, dims[s]])),
        (
            "key",
            Box::new(|s| vec![layers[s], left[s], 1, attention[s]]),
        ),
        ("val", Box::new(value)),
        ("val2", Box::new(value)),
        ("conv1", Box::new(conv)),
        ("conv2", Box::new(conv)),
    ];
    let mut states = Vec::with_capacity(kinds.len() * n_stacks);
    for (kind, shape) in &kinds {
        for stack in 0..n_stacks {
            let input = FixedInput {
                name: format!("cached_{kind}_{stack}"),
                shape: shape(stack),
            };
            let output = proto.output_name(states.len() + 1)?;
            states.push((input, output));
        }
    }
    Ok(Contract {
        spec: EncoderSpec::new(FeatureSet::Kaldi { bins }, window_frames, shift_frames),
        window: FixedInput {
            name: "x".to_owned(),
            shape: vec![1, window_frames, bins],
        },
        window_axes: WindowAxes::FramesBins,
        constants: vec![],
        states,
        output: proto.output_name(0)?,
        output_axes: OutputAxes::FramesColumns,
        rows: Rows::Activations,
    })
}
