//! Every model family computes what ONNX Runtime computes, on small graphs of its shape.
//!
//! The graphs and the expected values come from `tests/fixtures/graphs/make_graphs.py`.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

use std::path::PathBuf;
use std::sync::Arc;

use sotto_core::encoder::{EncoderFrames, LabelNetwork, SymbolsPerFrame};
use sotto_core::model::{FeatureSet, LoadError, LoadOptions, Model, ModelFile, ModelFiles};

/// Steps of the encoder and labels of the predictor in each expectation.
const STEPS: usize = 6;
const LABELS: [u32; 3] = [3, 5, 2];

struct Fixture {
    files: Vec<(String, Vec<u8>)>,
    expected: Vec<f32>,
}

impl Fixture {
    fn read(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/fixtures/graphs")
            .join(name);
        let read = |file: &str| std::fs::read(folder.join(file));
        let names = ["model.onnx", "encoder.onnx", "decoder.onnx", "joiner.onnx"];
        let files: Vec<_> = names
            .iter()
            .filter_map(|file| Some(((*file).to_owned(), read(file).ok()?)))
            .collect();
        let bytes = read("expected.f32").unwrap();
        let expected = bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
            .collect();
        Self { files, expected }
    }

    fn load(&self) -> Result<Model, LoadError> {
        self.load_with(&LoadOptions::default())
    }

    fn load_with(&self, options: &LoadOptions) -> Result<Model, LoadError> {
        self.with_files(|files| Model::load(files, options))
    }

    fn with_files<T>(&self, load: impl FnOnce(&ModelFiles<'_>) -> T) -> T {
        let file = |ix: usize| ModelFile {
            name: &self.files[ix].0,
            bytes: &self.files[ix].1,
        };
        let files = match self.files.len() {
            1 => ModelFiles::Ctc { model: file(0) },
            _ => ModelFiles::Transducer {
                encoder: file(0),
                predictor: file(1),
                joiner: file(2),
            },
        };
        load(&files)
    }
}

/// The values `make_graphs.py` feeds: a 32-bit congruence, top 16 bits, in [-4, 4).
fn features(count: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(state >> 16).unwrap()) / 8192.0 - 4.0
    };
    (0..count).map(|_| next()).collect()
}

/// The encoder's rows over all steps, and those of the last.
fn encode(model: &Model) -> (Vec<f32>, EncoderFrames) {
    let encoder = model.encoder();
    let spec = encoder.spec();
    let bins = spec.features.bins();
    let features = features((spec.window_frames + spec.shift_frames * (STEPS - 1)) * bins);
    let mut state = encoder.start().unwrap();
    let (mut rows, mut frames) = (vec![], EncoderFrames::default());
    for step in 0..STEPS {
        let from = step * spec.shift_frames * bins;
        encoder
            .step(
                &mut state,
                &features[from..from + spec.window_frames * bins],
                &mut frames,
            )
            .unwrap();
        assert_eq!(frames.n_frames(), spec.outputs_per_step);
        rows.extend(frames.rows().flatten());
    }
    (rows, frames)
}

fn logits(model: &Model, frames: &EncoderFrames) -> Vec<f32> {
    let Model::Transducer(model) = model else {
        return vec![];
    };
    let mut all = vec![];
    let mut logits = vec![];
    let mut state = model.start().unwrap();
    for label in LABELS.map(Some).into_iter().chain([None]) {
        for row in frames.rows() {
            model.join(row, &state, &mut logits).unwrap();
            assert_eq!(logits.len(), model.vocab_size());
            all.extend_from_slice(&logits);
        }
        if let Some(label) = label {
            state = model.extend(&state, label).unwrap();
        }
    }
    all
}

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
                bytes,
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
    let whole = &fixture.files[0].1;
    for cut in (0..whole.len()).step_by(whole.len() / 40) {
        let model = ModelFile {
            name: "model.onnx",
            bytes: &whole[..cut],
        };
        let error = Model::load(&ModelFiles::Ctc { model }, &LoadOptions::default()).unwrap_err();
        assert!(error.to_string().contains("model.onnx"), "{error}");
    }
}

/// Loads with what a first load prepared in the place of each file that has it.
fn prepared(name: &str) -> (Fixture, Vec<String>) {
    let mut fixture = Fixture::read(name);
    let loaded =
        fixture.with_files(|files| Model::load_and_prepare(files, &LoadOptions::default()));
    let (_, graphs) = loaded.unwrap();
    for graph in &graphs {
        let mut files = fixture.files.iter_mut();
        let (_, bytes) = files.find(|(name, _)| *name == graph.file).unwrap();
        bytes.clone_from(&graph.bytes);
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
fn no_damage_makes_a_prepared_graph_panic() {
    let (mut fixture, _) = prepared("zipformer2-ctc");
    let whole = fixture.files[0].1.clone();
    for at in (0..whole.len()).step_by(whole.len() / 97) {
        fixture.files[0].1.clone_from(&whole);
        fixture.files[0].1[at] ^= 0x40;
        let magic_or_padding = at < 8 || (12..16).contains(&at);
        assert!(magic_or_padding || fixture.load().is_err(), "byte {at}");
        fixture.files[0].1.truncate(at);
        assert!(fixture.load().is_err(), "cut at {at}");
    }
}

#[test]
fn a_graph_prepared_for_another_language_is_refused() {
    let (fixture, _) = prepared("nemo");
    let german = LoadOptions {
        language: Some("de".to_owned()),
    };
    let message = fixture.load_with(&german).unwrap_err().to_string();
    assert!(message.contains("encoder.onnx"), "{message}");
}
