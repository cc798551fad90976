//! The reading end of the ring: blocks of samples in order, and the holes between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rtrb::Consumer;

use crate::tap::Hole;

/// Samples that came one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Index of the first sample, in samples of the device's rate since the stream began, lost ones counted.
    pub start: u64,
    /// Mono samples in `[-1, 1]`.
    pub samples: Vec<f32>,
}

/// Samples that did not fit into the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// Index of the first lost sample.
    pub start: u64,
    /// How many.
    pub n_samples: u64,
}

/// What comes next in the stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// Samples.
    Block(Block),
    /// A hole; the samples on both sides of it do not belong together.
    Lost(Loss),
}

/// The end that the recognizer holds.
#[derive(Debug)]
pub struct Reader {
    samples: Consumer<f32>,
    holes: Consumer<Hole>,
    n_dropped: Arc<AtomicU64>,
    n_read: u64,
    n_lost: u64,
}

impl Reader {
    pub(crate) fn new(
        samples: Consumer<f32>,
        holes: Consumer<Hole>,
        n_dropped: Arc<AtomicU64>,
    ) -> Self {
        Self {
            samples,
            holes,
            n_dropped,
            n_read: 0,
            n_lost: 0,
        }
    }

    /// What comes next, at most `max_samples` of it; `None` where nothing has come.
    pub fn read(&mut self, max_samples: usize) -> Option<Read> {
        // Counted before looking for a hole: a hole is told before the samples behind it.
        let n_waiting = self.samples.slots();
        let mut n_samples = n_waiting.min(max_samples);
        if let Ok(hole) = self.holes.peek() {
            let n_before = hole.n_written - self.n_read;
            if n_before == 0 {
                let loss = Loss {
                    start: self.position(),
                    n_samples: hole.n_dropped,
                };
                self.n_lost += hole.n_dropped;
                let _told = self.holes.pop();
                return Some(Read::Lost(loss));
            }
            n_samples = n_samples.min(usize::try_from(n_before).unwrap_or(usize::MAX));
        }
        if n_samples == 0 {
            return self.hole_at_the_end();
        }
        let mut samples = vec![0.0; n_samples];
        self.samples
            .pop_entire_slice(&mut samples)
            .expect("as many samples wait as were counted");
        let block = Block {
            start: self.position(),
            samples,
        };
        self.n_read += n_samples as u64;
        Some(Read::Block(block))
    }

    /// A hole that no sample follows, for the callback's end is gone.
    fn hole_at_the_end(&mut self) -> Option<Read> {
        let n_untold = self.n_dropped().saturating_sub(self.n_lost);
        if n_untold == 0
            || !self.is_abandoned()
            || !self.samples.is_empty()
            || !self.holes.is_empty()
        {
            return None;
        }
        let loss = Loss {
            start: self.position(),
            n_samples: n_untold,
        };
        self.n_lost += n_untold;
        Some(Read::Lost(loss))
    }

    /// Index of the next sample, lost ones counted.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.n_read + self.n_lost
    }

    /// All samples that did not fit so far, those included that [`Self::read`] has not come to.
    #[must_use]
    pub fn n_dropped(&self) -> u64 {
        self.n_dropped.load(Ordering::Relaxed)
    }

    /// Whether the callback's end is gone: after what still waits nothing more comes.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.samples.is_abandoned()
    }
}
