//! `sotto models bench`: how fast a model is on this computer.
//!
//! Ten seconds of sound go through the model as dictation would push them, without the gate, so that
//! every chunk is computed. What the sound says does not matter for the time that the networks take;
//! it is a hummed tone in syllables, the same at every run.

use std::{
    f32::consts::TAU,
    io::{self, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use sotto_core::recognizer::{Recognizer, RecognizerConfig};
use sotto_models::SearchPath;
use tr::tr;

use crate::{
    cli::{ModelsBenchArgs, RecognitionArgs},
    model, notice,
};

/// Seconds of sound that are measured.
const MEASURED_S: usize = 10;
/// Seconds before them: caches and processors warm up.
const WARM_UP_S: usize = 2;
const RATE_HZ: u32 = 16_000;
/// What a microphone hands over at a time.
const BLOCK_SAMPLES: usize = 320;
/// Less than this leaves no reserve for a busy desktop.
const COMFORTABLE: f64 = 1.5;

/// The figures of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Speed {
    /// Id of the model.
    pub(crate) model: String,
    /// Seconds of sound recognized in one second.
    pub(crate) times_real_time: f64,
    /// Whether dictation with it does not fall behind.
    pub(crate) keeps_up: bool,
    /// Seconds until it is in memory and ready.
    pub(crate) load_s: f64,
}

/// Measures each model and prints its figures.
///
/// # Errors
///
/// If a model is not installed or does not run.
pub(crate) fn run(args: &ModelsBenchArgs) -> anyhow::Result<bool> {
    let mut ids = args.ids.clone();
    if ids.is_empty() {
        let search = SearchPath::from_environment();
        ids.extend(search.installed().map(|(_, manifest)| manifest.id));
        ids.dedup();
    }
    let mut all_run = true;
    for id in ids {
        match measure(&id) {
            Ok(speed) => print(&speed, args.json)?,
            Err(error) => {
                notice::say_error(&error);
                all_run = false;
            }
        }
    }
    Ok(all_run)
}

fn print(speed: &Speed, as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if as_json {
        return Ok(writeln!(out, "{}", serde_json::to_string(speed)?)?);
    }
    let verdict = if speed.times_real_time >= COMFORTABLE {
        tr!("keeps up")
    } else if speed.keeps_up {
        tr!("keeps up, without reserve")
    } else {
        tr!("does not keep up")
    };
    // TRANSLATORS: a speed, such as "12.5 × real time"
    let times = tr!(
        "{} × real time",
        format_args!("{:.1}", speed.times_real_time)
    );
    let loaded = tr!("ready after {} s", format_args!("{:.1}", speed.load_s));
    writeln!(out, "{}\t{times}\t{verdict}\t{loaded}", speed.model)?;
    Ok(())
}

/// Measures one model.
///
/// # Errors
///
/// If it is not installed or does not run.
pub(crate) fn measure(id: &str) -> anyhow::Result<Speed> {
    let started = Instant::now();
    let loaded = model::load(&RecognitionArgs {
        model: id.to_owned(),
        words: None,
        beam: None,
        greedy: false,
        threads: 1,
    })?;
    let load_s = started.elapsed().as_secs_f64();
    let config = RecognizerConfig {
        gate: None,
        ..loaded.config
    };
    let mut recognizer = Recognizer::new(Arc::clone(&loaded.speech), &config, RATE_HZ)?;
    let rate = RATE_HZ as usize;
    let samples = hum((WARM_UP_S + MEASURED_S) * rate);
    let (warm_up, measured) = samples.split_at(WARM_UP_S * rate);
    push(&mut recognizer, warm_up)?;
    let started = Instant::now();
    push(&mut recognizer, measured)?;
    let elapsed = started.elapsed().max(Duration::from_micros(1));
    let sound = Duration::from_secs(MEASURED_S as u64);
    let times_real_time = sound.as_secs_f64() / elapsed.as_secs_f64();
    Ok(Speed {
        model: loaded.id,
        times_real_time,
        keeps_up: times_real_time >= 1.0,
        load_s,
    })
}

fn push(recognizer: &mut Recognizer, samples: &[f32]) -> anyhow::Result<()> {
    use sotto_core::recognizer::RecognizerEvent;
    for block in samples.chunks(BLOCK_SAMPLES) {
        recognizer.push(block);
        while let Some(event) = recognizer.poll() {
            if let RecognizerEvent::Failed(error) = event {
                return Err(error.into());
            }
        }
    }
    Ok(())
}

/// A hummed tone: harmonics over a pitch that wanders, four syllables a second.
#[expect(
    clippy::cast_precision_loss,
    reason = "a few hundred thousand samples are exact"
)]
fn hum(n_samples: usize) -> Vec<f32> {
    let rate = RATE_HZ as f32;
    let mut phase = 0.0_f32;
    (0..n_samples)
        .map(|sample_idx| {
            let seconds = sample_idx as f32 / rate;
            let pitch_hz = 120.0 + 20.0 * (TAU * 0.7 * seconds).sin();
            phase = (phase + pitch_hz / rate).fract();
            let syllable = (TAU * 2.0 * seconds).sin().abs();
            let harmonics = (1..=20_u8).map(f32::from);
            let tone: f32 = harmonics.map(|n| (TAU * n * phase).sin() / n).sum();
            0.1 * syllable * tone
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_model_is_measured() {
        let speed = measure(sotto_models::BUILT_IN_MODEL).unwrap();
        assert_eq!(speed.model, sotto_models::BUILT_IN_MODEL);
        assert!(speed.times_real_time > 0.0 && speed.times_real_time.is_finite());
        assert_eq!(speed.keeps_up, speed.times_real_time >= 1.0);
        assert!(speed.load_s > 0.0);
        measure("no-such-model").unwrap_err();
    }

    #[test]
    fn the_sound_is_sound() {
        let samples = hum(RATE_HZ as usize);
        assert!(samples.iter().all(|sample| sample.abs() < 1.0));
        let power: f32 = samples.iter().map(|sample| sample * sample).sum();
        assert!(power / samples.len() as f32 > 1e-4);
    }
}
