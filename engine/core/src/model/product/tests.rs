//! Products against sums written out, from a file's graph and from what was kept.

use proptest::prelude::*;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, TensorProto, ValueInfoProto};

use super::rewrite::RawValues;
use super::*;
use crate::model::files::SharedBytes;
use crate::model::large::LargeConstants;
use crate::model::prepared::{Reader, Writer};

/// Numbers that a case asks for, in order.
fn numbers(seed: u32, count: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(state >> 16).unwrap()) / 8192.0 - 4.0
    };
    (0..count).map(|_| next()).collect()
}

fn joined(writer: Writer) -> Vec<u8> {
    let parts = writer.finish();
    parts
        .iter()
        .flat_map(|part| part.as_ref().to_vec())
        .collect()
}

fn float_bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

struct Case {
    n_rows: usize,
    n_inputs: usize,
    n_outputs: usize,
    x: Vec<f32>,
    bias: Option<Vec<f32>>,
}

impl Case {
    fn new([n_rows, n_inputs, n_outputs]: [usize; 3], has_bias: bool) -> Self {
        Self {
            n_rows,
            n_inputs,
            n_outputs,
            x: numbers(1, n_rows * n_inputs),
            bias: has_bias.then(|| numbers(2, n_outputs)),
        }
    }

    fn floats(&self) -> RawWeights<'static> {
        let values = numbers(3, self.n_inputs * self.n_outputs);
        self.raw(RawValues::Floats(float_bytes(&values).into()))
    }

    fn bytes(&self) -> RawWeights<'static> {
        let bytes = numbers(4, self.n_inputs * self.n_outputs);
        #[expect(clippy::cast_possible_truncation, reason = "at most 4 times 31")]
        let bytes = bytes.iter().map(|value| (value * 31.0) as i8 as u8);
        self.raw(RawValues::Bytes {
            bytes: bytes.collect::<Vec<u8>>().into(),
            scale: 0.01,
        })
    }

    fn raw(&self, values: RawValues<'static>) -> RawWeights<'static> {
        RawWeights {
            n_inputs: self.n_inputs,
            n_outputs: self.n_outputs,
            values,
            bias: self.bias.clone(),
        }
    }

    /// Each sum in double precision.
    fn expected(&self, raw: &RawWeights<'_>) -> Vec<f64> {
        let weights: Vec<f64> = match &raw.values {
            RawValues::Floats(bytes) => bytes
                .chunks_exact(4)
                .map(|value| f32::from_le_bytes(value.try_into().unwrap()).into())
                .collect(),
            RawValues::Bytes { bytes, scale } => bytes
                .iter()
                .map(|byte| f64::from(byte.cast_signed()) * f64::from(*scale))
                .collect(),
        };
        let mut sums = vec![];
        for row in self.x.chunks_exact(self.n_inputs) {
            for column in 0..self.n_outputs {
                let bias = self.bias.as_ref().map_or(0.0, |bias| bias[column]);
                let products = row
                    .iter()
                    .enumerate()
                    .map(|(ix, x)| f64::from(*x) * weights[ix * self.n_outputs + column]);
                sums.push(products.sum::<f64>() + f64::from(bias));
            }
        }
        sums
    }

    fn apply(&self, packed: &Packed) -> Vec<f32> {
        let x = Tensor::from_shape(&[1, self.n_rows, self.n_inputs], &self.x).unwrap();
        let products = packed.apply(&x).unwrap();
        assert_eq!(products.shape(), [1, self.n_rows, self.n_outputs]);
        let plain = products.try_as_plain_ram().unwrap();
        plain.as_slice::<f32>().unwrap().to_vec()
    }

    #[track_caller]
    fn check(&self, raw: RawWeights<'_>, tolerance: f64, packed_for: Option<usize>) {
        let expected = self.expected(&raw);
        let packed = Packed::new(raw, packed_for).unwrap();
        let found = self.apply(&packed);
        for (found, expected) in found.iter().zip(&expected) {
            let difference = (f64::from(*found) - expected).abs();
            assert!(difference <= tolerance, "{found} for {expected}");
        }
        // Kept, it computes the same: read in place, from another alignment, and copied.
        let mut writer = Writer::default();
        writer.byte(7);
        packed.write(&mut writer).unwrap();
        let bytes = joined(writer);
        let mut shifted = vec![0];
        shifted.extend_from_slice(&bytes);
        let shared: SharedBytes = Arc::new(bytes.clone());
        let mut in_place = Reader::new((*shared).as_ref(), 1);
        in_place.shared = Some(Arc::clone(&shared));
        let copied = Reader::new(&shifted[1..], 1);
        for mut reader in [in_place, copied] {
            let again = Packed::read(&mut reader).unwrap();
            assert!(self.apply(&again) == found);
        }
        for cut in (1..bytes.len()).step_by(1 + bytes.len() / 50) {
            let mut reader = Reader::new(&bytes[..cut], 1);
            assert!(Packed::read(&mut reader).is_err(), "cut at {cut}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn products_of_any_size_are_the_sums(
        n_rows in 1..40_usize,
        n_inputs in 1..70_usize,
        n_outputs in 1..70_usize,
        has_bias: bool,
        is_known: bool,
    ) {
        let case = Case::new([n_rows, n_inputs, n_outputs], has_bias);
        let packed_for = is_known.then_some(n_rows);
        case.check(case.floats(), 1e-3, packed_for);
        // A step of the activations is 8 / 255, and half of one is lost in each.
        let lost = 0.016 * 1.24 * n_inputs as f64;
        case.check(case.bytes(), lost, packed_for);
    }
}

#[test]
fn quantized_products_are_exact() {
    // 255 steps from -1 to 1.55: every value is one of them.
    let steps = [0_u8, 3, 100, 255, 42, 101, 99, 1];
    let x: Vec<f32> = steps
        .iter()
        .map(|step| (f32::from(*step) - 100.0) * 0.01)
        .collect();
    let case = Case {
        n_rows: 1,
        n_inputs: 8,
        n_outputs: 3,
        x,
        bias: None,
    };
    let raw = case.bytes();
    let RawValues::Bytes { bytes, .. } = &raw.values else {
        panic!("they are bytes");
    };
    let sums: Vec<i32> = (0..3)
        .map(|column| {
            let terms = steps.iter().enumerate().map(|(ix, step)| {
                (i32::from(*step) - 100) * i32::from(bytes[ix * 3 + column].cast_signed())
            });
            terms.sum()
        })
        .collect();
    let scale = (1.55_f32 + 1.0) / 255.0 * 0.01;
    let found = case.apply(&Packed::new(raw, Some(1)).unwrap());
    for (found, sum) in found.iter().zip(sums) {
        assert!(
            (found / scale - sum as f32).abs() < 1e-2,
            "{found} for {sum}"
        );
    }
}

#[test]
fn a_kernel_that_is_not_here_is_refused() {
    let case = Case::new([4, 8, 8], true);
    let packed = Packed::new(case.floats(), Some(4)).unwrap();
    let mut writer = Writer::default();
    packed.write(&mut writer).unwrap();
    let whole = joined(writer);
    // The length of the name, then the name.
    for at in [8, 9] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        assert!(Packed::read(&mut Reader::new(&bytes, 0)).is_err());
    }
}

fn named(op_type: &str, inputs: &[&str], outputs: &[&str]) -> NodeProto {
    NodeProto {
        name: format!("{op_type} to {}", outputs[0]),
        op_type: op_type.to_owned(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: outputs.iter().map(ToString::to_string).collect(),
        ..NodeProto::default()
    }
}

fn constant(name: &str, dims: &[i64], element: DataType, raw_data: Vec<u8>) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: dims.to_vec(),
        data_type: element as i32,
        raw_data,
        ..TensorProto::default()
    }
}

fn floats(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    constant(name, dims, DataType::Float, float_bytes(values))
}

fn cast(input: &str, output: &str) -> NodeProto {
    let mut cast = named("Cast", &[input], &[output]);
    cast.attribute.push(AttributeProto {
        name: "to".to_owned(),
        i: DataType::Float as i64,
        ..AttributeProto::default()
    });
    cast
}

/// A quantized product with a bias, as ONNX Runtime writes it.
fn quantized() -> GraphProto {
    GraphProto {
        node: vec![
            named("DynamicQuantizeLinear", &["x"], &["q", "scale", "zero"]),
            named("MatMulInteger", &["q", "w", "zero", "w_zero"], &["whole"]),
            named("Mul", &["scale", "w_scale"], &["scales"]),
            cast("whole", "exact"),
            named("Mul", &["exact", "scales"], &["product"]),
            named("Add", &["bias", "product"], &["y"]),
        ],
        initializer: vec![
            constant("w", &[2, 3], DataType::Int8, vec![1, 2, 3, 4, 5, 6]),
            constant("w_zero", &[], DataType::Int8, vec![0]),
            floats("w_scale", &[], &[0.5]),
            floats("bias", &[3], &[1.0, 2.0, 3.0]),
        ],
        output: vec![ValueInfoProto {
            name: "y".to_owned(),
            ..ValueInfoProto::default()
        }],
        ..GraphProto::default()
    }
}

fn take(graph: &mut GraphProto) -> Vec<RawWeights<'static>> {
    take_products(graph, &LargeConstants::new())
}

fn kinds(graph: &GraphProto) -> Vec<&str> {
    graph.node.iter().map(|node| &*node.op_type).collect()
}

#[test]
fn a_quantized_product_becomes_one_node() {
    let mut graph = quantized();
    let taken = take(&mut graph);
    assert_eq!(kinds(&graph), [OPERATOR]);
    assert_eq!(graph.node[0].input, ["x"]);
    assert_eq!(graph.node[0].output, ["y"]);
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].bias.as_deref(), Some(&[1.0, 2.0, 3.0][..]));
}

#[test]
fn what_others_read_stays() {
    // The quantized activations have another reader.
    let mut graph = quantized();
    graph.node.push(named("Neg", &["scale"], &["z"]));
    assert_eq!(take(&mut graph).len(), 1);
    assert_eq!(kinds(&graph), ["DynamicQuantizeLinear", OPERATOR, "Neg"]);
    // The product without its bias is an output.
    let mut graph = quantized();
    graph.output[0].name = "product".to_owned();
    let taken = take(&mut graph);
    assert_eq!(taken[0].bias, None);
    assert_eq!(kinds(&graph), [OPERATOR, "Add"]);
    // A branch captures the product.
    let mut graph = quantized();
    let mut branch = named("If", &["c"], &["z"]);
    branch.attribute.push(AttributeProto {
        g: Some(GraphProto {
            node: vec![named("Neg", &["product"], &["z"])],
            ..GraphProto::default()
        }),
        ..AttributeProto::default()
    });
    graph.node.push(branch);
    assert_eq!(take(&mut graph)[0].bias, None);
}

#[test]
fn products_of_other_forms_stay() {
    let breaks: [fn(&mut GraphProto); 6] = [
        |graph| graph.initializer[1].raw_data = vec![1],
        |graph| graph.initializer[0].data_type = DataType::Uint8 as i32,
        |graph| graph.initializer[0].raw_data.truncate(5),
        |graph| graph.initializer[2] = floats("w_scale", &[3], &[0.5, 0.5, 0.5]),
        |graph| graph.output[0].name = "exact".to_owned(),
        |graph| graph.node[1].input[2] = "zero of another".to_owned(),
    ];
    for break_it in breaks {
        let mut graph = quantized();
        break_it(&mut graph);
        let before = graph.clone();
        assert_eq!(take(&mut graph).len(), 0);
        assert_eq!(graph, before);
    }
}

#[test]
fn weights_listed_among_what_is_fed_are_constants() {
    let mut graph = quantized();
    let listed = ["x", "w", "bias"].map(|name| ValueInfoProto {
        name: name.to_owned(),
        ..ValueInfoProto::default()
    });
    graph.input.extend(listed);
    assert_eq!(take(&mut graph).len(), 1);
    let left: Vec<&str> = graph.input.iter().map(|input| &*input.name).collect();
    assert_eq!(left, ["x", "bias"]);
}

#[test]
fn weights_that_a_file_scales_are_floats() {
    let mut graph = GraphProto {
        node: vec![
            cast("w", "whole"),
            named("Mul", &["whole", "w_scale"], &["floats"]),
            named("MatMul", &["x", "floats"], &["y"]),
            named("MatMul", &["y", "floats"], &["z"]),
        ],
        initializer: vec![
            constant("w", &[2, 2], DataType::Int8, vec![1, 255, 3, 4]),
            floats("w_scale", &[1, 2], &[0.5, 2.0]),
        ],
        ..GraphProto::default()
    };
    let taken = take(&mut graph);
    assert_eq!(kinds(&graph), [OPERATOR, OPERATOR]);
    for raw in &taken {
        let RawValues::Floats(bytes) = &raw.values else {
            panic!("they are floats");
        };
        assert!(*bytes == float_bytes(&[0.5, -2.0, 1.5, 8.0]));
    }
}

#[test]
fn weights_with_two_readers_serve_both() {
    let mut graph = GraphProto {
        node: vec![
            named("MatMul", &["x", "w"], &["y"]),
            named("MatMul", &["y", "w"], &["z"]),
        ],
        initializer: vec![floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0])],
        ..GraphProto::default()
    };
    let taken = take(&mut graph);
    assert_eq!(kinds(&graph), [OPERATOR, OPERATOR]);
    assert_eq!(graph.initializer.len(), 0);
    for raw in &taken {
        let RawValues::Floats(bytes) = &raw.values else {
            panic!("they are floats");
        };
        assert_eq!(bytes.len(), 16);
    }
}
