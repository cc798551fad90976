//! The ring between callback and reader: nothing allocated in the callback, nothing lost uncounted.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::num::{NonZeroU16, NonZeroUsize};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use proptest::prelude::*;
use sotto_capture::{Block, Loss, Read, Reader, Tap, ring};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

fn open(channels: u16, capacity: usize) -> (Tap, Reader) {
    ring(
        NonZeroU16::new(channels).unwrap(),
        NonZeroUsize::new(capacity).unwrap(),
    )
}

#[test]
fn the_callback_allocates_nothing_even_where_it_drops() {
    let (mut tap, mut reader) = open(2, 1_000);
    let block = [0.5f32; 960];
    assert_no_alloc(|| {
        for _ in 0..3 {
            tap.on_block(&block);
        }
    });
    assert_eq!(reader.n_dropped(), 440);
    let read: Vec<_> = std::iter::from_fn(|| reader.read(usize::MAX)).collect();
    assert_eq!(
        read,
        [Read::Block(Block {
            start: 0,
            samples: vec![0.5; 1_000]
        })]
    );
    assert_no_alloc(|| tap.on_block(&block));
    let read: Vec<_> = std::iter::from_fn(|| reader.read(usize::MAX)).collect();
    assert_eq!(
        read,
        [
            Read::Lost(Loss {
                start: 1_000,
                n_samples: 440
            }),
            Read::Block(Block {
                start: 1_440,
                samples: vec![0.5; 480]
            }),
        ]
    );
}

#[test]
fn a_reader_that_stops_for_five_seconds_loses_nothing() {
    const RATE_HZ: usize = 48_000;
    let (mut tap, mut reader) = open(1, 6 * RATE_HZ);
    let mut sample = 0u32;
    let mut feed = |tap: &mut Tap, n_blocks: usize| {
        for _ in 0..n_blocks {
            let block: [f32; 480] = std::array::from_fn(|_| {
                sample += 1;
                f32::from(u16::try_from(sample % 60_000).unwrap()) / 60_000.0
            });
            assert_no_alloc(|| tap.on_block(&block));
        }
    };
    feed(&mut tap, 50);
    let mut received = Vec::new();
    let mut drain = |reader: &mut Reader| {
        while let Some(read) = reader.read(1_600) {
            let Read::Block(block) = read else {
                panic!("nothing is lost: {read:?}")
            };
            assert_eq!(block.start, received.len() as u64);
            received.extend(block.samples);
        }
    };
    drain(&mut reader);
    feed(&mut tap, 500);
    drain(&mut reader);
    assert_eq!(received.len(), 550 * 480);
    assert!(received.iter().zip(1u32..).all(|(value, sample)| {
        *value == f32::from(u16::try_from(sample % 60_000).unwrap()) / 60_000.0
    }));
}

#[test]
fn formats_become_mono_between_minus_one_and_one() {
    fn one<T: cpal_sample::Sample>(channels: u16, frame: &[T]) -> f32
    where
        f32: cpal_sample::FromSample<T>,
    {
        let (mut tap, mut reader) = open(channels, 4);
        tap.on_block(frame);
        match reader.read(4) {
            Some(Read::Block(block)) => block.samples[0],
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(one(1, &[i16::MIN]), -1.0);
    assert_eq!(one(2, &[i16::MIN, 0]), -0.5);
    assert_eq!(one(1, &[128u8]), 0.0);
    assert_eq!(one(1, &[i32::MIN]), -1.0);
    assert_eq!(one(4, &[1.0f32, 1.0, 1.0, -1.0]), 0.5);
    assert_eq!(one(1, &[f32::NAN]), 0.0);
    assert_eq!(one(2, &[f32::INFINITY, 0.0]), 0.0);
    assert_eq!(one(1, &[0.25f64]), 0.25);
}

mod cpal_sample {
    pub(crate) use cpal::{FromSample, Sample};
}

proptest! {
    #[test]
    fn every_sample_is_read_or_counted_lost(
        capacity in 1usize..200,
        // Powers of two, so that the mean of equal samples is exact.
        channels in prop_oneof![Just(1u16), Just(2), Just(4)],
        steps in proptest::collection::vec((0usize..300, 0usize..300), 1..60),
    ) {
        let (mut tap, mut reader) = open(channels, capacity);
        let mut n_pushed = 0u32;
        let mut n_read = 0;
        let mut n_lost = 0;
        let mut take = |reader: &mut Reader, max_samples: usize| {
            let read = reader.read(max_samples)?;
            match &read {
                Read::Block(block) => {
                    assert_eq!(block.start, n_read + n_lost);
                    n_read += block.samples.len() as u64;
                    // Each sample carries its own index.
                    for (value, index) in block.samples.iter().zip(block.start..) {
                        assert_eq!(*value, index as f32);
                    }
                }
                Read::Lost(loss) => {
                    assert_eq!(loss.start, n_read + n_lost);
                    assert!(loss.n_samples > 0);
                    n_lost += loss.n_samples;
                }
            }
            Some(())
        };
        for (n_frames, n_taken) in steps {
            let frames: Vec<f32> = (n_pushed..).take(n_frames)
                .flat_map(|index| std::iter::repeat_n(index as f32, usize::from(channels)))
                .collect();
            // The tail that is no whole frame is no sound.
            let with_tail: Vec<f32> = frames.iter().copied().chain(vec![9.0; usize::from(channels) - 1]).collect();
            assert_no_alloc(|| tap.on_block(&with_tail));
            n_pushed += u32::try_from(n_frames).unwrap();
            take(&mut reader, n_taken);
        }
        drop(tap);
        while take(&mut reader, usize::MAX).is_some() {}
        prop_assert_eq!(n_read + n_lost, u64::from(n_pushed));
        prop_assert_eq!(n_lost, reader.n_dropped());
    }
}
