//! A graph ready to run: typed, cut into a chain of plans, run with one tensor for each input.

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cast::cast;
use tract_onnx::tract_hir::internal::{SpecialOps, format_err};

use super::chain::Chain;
use super::ops;
use super::prepared::{PreparedBytes, PreparedReader, PreparedWriter, Request};
use super::product::{self, RawWeights};
use crate::encoder::InferenceError;

/// A graph ready to run.
#[derive(Debug, Clone)]
pub(super) struct Network {
    role: &'static str,
    chain: Chain,
    inputs: Vec<TypedFact>,
    outputs: Vec<TypedFact>,
    prepared: Option<Vec<PreparedBytes>>,
}

impl Network {
    /// Types and cuts a graph whose weights were taken out of it; `described` is its file without
    /// the body, if it is to be kept.
    pub(super) fn from_onnx(
        model: ModelProto,
        weights: Vec<RawWeights<'_>>,
        request: Request<'_>,
        described: Option<&ModelProto>,
    ) -> TractResult<Self> {
        let mut framework = onnx()
            .with_ignore_output_shapes(true)
            .with_ignore_value_info(true);
        ops::register(&mut framework.op_register);
        let inference = framework.model_for_proto_model(&model)?;
        // The file's weights are copied by now.
        drop(model);
        let mut typed: TypedModel = inference.into_typed()?;
        product::fill(&mut typed, weights)?;
        let inputs: Vec<TypedFact> = (0..request.inputs.len())
            .map(|ix| typed.input_fact(ix).cloned())
            .collect::<TractResult<_>>()?;
        let typed = with_state_types(typed, &inputs)?;
        let outputs: Vec<TypedFact> = (0..typed.outputs.len())
            .map(|ix| typed.output_fact(ix).cloned())
            .collect::<TractResult<_>>()?;
        let mut keep = described
            .and_then(|proto| PreparedWriter::new(proto, request, [&inputs, &outputs]).ok());
        let chain = Chain::new(typed, &mut keep)?;
        Ok(Self {
            role: request.role,
            chain,
            inputs,
            outputs,
            prepared: keep.map(PreparedWriter::finish),
        })
    }

    /// The graph that an earlier load kept for the same request.
    pub(super) fn from_prepared(
        mut prepared: PreparedReader<'_>,
        request: Request<'_>,
    ) -> TractResult<Self> {
        let [inputs, outputs] = prepared.facts(request)?;
        Ok(Self {
            role: request.role,
            chain: Chain::read(prepared)?,
            inputs,
            outputs,
            prepared: None,
        })
    }

    /// What makes the next load quick, if it was asked for and can be had.
    pub(super) const fn take_prepared(&mut self) -> Option<Vec<PreparedBytes>> {
        self.prepared.take()
    }

    /// Zeros in the shape and type of input `ix`.
    pub(super) fn zeros(&self, ix: usize) -> Result<TValue, InferenceError> {
        let fact = &self.inputs[ix];
        let zeros = || -> TractResult<TValue> {
            let shape = fact
                .shape
                .as_concrete()
                .ok_or_else(|| format_err!("an input has no fixed size"))?;
            Ok(Tensor::zero_dt(fact.datum_type, shape)?.into_tvalue())
        };
        zeros().map_err(|error| self.error(error))
    }

    /// A tensor of input `ix`'s shape and type, from whole numbers.
    pub(super) fn whole_numbers(
        &self,
        ix: usize,
        values: &[i64],
    ) -> Result<TValue, InferenceError> {
        let fact = &self.inputs[ix];
        let tensor = || -> TractResult<TValue> {
            let shape = fact
                .shape
                .as_concrete()
                .ok_or_else(|| format_err!("an input has no fixed size"))?;
            Ok(Tensor::from_shape(shape, values)?
                .cast_to_dt(fact.datum_type)?
                .into_owned()
                .into_tvalue())
        };
        tensor().map_err(|error| self.error(error))
    }

    pub(super) fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    pub(super) fn run(&self, inputs: TVec<TValue>) -> Result<TVec<TValue>, InferenceError> {
        self.chain.run(inputs).map_err(|error| self.error(error))
    }

    /// Sizes of output `ix`.
    pub(super) fn output_shape(&self, ix: usize) -> Option<Vec<usize>> {
        self.outputs
            .get(ix)?
            .shape
            .as_concrete()
            .map(<[usize]>::to_vec)
    }

    pub(super) fn error(&self, source: TractError) -> InferenceError {
        InferenceError {
            network: self.role,
            source: source.into(),
        }
    }
}

/// Gives each state's next value the type of its input: tract counts in dimensions of its own.
fn with_state_types(mut model: TypedModel, inputs: &[TypedFact]) -> TractResult<TypedModel> {
    let mut outputs = model.outputs.clone();
    for (ix, (outlet, input)) in outputs.iter_mut().zip(inputs).enumerate().skip(1) {
        if model.outlet_fact(*outlet)?.datum_type != input.datum_type {
            *outlet =
                model.wire_node(format!("state.{ix}"), cast(input.datum_type), &[*outlet])?[0];
        }
    }
    model.select_output_outlets(&outputs)?;
    Ok(model)
}
