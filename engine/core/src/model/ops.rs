//! ONNX operators that tract lacks or cannot type, registered before a graph is parsed.
//!
//! * `Range` with a negative step: tract's shape rule divides by the step as an unsigned number.
//!   Every zipformer graph counts down in its relative positions.
//! * `DynamicQuantizeLinear`: tract's is slow and is no public type, so that it could not be kept.
//! * `If` whose branches differ in rank: tract types both branches and wants equal facts.
//!   Exported graphs choose between squeezing or not by a shape, which is a constant once the
//!   input sizes are known; then only the chosen branch is typed, and inlined.

use tract_onnx::model::{OnnxOpRegister, ParseResult, ParsingContext};
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::tract_core::ops::cast::wire_cast;

use super::product;
use super::quantize::DynamicQuantizeLinear;

/// Adds this module's operators to those of tract.
pub(super) fn register(ops: &mut OnnxOpRegister) {
    ops.insert("Range", |_, _| Ok((expand(Range), vec![])));
    ops.insert("DynamicQuantizeLinear", |_, _| {
        Ok((expand(DynamicQuantizeLinear), vec![]))
    });
    ops.insert("If", if_from_onnx);
    ops.insert(product::OPERATOR, product::from_onnx);
}

/// Numbers from a start towards a limit, the limit excluded, in steps of either sign.
#[derive(Debug, Clone, Default)]
struct Range;

impl Range {
    /// Number of elements, where all three inputs are whole numbers.
    fn n_elements(start: i64, limit: i64, step: i64) -> TractResult<usize> {
        ensure!(step != 0, "a Range cannot have step 0");
        let (span, step) = (i128::from(limit) - i128::from(start), i128::from(step));
        let n = if step > 0 {
            (span + step - 1) / step
        } else {
            (span + step + 1) / step
        };
        Ok(usize::try_from(n.max(0))?)
    }

    fn scalar(tensor: &Tensor) -> TractResult<i64> {
        tensor.cast_to_scalar::<i64>()
    }
}

impl Expansion for Range {
    fn name(&self) -> StaticName {
        "Range".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 3)?;
        check_output_arity(outputs, 1)?;
        for input in inputs {
            s.equals(&input.rank, 0)?;
        }
        s.equals(&outputs[0].rank, 1)?;
        s.given_3(
            &inputs[0].datum_type,
            &inputs[1].datum_type,
            &inputs[2].datum_type,
            move |s, start, limit, step| {
                let dt = DatumType::super_type_for([start, limit, step])
                    .context("the inputs of a Range have no common type")?;
                let dt = if dt.is_tdim() { i64::datum_type() } else { dt };
                s.equals(dt, &outputs[0].datum_type)
            },
        )?;
        s.given_3(
            &inputs[0].value,
            &inputs[1].value,
            &inputs[2].value,
            move |s, start, limit, step| {
                let n = if start.datum_type().is_float() {
                    let [start, limit, step] =
                        [start, limit, step].map(|t| t.cast_to_scalar::<f64>().unwrap_or(f64::NAN));
                    let n = ((limit - start) / step).ceil();
                    ensure!(n.is_finite(), "a Range has step 0 or is endless");
                    #[expect(clippy::cast_possible_truncation, reason = "a finite element count")]
                    let n = n.max(0.0) as i64;
                    usize::try_from(n)?
                } else {
                    Self::n_elements(
                        Self::scalar(&start)?,
                        Self::scalar(&limit)?,
                        Self::scalar(&step)?,
                    )?
                };
                s.equals(&outputs[0].shape[0], n.to_dim())
            },
        )
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let mut types = tvec![];
        for input in inputs {
            types.push(model.outlet_fact(*input)?.datum_type);
        }
        let dt = DatumType::super_type_for(types)
            .context("the inputs of a Range have no common type")?;
        let inputs = wire_cast(prefix, model, inputs, dt)?;
        let konst: Option<Vec<_>> = inputs
            .iter()
            .map(|input| {
                model
                    .outlet_fact(*input)
                    .ok()
                    .and_then(|fact| fact.konst.clone())
            })
            .collect();
        let n_elements = match konst.as_deref() {
            Some([start, limit, step]) if !dt.is_float() => Self::n_elements(
                Self::scalar(start)?,
                Self::scalar(limit)?,
                Self::scalar(step)?,
            )?
            .to_dim(),
            _ => model.symbols.new_with_prefix("range").into(),
        };
        model.wire_node(
            prefix,
            tract_core::ops::array::Range::new(n_elements),
            &inputs,
        )
    }
}

fn if_from_onnx(
    context: &ParsingContext<'_>,
    node: &NodeProto,
) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let mut captured: Vec<String> = vec![];
    let mut branch = |name: &str| -> TractResult<Branch> {
        let graph = node
            .attribute
            .iter()
            .find(|attribute| attribute.name == name)
            .and_then(|attribute| attribute.g.as_ref())
            .with_context(|| format!("an If has no {name}"))?;
        let ParseResult {
            model: body,
            unresolved_inputs,
            ..
        } = context.parse_graph(graph)?;
        let mut inputs = vec![];
        for name in unresolved_inputs {
            let position = captured.iter().position(|known| *known == name);
            inputs.push(position.unwrap_or_else(|| {
                captured.push(name);
                captured.len() - 1
            }));
        }
        Ok(Branch { body, inputs })
    };
    let op = If {
        then_branch: branch("then_branch")?,
        else_branch: branch("else_branch")?,
    };
    ensure!(
        op.then_branch.body.outputs.len() == op.else_branch.body.outputs.len(),
        "the branches of an If have different numbers of outputs"
    );
    Ok((Box::new(op), captured))
}

/// One branch, and which of the values captured by the `If` its inputs are.
#[derive(Debug, Clone)]
struct Branch {
    body: InferenceModel,
    inputs: Vec<usize>,
}

/// A choice that must be decided by constants before the graph runs.
#[derive(Debug, Clone)]
struct If {
    then_branch: Branch,
    else_branch: Branch,
}

impl PartialEq for If {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl Eq for If {}

impl Op for If {
    fn name(&self) -> StaticName {
        "If".into()
    }

    not_a_typed_op!();
}

impl EvalOp for If {
    not_out_of_plan!();
}

impl If {
    const fn branch(&self, condition: bool) -> &Branch {
        if condition {
            &self.then_branch
        } else {
            &self.else_branch
        }
    }
}

impl InferenceOp for If {
    fn infer_facts(
        &mut self,
        inputs: TVec<&InferenceFact>,
        outputs: TVec<&InferenceFact>,
        observed: TVec<&InferenceFact>,
    ) -> TractResult<(
        TVec<InferenceFact>,
        TVec<InferenceFact>,
        TVec<InferenceFact>,
    )> {
        let mut inputs: TVec<InferenceFact> = inputs.into_iter().cloned().collect();
        let mut outputs: TVec<InferenceFact> = outputs.into_iter().cloned().collect();
        inputs[0]
            .datum_type
            .unify_with(&bool::datum_type().into())?;
        if let Some(condition) = inputs[0].value.concretize() {
            let branch = if condition.cast_to_scalar::<bool>()? {
                &mut self.then_branch
            } else {
                &mut self.else_branch
            };
            for (ix, input) in branch.inputs.iter().enumerate() {
                branch
                    .body
                    .input_fact_mut(ix)?
                    .unify_with(&inputs[input + 1])?;
            }
            branch.body.analyse(false)?;
            for (ix, output) in outputs.iter_mut().enumerate() {
                output.unify_with(branch.body.output_fact(ix)?)?;
            }
        }
        Ok((inputs, outputs, observed.into_iter().cloned().collect()))
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.then_branch.body.outputs.len())
    }

    fn to_typed(
        &self,
        _source: &InferenceModel,
        node: &InferenceNode,
        target: &mut TypedModel,
        mapping: &HashMap<OutletId, OutletId>,
    ) -> TractResult<TVec<OutletId>> {
        let condition = target
            .outlet_fact(mapping[&node.inputs[0]])?
            .konst
            .as_ref()
            .context("an If depends on the audio; only choices by shape are supported")?
            .cast_to_scalar::<bool>()?;
        let branch = self.branch(condition);
        let mut body = branch.body.clone();
        let mut wires = HashMap::<OutletId, OutletId>::new();
        let body_inputs = body.input_outlets()?.to_vec();
        for (ix, input) in branch.inputs.iter().enumerate() {
            let outer = mapping[&node.inputs[input + 1]];
            body.set_input_fact(ix, InferenceFact::from(target.outlet_fact(outer)?))?;
        }
        let body = body.into_typed()?;
        ensure!(
            body.inputs.len() == body_inputs.len(),
            "a branch of an If lost an input"
        );
        for (ix, input) in branch.inputs.iter().enumerate() {
            wires.insert(body.inputs[ix], mapping[&node.inputs[input + 1]]);
        }
        for id in body.eval_order()? {
            let inner = body.node(id);
            if TypedModel::is_source(&inner.op) {
                continue;
            }
            let inputs: TVec<OutletId> = inner.inputs.iter().map(|input| wires[input]).collect();
            let name = format!("{}.{}", node.name, inner.name);
            for (slot, outlet) in target
                .wire_node(name, inner.op.clone(), &inputs)?
                .into_iter()
                .enumerate()
            {
                wires.insert(OutletId::new(id, slot), outlet);
            }
        }
        Ok(body.outputs.iter().map(|output| wires[output]).collect())
    }

    as_op!();
}
