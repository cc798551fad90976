//! Is this block voice? A wrapper over the WebRTC voice activity detector.
//!
//! The detector takes exactly 10, 20 or 30 ms of 16 kHz samples and answers yes or no.
//! Alone it takes much noise for voice; [`crate::gate`] adds the guard against that.
//! It is bound to the thread that made it.
//!
//! Source: the Gaussian-mixture detector of <https://webrtc.org>, through `libfvad`.

use crate::pcm;

/// How readily the detector says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VadMode {
    /// Misses least.
    Quality,
    /// Misses little.
    LowBitrate,
    /// Rejects more noise.
    Aggressive,
    /// Rejects most noise.
    #[default]
    VeryAggressive,
}

/// Longest block, in samples: 30 ms.
const MAX_BLOCK_LEN: usize = 480;

/// A voice detector for 16 kHz samples.
pub struct Vad {
    mode: VadMode,
    detector: webrtc_vad::Vad,
    scaled: [i16; MAX_BLOCK_LEN],
}

impl Vad {
    /// A detector that has heard nothing yet.
    #[must_use]
    pub fn new(mode: VadMode) -> Self {
        Self {
            mode,
            detector: detector(mode),
            scaled: [0; MAX_BLOCK_LEN],
        }
    }

    /// Whether `block` is voice, or `None` if it is not 10, 20 or 30 ms long.
    pub fn is_voice(&mut self, block: &[f32]) -> Option<bool> {
        if !matches!(block.len(), 160 | 320 | 480) {
            return None;
        }
        let scaled = &mut self.scaled[..block.len()];
        for (scaled, &sample) in scaled.iter_mut().zip(block) {
            *scaled = pcm::to_i16(sample);
        }
        self.detector.is_voice_segment(scaled).ok()
    }

    /// Forgets what it has heard.
    pub fn reset(&mut self) {
        self.detector = detector(self.mode);
    }
}

fn detector(mode: VadMode) -> webrtc_vad::Vad {
    let mode = match mode {
        VadMode::Quality => webrtc_vad::VadMode::Quality,
        VadMode::LowBitrate => webrtc_vad::VadMode::LowBitrate,
        VadMode::Aggressive => webrtc_vad::VadMode::Aggressive,
        VadMode::VeryAggressive => webrtc_vad::VadMode::VeryAggressive,
    };
    webrtc_vad::Vad::new_with_rate_and_mode(webrtc_vad::SampleRate::Rate16kHz, mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ten_twenty_and_thirty_milliseconds_are_taken() {
        let mut vad = Vad::new(VadMode::default());
        for len in [160, 320, 480] {
            assert_eq!(vad.is_voice(&vec![0.0; len]), Some(false));
        }
        for len in [0, 1, 159, 512, 960] {
            assert_eq!(vad.is_voice(&vec![0.0; len]), None);
        }
    }

    #[test]
    fn any_samples_are_taken() {
        let mut vad = Vad::new(VadMode::Quality);
        for sample in [f32::NAN, f32::INFINITY, -1e30, 1.0] {
            assert!(vad.is_voice(&[sample; 320]).is_some());
        }
    }

    #[test]
    fn a_reset_detector_answers_as_a_new_one() {
        let block: Vec<f32> = (0..320_u16)
            .map(|i| (f32::from(i) * 0.08).sin() * 0.3)
            .collect();
        let answers = |vad: &mut Vad| (0..20).map(|_| vad.is_voice(&block)).collect::<Vec<_>>();
        let mut vad = Vad::new(VadMode::Aggressive);
        let first = answers(&mut vad);
        vad.reset();
        assert_eq!(answers(&mut vad), first);
    }
}
