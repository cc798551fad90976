//! Runs a model's encoder over raw features and writes its rows, for comparison with another
//! runtime: `encode OUT FEATURES MODEL.onnx` or `encode OUT FEATURES ENCODER DECODER JOINER`.
//!
//! `FEATURES` holds little-endian `f32` frames `[frames, bins]`; they are fed as they are, without
//! padding. `OUT` receives little-endian `f32` rows. Load time and the median time of a step go to
//! standard error.
//! `--prepare FOLDER` before them writes there what may stand in for each network's file, which it
//! then is named after, and loads the quicker.

#![expect(
    clippy::print_stderr,
    reason = "a command-line program reports on standard error"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "this program measures time, the core does not"
)]

#[path = "common/networks.rs"]
mod networks;

use std::path::{Path, PathBuf};
use std::time::Instant;

use sotto_core::encoder::EncoderFrames;
use sotto_core::model::{LoadOptions, Model};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = match &arguments[..] {
        [option, folder, ..] if option == "--prepare" => Some(PathBuf::from(folder)),
        _ => None,
    };
    if folder.is_some() {
        arguments.drain(..2);
    }
    let [out, features, names @ ..] = &arguments[..] else {
        return Err(
            "usage: encode [--prepare FOLDER] OUT FEATURES MODEL | ENCODER DECODER JOINER".into(),
        );
    };
    let started = Instant::now();
    let contents = networks::read(names)?;
    let files = networks::in_order(names, &contents)?;
    let read = started.elapsed();
    let model = if let Some(folder) = folder {
        let (model, prepared) = Model::load_and_prepare(&files, &LoadOptions::default())?;
        for graph in prepared {
            let name = Path::new(&graph.file).file_name().unwrap_or_default();
            std::fs::write(folder.join(name), graph.parts().concat())?;
        }
        model
    } else {
        Model::load(&files, &LoadOptions::default())?
    };
    let encoder = model.encoder();
    let spec = encoder.spec();
    eprintln!("{spec:?}");
    eprintln!(
        "read {:.3} s, load {:.3} s",
        read.as_secs_f64(),
        (started.elapsed() - read).as_secs_f64()
    );

    let features: Vec<f32> = std::fs::read(features)?
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect();
    let bins = spec.features.bins();
    let (window, shift) = (spec.window_frames * bins, spec.shift_frames * bins);
    let mut state = encoder.start()?;
    let mut frames = EncoderFrames::default();
    let mut rows: Vec<f32> = vec![];
    let mut times = vec![];
    let mut position = 0;
    while let Some(window) = features.get(position..position + window) {
        let started = Instant::now();
        encoder.step(&mut state, window, &mut frames)?;
        times.push(started.elapsed());
        rows.extend(frames.rows().flatten());
        position += shift;
    }
    times.sort();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    eprintln!(
        "{} steps, median {:.3} ms",
        times.len(),
        median.as_secs_f64() * 1000.0
    );
    std::fs::write(out, bytemuck::cast_slice(&rows))?;
    Ok(())
}
