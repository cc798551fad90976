//! Products with constant weights: most of the work of every network, and most of its bytes.
//!
//! `x` `[…, n_inputs]` becomes `[…, n_outputs]`: the matrix product with `[n_inputs, n_outputs]`
//! weights, with a bias where one follows. Weights of 8 bits take activations quantized by their
//! range, and the sums back to floats, in the one operator.
//!
//! tract would pack the weights for its kernels at each load. Here they are packed once, are kept
//! so, and are read where a kept graph has them, which may be mapped into memory. Kernels are those
//! that tract would choose.

use std::sync::Arc;

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::axes::{AxesMapping, Axis};
use tract_onnx::tract_core::ops::change_axes::{AxisChangeConsequence, AxisOp, InOut};
use tract_onnx::tract_hir::internal::*;

#[cfg(target_arch = "x86_64")]
mod avx2;
mod panels;
mod rewrite;
mod scaled;
mod unread;
mod weights;

pub(super) use self::rewrite::{RawWeights, take_products};
pub(super) use self::weights::Packed;

/// The operator between the rewriting of a file's graph and its parsing.
pub(super) const OPERATOR: &str = "SottoProduct";

/// The operator before its input's shape is known.
#[derive(Debug, Clone)]
struct ProductRules {
    place: usize,
    n_outputs: usize,
}

/// The operator of a typed graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Product {
    n_outputs: usize,
    weights: Weights,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Weights {
    /// The place of those taken from the file.
    Awaited(usize),
    Packed(Arc<Packed>),
}

/// The operator as [`take_products`] writes it.
pub(super) fn from_onnx(
    _context: &ParsingContext<'_>,
    node: &NodeProto,
) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let number = |name: &str| {
        let attribute = node.attribute.iter().find(|known| known.name == name);
        let number = attribute.and_then(|attribute| usize::try_from(attribute.i).ok());
        number.with_context(|| format!("a {OPERATOR} has no {name}"))
    };
    let rules = ProductRules {
        place: number(rewrite::PLACE)?,
        n_outputs: number(rewrite::N_OUTPUTS)?,
    };
    Ok((expand(rules), vec![]))
}

/// Gives each product of a typed graph its weights, packed for its number of rows.
pub(super) fn fill(model: &mut TypedModel, weights: Vec<RawWeights<'_>>) -> TractResult<()> {
    let mut weights: Vec<Option<RawWeights<'_>>> = weights.into_iter().map(Some).collect();
    for id in 0..model.nodes.len() {
        let node = &model.nodes[id];
        let Some(Product {
            weights: Weights::Awaited(place),
            ..
        }) = node.op_as::<Product>()
        else {
            continue;
        };
        let raw = weights.get_mut(*place).and_then(Option::take);
        let raw = raw.context("a product has no weights")?;
        let rows = model.outlet_fact(node.inputs[0])?.shape.as_concrete();
        let n_rows = rows.map(|shape| shape.iter().rev().skip(1).product());
        model.nodes[id].op = Box::new(Product::new(Packed::new(raw, n_rows)?));
    }
    Ok(())
}

impl Product {
    pub(super) fn new(packed: Packed) -> Self {
        Self {
            n_outputs: packed.n_outputs(),
            weights: Weights::Packed(Arc::new(packed)),
        }
    }

    /// The weights, once it has them.
    pub(super) fn packed(&self) -> TractResult<&Packed> {
        match &self.weights {
            Weights::Packed(packed) => Ok(packed),
            Weights::Awaited(_) => bail!("a product has no weights"),
        }
    }
}

impl Expansion for ProductRules {
    fn name(&self) -> StaticName {
        "Product".into()
    }

    fn runs_out_of_plan(&self) -> bool {
        // The weights come later.
        false
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, 1)?;
        s.equals(&inputs[0].datum_type, f32::datum_type())?;
        s.equals(&outputs[0].datum_type, f32::datum_type())?;
        s.equals(&inputs[0].rank, &outputs[0].rank)?;
        s.given(&inputs[0].shape, move |s, mut shape| {
            let last = shape.last_mut().context("a product takes no scalar")?;
            *last = self.n_outputs.to_dim();
            s.equals(&outputs[0].shape, shape)
        })
    }

    fn wire(
        &self,
        prefix: &str,
        target: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let product = Product {
            n_outputs: self.n_outputs,
            weights: Weights::Awaited(self.place),
        };
        target.wire_node(prefix, product, inputs)
    }
}

impl Op for Product {
    fn name(&self) -> StaticName {
        "Product".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Product {
    fn eval_out_of_plan(&self, inputs: TVec<TValue>) -> TractResult<Option<TVec<TValue>>> {
        match &self.weights {
            Weights::Packed(packed) => Ok(Some(tvec![packed.apply(&inputs[0])?.into_tvalue()])),
            Weights::Awaited(_) => Ok(None),
        }
    }

    fn eval(&self, _context: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        Ok(tvec![self.packed()?.apply(&inputs[0])?.into_tvalue()])
    }
}

impl TypedOp for Product {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        ensure!(inputs.len() == 1, "a product takes one input");
        ensure!(
            inputs[0].datum_type == f32::datum_type(),
            "a product takes floats"
        );
        let mut shape = inputs[0].shape.to_tvec();
        let last = shape.last_mut().context("a product takes no scalar")?;
        if let Weights::Packed(packed) = &self.weights {
            ensure!(
                *last == packed.n_inputs().to_dim(),
                "a product takes another number of columns"
            );
        }
        *last = self.n_outputs.to_dim();
        Ok(tvec![f32::fact(shape)])
    }

    fn axes_mapping(
        &self,
        inputs: &[&TypedFact],
        _outputs: &[&TypedFact],
    ) -> TractResult<AxesMapping> {
        let last = inputs[0].rank() - 1;
        let mut axes: TVec<Axis> = (0..last)
            .zip('a'..)
            .map(|(axis, repr)| Axis::natural(1, 1, repr, axis))
            .collect();
        axes.push(Axis::new('K', 1, 1).input(0, last));
        axes.push(Axis::new('M', 1, 1).output(0, last));
        AxesMapping::new(1, 1, axes)
    }

    fn change_axes(
        &self,
        model: &TypedModel,
        node: &TypedNode,
        _io: InOut,
        change: &AxisOp,
    ) -> TractResult<Option<AxisChangeConsequence>> {
        let last = model.outlet_fact(node.inputs[0])?.rank() - 1;
        let last_stays = match change {
            AxisOp::Add(axis) => *axis <= last,
            AxisOp::Rm(axis) => *axis < last,
            AxisOp::Move(from, to) => *from < last && *to < last,
            AxisOp::Reshape(..) => false,
        };
        Ok(last_stays.then(|| AxisChangeConsequence::new(model, node, None, change)))
    }

    as_op!();
}

#[cfg(test)]
mod tests;
