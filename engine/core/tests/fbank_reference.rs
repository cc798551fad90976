//! Features against kaldi-native-fbank, and against themselves however the input is split.

mod common;

use common::wav_samples;
use proptest::prelude::*;
use sotto_core::fbank::{Fbank, FbankConfig};

const SPEECH: &[u8] = include_bytes!("fixtures/speech.wav");
const KALDI: &[u8] = include_bytes!("fixtures/speech.kaldi.f32");
const NEMO: &[u8] = include_bytes!("fixtures/speech.nemo.f32");

const TOLERANCE: f32 = 1e-3;

fn frames_of(config: &FbankConfig, samples: &[f32]) -> Vec<f32> {
    let mut fbank = Fbank::new(config).expect("a known parameter set");
    let mut frames = Vec::new();
    fbank.push(samples, &mut frames);
    fbank.finish(&mut frames);
    frames
}

#[track_caller]
fn check(config: &FbankConfig, reference: &[u8]) {
    let expected: Vec<f32> = reference
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect();
    let frames = frames_of(config, &wav_samples(SPEECH));
    assert_eq!(frames.len(), expected.len());
    let worst = frames
        .iter()
        .zip(&expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(worst <= TOLERANCE, "features differ by {worst}");
}

#[test]
fn kaldi_features_match_the_reference() {
    check(&FbankConfig::kaldi(80), KALDI);
}

#[test]
fn nemo_features_match_the_reference() {
    check(&FbankConfig::nemo(80), NEMO);
}

#[test]
fn the_number_of_frames_is_the_rounded_number_of_shifts() {
    for n in [
        0, 1, 79, 80, 81, 159, 240, 279, 280, 281, 399, 400, 401, 4_000, 4_079, 4_080,
    ] {
        let samples: Vec<f32> = (0..n).map(|i| (i as f32 * 0.05).sin() * 0.2).collect();
        let frames = frames_of(&FbankConfig::kaldi(80), &samples);
        assert_eq!(frames.len(), (n + 80) / 160 * 80, "{n} samples");
    }
}

#[test]
fn a_frame_is_given_once_its_last_sample_is_there() {
    let mut fbank = Fbank::new(&FbankConfig::nemo(80)).unwrap();
    let mut frames = Vec::new();
    fbank.push(&[0.1; 279], &mut frames);
    assert_eq!(fbank.n_frames(), 0);
    fbank.push(&[0.1; 1], &mut frames);
    assert_eq!(fbank.n_frames(), 1);
    fbank.push(&[0.1; 159], &mut frames);
    assert_eq!(fbank.n_frames(), 1);
    fbank.push(&[0.1; 1], &mut frames);
    assert_eq!(fbank.n_frames(), 2);
}

#[test]
fn bad_samples_spoil_no_later_frame() {
    let mut samples = wav_samples(SPEECH);
    let clean = frames_of(&FbankConfig::kaldi(80), &samples);
    samples[8_000] = f32::NAN;
    samples[8_001] = f32::NEG_INFINITY;
    samples[8_002] = f32::MAX;
    let frames = frames_of(&FbankConfig::kaldi(80), &samples);
    assert!(frames.iter().all(|value| value.is_finite()));
    assert_eq!(frames[53 * 80..], clean[53 * 80..]);
}

#[test]
fn a_finished_filter_bank_starts_anew() {
    let samples = wav_samples(SPEECH);
    let mut fbank = Fbank::new(&FbankConfig::kaldi(80)).unwrap();
    let mut runs = [Vec::new(), Vec::new()];
    for frames in &mut runs {
        fbank.push(&samples, frames);
        fbank.finish(frames);
    }
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn parameters_are_read_from_text() {
    let text = serde_json::to_string(&FbankConfig::nemo(128)).unwrap();
    assert_eq!(
        serde_json::from_str::<FbankConfig>(&text).unwrap(),
        FbankConfig::nemo(128)
    );
    assert!(text.contains(r#""mel_scale":"slaney""#), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_split_gives_the_same_frames(
        len in 0_usize..8_000,
        cuts in prop::collection::vec(0_usize..8_000, 0..12),
    ) {
        let samples = &wav_samples(SPEECH)[..len];
        for config in [FbankConfig::kaldi(80), FbankConfig::nemo(128)] {
            let mut at: Vec<usize> = cuts.iter().map(|&cut| cut.min(len)).collect();
            at.extend([0, len]);
            at.sort_unstable();
            let mut fbank = Fbank::new(&config).unwrap();
            let mut frames = Vec::new();
            for pair in at.windows(2) {
                fbank.push(&samples[pair[0]..pair[1]], &mut frames);
            }
            fbank.finish(&mut frames);
            prop_assert_eq!(frames, frames_of(&config, samples));
        }
    }
}
