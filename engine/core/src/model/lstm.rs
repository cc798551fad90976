//! `com.microsoft:DynamicQuantizeLSTM`, written by ONNX Runtime's quantizer for every LSTM,
//! turned into a standard `LSTM` with dequantized weights before the graph is parsed.
//!
//! The quantized operator keeps its weights transposed, `[directions, input, 4 * hidden]`, with
//! one scale and zero point per direction or per column.
//! Only the rounding of its activations is lost, which makes the result more exact.
//! Source: ONNX Runtime `docs/ContribOperators.md`, `com.microsoft.DynamicQuantizeLSTM`.

use std::collections::HashMap;

use tract_onnx::pb::{GraphProto, NodeProto, TensorProto, tensor_proto::DataType};

/// Replaces every `DynamicQuantizeLSTM` of `graph`; says what is wrong with one that cannot be.
pub(super) fn dequantize(graph: &mut GraphProto) -> Result<(), String> {
    if !graph
        .node
        .iter()
        .any(|node| node.op_type == "DynamicQuantizeLSTM")
    {
        return Ok(());
    }
    let initializers: HashMap<&str, &TensorProto> = graph
        .initializer
        .iter()
        .map(|tensor| (&*tensor.name, tensor))
        .collect();
    let mut added = vec![];
    let mut nodes = vec![];
    for (ix, node) in graph.node.iter().enumerate() {
        if node.op_type == "DynamicQuantizeLSTM" {
            let (node, weights) = standard_lstm(node, ix, &initializers)
                .map_err(|problem| format!("DynamicQuantizeLSTM `{}`: {problem}", node.name))?;
            added.extend(weights);
            nodes.push((ix, node));
        }
    }
    for (ix, node) in nodes {
        graph.node[ix] = node;
    }
    graph.initializer.extend(added);
    Ok(())
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
