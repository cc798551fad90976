//! Tests: what tract cannot load by itself, each on the smallest graph that has it.

use prost::Message;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TypeProto, ValueInfoProto, type_proto,
};
use tract_onnx::prelude::*;

use super::files::{ModelBytes, ModelFile};
use super::graph::{FixedInput, Keep, Proto};
use super::network::Network;

fn node(
    op_type: &str,
    inputs: &[&str],
    output: &str,
    attributes: Vec<AttributeProto>,
) -> NodeProto {
    NodeProto {
        name: format!("{op_type} to {output}"),
        op_type: op_type.to_owned(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.to_owned()],
        attribute: attributes,
        ..NodeProto::default()
    }
}

fn port(name: &str, dims: &[&str]) -> ValueInfoProto {
    let dim = |text: &&str| Dimension {
        value: Some(match text.parse() {
            Ok(size) => dimension::Value::DimValue(size),
            Err(_) => dimension::Value::DimParam((*text).to_owned()),
        }),
        ..Dimension::default()
    };
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(TensorShapeProto {
            dim: dims.iter().map(dim).collect(),
        }),
    };
    let value = Some(type_proto::Value::TensorType(tensor));
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value,
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}

fn whole_number(name: &str, dims: &[i64], value: i64) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: dims.to_vec(),
        data_type: DataType::Int64 as i32,
        raw_data: value.to_le_bytes().to_vec(),
        ..TensorProto::default()
    }
}

fn branch(name: &str, node: NodeProto) -> AttributeProto {
    let output = vec![ValueInfoProto {
        name: node.output[0].clone(),
        ..ValueInfoProto::default()
    }];
    let graph = GraphProto {
        node: vec![node],
        output,
        ..GraphProto::default()
    };
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Graph as i32,
        g: Some(graph),
        ..AttributeProto::default()
    }
}

fn model(graph: GraphProto) -> Vec<u8> {
    let opset = OperatorSetIdProto {
        version: 13,
        ..OperatorSetIdProto::default()
    };
    let model = ModelProto {
        graph: Some(graph),
        opset_import: vec![opset],
        ..ModelProto::default()
    };
    model.encode_to_vec()
}

#[track_caller]
fn network(graph: GraphProto, shape: &[usize]) -> Network {
    let bytes = model(graph);
    let proto = Proto::decode(
        &ModelFile {
            name: "tiny.onnx",
            bytes: ModelBytes::Onnx(&bytes),
        },
        Keep::No,
    )
    .unwrap();
    let input = FixedInput {
        name: "x".to_owned(),
        shape: shape.to_vec(),
    };
    proto
        .into_network("encoder", &[input], &[], &["y".to_owned()])
        .unwrap()
}

#[track_caller]
fn run(network: &Network, shape: &[usize], values: &[f32]) -> Vec<f32> {
    let input = Tensor::from_shape(shape, values).unwrap().into_tvalue();
    let outputs = network.run(tvec![input]).unwrap();
    outputs[0]
        .cast_to::<f32>()
        .unwrap()
        .try_as_plain_ram()
        .unwrap()
        .as_slice::<f32>()
        .unwrap()
        .to_vec()
}

#[test]
fn a_range_counts_down() {
    let attributes = || vec![];
    let graph = GraphProto {
        node: vec![
            node("Range", &["start", "limit", "step"], "places", attributes()),
            node("Gather", &["x", "places"], "y", attributes()),
        ],
        initializer: vec![
            whole_number("start", &[], 3),
            whole_number("limit", &[], -1),
            whole_number("step", &[], -1),
        ],
        input: vec![port("x", &["4"])],
        output: vec![port("y", &["4"])],
        ..GraphProto::default()
    };
    let network = network(graph, &[4]);
    assert_eq!(network.output_shape(0), Some(vec![4]));
    assert_eq!(
        run(&network, &[4], &[0.5, 1.5, 2.5, 3.5]),
        [3.5, 2.5, 1.5, 0.5]
    );
}

/// `squeeze` where the first axis has size one, else unchanged: branches of rank 1 and 2.
fn squeeze_if_single() -> GraphProto {
    let axes = node("Squeeze", &["x", "first"], "squeezed", vec![]);
    let same = node("Identity", &["x"], "same", vec![]);
    GraphProto {
        node: vec![
            node("Shape", &["x"], "shape", vec![]),
            node("Gather", &["shape", "first"], "size", vec![]),
            node("Equal", &["size", "one"], "single_axis", vec![]),
            node("Squeeze", &["single_axis", "first"], "single", vec![]),
            node(
                "If",
                &["single"],
                "y",
                vec![branch("then_branch", axes), branch("else_branch", same)],
            ),
        ],
        initializer: vec![whole_number("first", &[1], 0), whole_number("one", &[1], 1)],
        input: vec![port("x", &["N", "3"])],
        output: vec![port("y", &[])],
        ..GraphProto::default()
    }
}

#[test]
fn an_if_of_two_ranks_is_decided_by_the_shape() {
    let single = network(squeeze_if_single(), &[1, 3]);
    assert_eq!(single.output_shape(0), Some(vec![3]));
    let several = network(squeeze_if_single(), &[2, 3]);
    assert_eq!(several.output_shape(0), Some(vec![2, 3]));
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    assert_eq!(run(&single, &[1, 3], &values[..3]), values[..3]);
    assert_eq!(run(&several, &[2, 3], &values), values);
}

#[test]
fn a_scale_computed_at_run_time_dequantizes() {
    let mut quantize = node("DynamicQuantizeLinear", &["x"], "bytes", vec![]);
    quantize
        .output
        .extend(["scale".to_owned(), "zero".to_owned()]);
    let graph = GraphProto {
        node: vec![
            quantize,
            node("DequantizeLinear", &["bytes", "scale", "zero"], "y", vec![]),
        ],
        input: vec![port("x", &["N", "4"])],
        output: vec![port("y", &["N", "4"])],
        ..GraphProto::default()
    };
    let network = network(graph, &[1, 4]);
    let values = [-1.0, 0.0, 0.4, 2.0];
    for (found, value) in run(&network, &[1, 4], &values).iter().zip(values) {
        assert!((found - value).abs() <= 3.0 / 255.0, "{found} for {value}");
    }
}

#[test]
fn stale_shapes_inside_the_file_are_ignored() {
    let graph = GraphProto {
        node: vec![
            node("Relu", &["x"], "between", vec![]),
            node("Neg", &["between"], "y", vec![]),
        ],
        value_info: vec![port("between", &["7", "7"])],
        input: vec![port("x", &["N", "2"])],
        output: vec![port("y", &["9"])],
        ..GraphProto::default()
    };
    assert_eq!(
        run(&network(graph, &[1, 2]), &[1, 2], &[-1.0, 2.0]),
        [0.0, -2.0]
    );
}

#[test]
fn an_operator_nobody_knows_is_an_error() {
    let graph = GraphProto {
        node: vec![node("SequenceConstruct", &["x"], "y", vec![])],
        input: vec![port("x", &["1"])],
        output: vec![port("y", &["1"])],
        ..GraphProto::default()
    };
    let bytes = model(graph);
    let proto = Proto::decode(
        &ModelFile {
            name: "odd.onnx",
            bytes: ModelBytes::Onnx(&bytes),
        },
        Keep::No,
    )
    .unwrap();
    let input = FixedInput {
        name: "x".to_owned(),
        shape: vec![1],
    };
    let error = proto
        .into_network("encoder", &[input], &[], &["y".to_owned()])
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("odd.onnx cannot be prepared to run"),
        "{error}"
    );
}
