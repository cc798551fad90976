//! How loud it is when nobody speaks: the least smoothed level of the last seconds.
//!
//! People pause within any few seconds, and noise that is steady does not, so the minimum of the
//! smoothed level follows the noise and passes under the speech (minimum statistics, R. Martin,
//! 2001, without the bias correction: the gate's margins are relative to the minimum itself).

use std::collections::VecDeque;

/// Blocks that the floor looks back on: 2.56 s of 20 ms blocks.
const WINDOW_BLOCKS: u64 = 128;

/// Share of a new block in the smoothed level.
const SMOOTHING: f32 = 0.4;

/// Follows the noise floor block by block.
#[derive(Debug, Clone, Default)]
pub struct NoiseFloor {
    smoothed_dbfs: Option<f32>,
    /// Candidates for the minimum, oldest and least first: (block number, level).
    candidates: VecDeque<(u64, f32)>,
    n_blocks: u64,
}

impl NoiseFloor {
    /// Takes the level of the next block, dB relative to full scale.
    pub fn hear(&mut self, level_dbfs: f32) {
        let smoothed = self.smoothed_dbfs.map_or(level_dbfs, |before| {
            before + SMOOTHING * (level_dbfs - before)
        });
        self.smoothed_dbfs = Some(smoothed);
        while self
            .candidates
            .back()
            .is_some_and(|&(_, level)| level >= smoothed)
        {
            self.candidates.pop_back();
        }
        self.candidates.push_back((self.n_blocks, smoothed));
        self.n_blocks += 1;
        while self
            .candidates
            .front()
            .is_some_and(|&(block, _)| block + WINDOW_BLOCKS < self.n_blocks)
        {
            self.candidates.pop_front();
        }
    }

    /// The floor at present, dB relative to full scale; full scale before the first block.
    #[must_use]
    pub fn level_dbfs(&self) -> f32 {
        self.candidates.front().map_or(0.0, |&(_, level)| level)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(levels: impl IntoIterator<Item = f32>) -> f32 {
        let mut floor = NoiseFloor::default();
        levels.into_iter().for_each(|level| floor.hear(level));
        floor.level_dbfs()
    }

    #[test]
    fn steady_noise_becomes_the_floor() {
        assert_eq!(after([]), 0.0);
        assert_eq!(after([-20.0]), -20.0);
        assert!((after([[-70.0; 30], [-20.0; 30]].concat()) + 70.0).abs() < 1e-3);
        assert!((after([[-70.0; 30].as_slice(), &[-20.0; 150]].concat()) + 20.0).abs() < 1e-3);
    }

    #[test]
    fn speech_between_pauses_leaves_it_alone() {
        let speech = [[-60.0; 20], [-25.0; 20]].concat().repeat(10);
        assert!(after(speech) < -58.0);
    }

    proptest! {
        #[test]
        fn it_is_the_least_of_the_window(levels in prop::collection::vec(-90.0_f32..0.0, 129..400)) {
            let mut smoothed = Vec::new();
            for &level in &levels {
                let before = smoothed.last().copied().unwrap_or(level);
                smoothed.push(before + SMOOTHING * (level - before));
            }
            let least = smoothed[smoothed.len() - 128..].iter().copied().fold(f32::MAX, f32::min);
            prop_assert_eq!(after(levels), least);
        }
    }
}
