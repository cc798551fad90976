//! The callback's end of the ring: native samples in any format → mono `f32`.
//!
//! Runs on the sound system's thread, where waiting costs audio: nothing here allocates, locks, logs or panics.

use std::num::{NonZeroU16, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cpal::{FromSample, Sample};
use rtrb::{Producer, RingBuffer};

use crate::reader::Reader;

/// Holes in the stream that may wait to be read; with more, samples are dropped until one has been read.
const MAX_HOLES: usize = 64;

/// A hole: after how many written samples, and how many were dropped there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hole {
    pub(crate) n_written: u64,
    pub(crate) n_dropped: u64,
}

/// The end that the callback holds.
#[derive(Debug)]
pub struct Tap {
    samples: Producer<f32>,
    holes: Producer<Hole>,
    channels: NonZeroU16,
    n_written: u64,
    /// Dropped since the last written sample, not yet told.
    n_dropped_here: u64,
    n_dropped: Arc<AtomicU64>,
}

/// A ring for `capacity` mono samples, fed with frames of `channels` samples.
#[must_use]
pub fn ring(channels: NonZeroU16, capacity: NonZeroUsize) -> (Tap, Reader) {
    let (samples, read_samples) = RingBuffer::new(capacity.get());
    let (holes, read_holes) = RingBuffer::new(MAX_HOLES);
    let n_dropped = Arc::new(AtomicU64::new(0));
    let reader = Reader::new(read_samples, read_holes, Arc::clone(&n_dropped));
    (
        Tap {
            samples,
            holes,
            channels,
            n_written: 0,
            n_dropped_here: 0,
            n_dropped,
        },
        reader,
    )
}

impl Tap {
    /// Takes interleaved samples. What does not fit is dropped, the newest first.
    pub fn on_block<T>(&mut self, interleaved: &[T])
    where
        T: Sample,
        f32: FromSample<T>,
    {
        let channels = usize::from(self.channels.get());
        let n_frames = interleaved.len() / channels;
        let n_fit = if self.tell_hole() {
            n_frames.min(self.samples.slots())
        } else {
            0
        };
        if let Ok(chunk) = self.samples.write_chunk_uninit(n_fit) {
            let scale = 1.0 / f32::from(self.channels.get());
            let mono = interleaved.chunks_exact(channels).map(|frame| {
                let sum: f32 = frame.iter().map(|sample| f32::from_sample(*sample)).sum();
                if sum.is_finite() { sum * scale } else { 0.0 }
            });
            let n_filled = chunk.fill_from_iter(mono);
            self.n_written += n_filled as u64;
            self.drop_frames((n_frames - n_filled) as u64);
        } else {
            self.drop_frames(n_frames as u64);
        }
    }

    /// Tells the hole that lies before the next written sample; `false` where it cannot be told yet.
    fn tell_hole(&mut self) -> bool {
        if self.n_dropped_here == 0 {
            return true;
        }
        if self.samples.is_full() {
            return false;
        }
        let hole = Hole {
            n_written: self.n_written,
            n_dropped: self.n_dropped_here,
        };
        let told = self.holes.push(hole).is_ok();
        if told {
            self.n_dropped_here = 0;
        }
        told
    }

    fn drop_frames(&mut self, n_frames: u64) {
        if n_frames > 0 {
            self.n_dropped_here += n_frames;
            self.n_dropped.fetch_add(n_frames, Ordering::Relaxed);
        }
    }
}
