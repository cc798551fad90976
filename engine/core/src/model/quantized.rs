//! Quantized operators that tract lacks, rewritten before a graph is parsed.
//!
//! * `com.microsoft:DynamicQuantizeLSTM`, written by ONNX Runtime's quantizer for every LSTM,
//!   becomes a standard `LSTM` with dequantized weights. The quantized operator keeps them
//!   transposed, `[directions, input, 4 * hidden]`, with one scale and zero point per direction or
//!   per column. Only the rounding of its activations is lost, which makes the result more exact.
//!   Source: ONNX Runtime `docs/ContribOperators.md`.
//! * `DequantizeLinear` whose scale is computed at run time (the quantizer writes it for a `Gather`
//!   or `Transpose` of activations) becomes `Cast`, `Sub` and `Mul`: tract takes constants only.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

/// Rewrites `graph` in place; says what is wrong with an operator that cannot be rewritten.
pub(super) fn rewrite(graph: &mut GraphProto) -> Result<(), String> {
    let is_rewritten = |node: &NodeProto| {
        node.op_type == "DynamicQuantizeLSTM" || node.op_type == "DequantizeLinear"
    };
    if !graph.node.iter().any(is_rewritten) {
        return Ok(());
    }
    let initializers: HashMap<&str, &TensorProto> = graph
        .initializer
        .iter()
        .map(|tensor| (&*tensor.name, tensor))
        .collect();
    let constants: HashSet<String> = graph
        .node
        .iter()
        .filter(|node| node.op_type == "Constant")
        .flat_map(|node| node.output.iter().cloned())
        .chain(initializers.keys().map(ToString::to_string))
        .collect();
    let mut weights = vec![];
    let mut nodes = Vec::with_capacity(graph.node.len());
    for (ix, node) in std::mem::take(&mut graph.node).into_iter().enumerate() {
        match &*node.op_type {
            "DynamicQuantizeLSTM" => {
                let (lstm, added) = standard_lstm(&node, ix, &initializers)
                    .map_err(|problem| format!("DynamicQuantizeLSTM `{}`: {problem}", node.name))?;
                weights.extend(added);
                nodes.push(lstm);
            }
            "DequantizeLinear"
                if node
                    .input
                    .get(1)
                    .is_some_and(|scale| !constants.contains(scale)) =>
            {
                nodes.extend(scaled_difference(&node));
            }
            _ => nodes.push(node),
        }
    }
    graph.node = nodes;
    graph.initializer.extend(weights);
    Ok(())
}

/// `(x - zero) * scale`, all of one scale.
fn scaled_difference(node: &NodeProto) -> Vec<NodeProto> {
    let part = |op_type: &str, inputs: &[&str], output: &str| NodeProto {
        name: format!("{}.{}", node.name, output),
        op_type: op_type.to_owned(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.to_owned()],
        ..NodeProto::default()
    };
    let to_float = |input: &str, output: &str| NodeProto {
        attribute: vec![AttributeProto {
            name: "to".to_owned(),
            r#type: AttributeType::Int as i32,
            i: DataType::Float as i64,
            ..AttributeProto::default()
        }],
        ..part("Cast", &[input], output)
    };
    let (result, scale) = (&*node.output[0], &*node.input[1]);
    let [float, zero, difference] =
        ["float", "zero", "difference"].map(|suffix| format!("{result}.{suffix}"));
    let mut nodes = vec![to_float(&node.input[0], &float)];
    if let Some(quantized_zero) = node.input.get(2).filter(|name| !name.is_empty()) {
        nodes.push(to_float(quantized_zero, &zero));
        nodes.push(part("Sub", &[&float, &zero], &difference));
        nodes.push(part("Mul", &[&difference, scale], result));
    } else {
        nodes.push(part("Mul", &[&float, scale], result));
    }
    nodes
}

fn standard_lstm(
    node: &NodeProto,
    ix: usize,
    initializers: &HashMap<&str, &TensorProto>,
) -> Result<(NodeProto, [TensorProto; 2]), String> {
    let constant = |input: usize| -> Result<&TensorProto, String> {
        let name = node.input.get(input).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| format!("input {input} is missing"))?;
        initializers
            .get(&**name)
            .copied()
            .ok_or_else(|| format!("`{name}` is not a constant"))
    };
    // X, W, R, B, sequence_lens, initial_h, initial_c, P, W_scale, W_zero, R_scale, R_zero
    let names = [
        format!("{}.{ix}.W", node.name),
        format!("{}.{ix}.R", node.name),
    ];
    let weights = [
        transposed_floats(&names[0], constant(1)?, constant(8)?, constant(9)?)?,
        transposed_floats(&names[1], constant(2)?, constant(10)?, constant(11)?)?,
    ];
    let mut lstm = node.clone();
    lstm.op_type = "LSTM".to_owned();
    lstm.domain = String::new();
    lstm.input.truncate(8);
    while lstm.input.last().is_some_and(String::is_empty) {
        lstm.input.pop();
    }
    let [w, r] = names;
    lstm.input[1] = w;
    lstm.input[2] = r;
    Ok((lstm, weights))
}

/// `[directions, rows, columns]` of bytes to `[directions, columns, rows]` of floats.
fn transposed_floats(
    name: &str,
    weights: &TensorProto,
    scale: &TensorProto,
    zero: &TensorProto,
) -> Result<TensorProto, String> {
    let [directions, rows, columns] = weights.dims[..] else {
        return Err(format!(
            "`{}` has {} axes, not 3",
            weights.name,
            weights.dims.len()
        ));
    };
    let size =
        |dim: i64| usize::try_from(dim).map_err(|_| format!("`{}` is malformed", weights.name));
    let (directions, rows, columns) = (size(directions)?, size(rows)?, size(columns)?);
    let bytes = bytes(weights)?;
    let per_direction = rows.checked_mul(columns).filter(|n| *n > 0);
    let per_direction = per_direction.ok_or_else(|| format!("`{}` is empty", weights.name))?;
    if per_direction.checked_mul(directions) != Some(bytes.len()) {
        return Err(format!("`{}` is cut short", weights.name));
    }
    let (scales, zeros) = (floats(scale)?, self::bytes(zero)?);
    // One value for the matrix, one per direction, or one per column of each direction.
    let pick = |n: usize, direction: usize, column: usize| match n {
        1 => Some(0),
        n if n == directions => Some(direction),
        n if n == directions * columns => Some(direction * columns + column),
        _ => None,
    };
    if pick(scales.len(), 0, 0).is_none() || pick(zeros.len(), 0, 0).is_none() {
        return Err(format!(
            "`{}` has {} scales for {columns} columns",
            weights.name,
            scales.len()
        ));
    }
    let mut values = Vec::with_capacity(bytes.len() * 4);
    for direction in 0..directions {
        for column in 0..columns {
            let at = |n| pick(n, direction, column).unwrap_or(0);
            let (scale, zero) = (scales[at(scales.len())], zeros[at(zeros.len())]);
            for row in 0..rows {
                let quantized = bytes[direction * per_direction + row * columns + column];
                values.extend_from_slice(&(f32::from(quantized - zero) * scale).to_le_bytes());
            }
        }
    }
    Ok(TensorProto {
        name: name.to_owned(),
        dims: [directions, columns, rows].map(|dim| dim as i64).to_vec(),
        data_type: DataType::Float as i32,
        raw_data: values,
        ..TensorProto::default()
    })
}

/// Elements of a tensor of (signed or unsigned) bytes.
fn bytes(tensor: &TensorProto) -> Result<Vec<i16>, String> {
    match DataType::try_from(tensor.data_type) {
        Ok(DataType::Uint8 | DataType::Int8) if tensor.raw_data.is_empty() => {
            let value =
                |v: &i32| i16::try_from(*v).map_err(|_| format!("`{}` is malformed", tensor.name));
            tensor.int32_data.iter().map(value).collect()
        }
        Ok(DataType::Uint8) => Ok(tensor
            .raw_data
            .iter()
            .map(|byte| i16::from(*byte))
            .collect()),
        Ok(DataType::Int8) => Ok(tensor
            .raw_data
            .iter()
            .map(|byte| i16::from(byte.cast_signed()))
            .collect()),
        _ => Err(format!("`{}` does not hold bytes", tensor.name)),
    }
}

fn floats(tensor: &TensorProto) -> Result<Vec<f32>, String> {
    if tensor.data_type != DataType::Float as i32 {
        return Err(format!("`{}` does not hold floats", tensor.name));
    }
    if tensor.raw_data.is_empty() {
        return Ok(tensor.float_data.clone());
    }
    let chunks = tensor.raw_data.chunks_exact(4);
    Ok(chunks
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect())
}
