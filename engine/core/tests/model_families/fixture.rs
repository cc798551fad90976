//! Models of the fixtures, and what they compute of features that every run makes alike.

use std::path::PathBuf;
use std::sync::Arc;

use sotto_core::encoder::{EncoderFrames, LabelNetwork as _};
use sotto_core::model::{
    LoadError, LoadOptions, Model, ModelBytes, ModelFile, ModelFiles, SharedBytes,
};

/// Steps of the encoder and labels of the predictor in each expectation.
const STEPS: usize = 6;
const LABELS: [u32; 3] = [3, 5, 2];

pub(crate) struct Fixture {
    pub(crate) files: Vec<File>,
    pub(crate) expected: Vec<f32>,
}

#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_prepared: bool,
}

impl Fixture {
    pub(crate) fn read(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/fixtures/graphs")
            .join(name);
        let read = |file: &str| std::fs::read(folder.join(file));
        let names = ["model.onnx", "encoder.onnx", "decoder.onnx", "joiner.onnx"];
        let files: Vec<_> = names
            .iter()
            .filter_map(|name| {
                Some(File {
                    name: (*name).to_owned(),
                    bytes: read(name).ok()?,
                    is_prepared: false,
                })
            })
            .collect();
        let bytes = read("expected.f32").unwrap();
        let expected = bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
            .collect();
        Self { files, expected }
    }

    pub(crate) fn load(&self) -> Result<Model, LoadError> {
        self.load_with(&LoadOptions::default())
    }

    pub(crate) fn load_with(&self, options: &LoadOptions) -> Result<Model, LoadError> {
        self.with_files(|files| Model::load(files, options))
    }

    pub(crate) fn with_files<T>(&self, load: impl FnOnce(&ModelFiles<'_>) -> T) -> T {
        let contents: Vec<SharedBytes> = self
            .files
            .iter()
            .map(|file| Arc::new(file.bytes.clone()) as SharedBytes)
            .collect();
        let file = |ix: usize| ModelFile {
            name: &self.files[ix].name,
            bytes: if self.files[ix].is_prepared {
                ModelBytes::Prepared(&contents[ix])
            } else {
                ModelBytes::Onnx(&self.files[ix].bytes)
            },
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
pub(crate) fn encode(model: &Model) -> (Vec<f32>, EncoderFrames) {
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

pub(crate) fn logits(model: &Model, frames: &EncoderFrames) -> Vec<f32> {
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
