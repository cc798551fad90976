//! The large constants of an ONNX file, left where they are.
//!
//! Decoding copies every byte of a file, and weights are nearly all of them. So their raw data is
//! taken out of the file's bytes before they are decoded, and products pack it from there.
//! Source: the encoding of Protocol Buffers; field numbers are those of `onnx.proto`.

use std::collections::HashMap;

/// A constant of fewer bytes is copied with the rest.
const LEAST_BYTES: usize = 4096;

// Fields.
const MODEL_GRAPH: u64 = 7;
const GRAPH_INITIALIZER: u64 = 5;
const TENSOR_NAME: u64 = 8;
const TENSOR_RAW_DATA: u64 = 9;

// Wire types.
const VARINT: u64 = 0;
const EIGHT_BYTES: u64 = 1;
const COUNTED: u64 = 2;
const FOUR_BYTES: u64 = 5;

/// Raw data by the name of its initializer.
pub(super) type LargeConstants<'a> = HashMap<String, &'a [u8]>;

/// A file without the raw data of its large initializers, and that data.
///
/// `None` where the file is damaged, or says something twice: then it is to be decoded as it is.
pub(super) fn split(file: &[u8]) -> Option<(Vec<u8>, LargeConstants<'_>)> {
    let mut large = LargeConstants::new();
    let mut n_graphs = 0;
    let model = rewrite(file, MODEL_GRAPH, &mut |graph| {
        n_graphs += 1;
        rewrite(graph, GRAPH_INITIALIZER, &mut |tensor| {
            without_raw_data(tensor, &mut large)
        })
    })?;
    (n_graphs == 1).then_some((model, large))
}

/// A message with each field of this number rewritten.
fn rewrite<'a>(
    message: &'a [u8],
    number: u64,
    field: &mut dyn FnMut(&'a [u8]) -> Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    let mut written = vec![];
    for found in fields(message) {
        let found = found?;
        if (found.number, found.wire_type) == (number, COUNTED) {
            let content = field(found.content)?;
            write_varint(number << 3 | COUNTED, &mut written);
            write_varint(content.len() as u64, &mut written);
            written.extend(content);
        } else {
            written.extend_from_slice(found.whole);
        }
    }
    Some(written)
}

fn without_raw_data<'a>(tensor: &'a [u8], large: &mut LargeConstants<'a>) -> Option<Vec<u8>> {
    let (mut name, mut raw_data) = (None, None);
    let mut rest = vec![];
    for found in fields(tensor) {
        let found = found?;
        match (found.number, found.wire_type) {
            (TENSOR_RAW_DATA, COUNTED) => {
                if raw_data.replace(found.content).is_some() {
                    return None;
                }
            }
            (TENSOR_NAME, COUNTED) => {
                if name.replace(found.content).is_some() {
                    return None;
                }
                rest.extend_from_slice(found.whole);
            }
            _ => rest.extend_from_slice(found.whole),
        }
    }
    let large_data = raw_data.filter(|bytes| bytes.len() >= LEAST_BYTES);
    let (Some(raw_data), Some(name)) = (large_data, name) else {
        return Some(tensor.to_vec());
    };
    let name = String::from_utf8(name.to_vec()).ok()?;
    large.insert(name, raw_data).is_none().then_some(rest)
}

/// One field of a message.
struct Field<'a> {
    number: u64,
    wire_type: u64,
    /// Without its key and its length.
    content: &'a [u8],
    whole: &'a [u8],
}

/// The fields of a message; `None` where it is damaged.
fn fields(message: &[u8]) -> impl Iterator<Item = Option<Field<'_>>> {
    let mut rest = message;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = take_field(&mut rest);
        if field.is_none() {
            rest = &[];
        }
        Some(field)
    })
}

fn take_field<'a>(rest: &mut &'a [u8]) -> Option<Field<'a>> {
    let start = *rest;
    let key = take_varint(rest)?;
    let wire_type = key & 7;
    let n_bytes = match wire_type {
        VARINT => {
            let mut after = *rest;
            take_varint(&mut after)?;
            rest.len() - after.len()
        }
        EIGHT_BYTES => 8,
        COUNTED => usize::try_from(take_varint(rest)?).ok()?,
        FOUR_BYTES => 4,
        _ => return None,
    };
    let content = rest.get(..n_bytes)?;
    *rest = &rest[n_bytes..];
    Some(Field {
        number: key >> 3,
        wire_type,
        content,
        whole: &start[..start.len() - rest.len()],
    })
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};

    use super::*;

    fn tensor(name: &str, n_bytes: usize) -> TensorProto {
        TensorProto {
            name: name.to_owned(),
            dims: vec![i64::try_from(n_bytes).unwrap(), -1],
            data_type: 3,
            raw_data: vec![7; n_bytes],
            ..TensorProto::default()
        }
    }

    fn model(initializer: Vec<TensorProto>) -> ModelProto {
        ModelProto {
            ir_version: 300,
            graph: Some(GraphProto {
                node: vec![NodeProto {
                    op_type: "Neg".to_owned(),
                    ..NodeProto::default()
                }],
                initializer,
                ..GraphProto::default()
            }),
            ..ModelProto::default()
        }
    }

    #[test]
    fn large_constants_are_left_in_place_and_the_rest_is_as_it_was() {
        let whole = model(vec![tensor("a", 10_000), tensor("b", 8), tensor("c", 4096)]);
        let file = whole.encode_to_vec();
        let (rest, large) = split(&file).unwrap();
        assert!(rest.len() < 1000);
        assert_eq!(large.len(), 2);
        let mut decoded = ModelProto::decode(&*rest).unwrap();
        for tensor in &mut decoded.graph.as_mut().unwrap().initializer {
            if let Some(bytes) = large.get(&tensor.name) {
                assert!(file.as_ptr_range().contains(&bytes.as_ptr()));
                assert!(tensor.raw_data.is_empty());
                tensor.raw_data = bytes.to_vec();
            }
        }
        assert!(decoded == whole);
    }

    #[test]
    fn what_is_said_twice_is_left_to_the_decoder() {
        let twice = model(vec![tensor("a", 5000), tensor("a", 5000)]);
        assert!(split(&twice.encode_to_vec()).is_none());
        let one = model(vec![]).encode_to_vec();
        assert!(split(&[&one[..], &one].concat()).is_none());
        assert!(split(&[]).is_none());
    }

    #[test]
    fn no_damage_panics() {
        let file = model(vec![tensor("a", 5000), tensor("b", 3)]).encode_to_vec();
        for cut in 0..file.len() {
            let _ = split(&file[..cut]);
        }
        for at in (0..60).chain(file.len() - 60..file.len()) {
            for bit in 0..8 {
                let mut file = file.clone();
                file[at] ^= 1 << bit;
                let _ = split(&file);
            }
        }
        assert!(split(&[0x3a; 40]).is_none());
        assert!(split(&[0xff; 40]).is_none());
    }
}
