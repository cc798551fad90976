//! The label side of a transducer: predictor (the export's `decoder`) and joiner.
//!
//! Stateless predictors (icefall) see the last `context_size` tokens, `y` `[1, context_size]`;
//! before any token that is `[-1, …, 0]`: only the last place is blank, the others are no token,
//! which the graph embeds as zeros.
//! Recurrent predictors (NeMo) take one token, `targets` `[1, 1]`, and LSTM states
//! `[layers, 1, hidden]`; the first token is blank with zero states.
//! The joiner takes one encoder row and one predictor output, `[1, dim]` or `[1, dim, 1]`, and
//! writes raw logits of the vocabulary.

use std::fmt;

use tract_onnx::prelude::*;

use super::contract;
use super::encoder::Encoder;
use super::error::LoadError;
use super::files::{LoadOptions, ModelFile};
use super::graph::{FixedInput, Keep, Port, Proto};
use super::network::Network;
use super::prepared::PreparedBytes;
use crate::encoder::{InferenceError, LabelNetwork, SymbolsPerFrame};

/// How many tokens NeMo's greedy search allows on one encoder frame.
const NEMO_SYMBOLS_PER_FRAME: u8 = 10;

/// A transducer: encoder, predictor and joiner.
#[derive(Debug)]
pub struct TransducerModel {
    encoder: Encoder,
    predictor: Predictor,
    joiner: Joiner,
}

/// What the predictor remembers, with its output for the next join.
#[derive(Clone)]
pub struct LabelState {
    /// The last tokens, of a stateless predictor.
    context: Vec<i64>,
    /// LSTM states, of a recurrent one.
    memory: TVec<TValue>,
    output: TValue,
}

/// Shows sizes only: tokens are recognized text.
impl fmt::Debug for LabelState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabelState")
            .field("n_memories", &self.memory.len())
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Predictor {
    network: Network,
    kind: PredictorKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PredictorKind {
    Stateless { context_size: usize },
    Recurrent,
}

#[derive(Debug)]
struct Joiner {
    network: Network,
    row_shape: Vec<usize>,
    vocab_size: usize,
}

impl TransducerModel {
    /// From encoder, predictor and joiner.
    pub(super) fn load(
        [encoder, predictor, joiner]: [&ModelFile<'_>; 3],
        options: &LoadOptions,
        keep: Keep,
    ) -> Result<Self, LoadError> {
        let (encoder, predictor, joiner) = (
            Proto::decode(encoder, keep)?,
            Proto::decode(predictor, keep)?,
            Proto::decode(joiner, keep)?,
        );
        if let Some(kind) = predictor.metadata().get("streaming_model_type") {
            let file = predictor.file().to_owned();
            let found = format!("its metadata calls it `{kind}`, which has no streaming encoder");
            return Err(LoadError::UnknownFamily { file, found });
        }
        let contract = contract::for_transducer(&encoder, options)?;
        let (encoder_file, encoder_metadata) =
            (encoder.file().to_owned(), encoder.metadata().clone());
        let blank = contract.spec.blank;

        // Recurrent predictors hand out their next state, stateless ones only their output.
        let (predictor, vocab_size) = if predictor.outputs().len() == 1 {
            let vocab_size = predictor.metadata().size("vocab_size")?;
            (Predictor::stateless(predictor)?, vocab_size)
        } else {
            let memory = [
                encoder_metadata.size("pred_rnn_layers")?,
                1,
                encoder_metadata.size("pred_hidden")?,
            ];
            (
                Predictor::recurrent(predictor, &memory)?,
                blank as usize + 1,
            )
        };
        let mut encoder = Encoder::new(encoder, contract)?;
        if matches!(predictor.kind, PredictorKind::Stateless { .. }) {
            encoder.set_blank(0);
        }
        let joiner = Joiner::new(joiner, &encoder_file, &encoder, &predictor, vocab_size)?;
        Ok(Self {
            encoder,
            predictor,
            joiner,
        })
    }

    /// Of encoder, predictor and joiner.
    pub(super) const fn take_prepared(&mut self) -> [Option<Vec<PreparedBytes>>; 3] {
        [
            self.encoder.take_prepared(),
            self.predictor.network.take_prepared(),
            self.joiner.network.take_prepared(),
        ]
    }

    /// The encoder; its rows are what the joiner takes.
    #[must_use]
    pub const fn encoder(&self) -> &Encoder {
        &self.encoder
    }
}

impl Predictor {
    fn stateless(proto: Proto<'_>) -> Result<Self, LoadError> {
        let context_size = proto.metadata().size("context_size")?;
        let [input] = &proto.inputs()[..] else {
            let found = format!("it has {} inputs", proto.inputs().len());
            return Err(proto.mismatch(found, "a stateless predictor has one"));
        };
        let input = FixedInput {
            name: input.name.clone(),
            shape: vec![1, context_size],
        };
        let output = proto.output_name(0)?;
        let network = proto.into_network("predictor", &[input], &[], &[output])?;
        Ok(Self {
            network,
            kind: PredictorKind::Stateless { context_size },
        })
    }

    fn recurrent(proto: Proto<'_>, memory: &[usize]) -> Result<Self, LoadError> {
        let ports = proto.inputs();
        let n_memories = ports.len().saturating_sub(2);
        if n_memories == 0 || proto.outputs().len() != n_memories + 2 {
            let found = format!(
                "it has {} inputs and {} outputs",
                ports.len(),
                proto.outputs().len()
            );
            return Err(proto.mismatch(
                found,
                "a recurrent predictor has 2 and its states on both sides",
            ));
        }
        let mut inputs = vec![FixedInput {
            name: ports[0].name.clone(),
            shape: vec![1, 1],
        }];
        let mut outputs = vec![proto.output_name(0)?];
        for (ix, port) in ports.iter().enumerate().skip(2) {
            inputs.push(FixedInput {
                name: port.name.clone(),
                shape: memory.to_vec(),
            });
            outputs.push(proto.output_name(ix)?);
        }
        let constants = [(ports[1].name.clone(), 1)];
        let network = proto.into_network("predictor", &inputs, &constants, &outputs)?;
        Ok(Self {
            network,
            kind: PredictorKind::Recurrent,
        })
    }

    fn start(&self, blank: u32) -> Result<LabelState, InferenceError> {
        match self.kind {
            PredictorKind::Stateless { context_size } => {
                let mut context = vec![-1; context_size];
                if let Some(last) = context.last_mut() {
                    *last = i64::from(blank);
                }
                self.run(context, TVec::new())
            }
            PredictorKind::Recurrent => {
                let n_inputs = self.network.n_inputs();
                let zeros = (1..n_inputs)
                    .map(|ix| self.network.zeros(ix))
                    .collect::<Result<_, _>>()?;
                self.run(vec![i64::from(blank)], zeros)
            }
        }
    }

    fn extend(&self, state: &LabelState, token: u32) -> Result<LabelState, InferenceError> {
        match self.kind {
            PredictorKind::Stateless { .. } => {
                let mut context = state.context.clone();
                context.rotate_left(1);
                if let Some(last) = context.last_mut() {
                    *last = i64::from(token);
                }
                self.run(context, TVec::new())
            }
            PredictorKind::Recurrent => self.run(vec![i64::from(token)], state.memory.clone()),
        }
    }

    fn run(&self, context: Vec<i64>, memory: TVec<TValue>) -> Result<LabelState, InferenceError> {
        let mut inputs = tvec![self.network.whole_numbers(0, &context)?];
        inputs.extend(memory);
        let mut outputs = self.network.run(inputs)?;
        let output = outputs.remove(0);
        Ok(LabelState {
            context,
            memory: outputs,
            output,
        })
    }
}

impl Joiner {
    fn new(
        proto: Proto<'_>,
        encoder_file: &str,
        encoder: &Encoder,
        predictor: &Predictor,
        vocab_size: usize,
    ) -> Result<Self, LoadError> {
        let file = proto.file().to_owned();
        let ports = proto.inputs();
        let [row, label] = &ports[..] else {
            let found = format!("it has {} inputs", ports.len());
            return Err(proto.mismatch(found, "a joiner has two"));
        };
        let dim = encoder.spec().output_dim;
        if let Some(taken) = columns(row).filter(|taken| *taken != dim) {
            return Err(LoadError::Mismatch {
                file: encoder_file.to_owned(),
                found: format!("its output has {dim} columns"),
                expected: format!("{file} takes {taken}"),
            });
        }
        let label_shape = predictor.network.output_shape(0).unwrap_or_default();
        let row_shape = if row.shape.len() == 3 {
            vec![1, dim, 1]
        } else {
            vec![1, dim]
        };
        let inputs = [
            FixedInput {
                name: row.name.clone(),
                shape: row_shape.clone(),
            },
            FixedInput {
                name: label.name.clone(),
                shape: label_shape,
            },
        ];
        let output = proto.output_name(0)?;
        let network = proto.into_network("joiner", &inputs, &[], &[output])?;
        let found: usize = network.output_shape(0).unwrap_or_default().iter().product();
        if found != vocab_size {
            return Err(LoadError::Mismatch {
                file,
                found: format!("it scores {found} tokens"),
                expected: format!("the metadata of the set says {vocab_size}"),
            });
        }
        Ok(Self {
            network,
            row_shape,
            vocab_size,
        })
    }
}

fn columns(port: &Port) -> Option<usize> {
    port.shape.get(1).copied().flatten()
}

impl LabelNetwork for TransducerModel {
    type State = LabelState;

    fn vocab_size(&self) -> usize {
        self.joiner.vocab_size
    }

    fn blank(&self) -> u32 {
        self.encoder.spec().blank
    }

    fn symbols_per_frame(&self) -> SymbolsPerFrame {
        match self.predictor.kind {
            PredictorKind::Stateless { .. } => SymbolsPerFrame::One,
            PredictorKind::Recurrent => SymbolsPerFrame::UpTo(NEMO_SYMBOLS_PER_FRAME),
        }
    }

    fn start(&self) -> Result<LabelState, InferenceError> {
        self.predictor.start(self.blank())
    }

    fn extend(&self, state: &LabelState, token: u32) -> Result<LabelState, InferenceError> {
        self.predictor.extend(state, token)
    }

    fn join(
        &self,
        encoder_row: &[f32],
        state: &LabelState,
        logits: &mut Vec<f32>,
    ) -> Result<(), InferenceError> {
        let network = &self.joiner.network;
        let row = Tensor::from_shape(&self.joiner.row_shape, encoder_row);
        let row = row.map_err(|error| network.error(error))?.into_tvalue();
        let outputs = network.run(tvec![row, state.output.clone()])?;
        let values = outputs[0]
            .try_as_plain_ram()
            .and_then(|ram| ram.as_slice::<f32>());
        logits.clear();
        logits.extend_from_slice(values.map_err(|error| network.error(error))?);
        Ok(())
    }
}
