//! Positions in the audio stream: the only clock the signal path knows.

/// Sample rate of everything behind the resampler, in hertz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// Samples in one feature frame shift (10 ms).
pub const FRAME_SHIFT_SAMPLES: usize = 160;

/// A position in the 16 kHz stream, counted in samples since the stream began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SampleIndex(pub u64);

/// A position in the feature stream, counted in 10 ms frames since the utterance began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FrameIndex(pub u64);

/// A duration or a point in time, in milliseconds.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl SampleIndex {
    /// This position in milliseconds, rounded down.
    #[must_use]
    pub const fn to_millis(self) -> Millis {
        Millis(self.0 * 1000 / SAMPLE_RATE_HZ as u64)
    }
}

impl Millis {
    /// The number of 16 kHz samples that last this long.
    #[must_use]
    pub const fn to_samples(self) -> u64 {
        self.0 * SAMPLE_RATE_HZ as u64 / 1000
    }

    /// The number of whole 10 ms frames that last this long.
    #[must_use]
    pub const fn to_frames(self) -> u64 {
        self.0 / 10
    }

    /// This duration in seconds.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of audio stay far below 2^52"
    )]
    pub const fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}
