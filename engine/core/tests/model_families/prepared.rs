//! Graphs that a load prepared take the place of their files, and only of theirs.

use sotto_core::model::{LoadOptions, Model};

use crate::fixture::{Fixture, encode, logits};

/// A fixture with what a load prepared in the place of each file that has it, and their names.
fn prepared(name: &str) -> (Fixture, Vec<String>) {
    let mut fixture = Fixture::read(name);
    let loaded =
        fixture.with_files(|files| Model::load_and_prepare(files, &LoadOptions::default()));
    let (_, graphs) = loaded.unwrap();
    for graph in &graphs {
        let mut files = fixture.files.iter_mut();
        let file = files.find(|file| file.name == graph.file).unwrap();
        file.bytes = graph.parts().concat();
        file.is_prepared = true;
    }
    (
        fixture,
        graphs.into_iter().map(|graph| graph.file).collect(),
    )
}

#[test]
fn prepared_graphs_compute_the_same() {
    let transducer = ["encoder.onnx", "decoder.onnx", "joiner.onnx"];
    for (name, files) in [
        ("zipformer", &transducer[..]),
        ("zipformer2", &transducer),
        ("zipformer2-int8", &transducer),
        ("zipformer2-ctc", &["model.onnx"]),
        ("nemo-ctc", &["model.onnx"]),
        ("nemo-ctc-int8", &["model.onnx"]),
        // An LSTM is not kept.
        ("nemo", &["encoder.onnx", "joiner.onnx"]),
        ("nemo-int8", &["encoder.onnx", "joiner.onnx"]),
    ] {
        let (fixture, found) = prepared(name);
        assert_eq!(found, files, "{name}");
        let bits = |model: &Model| -> Vec<u32> {
            let (mut values, last) = encode(model);
            values.extend(logits(model, &last));
            values.into_iter().map(f32::to_bits).collect()
        };
        let again = fixture.load().unwrap();
        let first = Fixture::read(name).load().unwrap();
        assert_eq!(again.encoder().spec(), first.encoder().spec(), "{name}");
        assert!(bits(&again) == bits(&first), "{name}");
    }
}

#[test]
fn a_flipped_bit_makes_a_prepared_graph_refused() {
    let (mut fixture, _) = prepared("zipformer2-ctc");
    let whole = fixture.files[0].bytes.clone();
    // The header, then places all over the file.
    for at in (0..64).chain((64..whole.len()).step_by(whole.len() / 97)) {
        fixture.files[0].bytes.clone_from(&whole);
        fixture.files[0].bytes[at] ^= 1 << (at % 8);
        assert!(fixture.load().is_err(), "byte {at}");
    }
}

#[test]
fn a_truncated_prepared_graph_is_refused() {
    let (mut fixture, _) = prepared("zipformer2-ctc");
    let whole = fixture.files[0].bytes.clone();
    let last = whole.len() - 1;
    let cuts = (0..64).chain((64..last).step_by(whole.len() / 97));
    for cut in cuts.chain([last]) {
        fixture.files[0].bytes.truncate(0);
        fixture.files[0].bytes.extend_from_slice(&whole[..cut]);
        assert!(fixture.load().is_err(), "cut at {cut}");
    }
}

#[test]
fn a_graph_prepared_for_another_language_is_refused() {
    let (fixture, _) = prepared("nemo");
    let german = LoadOptions {
        language: Some("de".to_owned()),
        ..LoadOptions::default()
    };
    let message = fixture.load_with(&german).unwrap_err().to_string();
    assert!(message.contains("encoder.onnx"), "{message}");
}

#[test]
fn a_graph_prepared_of_another_network_is_refused() {
    let (mut fixture, _) = prepared("zipformer2");
    // Which file a graph was made from is for its keeper to know; what it is for, it says itself.
    fixture.files.swap(1, 2);
    for file in &mut fixture.files {
        file.name.insert_str(0, "graph of ");
    }
    let message = fixture.load().unwrap_err().to_string();
    assert!(message.starts_with("graph of "), "{message}");
    fixture.files[0] = fixture.files[2].clone();
    fixture.load().unwrap_err();
}

#[test]
fn a_graph_prepared_by_another_version_is_refused() {
    let (mut fixture, _) = prepared("zipformer2-ctc");
    let file = &mut fixture.files[0].bytes;
    file[8] = file[8].wrapping_add(1);
    let message = fixture.load().unwrap_err();
    let source = std::error::Error::source(&message).unwrap().to_string();
    assert!(source.contains("another version"), "{source}");
}

#[test]
fn a_prepared_graph_is_taken_only_where_it_is_said_to_be_one() {
    let (mut fixture, _) = prepared("zipformer2-ctc");
    fixture.files[0].is_prepared = false;
    let message = fixture.load().unwrap_err().to_string();
    assert!(
        message.starts_with("model.onnx is not an ONNX model"),
        "{message}"
    );
    let mut fixture = Fixture::read("zipformer2-ctc");
    fixture.files[0].is_prepared = true;
    fixture.load().unwrap_err();
}
