//! A large graph as a chain of small plans.
//!
//! tract's rewriting takes time with the square of the number of nodes: each patch looks at every
//! node. A public int8 encoder has ten thousand, so a typed graph is cut, in the order it is
//! evaluated, into segments that are optimized one by one. Constants go into every segment that
//! reads them; other values that cross a cut are numbered places filled as the chain runs.

use std::collections::HashMap;
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_hir::internal::{SpecialOps, format_err};

/// Nodes of a segment before optimization: few enough to be quick, enough for fusion to find pairs.
const SEGMENT_NODES: usize = 400;

/// Plans to run one after another.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    segments: Vec<Segment>,
    n_places: usize,
    outputs: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Segment {
    plan: Arc<TypedSimplePlan>,
    /// The place of each input, and whether no later segment reads it.
    inputs: Vec<(usize, LastUse)>,
    outputs: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastUse {
    Yes,
    No,
}

impl Chain {
    pub(super) fn new(model: TypedModel) -> TractResult<Self> {
        let nodes: Vec<usize> = model
            .eval_order()?
            .into_iter()
            .filter(|id| {
                let op = &model.node(*id).op;
                !TypedModel::is_source(op) && !op.is::<Const>()
            })
            .collect();
        let output_is_input = model
            .outputs
            .iter()
            .any(|output| !nodes.contains(&output.node));
        if nodes.len() < 2 * SEGMENT_NODES || output_is_input || !all_concrete(&model) {
            return Self::single(model);
        }
        Self::cut(&model, &nodes)
    }

    fn single(model: TypedModel) -> TractResult<Self> {
        let (n_inputs, n_outputs) = (model.inputs.len(), model.outputs.len());
        let outputs: Vec<usize> = (n_inputs..n_inputs + n_outputs).collect();
        let segment = Segment {
            plan: TypedSimplePlan::new(model.into_optimized()?)?,
            inputs: (0..n_inputs).map(|place| (place, LastUse::Yes)).collect(),
            outputs: outputs.clone(),
        };
        Ok(Self {
            segments: vec![segment],
            n_places: n_inputs + n_outputs,
            outputs,
        })
    }

    fn cut(model: &TypedModel, nodes: &[usize]) -> TractResult<Self> {
        let segment_of: HashMap<usize, usize> = nodes
            .iter()
            .enumerate()
            .map(|(ix, id)| (*id, ix / SEGMENT_NODES))
            .collect();
        // The last segment that reads a value; outputs of the graph are read by nobody's end.
        let mut last_reader: HashMap<OutletId, usize> = HashMap::new();
        for id in nodes {
            for input in &model.node(*id).inputs {
                let reader = last_reader.entry(*input).or_default();
                *reader = (*reader).max(segment_of[id]);
            }
        }
        for output in &model.outputs {
            last_reader.insert(*output, usize::MAX);
        }
        let mut places: HashMap<OutletId, usize> = model
            .inputs
            .iter()
            .enumerate()
            .map(|(place, outlet)| (*outlet, place))
            .collect();
        let mut segments = vec![];
        for (ix, ids) in nodes.chunks(SEGMENT_NODES).enumerate() {
            let mut part = TypedModel {
                symbols: model.symbols.clone(),
                ..TypedModel::default()
            };
            let mut wires: HashMap<OutletId, OutletId> = HashMap::new();
            let (mut inputs, mut outputs, mut kept) = (vec![], vec![], vec![]);
            for id in ids {
                let node = model.node(*id);
                for input in &node.inputs {
                    if wires.contains_key(input) {
                        continue;
                    }
                    let fact = model.outlet_fact(*input)?;
                    let name = format!("{}.{}", model.node(input.node).name, input.slot);
                    let wire = if let Some(value) = &fact.konst {
                        part.add_const(name, Arc::clone(value))?
                    } else {
                        let place = *places
                            .get(input)
                            .ok_or_else(|| format_err!("{name} is read before it is computed"))?;
                        let last = if last_reader[input] <= ix {
                            LastUse::Yes
                        } else {
                            LastUse::No
                        };
                        inputs.push((place, last));
                        part.add_source(name, fact.without_value())?
                    };
                    wires.insert(*input, wire);
                }
                let taken: TVec<OutletId> = node.inputs.iter().map(|input| wires[input]).collect();
                let made = part.wire_node(&node.name, node.op.clone(), &taken)?;
                for (slot, wire) in made.into_iter().enumerate() {
                    let outlet = OutletId::new(*id, slot);
                    wires.insert(outlet, wire);
                    let leaves = last_reader.get(&outlet).is_some_and(|reader| *reader > ix);
                    if leaves {
                        let place = places.len();
                        places.insert(outlet, place);
                        outputs.push(place);
                        kept.push(wire);
                    }
                }
            }
            part.select_output_outlets(&kept)?;
            segments.push(Segment {
                plan: TypedSimplePlan::new(part.into_optimized()?)?,
                inputs,
                outputs,
            });
        }
        let outputs = model.outputs.iter().map(|output| places[output]).collect();
        Ok(Self {
            segments,
            n_places: places.len(),
            outputs,
        })
    }

    pub(super) fn run(&self, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut places: Vec<Option<TValue>> = inputs.into_iter().map(Some).collect();
        places.resize(self.n_places, None);
        for segment in &self.segments {
            let mut taken = TVec::with_capacity(segment.inputs.len());
            for (place, last) in &segment.inputs {
                let value = match last {
                    LastUse::Yes => places[*place].take(),
                    LastUse::No => places[*place].clone(),
                };
                taken.push(value.ok_or_else(|| format_err!("a value of the chain is missing"))?);
            }
            for (place, value) in segment.outputs.iter().zip(segment.plan.run(taken)?) {
                places[*place] = Some(value);
            }
        }
        let output = |place: &usize| places[*place].clone();
        let outputs: Option<TVec<TValue>> = self.outputs.iter().map(output).collect();
        outputs.ok_or_else(|| format_err!("an output of the chain is missing"))
    }
}

fn all_concrete(model: &TypedModel) -> bool {
    let mut facts = model
        .nodes
        .iter()
        .flat_map(|node| &node.outputs)
        .map(|output| &output.fact);
    facts.all(|fact| fact.shape.as_concrete().is_some())
}
