//! Finds the products with constant weights in the graph of a file, takes their weights out of it,
//! and puts one operator in the place of each.
//!
//! * `MatMul` of floats, or of 8 bits that `Cast` and `Mul` make floats of (see `scaled`).
//! * Dynamic quantization, as ONNX Runtime's quantizer writes it: `DynamicQuantizeLinear` of the
//!   activations, `MatMulInteger` with weights of 8 bits around zero, `Cast`, and `Mul` with the
//!   product of both scales. What its integers give is exact, so the order of sums does not matter.
//!
//! An `Add` of a constant row that nobody else waits for becomes the product's bias.
//! Products of other forms, and those inside of branches, stay as they are.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use super::OPERATOR;
use super::scaled::scaled;
use super::unread::{drop_unread, visit_captured};
use crate::model::large::LargeConstants;

/// Attribute: the place of the weights among those taken.
pub(super) const PLACE: &str = "place";

/// Attribute: columns of the product.
pub(super) const N_OUTPUTS: &str = "n_outputs";

/// Reads a value outside of the graph's own nodes: it is an output, or a branch captures it.
const ELSEWHERE: usize = usize::MAX;

/// Weights as a file has them, `[n_inputs, n_outputs]`.
#[derive(Debug)]
pub(in crate::model) struct RawWeights<'a> {
    pub(super) n_inputs: usize,
    pub(super) n_outputs: usize,
    pub(super) values: RawValues<'a>,
    pub(super) bias: Option<Vec<f32>>,
}

#[derive(Debug)]
pub(super) enum RawValues<'a> {
    /// Four bytes each, little-endian.
    Floats(Cow<'a, [u8]>),
    /// Signed, to be multiplied by the scale.
    Bytes { bytes: Cow<'a, [u8]>, scale: f32 },
}

/// A product that was found.
struct Found {
    /// The node whose place it takes.
    at: usize,
    /// Further nodes that it stands for.
    gone: Vec<usize>,
    x: String,
    weights: String,
    /// The weights, where the file computes them.
    computed: Option<Vec<u8>>,
    n_inputs: usize,
    n_outputs: usize,
    /// Of weights of 8 bits.
    scale: Option<f32>,
    bias: Option<Vec<f32>>,
    output: String,
}

/// Takes the weights of all products out of a graph; a product knows its own by their place.
///
/// `large` has the raw data that the graph is without.
pub(in crate::model) fn take_products<'a>(
    graph: &mut GraphProto,
    large: &LargeConstants<'a>,
) -> Vec<RawWeights<'a>> {
    let names = Names::new(graph, large);
    let found: Vec<Found> = (0..graph.node.len())
        .filter_map(|at| names.floats(at).or_else(|| names.bytes(at)))
        .collect();
    let in_file = found.iter().filter(|product| product.computed.is_none());
    let mut readers: HashMap<String, usize> = in_file
        .map(|product| {
            let n_readers = names.readers.get(&*product.weights).map_or(0, Vec::len);
            (product.weights.clone(), n_readers)
        })
        .collect();
    let places: HashMap<String, usize> = graph
        .initializer
        .iter()
        .enumerate()
        .map(|(place, tensor)| (tensor.name.clone(), place))
        .collect();
    let mut gone: HashSet<usize> = HashSet::new();
    let mut taken: HashSet<String> = HashSet::new();
    let mut weights = Vec::with_capacity(found.len());
    for product in found {
        gone.extend(product.gone);
        let bytes = if let Some(computed) = product.computed {
            Cow::Owned(computed)
        } else {
            let tensor = &graph.initializer[places[&product.weights]];
            let n_readers = readers.entry(product.weights).or_default();
            *n_readers = n_readers.saturating_sub(1);
            if *n_readers == 0 {
                taken.insert(tensor.name.clone());
            }
            match large.get(&tensor.name) {
                Some(bytes) => Cow::Borrowed(*bytes),
                None => Cow::Owned(tensor.raw_data.clone()),
            }
        };
        let name = std::mem::take(&mut graph.node[product.at].name);
        graph.node[product.at] = NodeProto {
            name,
            op_type: OPERATOR.to_owned(),
            input: vec![product.x],
            output: vec![product.output],
            attribute: vec![
                number(PLACE, weights.len()),
                number(N_OUTPUTS, product.n_outputs),
            ],
            ..NodeProto::default()
        };
        weights.push(RawWeights {
            n_inputs: product.n_inputs,
            n_outputs: product.n_outputs,
            values: match product.scale {
                None => RawValues::Floats(bytes),
                Some(scale) => RawValues::Bytes { bytes, scale },
            },
            bias: product.bias,
        });
    }
    // Old exports list initializers among what is fed.
    graph.input.retain(|input| !taken.contains(&input.name));
    graph
        .initializer
        .retain(|tensor| !taken.contains(&tensor.name));
    let mut at = 0..graph.node.len();
    graph
        .node
        .retain(|_| !gone.contains(&at.next().unwrap_or_default()));
    drop_unread(graph);
    weights
}

fn number(name: &str, value: usize) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Int as i32,
        i: i64::try_from(value).unwrap_or(i64::MAX),
        ..AttributeProto::default()
    }
}

fn makes_floats(cast: &NodeProto) -> bool {
    let mut attributes = cast.attribute.iter();
    attributes.any(|to| to.name == "to" && to.i == DataType::Float as i64)
}

/// Who makes and who reads each value of a graph.
struct Names<'a> {
    nodes: &'a [NodeProto],
    maker: HashMap<&'a str, usize>,
    readers: HashMap<&'a str, Vec<usize>>,
    initializers: HashMap<&'a str, &'a TensorProto>,
    large: &'a LargeConstants<'a>,
}

impl<'a> Names<'a> {
    fn new(graph: &'a GraphProto, large: &'a LargeConstants<'a>) -> Self {
        let mut maker = HashMap::new();
        let mut readers: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, node) in graph.node.iter().enumerate() {
            maker.extend(node.output.iter().map(|name| (&**name, at)));
            for name in &node.input {
                readers.entry(name).or_default().push(at);
            }
            visit_captured(node, &mut |name| {
                readers.entry(name).or_default().push(ELSEWHERE);
            });
        }
        for output in &graph.output {
            readers.entry(&output.name).or_default().push(ELSEWHERE);
        }
        let initializers = graph
            .initializer
            .iter()
            .map(|tensor| (&*tensor.name, tensor));
        Self {
            nodes: &graph.node,
            maker,
            readers,
            initializers: initializers.collect(),
            large,
        }
    }

    /// The one node that reads a value, if it is of this type.
    fn only_reader(&self, value: &str, op_type: &str) -> Option<usize> {
        let [reader] = self.readers.get(value)?[..] else {
            return None;
        };
        let node = self.nodes.get(reader)?;
        (node.op_type == op_type && node.output.len() == 1).then_some(reader)
    }

    /// The node that makes a value, if it is of this type.
    fn maker(&self, value: &str, op_type: &str) -> Option<&'a NodeProto> {
        let node = &self.nodes[*self.maker.get(value)?];
        (node.op_type == op_type).then_some(node)
    }

    /// The input of a node with two that is not `value`.
    fn other_input(&self, at: usize, value: &str) -> Option<&'a str> {
        match &self.nodes[at].input[..] {
            [one, other] if one == value && other != value => Some(other),
            [other, one] if one == value && other != value => Some(other),
            _ => None,
        }
    }

    /// The sizes of constant weights, if they are of this type and whole.
    fn weights(&self, name: &str, element: DataType, item_size: usize) -> Option<[usize; 2]> {
        let tensor = self.initializers.get(name)?;
        let [n_inputs, n_outputs] = tensor.dims[..] else {
            return None;
        };
        let sizes = [
            usize::try_from(n_inputs).ok()?,
            usize::try_from(n_outputs).ok()?,
        ];
        let n_bytes = sizes[0].checked_mul(sizes[1])?.checked_mul(item_size)?;
        let is_whole = n_bytes > 0 && self.raw_data(tensor).len() == n_bytes;
        (tensor.data_type == element as i32 && is_whole).then_some(sizes)
    }

    /// The raw data of an initializer, wherever it is.
    fn raw_data(&self, tensor: &'a TensorProto) -> &'a [u8] {
        let large = self.large.get(&tensor.name).copied();
        large.unwrap_or(&tensor.raw_data)
    }

    fn constant_floats(&self, name: &str) -> Option<(&[i64], Vec<f32>)> {
        let tensor = self.initializers.get(name)?;
        if tensor.data_type != DataType::Float as i32 {
            return None;
        }
        let (raw, _) = self.raw_data(tensor).as_chunks::<4>();
        let values = if raw.is_empty() {
            tensor.float_data.clone()
        } else {
            raw.iter().map(|value| f32::from_le_bytes(*value)).collect()
        };
        Some((&tensor.dims, values))
    }

    fn is_zero(&self, name: &str) -> bool {
        let tensor = self.initializers.get(name);
        tensor.is_some_and(|tensor| {
            self.raw_data(tensor).iter().all(|byte| *byte == 0)
                && tensor.int32_data.iter().all(|value| *value == 0)
        })
    }

    fn floats(&self, at: usize) -> Option<Found> {
        let node = &self.nodes[at];
        let ("MatMul", [x, weights], [output]) =
            (&*node.op_type, &node.input[..], &node.output[..])
        else {
            return None;
        };
        let (sizes, computed) = match self.weights(weights, DataType::Float, 4) {
            Some(sizes) => (sizes, None),
            None => {
                let (sizes, computed) = self.scaled(weights)?;
                (sizes, Some(computed))
            }
        };
        let found = self.with_bias(at, vec![], x, weights, sizes, None, output);
        Some(Found { computed, ..found })
    }

    /// Floats that the file makes of weights of 8 bits, and of scales that [`scaled`] knows.
    fn scaled(&self, name: &str) -> Option<([usize; 2], Vec<u8>)> {
        let [one, other] = &self.maker(name, "Mul")?.input[..] else {
            return None;
        };
        let (cast, scales) = match (self.maker(one, "Cast"), self.maker(other, "Cast")) {
            (Some(cast), None) => (cast, other),
            (None, Some(cast)) => (cast, one),
            _ => return None,
        };
        let bytes = cast.input.first().filter(|_| makes_floats(cast))?;
        let sizes = self.weights(bytes, DataType::Int8, 1)?;
        let bytes = self.raw_data(self.initializers.get(&**bytes)?);
        let (dims, scales) = self.constant_floats(scales)?;
        Some((sizes, scaled(bytes, sizes, dims, &scales)?))
    }

    fn bytes(&self, at: usize) -> Option<Found> {
        let node = &self.nodes[at];
        let ("MatMulInteger", [quantized, weights, rest @ ..], [whole]) =
            (&*node.op_type, &node.input[..], &node.output[..])
        else {
            return None;
        };
        let sizes = self.weights(weights, DataType::Int8, 1)?;
        let quantize = self.maker(quantized, "DynamicQuantizeLinear")?;
        let ([x], [bytes, x_scale, x_zero]) = (&quantize.input[..], &quantize.output[..]) else {
            return None;
        };
        let is_ours = bytes == quantized
            && rest.first() == Some(x_zero)
            && rest
                .get(1)
                .is_none_or(|zero| zero.is_empty() || self.is_zero(zero));
        let cast = self.only_reader(whole, "Cast").filter(|_| is_ours)?;
        if !makes_floats(&self.nodes[cast]) {
            return None;
        }
        let cast_output = &self.nodes[cast].output[0];
        let rescale = self.only_reader(cast_output, "Mul")?;
        let scales = self.other_input(rescale, cast_output)?;
        let scales = self.maker(scales, "Mul")?;
        let scale = match &scales.input[..] {
            [one, scale] if one == x_scale => scale,
            [scale, one] if one == x_scale => scale,
            _ => return None,
        };
        let (_, scale) = self.constant_floats(scale)?;
        let [scale] = scale[..] else {
            return None;
        };
        let output = &self.nodes[rescale].output[0];
        let gone = vec![cast, rescale];
        Some(self.with_bias(at, gone, x, weights, sizes, Some(scale), output))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a product as they are found"
    )]
    fn with_bias(
        &self,
        at: usize,
        mut gone: Vec<usize>,
        x: &str,
        weights: &str,
        [n_inputs, n_outputs]: [usize; 2],
        scale: Option<f32>,
        output: &str,
    ) -> Found {
        let added = self.only_reader(output, "Add").and_then(|add| {
            let (dims, bias) = self.constant_floats(self.other_input(add, output)?)?;
            let is_row = dims.len() == 1 && bias.len() == n_outputs;
            is_row.then_some((add, bias))
        });
        let (output, bias) = match added {
            Some((add, bias)) => {
                gone.push(add);
                (&*self.nodes[add].output[0], Some(bias))
            }
            None => (output, None),
        };
        Found {
            at,
            gone,
            x: x.to_owned(),
            weights: weights.to_owned(),
            computed: None,
            n_inputs,
            n_outputs,
            scale,
            bias,
            output: output.to_owned(),
        }
    }
}
