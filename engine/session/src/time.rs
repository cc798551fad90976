//! Points in time and durations, in milliseconds of any monotonic clock.

use std::ops::Add;

/// A point in time or a duration, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub u64);

impl Millis {
    /// The time from `earlier` to here, zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Millis {
    type Output = Self;

    fn add(self, duration: Self) -> Self {
        Self(self.0.saturating_add(duration.0))
    }
}
