//! Samples: mono `f32` in `[-1, 1]`, and the only places that convert, mix or scale them.
//!
//! Everything behind this module may assume finite samples no larger than [`PEAK_LIMIT`]:
//! [`SampleGuard`] is the door through which audio enters the signal path.

/// Largest magnitude that passes [`SampleGuard`], 12 dB over full scale.
///
/// Lossy decoders and resamplers overshoot full scale a little, which is harmless;
/// anything beyond this is not audio and would overflow the power spectrum.
pub const PEAK_LIMIT: f32 = 4.0;

/// What full scale means in 16 bit.
const I16_SCALE: f32 = 32_768.0;

/// One block of mono samples as the audio device handed it over.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PcmBlock {
    /// Position of the first sample, counted at the native rate since capture began.
    pub first_native_sample: u64,
    /// Samples at the native rate.
    pub samples: Vec<f32>,
}

/// Lets samples through, replaces the ones that are not audio, and counts those.
///
/// NaN and infinities become 0; magnitudes beyond [`PEAK_LIMIT`] become that limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SampleGuard {
    n_replaced: u64,
}

impl SampleGuard {
    /// The sample, or what stands in for it.
    #[inline]
    pub fn admit(&mut self, sample: f32) -> f32 {
        if sample.abs() <= PEAK_LIMIT {
            return sample;
        }
        self.n_replaced += 1;
        if sample.is_finite() {
            PEAK_LIMIT.copysign(sample)
        } else {
            0.0
        }
    }

    /// Appends the admitted `samples` to `out`.
    pub fn admit_all(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        out.extend(samples.iter().map(|&sample| self.admit(sample)));
    }

    /// Samples replaced since the guard was made.
    #[must_use]
    pub const fn n_replaced(&self) -> u64 {
        self.n_replaced
    }
}

/// The mean of the channels of each interleaved frame; an incomplete last frame is left out.
///
/// With no channels there are no samples.
pub fn mix_down(interleaved: &[f32], n_channels: usize) -> impl Iterator<Item = f32> + '_ {
    let n_channels = if n_channels == 0 {
        usize::MAX
    } else {
        n_channels
    };
    let scale = recip(n_channels);
    interleaved
        .chunks_exact(n_channels)
        .map(move |channels| channels.iter().sum::<f32>() * scale)
}

#[expect(clippy::cast_precision_loss, reason = "channel counts are small")]
fn recip(n_channels: usize) -> f32 {
    1.0 / n_channels as f32
}

/// A sample in 16 bit, saturating; NaN is silence.
#[inline]
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "float to integer casts saturate"
)]
pub fn to_i16(sample: f32) -> i16 {
    (sample * I16_SCALE).round() as i16
}

/// A 16-bit sample in `[-1, 1)`.
#[inline]
#[must_use]
pub fn from_i16(sample: i16) -> f32 {
    f32::from(sample) / I16_SCALE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_audio_is_replaced_and_counted() {
        let mut guard = SampleGuard::default();
        let mut out = Vec::new();
        let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -5.0];
        guard.admit_all(&bad, &mut out);
        assert_eq!(out, [0.0, 0.0, 0.0, PEAK_LIMIT, -PEAK_LIMIT]);
        assert_eq!(guard.n_replaced(), 5);
        assert_eq!(guard.admit(1.01), 1.01);
        assert_eq!(guard.admit(-0.0), 0.0);
        assert_eq!(guard.n_replaced(), 5);
    }

    #[test]
    fn channels_are_averaged() {
        let mix = |samples: &[f32], n| mix_down(samples, n).collect::<Vec<_>>();
        assert_eq!(mix(&[0.5, -0.5, 1.0, 0.0], 2), [0.0, 0.5]);
        assert_eq!(mix(&[0.1, 0.2], 1), [0.1, 0.2]);
        assert_eq!(mix(&[0.3, 0.3, 0.3, 0.9], 3), [0.3 * 3.0 / 3.0]);
        assert!(mix(&[0.5, 0.5], 0).is_empty());
        assert!(mix(&[], 2).is_empty());
    }

    #[test]
    fn sixteen_bit_saturates() {
        assert_eq!(
            [2.0, 1.0, -1.0, -2.0, f32::NAN].map(to_i16),
            [32767, 32767, -32768, -32768, 0]
        );
    }

    proptest! {
        #[test]
        fn sixteen_bit_round_trips(sample: i16) {
            prop_assert_eq!(to_i16(from_i16(sample)), sample);
        }

        #[test]
        fn any_sample_is_finite_behind_the_guard(sample: f32) {
            prop_assert!(SampleGuard::default().admit(sample).abs() <= PEAK_LIMIT);
        }
    }
}
