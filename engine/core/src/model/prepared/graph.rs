//! A typed graph as bytes: its inputs, then its nodes in the order they are computed.
//!
//! Facts are not kept: every operator says again what it makes of its inputs.

use std::collections::HashMap;
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_hir::internal::{SpecialOps, TypedOp, bail, ensure, format_err};

use super::bytes::{Reader, Writer};
use super::operators::Operators;

const CONSTANT: u8 = 0;
const COMPUTED: u8 = 1;

pub(super) fn write_fact(fact: &TypedFact, out: &mut Writer) -> TractResult<()> {
    out.datum_type(fact.datum_type)?;
    out.dims(&fact.shape)
}

pub(super) fn read_fact(from: &mut Reader<'_>) -> TractResult<TypedFact> {
    let datum_type = from.datum_type()?;
    Ok(TypedFact::dt_shape(datum_type, from.dims()?))
}

pub(super) fn write(
    model: &TypedModel,
    operators: &Operators,
    out: &mut Writer,
) -> TractResult<()> {
    let mut places: HashMap<usize, usize> = HashMap::new();
    out.size(model.inputs.len());
    for input in &model.inputs {
        write_fact(model.outlet_fact(*input)?, out)?;
        places.insert(input.node, places.len());
    }
    let order: Vec<usize> = model
        .eval_order()?
        .into_iter()
        .filter(|id| !places.contains_key(id))
        .collect();
    out.size(order.len());
    let outlet = |outlet: &OutletId, places: &HashMap<usize, usize>, out: &mut Writer| {
        let place = places.get(&outlet.node);
        out.size(*place.ok_or_else(|| format_err!("a value is read before it is computed"))?);
        out.size(outlet.slot);
        TractResult::Ok(())
    };
    for id in order {
        let node = model.node(id);
        if let Some(constant) = node.op_as::<Const>() {
            out.byte(CONSTANT);
            out.tensor(constant.val())?;
        } else {
            ensure!(
                !TypedModel::is_source(&node.op),
                "a graph has an input that nobody feeds"
            );
            out.byte(COMPUTED);
            operators.write(&*node.op, &model.symbols, out)?;
            out.size(node.inputs.len());
            for input in &node.inputs {
                outlet(input, &places, out)?;
            }
        }
        places.insert(id, places.len());
    }
    out.size(model.outputs.len());
    for output in &model.outputs {
        outlet(output, &places, out)?;
    }
    Ok(())
}

pub(super) fn read(from: &mut Reader<'_>, operators: &Operators) -> TractResult<TypedModel> {
    let mut model = TypedModel {
        symbols: from.symbols.clone(),
        ..TypedModel::default()
    };
    for ix in 0..from.count()? {
        model.add_source(format!("input {ix}"), read_fact(from)?)?;
    }
    for _ in 0..from.count()? {
        match from.byte()? {
            CONSTANT => {
                let constant = Const::new(Arc::new(from.tensor()?))?;
                let facts = constant.output_facts(&[])?;
                add(&mut model, Box::new(constant), facts)?;
            }
            COMPUTED => {
                let op = operators.read(from)?;
                let n_inputs = from.count()?;
                let inputs: TVec<OutletId> = (0..n_inputs)
                    .map(|_| read_outlet(&model, from))
                    .collect::<TractResult<_>>()?;
                let facts = {
                    let facts: TVec<&TypedFact> = inputs
                        .iter()
                        .map(|input| model.outlet_fact(*input))
                        .collect::<TractResult<_>>()?;
                    op.output_facts(&facts)?
                };
                let id = add(&mut model, op, facts)?;
                for (slot, input) in inputs.into_iter().enumerate() {
                    model.add_edge(input, InletId::new(id, slot))?;
                }
            }
            _ => bail!("it has a node of an unknown kind"),
        }
    }
    let outputs: Vec<OutletId> = (0..from.count()?)
        .map(|_| read_outlet(&model, from))
        .collect::<TractResult<_>>()?;
    model.select_output_outlets(&outputs)?;
    Ok(model)
}

fn add(model: &mut TypedModel, op: Box<dyn TypedOp>, facts: TVec<TypedFact>) -> TractResult<usize> {
    let name = format!("node {}", model.nodes.len());
    model.add_node(name, op, facts)
}

fn read_outlet(model: &TypedModel, from: &mut Reader<'_>) -> TractResult<OutletId> {
    let outlet = OutletId::new(from.size()?, from.size()?);
    let node = model.nodes.get(outlet.node);
    ensure!(
        node.is_some_and(|node| outlet.slot < node.outputs.len()),
        "a value is read before it is computed"
    );
    Ok(outlet)
}
