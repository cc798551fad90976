//! Every model family computes what ONNX Runtime computes, on small graphs of its shape.
//!
//! The graphs and the expected values come from `tests/fixtures/graphs/make_graphs.py`.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

mod fixture;
mod prepared;

use std::sync::Arc;

use sotto_core::encoder::{LabelNetwork as _, SymbolsPerFrame};
use sotto_core::model::{FeatureSet, LoadOptions, Model, ModelBytes, ModelFile, ModelFiles};

use fixture::{Fixture, encode, logits};

#[track_caller]
fn check(name: &str, tolerance: f32) -> Model {
    let fixture = Fixture::read(name);
    let model = fixture.load().unwrap();
    let (mut found, last) = encode(&model);
    found.extend(logits(&model, &last));
    assert_eq!(found.len(), fixture.expected.len());
    let difference = found
        .iter()
        .zip(&fixture.expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(
        difference <= tolerance,
        "{name}: largest difference {difference}"
    );
    model
}

#[test]
fn zipformer2_transducer() {
    let model = check("zipformer2", 1e-4);
    let spec = model.encoder().spec();
    assert_eq!(spec.features, FeatureSet::Kaldi { bins: 80 });
    assert_eq!(
        (
            spec.window_frames,
            spec.shift_frames,
            spec.left_padding_frames
        ),
        (45, 32, 0)
    );
    assert_eq!(
        (spec.outputs_per_step, spec.output_frame_ms, spec.blank),
        (8, 40, 0)
    );
    let Model::Transducer(model) = model else {
        panic!("a transducer")
    };
    assert_eq!(model.symbols_per_frame(), SymbolsPerFrame::One);
}

#[test]
fn zipformer2_transducer_int8() {
    check("zipformer2-int8", 2e-2);
}

#[test]
fn zipformer2_ctc() {
    let model = check("zipformer2-ctc", 1e-4);
    assert_eq!(model.vocab_size(), 12);
}

#[test]
fn zipformer_transducer() {
    let model = check("zipformer", 1e-4);
    assert_eq!(model.encoder().spec().window_frames, 39);
}

#[test]
fn nemo_ctc() {
    let model = check("nemo-ctc", 1e-4);
    let spec = model.encoder().spec();
    assert_eq!(spec.features, FeatureSet::Nemo { bins: 80 });
    assert_eq!(
        (
            spec.window_frames,
            spec.shift_frames,
            spec.left_padding_frames
        ),
        (41, 32, 9)
    );
    assert_eq!(
        (spec.outputs_per_step, spec.output_frame_ms, spec.blank),
        (4, 80, 12)
    );
    assert!(spec.tail_padding_frames >= spec.window_frames);
}

#[test]
fn nemo_ctc_int8() {
    check("nemo-ctc-int8", 2e-2);
}

#[test]
fn nemo_transducer() {
    let Model::Transducer(model) = check("nemo", 1e-4) else {
        panic!("a transducer")
    };
    assert_eq!(model.symbols_per_frame(), SymbolsPerFrame::UpTo(10));
    assert_eq!(model.blank(), 12);
}

#[test]
fn nemo_transducer_int8() {
    check("nemo-int8", 2e-2);
}

#[test]
fn log_probabilities_are_normalized() {
    for name in ["zipformer2-ctc", "nemo-ctc"] {
        let (_, frames) = encode(&Fixture::read(name).load().unwrap());
        for row in frames.rows() {
            let total: f32 = row.iter().map(|score| score.exp()).sum();
            assert!((total - 1.0).abs() < 1e-3);
        }
    }
}

#[test]
fn utterances_share_a_model_and_nothing_else() {
    let model = Arc::new(Fixture::read("zipformer2-ctc").load().unwrap());
    let (alone, _) = encode(&model);
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let model = Arc::clone(&model);
            std::thread::Builder::new()
                .spawn(move || encode(&model).0)
                .unwrap()
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), alone);
    }
}

#[test]
fn a_language_changes_the_prompt() {
    let fixture = Fixture::read("nemo");
    let with = |language: &str| {
        fixture.load_with(&LoadOptions {
            language: Some(language.to_owned()),
            ..LoadOptions::default()
        })
    };
    let (automatic, _) = encode(&fixture.load().unwrap());
    let (german, _) = encode(&with("de_DE").unwrap());
    let (base, _) = encode(&with("de").unwrap());
    assert_eq!(german, base);
    assert_ne!(german, automatic);
    let error = with("tlh").unwrap_err().to_string();
    assert_eq!(
        error,
        "encoder.onnx does not know the language `tlh`; choose one of de-de, en-us"
    );
}

#[test]
fn files_of_different_models_do_not_mix() {
    let mut fixture = Fixture::read("zipformer2");
    fixture.files[2] = Fixture::read("nemo").files[2].clone();
    let error = fixture.load().unwrap_err().to_string();
    assert!(
        error.starts_with("joiner.onnx: its input `decoder_outputs` has the shape [?, 16, ?], but"),
        "{error}"
    );

    let mut fixture = Fixture::read("nemo");
    fixture.files[0] = Fixture::read("zipformer2").files[0].clone();
    let error = fixture.load().unwrap_err().to_string();
    assert!(
        error.starts_with("encoder.onnx: its metadata entry `pred_rnn_layers` is missing"),
        "{error}"
    );

    let mut fixture = Fixture::read("nemo");
    fixture.files.swap(0, 2);
    let error = fixture.load().unwrap_err().to_string();
    assert!(
        error.starts_with("joiner.onnx belongs to no supported model family"),
        "{error}"
    );
}

#[test]
fn broken_files_are_named() {
    for (bytes, expected) in [
        (
            &b""[..],
            "model.onnx is not an ONNX model or is cut short; download the model again",
        ),
        (
            b"<!DOCTYPE html><html>",
            "model.onnx is not an ONNX model or is cut short; download the model again",
        ),
    ] {
        let files = ModelFiles::Ctc {
            model: ModelFile {
                name: "model.onnx",
                bytes: ModelBytes::Onnx(bytes),
            },
        };
        assert_eq!(
            Model::load(&files, &LoadOptions::default())
                .unwrap_err()
                .to_string(),
            expected
        );
    }
}

#[test]
fn no_cut_makes_loading_panic() {
    let fixture = Fixture::read("nemo-ctc");
    let whole = &fixture.files[0].bytes;
    for cut in (0..whole.len()).step_by(whole.len() / 40) {
        let model = ModelFile {
            name: "model.onnx",
            bytes: ModelBytes::Onnx(&whole[..cut]),
        };
        let error = Model::load(&ModelFiles::Ctc { model }, &LoadOptions::default()).unwrap_err();
        assert!(error.to_string().contains("model.onnx"), "{error}");
    }
}
