//! What a 20 ms block sounds like: how loud it is, and how much like a voice's pitch.
//!
//! Loudness is the level in dB relative to full scale, below 0, without the rumble under 80 Hz.
//! Periodicity is the largest normalized autocorrelation over the pitches of voices, in
//! `[-1, 1]`: near 1 for vowels, low for rain, wind, clicks and the consonants without voice.
//! It looks at this block and the two before it.

use std::f32::consts::TAU;

use crate::time::SAMPLE_RATE_HZ;

/// Samples in a block: 20 ms.
pub const BLOCK_LEN: usize = 320;

/// Level of digital silence, dB relative to full scale.
pub const SILENCE_DBFS: f32 = -120.0;

/// Pitch is sought at a quarter of the rate, where it is cheap and fricatives are gone.
const DECIMATION: usize = 4;
const DECIMATED_LEN: usize = BLOCK_LEN / DECIMATION;
const HISTORY_LEN: usize = 3 * DECIMATED_LEN;

/// Lags of 400 Hz and 70 Hz at the decimated rate.
const MIN_LAG: usize = 10;
const MAX_LAG: usize = 57;

/// Corner of the high-pass in front of everything, in hertz.
const HIGH_PASS_HZ: f32 = 80.0;

/// The measures of one block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockSound {
    /// Level in dB relative to full scale.
    pub level_dbfs: f32,
    /// Largest normalized autocorrelation over the pitches of voices, in `[0, 1]`.
    pub periodicity: f32,
}

/// Measures blocks in stream order.
#[derive(Debug, Clone)]
pub struct Voicing {
    previous_in: f32,
    previous_out: f32,
    history: [f32; HISTORY_LEN],
}

impl Default for Voicing {
    fn default() -> Self {
        Self {
            previous_in: 0.0,
            previous_out: 0.0,
            history: [0.0; HISTORY_LEN],
        }
    }
}

impl Voicing {
    /// Measures the next block.
    pub fn measure(&mut self, block: &[f32; BLOCK_LEN]) -> BlockSound {
        let keep = 1.0 / (1.0 + TAU * HIGH_PASS_HZ / SAMPLE_RATE_HZ as f32);
        let mut power = 0.0;
        self.history.copy_within(DECIMATED_LEN.., 0);
        let newest = &mut self.history[HISTORY_LEN - DECIMATED_LEN..];
        for (samples, slot) in block.chunks_exact(DECIMATION).zip(newest) {
            *slot = 0.0;
            for &sample in samples {
                let passed = keep * (self.previous_out + sample - self.previous_in);
                self.previous_in = sample;
                self.previous_out = passed;
                power += passed * passed;
                *slot += passed;
            }
        }
        let level_dbfs = (10.0 * (power / BLOCK_LEN as f32).log10()).max(SILENCE_DBFS);
        BlockSound {
            level_dbfs,
            periodicity: self.periodicity(),
        }
    }

    fn periodicity(&self) -> f32 {
        const SPAN: usize = HISTORY_LEN - MAX_LAG;
        let newest = &self.history[MAX_LAG..];
        let energy: f32 = newest.iter().map(|x| x * x).sum();
        let mut earlier_energy: f32 = self.history[MAX_LAG - MIN_LAG..][..SPAN]
            .iter()
            .map(|x| x * x)
            .sum();
        let mut best = 0.0_f32;
        for lag in MIN_LAG..=MAX_LAG {
            let begin = MAX_LAG - lag;
            let earlier = &self.history[begin..][..SPAN];
            if lag > MIN_LAG {
                let (gone, come) = (self.history[begin + SPAN], self.history[begin]);
                earlier_energy = (earlier_energy + come * come - gone * gone).max(0.0);
            }
            let product: f32 = newest.iter().zip(earlier).map(|(a, b)| a * b).sum();
            let scale = (energy * earlier_energy).sqrt();
            if scale > f32::MIN_POSITIVE {
                best = best.max(product / scale);
            }
        }
        best.min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_of(samples: &[f32]) -> BlockSound {
        let mut voicing = Voicing::default();
        samples
            .as_chunks()
            .0
            .iter()
            .map(|block| voicing.measure(block))
            .last()
            .unwrap()
    }

    fn hum(pitch_hz: f32, n: u16) -> Vec<f32> {
        (0..n)
            .map(|i| (f32::from(i) * pitch_hz * TAU / 16_000.0).sin().powi(3) * 0.5)
            .collect()
    }

    #[test]
    fn a_voiced_pitch_is_periodic() {
        for pitch_hz in [80.0, 120.0, 210.0, 380.0] {
            let sound = last_of(&hum(pitch_hz, 1_600));
            assert!(sound.periodicity > 0.9, "{pitch_hz} Hz: {sound:?}");
        }
    }

    #[test]
    fn noise_is_not() {
        let mut state = 1_u32;
        let noise: Vec<f32> = (0..16_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect();
        assert!(last_of(&noise).periodicity < 0.4);
    }

    #[test]
    fn levels_are_relative_to_full_scale() {
        assert_eq!(
            last_of(&[0.0; 640]),
            BlockSound {
                level_dbfs: SILENCE_DBFS,
                periodicity: 0.0
            }
        );
        let tone: Vec<f32> = (0..3_200_u16)
            .map(|i| (f32::from(i) * TAU / 16.0).sin())
            .collect();
        assert!((last_of(&tone).level_dbfs + 3.0).abs() < 0.5);
        assert!(
            last_of(&[0.5; 16_000]).level_dbfs < -60.0,
            "an offset is no sound"
        );
    }
}
