//! Samples on their way to the desktop's loudspeaker.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cpal::traits::{DeviceTrait as _, StreamTrait as _};
use cpal::{
    BufferSize, FromSample, SampleFormat, SizedSample, StreamConfig, SupportedStreamConfig,
};

use crate::device::with_loudspeaker;
use crate::error::{CaptureError, CaptureErrorKind};

/// Longest wait for the sound system to open the stream.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// What the sound system may still hold when the last sample was handed over.
const TAIL_MS: u64 = 300;

/// A recording that is being played; it stops when dropped.
pub struct Playback {
    _stream: cpal::Stream,
    is_over: Arc<AtomicBool>,
}

impl Playback {
    /// Plays mono samples of `rate_hz` on the desktop's loudspeaker.
    ///
    /// # Errors
    ///
    /// [`CaptureError::kind`] says what can be done.
    pub fn start(samples: &Arc<[f32]>, rate_hz: u32) -> Result<Self, CaptureError> {
        with_loudspeaker(|device, name| {
            let format = device
                .default_output_config()
                .map_err(|error| CaptureError::from_cpal(name.as_str(), error))?;
            let score = Score::new(Arc::clone(samples), rate_hz, format.sample_rate());
            open_any(device, &format, score, &name)
        })
    }

    /// Whether everything was played, or the loudspeaker has gone.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }
}

impl std::fmt::Debug for Playback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Playback")
            .field("is_over", &self.is_over())
            .finish_non_exhaustive()
    }
}

/// What is still to be played: the samples at another rate, each as the straight line between its neighbors has it.
struct Score {
    samples: Arc<[f32]>,
    /// Samples of the recording for each frame of the loudspeaker.
    step: f64,
    n_played: u64,
    n_tail: u64,
}

impl Score {
    fn new(samples: Arc<[f32]>, rate_hz: u32, played_at_hz: u32) -> Self {
        Self {
            samples,
            step: f64::from(rate_hz) / f64::from(played_at_hz.max(1)),
            n_played: 0,
            n_tail: TAIL_MS * u64::from(played_at_hz) / 1000,
        }
    }

    /// The next frame; silence behind the end, and `None` when that has lasted long enough.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the position counts samples in memory, its fraction is a weight"
    )]
    fn next(&mut self) -> Option<f32> {
        let at = self.n_played as f64 * self.step;
        self.n_played += 1;
        let before = at as usize;
        let Some(&from) = self.samples.get(before) else {
            self.n_tail = self.n_tail.checked_sub(1)?;
            return Some(0.0);
        };
        let to = self.samples.get(before + 1).copied().unwrap_or(0.0);
        Some((to - from).mul_add(at.fract() as f32, from))
    }
}

fn open_any(
    device: &cpal::Device,
    format: &SupportedStreamConfig,
    score: Score,
    name: &str,
) -> Result<Playback, CaptureError> {
    match format.sample_format() {
        SampleFormat::F32 => open_as::<f32>(device, format, score, name),
        SampleFormat::F64 => open_as::<f64>(device, format, score, name),
        SampleFormat::I8 => open_as::<i8>(device, format, score, name),
        SampleFormat::I16 => open_as::<i16>(device, format, score, name),
        SampleFormat::I24 => open_as::<cpal::I24>(device, format, score, name),
        SampleFormat::I32 => open_as::<i32>(device, format, score, name),
        SampleFormat::U8 => open_as::<u8>(device, format, score, name),
        SampleFormat::U16 => open_as::<u16>(device, format, score, name),
        _ => Err(CaptureError::new(CaptureErrorKind::Format, name)),
    }
}

fn open_as<T>(
    device: &cpal::Device,
    format: &SupportedStreamConfig,
    mut score: Score,
    name: &str,
) -> Result<Playback, CaptureError>
where
    T: SizedSample + FromSample<f32>,
{
    let config = StreamConfig {
        channels: format.channels(),
        sample_rate: format.sample_rate(),
        buffer_size: BufferSize::Default,
    };
    let is_over = Arc::new(AtomicBool::new(false));
    let (ended, gone) = (Arc::clone(&is_over), Arc::clone(&is_over));
    let n_channels = usize::from(config.channels).max(1);
    let failed = |error| CaptureError::from_cpal(name, error);
    let stream = device
        .build_output_stream::<T, _, _>(
            config,
            move |frames: &mut [T], _| {
                for frame in frames.chunks_mut(n_channels) {
                    let sample = score.next();
                    if sample.is_none() {
                        ended.store(true, Ordering::Release);
                    }
                    frame.fill(T::from_sample(sample.unwrap_or(0.0)));
                }
            },
            move |error| match error.kind() {
                cpal::ErrorKind::DeviceChanged
                | cpal::ErrorKind::Xrun
                | cpal::ErrorKind::RealtimeDenied => {}
                _ => gone.store(true, Ordering::Release),
            },
            Some(OPEN_TIMEOUT),
        )
        .map_err(failed)?;
    stream.play().map_err(failed)?;
    Ok(Playback {
        _stream: stream,
        is_over,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn played(samples: &[f32], rate_hz: u32, played_at_hz: u32) -> Vec<f32> {
        let mut score = Score::new(samples.into(), rate_hz, played_at_hz);
        std::iter::from_fn(move || score.next()).collect()
    }

    #[test]
    fn at_its_own_rate_a_recording_is_played_as_it_is() {
        let samples = [0.5, -0.25, 1.0, 0.0, -1.0];
        let played = played(&samples, 1_000, 1_000);
        assert_eq!(played[..5], samples);
        assert!(played[5..].iter().all(|sample| *sample == 0.0));
        assert_eq!(played.len(), 5 + 300);
    }

    #[test]
    fn at_twice_the_rate_there_are_points_between() {
        let played = played(&[0.0, 1.0, 0.5], 1_000, 2_000);
        assert_eq!(played[..6], [0.0, 0.5, 1.0, 0.75, 0.5, 0.25]);
    }

    proptest! {
        #[test]
        fn it_lasts_as_long_as_it_took(
            n_samples in 0_usize..5_000,
            rate_hz in 8_000_u32..96_000,
            played_at_hz in 8_000_u32..96_000,
        ) {
            let n_frames = played(&vec![0.5; n_samples], rate_hz, played_at_hz).len() as f64;
            let expected = (n_samples as f64 / f64::from(rate_hz) + 0.3) * f64::from(played_at_hz);
            prop_assert!((n_frames - expected).abs() <= 2.0, "{n_frames} for {expected}");
        }
    }
}
