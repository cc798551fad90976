//! Prints the token ids that greedy search finds in files of raw 16 kHz `f32` samples, a JSON
//! array a line: the half of `tests/parity/tokens.py` that runs here.
//!
//! ```text
//! cargo run --release -p sotto-core --example tokens -- MODEL_FOLDER FILE…
//! ```

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use sotto_core::model::{Layout, LoadOptions, Model, ModelFile, ModelFiles, recognize_layout};
use sotto_core::recognizer::{LeadIn, Recognizer, RecognizerConfig, RecognizerEvent};
use sotto_core::speech_model::{SearchMethod, SpeechModel, SpeechModelParts};
use sotto_core::tokens::Tokenizer;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments
        .next()
        .ok_or("name a model folder and raw files")?;
    let model = Arc::new(load(Path::new(&folder))?);
    let config = RecognizerConfig {
        search: SearchMethod::Greedy,
        gate: None,
        endpoint: None,
        lead_in: LeadIn::Bare,
        ..RecognizerConfig::default()
    };
    let mut out = std::io::stdout().lock();
    for path in arguments {
        let samples: Vec<f32> = fs::read(path)?
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        let mut recognizer = Recognizer::new(Arc::clone(&model), &config, 16_000)?;
        recognizer.push(&samples);
        recognizer.finish();
        let mut ids = Vec::new();
        while let Some(event) = recognizer.poll() {
            match event {
                RecognizerEvent::Final(result) => {
                    ids.extend(result.n_best[0].ids().map(|id| id.to_string()));
                }
                RecognizerEvent::Failed(error) => return Err(error.into()),
                _ => {}
            }
        }
        writeln!(out, "[{}]", ids.join(","))?;
    }
    Ok(())
}

fn load(folder: &Path) -> Result<SpeechModel, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let layout = recognize_layout(&names).ok_or("no speech model in this folder")?;
    let read = |name: &str| fs::read(folder.join(name));
    let options = LoadOptions::default();
    let (acoustic, tokens) = match &layout {
        Layout::Ctc { model, tokens, .. } => {
            let bytes = read(model)?;
            let files = ModelFiles::Ctc {
                model: ModelFile {
                    name: model,
                    bytes: &bytes,
                },
            };
            (Model::load(&files, &options)?, tokens)
        }
        Layout::Transducer {
            encoder,
            predictor,
            joiner,
            tokens,
            ..
        } => {
            let bytes = [read(encoder)?, read(predictor)?, read(joiner)?];
            let files = ModelFiles::Transducer {
                encoder: ModelFile {
                    name: encoder,
                    bytes: &bytes[0],
                },
                predictor: ModelFile {
                    name: predictor,
                    bytes: &bytes[1],
                },
                joiner: ModelFile {
                    name: joiner,
                    bytes: &bytes[2],
                },
            };
            (Model::load(&files, &options)?, tokens)
        }
    };
    let tokenizer = Tokenizer::from_bytes(tokens, &read(tokens)?, Some(acoustic.vocab_size()))?;
    Ok(SpeechModel::new(SpeechModelParts {
        acoustic,
        tokenizer,
        punctuator: None,
        language_model: None,
    })?)
}
