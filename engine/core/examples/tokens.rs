//! Prints the token ids that greedy search finds in files of raw 16 kHz `f32` samples, a JSON
//! array a line: the half of `tests/parity/tokens.py` that runs here.
//!
//! `tokens TABLE MODEL -- FILE…` or `tokens TABLE ENCODER DECODER JOINER -- FILE…`

#[path = "common/networks.rs"]
mod networks;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::sync::Arc;

use sotto_core::model::{LoadOptions, Model};
use sotto_core::recognizer::{LeadIn, Recognizer, RecognizerConfig, RecognizerEvent};
use sotto_core::speech_model::{SearchMethod, SpeechModel, SpeechModelParts};
use sotto_core::tokens::Tokenizer;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut lists = arguments.split(|argument| argument == "--");
    let (Some([table, names @ ..]), Some(paths)) = (lists.next(), lists.next()) else {
        return Err("usage: tokens TABLE MODEL | ENCODER DECODER JOINER -- FILE…".into());
    };
    let model = Arc::new(load(table, names)?);
    let config = RecognizerConfig {
        search: SearchMethod::Greedy,
        gate: None,
        endpoint: None,
        lead_in: LeadIn::Bare,
        ..RecognizerConfig::default()
    };
    let mut out = std::io::stdout().lock();
    for path in paths {
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

fn load(table: &str, names: &[String]) -> Result<SpeechModel, Box<dyn Error>> {
    let contents = networks::read(names)?;
    let files = networks::in_order(names, &contents)?;
    let acoustic = Model::load(&files, &LoadOptions::default())?;
    let vocab_size = Some(acoustic.vocab_size());
    let tokenizer = Tokenizer::from_bytes(table, &fs::read(table)?, vocab_size)?;
    Ok(SpeechModel::new(SpeechModelParts {
        acoustic,
        tokenizer,
        punctuator: None,
        language_model: None,
        sounds: None,
    })?)
}
