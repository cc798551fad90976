//! The gate: what opens it, what does not, and that no sample is lost or doubled.

mod common;

use common::wav_samples;
use proptest::prelude::*;
use sotto_core::endpoint::{EndpointRules, SoundsFinished};
use sotto_core::gate::{GateConfig, GateEvent, SpeechGate};
use sotto_core::time::Millis;

const SPEECH: &[u8] = include_bytes!("fixtures/speech.wav");

/// Speech of the fixture begins and ends here, in samples of the fixture.
const FIRST_WORD: usize = 320;
const LAST_WORD_END: usize = 46_000;

#[derive(Debug, Default, PartialEq)]
struct Heard {
    /// Delivered spans, first and past-the-last position.
    spans: Vec<(u64, u64)>,
    n_pre_roll: Vec<usize>,
    samples: Vec<f32>,
}

impl Heard {
    fn take(&mut self, event: GateEvent<'_>) {
        match event {
            GateEvent::Opened { start, pre_roll } => {
                assert!(
                    self.spans.last().is_none_or(|span| span.1 <= start.0),
                    "samples come twice"
                );
                self.spans.push((start.0, start.0 + pre_roll.len() as u64));
                self.n_pre_roll.push(pre_roll.len());
                self.samples.extend_from_slice(pre_roll);
            }
            GateEvent::Samples { start, samples } => {
                let span = self
                    .spans
                    .last_mut()
                    .expect("samples come after an opening");
                assert_eq!(span.1, start.0, "samples are missing");
                span.1 += samples.len() as u64;
                self.samples.extend_from_slice(samples);
            }
            GateEvent::Quiet { .. } => {}
            GateEvent::Closed { end } => {
                assert_eq!(
                    self.spans.last().expect("only an open gate closes").1,
                    end.0
                );
            }
        }
    }
}

/// Pushes `samples` in the given blocks and checks the books after each.
fn hear_split<'a>(blocks: impl IntoIterator<Item = &'a [f32]>) -> Heard {
    let mut gate = SpeechGate::new(&GateConfig::default());
    let mut heard = Heard::default();
    let check_books = |gate: &SpeechGate, heard: &Heard| {
        let counts = gate.counts();
        assert_eq!(
            counts.pushed,
            counts.delivered + counts.discarded + counts.held
        );
        assert_eq!(counts.delivered, heard.samples.len() as u64);
    };
    for block in blocks {
        gate.push(block, |event| heard.take(event));
        check_books(&gate, &heard);
    }
    gate.finish(|event| heard.take(event));
    check_books(&gate, &heard);
    assert_eq!(gate.counts().held, 0);
    assert!(!gate.is_open());
    heard
}

fn hear(samples: &[f32]) -> Heard {
    hear_split(samples.chunks(1_000))
}

fn noise(n: usize, peak: f32) -> Vec<f32> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..n).map(|_| next() * peak).collect()
}

/// The fixture at `peak`, after and before two seconds of noise 40 dB below it.
fn speech_in_quiet(peak: f32) -> Vec<f32> {
    let speech = wav_samples(SPEECH);
    let loudest = speech.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
    let mut samples = noise(32_000 + speech.len() + 48_000, peak * 0.01);
    for (sample, spoken) in samples[32_000..].iter_mut().zip(&speech) {
        *sample += spoken * peak / loudest;
    }
    samples
}

#[track_caller]
fn check_stays_shut(samples: &[f32]) {
    let heard = hear(samples);
    assert!(heard.spans.is_empty(), "opened at {:?}", heard.spans);
}

#[test]
fn speech_opens_it_from_loud_to_quiet() {
    for peak_dbfs in [0.0_f32, -20.0, -30.0, -40.0] {
        let heard = hear(&speech_in_quiet(10.0_f32.powf(peak_dbfs / 20.0)));
        let [(start, end)] = heard.spans[..] else {
            panic!("{peak_dbfs} dBFS: spans {:?}", heard.spans);
        };
        assert!(
            start <= (32_000 + FIRST_WORD) as u64,
            "{peak_dbfs} dBFS: starts at {start}"
        );
        assert!(
            end >= (32_000 + LAST_WORD_END) as u64,
            "{peak_dbfs} dBFS: ends at {end}"
        );
        assert!(heard.n_pre_roll[0] >= 8_000);
    }
}

#[test]
fn speech_at_the_very_start_is_whole() {
    let heard = hear(&wav_samples(SPEECH));
    assert_eq!(heard.spans, [(0, 48_000)]);
}

#[test]
fn a_word_cut_short_by_the_end_is_delivered() {
    let samples = wav_samples(SPEECH);
    let shortest = (1..60).find(|n| !hear(&samples[..n * 320]).spans.is_empty());
    assert!(shortest.is_some_and(|n| n <= 20), "{shortest:?} blocks");
}

#[test]
fn silence_and_noise_keep_it_shut() {
    check_stays_shut(&[0.0; 80_000]);
    check_stays_shut(&[0.3; 80_000]);
    for peak in [0.001, 0.03, 0.3, 1.0] {
        check_stays_shut(&noise(160_000, peak));
    }
}

#[test]
fn mains_hum_keeps_it_shut() {
    let hum = |i: u32| (i as f32 * 0.039_27).sin() * 0.05;
    check_stays_shut(&(0..160_000).map(hum).collect::<Vec<_>>());
}

#[test]
fn a_ticking_clock_keeps_it_shut() {
    let mut samples = noise(160_000, 0.002);
    for tick in samples.chunks_mut(8_000) {
        for (i, sample) in tick[..400].iter_mut().enumerate() {
            *sample += (i as f32 * 1.2).sin() * 0.5 * (-(i as f32) / 60.0).exp();
        }
    }
    check_stays_shut(&samples);
}

#[test]
fn bad_samples_do_not_wedge_it() {
    let mut samples = vec![f32::NAN; 16_000];
    samples.extend([f32::INFINITY, f32::MAX].repeat(800));
    samples.extend(noise(80_000, 0.001));
    let n_before = samples.len() as u64;
    samples.extend(speech_in_quiet(0.3));
    let spans = hear(&samples).spans;
    let first_word = n_before + (32_000 + FIRST_WORD) as u64;
    assert!(
        spans
            .iter()
            .any(|span| span.0 <= first_word && span.1 > first_word),
        "{spans:?}"
    );
}

#[test]
fn it_closes_after_the_hangover_and_opens_again() {
    let one = speech_in_quiet(0.3);
    let heard = hear(&one.repeat(2));
    assert_eq!(heard.spans.len(), 2, "{:?}", heard.spans);
    assert!(heard.spans[1].0 > heard.spans[0].1);
}

#[test]
fn the_hangover_outlasts_the_longest_pause_rule() {
    let longest = EndpointRules::default()
        .pause
        .min_trailing_silence
        .after(SoundsFinished::Unfinished);
    assert!(GateConfig::default().hangover >= longest);
    assert!(GateConfig::default().pre_roll >= Millis(500));
}

#[test]
fn parameters_are_read_from_text_and_typos_are_refused() {
    let config: GateConfig = serde_json::from_str(r#"{"hangover": 900}"#).unwrap();
    assert_eq!(
        config,
        GateConfig {
            hangover: Millis(900),
            ..GateConfig::default()
        }
    );
    assert!(serde_json::from_str::<GateConfig>(r#"{"hangoverr": 900}"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_split_gives_the_same_events(
        from in 0_usize..60_000,
        len in 0_usize..120_000,
        cuts in prop::collection::vec(0_usize..120_000, 0..20),
    ) {
        let all = speech_in_quiet(0.2).repeat(2);
        let samples = &all[from..(from + len).min(all.len())];
        let mut at: Vec<usize> = cuts.iter().map(|&cut| cut.min(samples.len())).collect();
        at.extend([0, samples.len()]);
        at.sort_unstable();
        let split = hear_split(at.windows(2).map(|pair| &samples[pair[0]..pair[1]]));
        let whole = hear_split([samples]);
        let mut delivered = Vec::new();
        for &(start, end) in &whole.spans {
            delivered.extend_from_slice(
                &samples[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()],
            );
        }
        prop_assert_eq!(&whole.samples, &delivered);
        prop_assert_eq!(split, whole);
    }
}
