//! The frames between [`crate::fbank::Fbank`] and the encoder: a sliding window `[frames, bins]`.
//!
//! Frames go in at the end, the encoder looks at a window at the front and moves it on by a chunk.
//! Frames that the window has left are dropped, so memory stays flat however long the stream is.

/// A queue of feature frames, row-major, seen through a window at its front.
#[derive(Debug, Clone)]
pub struct FeatureBuffer {
    n_bins: usize,
    /// Rows from `n_dropped` on; rows before `first` have been left by the window.
    values: Vec<f32>,
    first: usize,
    /// Frames still to be dropped as they arrive, after an advance past the end.
    n_owed: usize,
    n_advanced: u64,
}

impl FeatureBuffer {
    /// An empty buffer of frames of `n_bins` values.
    ///
    /// # Panics
    /// If `n_bins` is 0.
    #[must_use]
    pub const fn new(n_bins: usize) -> Self {
        assert!(n_bins > 0, "a frame has at least one bin");
        Self {
            n_bins,
            values: Vec::new(),
            first: 0,
            n_owed: 0,
            n_advanced: 0,
        }
    }

    /// Values in a frame.
    #[must_use]
    pub const fn n_bins(&self) -> usize {
        self.n_bins
    }

    /// Frames in the buffer.
    #[must_use]
    pub const fn n_frames(&self) -> usize {
        self.values.len() / self.n_bins - self.first
    }

    /// Frames, padding included, that the window has left behind.
    #[must_use]
    pub const fn n_advanced(&self) -> u64 {
        self.n_advanced
    }

    /// Appends whole frames, `[frames, bins]`.
    ///
    /// # Panics
    /// If `frames` is not a whole number of frames.
    pub fn push(&mut self, frames: &[f32]) {
        assert!(
            frames.len().is_multiple_of(self.n_bins),
            "{} values are not frames of {}",
            frames.len(),
            self.n_bins
        );
        let n_skipped = self.pay(frames.len() / self.n_bins);
        self.values
            .extend_from_slice(&frames[n_skipped * self.n_bins..]);
    }

    /// Appends `n_frames` frames of zeros: the left context of a first window, or a tail.
    pub fn push_zeros(&mut self, n_frames: usize) {
        let n_skipped = self.pay(n_frames);
        let len = self.values.len() + (n_frames - n_skipped) * self.n_bins;
        self.values.resize(len, 0.0);
    }

    /// The first `n_frames` frames, `[n_frames, bins]`, once there are that many.
    #[must_use]
    pub fn window(&self, n_frames: usize) -> Option<&[f32]> {
        let start = self.first * self.n_bins;
        self.values.get(start..start + n_frames * self.n_bins)
    }

    /// Moves the window on by `n_frames`; past the end, frames yet to come are dropped.
    pub fn advance(&mut self, n_frames: usize) {
        let n_left = n_frames.min(self.n_frames());
        self.first += n_left;
        self.n_owed += n_frames - n_left;
        self.n_advanced += n_frames as u64;
        if 2 * self.first * self.n_bins >= self.values.len() {
            self.values.drain(..self.first * self.n_bins);
            self.first = 0;
        }
    }

    /// Empties the buffer for the next utterance.
    pub fn clear(&mut self) {
        self.values.clear();
        self.first = 0;
        self.n_owed = 0;
        self.n_advanced = 0;
    }

    fn pay(&mut self, n_frames: usize) -> usize {
        let n_paid = n_frames.min(self.n_owed);
        self.n_owed -= n_paid;
        n_paid
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(range: std::ops::Range<u16>) -> Vec<f32> {
        range
            .flat_map(|i| [f32::from(i), f32::from(i) + 0.5])
            .collect()
    }

    #[test]
    fn a_window_appears_once_it_is_full() {
        let mut buffer = FeatureBuffer::new(2);
        buffer.push(&rows(0..2));
        assert_eq!(buffer.window(3), None);
        buffer.push(&rows(2..4));
        assert_eq!(buffer.window(3), Some(&rows(0..3)[..]));
        buffer.advance(2);
        assert_eq!(buffer.window(2), Some(&rows(2..4)[..]));
        assert_eq!(buffer.window(3), None);
        assert_eq!((buffer.n_frames(), buffer.n_advanced()), (2, 2));
    }

    #[test]
    fn left_padding_is_zeros() {
        let mut buffer = FeatureBuffer::new(2);
        buffer.push_zeros(1);
        buffer.push(&rows(7..8));
        assert_eq!(buffer.window(2), Some(&[0.0, 0.0, 7.0, 7.5][..]));
        buffer.clear();
        assert_eq!(buffer.n_frames(), 0);
        assert_eq!(buffer.window(0), Some(&[][..]));
    }

    #[test]
    fn advancing_past_the_end_drops_frames_to_come() {
        let mut buffer = FeatureBuffer::new(2);
        buffer.push(&rows(0..1));
        buffer.advance(3);
        buffer.push(&rows(1..5));
        assert_eq!(buffer.window(2), Some(&rows(3..5)[..]));
    }

    #[test]
    fn memory_stays_flat() {
        let mut buffer = FeatureBuffer::new(2);
        for i in 0..10_000 {
            buffer.push(&rows(i..i + 4));
            while buffer.window(45).is_some() {
                buffer.advance(32);
            }
        }
        assert!(
            buffer.values.capacity() < 512,
            "{} values",
            buffer.values.capacity()
        );
    }

    proptest! {
        #[test]
        fn every_frame_is_seen_in_order(
            pushes in prop::collection::vec(0_u16..20, 0..30),
            size in 1_usize..20,
            shift in 1_usize..25,
        ) {
            let mut buffer = FeatureBuffer::new(2);
            let (mut next, mut at) = (0_u16, 0_usize);
            for n in pushes {
                buffer.push(&rows(next..next + n));
                next += n;
                while let Some(window) = buffer.window(size) {
                    let from = u16::try_from(at).unwrap();
                    prop_assert_eq!(window, &rows(from..from + u16::try_from(size).unwrap())[..]);
                    buffer.advance(shift);
                    at += shift;
                }
            }
        }
    }
}
