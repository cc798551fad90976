//! The push-to-talk key: repeats removed, releases held back.
//!
//! Under X11 a held key produces release and press pairs, under the desktop portal presses may
//! repeat; what comes out of here is one press and one release.

use crate::time::Millis;

/// The push-to-talk key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Key {
    #[default]
    Up,
    Down {
        since: Millis,
    },
    /// Up, unless a press follows within the grace.
    Releasing {
        since: Millis,
        released_at: Millis,
    },
}

/// The key really went up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Released {
    pub(crate) at: Millis,
    pub(crate) held: Millis,
}

impl Key {
    /// Whether this press is not a repeat.
    pub(crate) fn press(&mut self, now: Millis) -> bool {
        match *self {
            Self::Up => {
                *self = Self::Down { since: now };
                true
            }
            Self::Down { .. } => false,
            Self::Releasing { since, .. } => {
                *self = Self::Down { since };
                false
            }
        }
    }

    /// The key went up, perhaps only for a repeat.
    pub(crate) fn release(&mut self, now: Millis) {
        if let Self::Down { since } = *self {
            *self = Self::Releasing {
                since,
                released_at: now,
            };
        }
    }

    /// Nobody will see the release: the key is up.
    pub(crate) fn lose(&mut self, now: Millis) -> Option<Released> {
        let (since, at) = match std::mem::take(self) {
            Self::Up => return None,
            Self::Down { since } => (since, now),
            Self::Releasing { since, released_at } => (since, released_at),
        };
        Some(Released {
            at,
            held: at.since(since),
        })
    }

    /// When the release becomes real.
    pub(crate) fn deadline(self, grace: Millis) -> Option<Millis> {
        match self {
            Self::Releasing { released_at, .. } => Some(released_at + grace),
            Self::Up | Self::Down { .. } => None,
        }
    }

    /// The release that has become real.
    pub(crate) fn expire(&mut self, now: Millis, grace: Millis) -> Option<Released> {
        match *self {
            Self::Releasing { since, released_at } if released_at + grace <= now => {
                *self = Self::Up;
                Some(Released {
                    at: released_at,
                    held: released_at.since(since),
                })
            }
            _ => None,
        }
    }
}
