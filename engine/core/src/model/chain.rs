//! A graph as a chain of small plans.
//!
//! tract's rewriting takes time with the square of the number of nodes: each patch looks at every
//! node. A public int8 encoder has ten thousand, so a typed graph is cut, in the order it is
//! evaluated, into segments that are rewritten one by one. A cut is made where few values cross
//! it, which is between layers and not inside of what fuses. Constants go into every segment that
//! reads them; other values that cross a cut are numbered places filled as the chain runs.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_hir::internal::{SpecialOps, format_err};

use super::prepared::{Part, PreparedReader, PreparedWriter};

/// Most nodes of a segment before it is rewritten: few enough to be quick.
const SEGMENT_NODES: usize = 100;

/// Least nodes of a segment: enough for fusion to find pairs.
const LEAST_SEGMENT_NODES: usize = 40;

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
    inputs: Vec<(usize, bool)>,
    outputs: Vec<usize>,
}

impl Segment {
    fn new(part: Part) -> TractResult<Self> {
        let mut model = part.model;
        model.optimize()?;
        Ok(Self {
            plan: TypedSimplePlan::new(model)?,
            inputs: part.inputs,
            outputs: part.outputs,
        })
    }
}

impl Chain {
    /// Makes a typed graph runnable; what a later load needs goes to `keep`, which is emptied where
    /// the graph has something that cannot be kept.
    pub(super) fn new(model: TypedModel, keep: &mut Option<PreparedWriter>) -> TractResult<Self> {
        let cut = Cut::new(&model)?;
        if let Some(keep) = keep {
            keep.chain(cut.n_places, &cut.outputs, cut.ranges.len());
        }
        let mut segments = Vec::with_capacity(cut.ranges.len());
        for ix in 0..cut.ranges.len() {
            let mut part = cut.part(&model, ix)?;
            part.model.declutter()?;
            if keep.as_mut().is_some_and(|keep| keep.part(&part).is_err()) {
                *keep = None;
            }
            segments.push(Segment::new(part)?);
        }
        Ok(Self {
            segments,
            n_places: cut.n_places,
            outputs: cut.outputs,
        })
    }

    /// The chain that an earlier load kept.
    pub(super) fn read(prepared: PreparedReader<'_>) -> TractResult<Self> {
        let (n_places, outputs, parts) = prepared.chain()?;
        let segments = parts
            .map(|part| Segment::new(part?))
            .collect::<TractResult<_>>()?;
        Ok(Self {
            segments,
            n_places,
            outputs,
        })
    }

    pub(super) fn run(&self, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut places: Vec<Option<TValue>> = inputs.into_iter().map(Some).collect();
        places.resize(self.n_places, None);
        for segment in &self.segments {
            let mut taken = TVec::with_capacity(segment.inputs.len());
            for (place, is_last_use) in &segment.inputs {
                let value = if *is_last_use {
                    places[*place].take()
                } else {
                    places[*place].clone()
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

/// Where a graph is cut.
struct Cut {
    /// The nodes that compute something, in the order they are evaluated.
    nodes: Vec<usize>,
    /// Segments, as ranges of `nodes`.
    ranges: Vec<Range<usize>>,
    /// The last segment that reads a value; a value that leaves the graph is read for ever.
    last_reader: HashMap<OutletId, usize>,
    places: HashMap<OutletId, usize>,
    n_places: usize,
    outputs: Vec<usize>,
}

impl Cut {
    fn new(model: &TypedModel) -> TractResult<Self> {
        let is_constant = |outlet: &OutletId| {
            let fact = model.outlet_fact(*outlet);
            fact.is_ok_and(|fact| fact.konst.is_some())
        };
        let nodes: Vec<usize> = model
            .eval_order()?
            .into_iter()
            .filter(|id| {
                let op = &model.node(*id).op;
                !TypedModel::is_source(op) && !op.is::<Const>()
            })
            .collect();
        // When each value is last read, as a position in `nodes`.
        let mut last_read: HashMap<OutletId, usize> = HashMap::new();
        for (position, id) in nodes.iter().enumerate() {
            for input in &model.node(*id).inputs {
                last_read.insert(*input, position);
            }
        }
        // Symbolic sizes would have to cross a cut with their symbols.
        let ranges = if all_concrete(model) {
            ranges(&live_values(model, &nodes, &last_read))
        } else {
            std::iter::once(0..nodes.len()).collect()
        };
        let mut segment_of = vec![0; nodes.len()];
        for (ix, range) in ranges.iter().enumerate() {
            segment_of[range.clone()].fill(ix);
        }
        let mut last_reader: HashMap<OutletId, usize> = last_read
            .into_iter()
            .map(|(outlet, position)| (outlet, segment_of[position]))
            .collect();
        for output in &model.outputs {
            last_reader.insert(*output, usize::MAX);
        }
        let mut places: HashMap<OutletId, usize> = HashMap::new();
        for input in &model.inputs {
            places.insert(*input, places.len());
        }
        for (position, id) in nodes.iter().enumerate() {
            for slot in 0..model.node(*id).outputs.len() {
                let outlet = OutletId::new(*id, slot);
                let leaves = last_reader
                    .get(&outlet)
                    .is_some_and(|reader| *reader > segment_of[position]);
                if leaves && !is_constant(&outlet) {
                    places.insert(outlet, places.len());
                }
            }
        }
        // Outputs that are constants, or given twice, have places of their own after all others.
        let n_shared = places.len();
        let mut n_places = n_shared;
        let mut outputs = vec![];
        for output in &model.outputs {
            let known = places.get(output).copied();
            outputs.push(known.unwrap_or_else(|| {
                n_places += 1;
                n_places - 1
            }));
        }
        Ok(Self {
            nodes,
            ranges,
            last_reader,
            places,
            n_places,
            outputs,
        })
    }

    /// The segment of this number as a graph of its own.
    fn part(&self, model: &TypedModel, ix: usize) -> TractResult<Part> {
        let mut part = TypedModel {
            symbols: model.symbols.clone(),
            ..TypedModel::default()
        };
        let mut wires: HashMap<OutletId, OutletId> = HashMap::new();
        let (mut inputs, mut outputs, mut kept) = (vec![], vec![], vec![]);
        for id in &self.nodes[self.ranges[ix].clone()] {
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
                    let place = self.places.get(input).copied();
                    let place = place.ok_or_else(|| format_err!("{name} is computed too late"))?;
                    inputs.push((place, self.last_reader[input] <= ix));
                    part.add_source(name, fact.without_value())?
                };
                wires.insert(*input, wire);
            }
            let taken: TVec<OutletId> = node.inputs.iter().map(|input| wires[input]).collect();
            let made = part.wire_node(&node.name, node.op.clone(), &taken)?;
            for (slot, wire) in made.into_iter().enumerate() {
                let outlet = OutletId::new(*id, slot);
                wires.insert(outlet, wire);
                if let Some(place) = self.places.get(&outlet) {
                    outputs.push(*place);
                    kept.push(wire);
                }
            }
        }
        if ix + 1 == self.ranges.len() {
            for (output, place) in model.outputs.iter().zip(&self.outputs) {
                if self.places.contains_key(output) {
                    continue;
                }
                let fact = model.outlet_fact(*output)?;
                let value = fact.konst.as_ref();
                let value = value.ok_or_else(|| format_err!("an output is never computed"))?;
                kept.push(part.add_const(format!("output.{place}"), Arc::clone(value))?);
                outputs.push(*place);
            }
        }
        part.select_output_outlets(&kept)?;
        Ok(Part {
            model: part,
            inputs,
            outputs,
        })
    }
}

/// How many values are computed before each position and read at it or later.
fn live_values(
    model: &TypedModel,
    nodes: &[usize],
    last_read: &HashMap<OutletId, usize>,
) -> Vec<usize> {
    let mut live = 0;
    let mut ends = vec![0_usize; nodes.len() + 1];
    let mut live_before = Vec::with_capacity(nodes.len());
    for (position, id) in nodes.iter().enumerate() {
        live_before.push(live);
        for slot in 0..model.node(*id).outputs.len() {
            if let Some(end) = last_read.get(&OutletId::new(*id, slot)) {
                live += 1;
                ends[*end] += 1;
            }
        }
        live -= ends[position];
    }
    live_before
}

/// Cuts where the fewest values are alive, at the later of two such positions.
fn ranges(live_before: &[usize]) -> Vec<Range<usize>> {
    let mut ranges = vec![];
    let mut start = 0;
    while live_before.len() - start > SEGMENT_NODES {
        let window = start + LEAST_SEGMENT_NODES..=start + SEGMENT_NODES;
        let end = window
            .rev()
            .min_by_key(|position| live_before[*position])
            .unwrap_or(start + SEGMENT_NODES);
        ranges.push(start..end);
        start = end;
    }
    ranges.push(start..live_before.len());
    ranges
}

fn all_concrete(model: &TypedModel) -> bool {
    let mut facts = model
        .nodes
        .iter()
        .flat_map(|node| &node.outputs)
        .map(|output| &output.fact);
    facts.all(|fact| fact.shape.as_concrete().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_made_where_few_values_are_alive() {
        assert_eq!(ranges(&[1; SEGMENT_NODES]).len(), 1);
        let mut live = vec![3; 2 * SEGMENT_NODES];
        live[60] = 1;
        assert_eq!(ranges(&live)[0], 0..60);
        let ranges = ranges(&vec![1; 1_000]);
        assert_eq!(ranges.iter().map(Range::len).sum::<usize>(), 1_000);
        assert!(ranges.iter().all(|range| range.len() <= SEGMENT_NODES));
        assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
    }
}
