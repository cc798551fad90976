//! Log-mel features, streaming: 16 kHz samples in, frames `[frames, bins]` out every 10 ms.
//!
//! Two parameter sets: [`FbankConfig::kaldi`] for icefall models and [`FbankConfig::nemo`] for
//! NeMo models as sherpa-onnx feeds them. Frames agree with `kaldi-native-fbank`
//! (<https://github.com/csukuangfj/kaldi-native-fbank>) within 1e-3 on the fixture; the test
//! `tests/fbank_reference.rs` holds them to that.
//!
//! Frame `i` is centered at `(i + 0.5) * 10 ms` ("snip edges" off). It is given once all of its
//! samples are there; the frames whose window reaches past the end come with
//! [`Fbank::finish`], the missing samples mirrored, as they are before the start.
//! `n` samples give `round(n / 160)` frames. The split of the input changes nothing.

use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{RealFftPlanner, RealToComplex};

use crate::mel::{MelFilters, MelScale};
use crate::pcm::SampleGuard;
use crate::time::{FRAME_SHIFT_SAMPLES, SAMPLE_RATE_HZ};

/// Samples in a window: 25 ms.
const WINDOW_LEN: usize = 400;

/// Points of the Fourier transform: the window, padded with zeros.
const FFT_LEN: usize = 512;

/// Where frame 0 begins, before the first sample: it is centered half a shift after it.
const LEAD_IN: usize = WINDOW_LEN / 2 - FRAME_SHIFT_SAMPLES / 2;

/// Shape of the analysis window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowShape {
    /// Kaldi's own: a symmetric Hann window to the power of 0.85.
    Povey,
    /// Hann, periodic.
    Hann,
}

/// What is done to a frame before the mel filters, and which filters.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FbankConfig {
    /// Mel bins in a frame.
    pub n_bins: usize,
    /// Lower edge of the first mel filter.
    pub low_hz: f32,
    /// Upper edge of the last mel filter.
    pub high_hz: f32,
    /// Spacing and height of the mel filters.
    pub mel_scale: MelScale,
    /// Shape of the window.
    pub window: WindowShape,
    /// Whether each frame's mean is subtracted first.
    pub remove_dc_offset: bool,
    /// Share of the previous sample that is subtracted within a frame, `[0, 1]`.
    pub preemphasis: f32,
}

impl FbankConfig {
    /// What icefall models are trained on (lhotse's Kaldi features on samples in `[-1, 1]`).
    #[must_use]
    pub const fn kaldi(n_bins: usize) -> Self {
        Self {
            n_bins,
            low_hz: 20.0,
            high_hz: 7_600.0,
            mel_scale: MelScale::Kaldi,
            window: WindowShape::Povey,
            remove_dc_offset: true,
            preemphasis: 0.97,
        }
    }

    /// What sherpa-onnx gives to NeMo models.
    #[must_use]
    pub const fn nemo(n_bins: usize) -> Self {
        Self {
            n_bins,
            low_hz: 0.0,
            high_hz: 8_000.0,
            mel_scale: MelScale::Slaney,
            window: WindowShape::Hann,
            remove_dc_offset: false,
            preemphasis: 0.97,
        }
    }
}

/// The parameters describe no filter bank.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FbankError {
    /// The band is empty or goes beyond half the sample rate.
    #[error(
        "mel filters from {low_hz} to {high_hz} Hz do not fit into 0 to 8000 Hz: correct the model's feature band"
    )]
    Band {
        /// Lower edge asked for.
        low_hz: f32,
        /// Upper edge asked for.
        high_hz: f32,
    },
    /// A filter is narrower than the spectrum's resolution, or there are none.
    #[error(
        "{n_bins} mel bins cannot be told apart in this band: correct the model's number of mel bins"
    )]
    Bins {
        /// Bins asked for.
        n_bins: usize,
    },
    /// Pre-emphasis outside `[0, 1]`.
    #[error(
        "pre-emphasis {preemphasis} is not between 0 and 1: correct the model's feature parameters"
    )]
    Preemphasis {
        /// Value asked for.
        preemphasis: f32,
    },
}

/// Computes log-mel frames from a stream of 16 kHz samples.
pub struct Fbank {
    config: FbankConfig,
    filters: MelFilters,
    window: [f32; WINDOW_LEN],
    fft: Arc<dyn RealToComplex<f64>>,
    windowed: [f32; WINDOW_LEN],
    /// Double precision: rounding in the transform is what differs between implementations, and
    /// quiet bins beside loud ones show it.
    fft_input: Vec<f64>,
    spectrum: Vec<Complex64>,
    scratch: Vec<Complex64>,
    power: Vec<f32>,
    guard: SampleGuard,
    /// Samples from `first_sample` on.
    samples: Vec<f32>,
    first_sample: u64,
    n_frames: u64,
}

impl Fbank {
    /// A filter bank at the start of a stream.
    ///
    /// # Errors
    /// If the parameters describe no filter bank.
    pub fn new(config: &FbankConfig) -> Result<Self, FbankError> {
        if !(0.0..=1.0).contains(&config.preemphasis) {
            return Err(FbankError::Preemphasis {
                preemphasis: config.preemphasis,
            });
        }
        let filters = MelFilters::new(
            config.mel_scale,
            config.n_bins,
            config.low_hz,
            config.high_hz,
        )?;
        let fft = RealFftPlanner::new().plan_fft_forward(FFT_LEN);
        Ok(Self {
            config: *config,
            filters,
            window: window(config.window),
            windowed: [0.0; WINDOW_LEN],
            fft_input: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; FFT_LEN / 2 + 1],
            fft,
            guard: SampleGuard::default(),
            samples: Vec::new(),
            first_sample: 0,
            n_frames: 0,
        })
    }

    /// Values in a frame.
    #[must_use]
    pub const fn n_bins(&self) -> usize {
        self.config.n_bins
    }

    /// Frames given since the stream began.
    #[must_use]
    pub const fn n_frames(&self) -> u64 {
        self.n_frames
    }

    /// Takes samples and appends the frames that they complete, `[frames, bins]`.
    pub fn push(&mut self, samples: &[f32], frames: &mut Vec<f32>) {
        self.guard.admit_all(samples, &mut self.samples);
        let n_samples = self.first_sample + self.samples.len() as u64;
        let n_frames = (n_samples + LEAD_IN as u64)
            .checked_sub(WINDOW_LEN as u64)
            .map_or(0, |spare| spare / FRAME_SHIFT_SAMPLES as u64 + 1);
        self.extend_to(n_frames, frames);
        self.drop_used();
    }

    /// Ends the stream: appends the frames whose window reaches past it, and starts anew.
    pub fn finish(&mut self, frames: &mut Vec<f32>) {
        let n_samples = self.first_sample + self.samples.len() as u64;
        let shift = FRAME_SHIFT_SAMPLES as u64;
        self.extend_to((n_samples + shift / 2) / shift, frames);
        self.reset();
    }

    /// Forgets the stream and starts anew.
    pub fn reset(&mut self) {
        self.samples.clear();
        self.first_sample = 0;
        self.n_frames = 0;
    }

    fn extend_to(&mut self, n_frames: u64, frames: &mut Vec<f32>) {
        while self.n_frames < n_frames {
            self.take_window();
            self.transform();
            self.filters.apply(&self.power, frames);
            self.n_frames += 1;
        }
    }

    /// The next frame's samples, prepared, into `windowed`.
    fn take_window(&mut self) {
        let input = &mut self.windowed;
        let begin = self.n_frames * FRAME_SHIFT_SAMPLES as u64;
        let inside = begin
            .checked_sub(LEAD_IN as u64 + self.first_sample)
            .and_then(|at| usize::try_from(at).ok())
            .and_then(|at| self.samples.get(at..at + WINDOW_LEN));
        if let Some(inside) = inside {
            input.copy_from_slice(inside);
        } else {
            let offset = begin.cast_signed() - LEAD_IN as i64 - self.first_sample.cast_signed();
            for (at, value) in (offset..).zip(input.iter_mut()) {
                *value = self.samples[mirrored(at, self.samples.len())];
            }
        }

        let mean = if self.config.remove_dc_offset {
            input.iter().sum::<f32>() / WINDOW_LEN as f32
        } else {
            0.0
        };
        let preemphasis = self.config.preemphasis;
        let mut previous = input[0] - mean;
        for (value, weight) in input.iter_mut().zip(&self.window) {
            let centered = *value - mean;
            *value = (centered - preemphasis * previous) * weight;
            previous = centered;
        }
    }

    /// The spectrum of `windowed` into `power`.
    #[expect(clippy::cast_possible_truncation, reason = "frames are f32")]
    fn transform(&mut self) {
        let (input, padding) = self.fft_input.split_at_mut(WINDOW_LEN);
        for (input, &value) in input.iter_mut().zip(&self.windowed) {
            *input = f64::from(value);
        }
        padding.fill(0.0);
        self.fft
            .process_with_scratch(&mut self.fft_input, &mut self.spectrum, &mut self.scratch)
            .expect("the buffers were made for this transform");
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr() as f32;
        }
    }

    /// Drops samples that no later frame needs, once they outnumber those that one does.
    fn drop_used(&mut self) {
        let begin = self.n_frames * FRAME_SHIFT_SAMPLES as u64;
        let n_used = begin.saturating_sub(LEAD_IN as u64 + self.first_sample);
        let n_used =
            usize::try_from(n_used).map_or(self.samples.len(), |n| n.min(self.samples.len()));
        if n_used >= WINDOW_LEN {
            self.samples.drain(..n_used);
            self.first_sample += n_used as u64;
        }
    }
}

/// The index in `0..len` that `at` is mirrored to: -1 is 0, `len` is `len - 1`, and so on.
fn mirrored(mut at: i64, len: usize) -> usize {
    let len = len.cast_signed() as i64;
    loop {
        if at < 0 {
            at = -at - 1;
        } else if at >= len {
            at = 2 * len - 1 - at;
        } else {
            return usize::try_from(at).expect("between 0 and the length");
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "weights are f32")]
fn window(shape: WindowShape) -> [f32; WINDOW_LEN] {
    let period = match shape {
        WindowShape::Povey => WINDOW_LEN - 1,
        WindowShape::Hann => WINDOW_LEN,
    };
    std::array::from_fn(|i| {
        let hann = 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / period as f64).cos();
        let weight = match shape {
            WindowShape::Povey => hann.powf(0.85),
            WindowShape::Hann => hann,
        };
        weight as f32
    })
}

/// Width of a bin of the power spectrum, in hertz.
pub(crate) const FFT_BIN_HZ: f32 = SAMPLE_RATE_HZ as f32 / FFT_LEN as f32;

/// Bins of the power spectrum.
pub(crate) const N_FFT_BINS: usize = FFT_LEN / 2 + 1;
