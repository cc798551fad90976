//! Native rate to 16 kHz, streaming.
//!
//! Input and output are mono `f32`. Output sample `k` stands at `k / 16000` s of the input
//! (within half an output sample): the filter's delay is taken off the start and made up at the end,
//! so positions and word times stay true. The output does not depend on how the input is split.
//!
//! A windowed sinc of 64 output samples to each side (Blackman, so about 75 dB of rejection),
//! evaluated by rubato: <https://docs.rs/rubato>.
//! Where the two rates form a fraction with a small denominator, each output phase has its own
//! exact filter; otherwise filters are interpolated.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Async, FixedAsync, Resampler as _, SincInterpolationParameters, SincInterpolationType,
    WindowFunction, calculate_cutoff,
};

use crate::pcm::SampleGuard;
use crate::time::SAMPLE_RATE_HZ;

/// Lowest native rate that is accepted, in hertz.
pub const MIN_NATIVE_RATE_HZ: u32 = 4_000;

/// Highest native rate that is accepted, in hertz.
pub const MAX_NATIVE_RATE_HZ: u32 = 384_000;

/// Filter length at the lower of the two rates, in samples: a longer one passes more treble
/// and delays more; this one is flat to 7.2 kHz at a delay of 4 ms.
const FILTER_LEN: usize = 128;

/// Blocks in a second: rubato takes fixed blocks, and this bounds the delay they add to 5 ms.
const BLOCKS_PER_SECOND: u32 = 200;

/// Up to this denominator every output phase gets its own filter.
const MAX_EXACT_PHASES: u32 = 640;

/// Filters between two input samples where phases are interpolated.
const INTERPOLATED_PHASES: usize = 128;

/// The native rate is outside what microphones and files have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "audio at {native_rate_hz} Hz cannot be used: choose a rate between \
     {MIN_NATIVE_RATE_HZ} and {MAX_NATIVE_RATE_HZ} Hz"
)]
pub struct UnsupportedRate {
    /// The rate asked for.
    pub native_rate_hz: u32,
}

/// Turns a stream at one rate into the same stream at 16 kHz.
pub struct Resampler {
    guard: SampleGuard,
    sinc: Option<Sinc>,
}

struct Sinc {
    native_rate_hz: u32,
    filter: Async<f32>,
    /// The block being filled; always `filter.input_frames_next()` long.
    block: Vec<f32>,
    n_filled: usize,
    output: Vec<f32>,
    n_delay: usize,
    n_to_skip: usize,
    n_in: u64,
    n_out: u64,
}

impl Resampler {
    /// A resampler from `native_rate_hz`; at 16 kHz samples pass through as they are.
    ///
    /// # Errors
    /// If the rate is outside [`MIN_NATIVE_RATE_HZ`]..=[`MAX_NATIVE_RATE_HZ`].
    pub fn new(native_rate_hz: u32) -> Result<Self, UnsupportedRate> {
        if !(MIN_NATIVE_RATE_HZ..=MAX_NATIVE_RATE_HZ).contains(&native_rate_hz) {
            return Err(UnsupportedRate { native_rate_hz });
        }
        let sinc = (native_rate_hz != SAMPLE_RATE_HZ).then(|| Sinc::new(native_rate_hz));
        Ok(Self {
            guard: SampleGuard::default(),
            sinc,
        })
    }

    /// Takes native samples and appends the 16 kHz samples that they complete.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        match &mut self.sinc {
            None => self.guard.admit_all(samples, out),
            Some(sinc) => sinc.push(samples, &mut self.guard, out),
        }
    }

    /// Ends the stream: appends what the filter still holds, and starts anew.
    ///
    /// From first push to here, `n` native samples have given `ceil(n * 16000 / rate)` samples.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        if let Some(sinc) = &mut self.sinc {
            sinc.finish(out);
        }
    }

    /// Samples that were not audio and have been replaced, since the resampler was made.
    #[must_use]
    pub const fn n_replaced(&self) -> u64 {
        self.guard.n_replaced()
    }
}

impl Sinc {
    fn new(native_rate_hz: u32) -> Self {
        let divisor = greatest_common_divisor(SAMPLE_RATE_HZ, native_rate_hz);
        let n_phases = SAMPLE_RATE_HZ / divisor;
        let (oversampling_factor, interpolation) = if n_phases <= MAX_EXACT_PHASES {
            (n_phases as usize, SincInterpolationType::Nearest)
        } else {
            (INTERPOLATED_PHASES, SincInterpolationType::Cubic)
        };
        let ratio = f64::from(SAMPLE_RATE_HZ) / f64::from(native_rate_hz);
        let parameters = SincInterpolationParameters {
            sinc_len: filter_len(native_rate_hz),
            f_cutoff: Some(calculate_cutoff(FILTER_LEN, WindowFunction::Blackman)),
            oversampling_factor,
            interpolation,
            window: WindowFunction::Blackman,
        };
        let block_len = (native_rate_hz / BLOCKS_PER_SECOND) as usize;
        let filter = Async::new_sinc(ratio, 1.0, &parameters, block_len, 1, FixedAsync::Input)
            .expect("rates in range give a valid ratio and block length");
        let n_delay = output_delay(parameters.sinc_len, oversampling_factor, ratio);
        Self {
            native_rate_hz,
            block: vec![0.0; filter.input_frames_next()],
            n_filled: 0,
            output: vec![0.0; filter.output_frames_max()],
            filter,
            n_delay,
            n_to_skip: n_delay,
            n_in: 0,
            n_out: 0,
        }
    }

    fn push(&mut self, samples: &[f32], guard: &mut SampleGuard, out: &mut Vec<f32>) {
        self.n_in += samples.len() as u64;
        for &sample in samples {
            self.block[self.n_filled] = guard.admit(sample);
            self.n_filled += 1;
            if self.n_filled == self.block.len() {
                self.run_block(u64::MAX, out);
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<f32>) {
        let n_total =
            (self.n_in * u64::from(SAMPLE_RATE_HZ)).div_ceil(u64::from(self.native_rate_hz));
        while self.n_out < n_total {
            self.block[self.n_filled..].fill(0.0);
            self.run_block(n_total, out);
        }
        self.filter.reset();
        self.n_filled = 0;
        self.n_to_skip = self.n_delay;
        self.n_in = 0;
        self.n_out = 0;
    }

    /// Filters the full block; gives out no more than `n_total` samples over the stream.
    fn run_block(&mut self, n_total: u64, out: &mut Vec<f32>) {
        const FIT: &str = "the buffers have the lengths that the filter asked for";
        let block_len = self.block.len();
        let output_len = self.output.len();
        let input = SequentialSlice::new(&self.block, 1, block_len).expect(FIT);
        let mut output = SequentialSlice::new_mut(&mut self.output, 1, output_len).expect(FIT);
        let (_, n_given) = self
            .filter
            .process_into_buffer(&input, &mut output, None)
            .expect(FIT);
        self.n_filled = 0;

        let n_skipped = self.n_to_skip.min(n_given);
        self.n_to_skip -= n_skipped;
        let n_wanted = usize::try_from(n_total - self.n_out).unwrap_or(usize::MAX);
        let n_kept = (n_given - n_skipped).min(n_wanted);
        out.extend_from_slice(&self.output[n_skipped..n_skipped + n_kept]);
        self.n_out += n_kept as u64;
    }
}

/// Output samples that stand before the first input sample, to the nearest one.
///
/// rubato's own figure is rounded down and leaves out the first step and the position of the
/// first phase, which adds up to two output samples.
#[expect(
    clippy::cast_precision_loss,
    reason = "filters are a few thousand samples at most"
)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small and positive"
)]
fn output_delay(sinc_len: usize, oversampling_factor: usize, ratio: f64) -> usize {
    let n_native = sinc_len as f64 / 2.0 - 1.0 / oversampling_factor as f64;
    (n_native * ratio - 1.0).round() as usize
}

/// Filter length in native samples: [`FILTER_LEN`] of the lower rate, a multiple of 8.
fn filter_len(native_rate_hz: u32) -> usize {
    let n_native = FILTER_LEN * native_rate_hz.max(SAMPLE_RATE_HZ) as usize;
    n_native
        .div_ceil(SAMPLE_RATE_HZ as usize)
        .next_multiple_of(8)
}

const fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    const RATES_HZ: [u32; 12] = [
        4_000, 8_000, 11_025, 12_000, 22_050, 32_000, 44_056, 44_100, 48_000, 96_000, 192_000,
        384_000,
    ];

    #[expect(clippy::cast_possible_truncation, reason = "samples are f32")]
    fn tone(rate_hz: u32, tone_hz: f64, n: usize) -> Vec<f32> {
        (0..n)
            .map(|i| (0.5 * (TAU * tone_hz * i as f64 / f64::from(rate_hz)).sin()) as f32)
            .collect()
    }

    fn resample(rate_hz: u32, samples: &[f32]) -> Vec<f32> {
        let mut resampler = Resampler::new(rate_hz).unwrap();
        let mut out = Vec::new();
        resampler.push(samples, &mut out);
        resampler.finish(&mut out);
        out
    }

    /// Level of the middle half against the 0.5 sine that went in, in decibels.
    fn gain_db(samples: &[f32]) -> f64 {
        let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
        let power = middle.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / middle.len() as f64;
        10.0 * (power / 0.125).log10()
    }

    #[test]
    fn rates_nobody_has_are_refused() {
        for rate_hz in [0, 1, 3_999, 384_001, u32::MAX] {
            let error = Resampler::new(rate_hz).err().unwrap();
            assert!(error.to_string().contains(&rate_hz.to_string()));
        }
    }

    #[test]
    fn sixteen_kilohertz_passes_through() {
        let samples = tone(16_000, 440.0, 1_000);
        assert_eq!(resample(16_000, &samples), samples);
    }

    #[test]
    fn pass_band_is_flat() {
        for rate_hz in RATES_HZ {
            let top_hz = (f64::from(rate_hz) / 2.0).min(8_000.0) * 0.9;
            for tone_hz in [100.0, 1_000.0, top_hz] {
                let gain = gain_db(&resample(
                    rate_hz,
                    &tone(rate_hz, tone_hz, rate_hz as usize),
                ));
                assert!(
                    gain.abs() < 0.1,
                    "{rate_hz} Hz: {tone_hz} Hz passes at {gain} dB"
                );
            }
        }
    }

    #[test]
    fn tones_above_eight_kilohertz_vanish() {
        for rate_hz in RATES_HZ.into_iter().filter(|&rate_hz| rate_hz > 16_000) {
            let top_hz = f64::from(rate_hz) / 2.0 - 100.0;
            for tone_hz in [8_050.0, 9_000.0, 12_345.0, 15_900.0, top_hz] {
                if tone_hz > top_hz {
                    continue;
                }
                let gain = gain_db(&resample(
                    rate_hz,
                    &tone(rate_hz, tone_hz, rate_hz as usize),
                ));
                assert!(
                    gain < -60.0,
                    "{rate_hz} Hz: {tone_hz} Hz leaks at {gain} dB"
                );
            }
        }
    }

    #[test]
    fn positions_stay_true() {
        for rate_hz in RATES_HZ {
            let n = rate_hz as usize + 7;
            let out = resample(rate_hz, &tone(rate_hz, 500.0, n));
            assert_eq!(
                out.len(),
                (n * 16_000).div_ceil(rate_hz as usize),
                "{rate_hz} Hz"
            );
            let (mut in_phase, mut ahead) = (0.0, 0.0);
            for (k, &sample) in out.iter().enumerate().take(12_000).skip(4_000) {
                let angle = TAU * 500.0 * k as f64 / 16_000.0;
                in_phase += f64::from(sample) * angle.sin();
                ahead += f64::from(sample) * angle.cos();
            }
            let lead = ahead.atan2(in_phase) / TAU * 32.0;
            assert!(lead.abs() <= 0.51, "{rate_hz} Hz: {lead} samples early");
        }
    }

    #[test]
    fn bad_samples_do_not_outlive_themselves() {
        for rate_hz in [16_000, 44_100, 48_000] {
            let mut samples = tone(rate_hz, 300.0, 4_800);
            samples[2_000] = f32::NAN;
            samples[2_001] = f32::INFINITY;
            let mut resampler = Resampler::new(rate_hz).unwrap();
            let mut out = Vec::new();
            resampler.push(&samples, &mut out);
            resampler.finish(&mut out);
            assert_eq!(resampler.n_replaced(), 2);
            assert!(out.iter().all(|sample| sample.abs() < 0.6));
        }
    }

    #[test]
    fn a_finished_resampler_starts_anew() {
        let samples = tone(44_100, 700.0, 3_000);
        let mut resampler = Resampler::new(44_100).unwrap();
        let mut runs = [Vec::new(), Vec::new()];
        for out in &mut runs {
            resampler.push(&samples, out);
            resampler.finish(out);
        }
        assert_eq!(runs[0], runs[1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_split_gives_the_same_samples(
            rate_hz in prop_oneof![prop::sample::select(&RATES_HZ[..]), 4_000..=384_000_u32],
            samples in prop::collection::vec(-1.0_f32..1.0, 0..6_000),
            cuts in prop::collection::vec(0_usize..6_000, 0..8),
        ) {
            let whole = resample(rate_hz, &samples);
            let mut at: Vec<usize> = cuts.iter().map(|&cut| cut.min(samples.len())).collect();
            at.extend([0, samples.len()]);
            at.sort_unstable();
            let mut resampler = Resampler::new(rate_hz).unwrap();
            let mut out = Vec::new();
            for pair in at.windows(2) {
                resampler.push(&samples[pair[0]..pair[1]], &mut out);
            }
            resampler.finish(&mut out);
            prop_assert_eq!(out, whole);
        }
    }
}
