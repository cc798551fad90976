//! Text that somebody said: it may be shown and committed, never logged.

use std::fmt;

/// Recognized text. Its `Debug` form shows only how long it is.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Spoken(String);

impl Spoken {
    /// Takes recognized text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The words, for the input method or the clipboard only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Both texts with one space or their line break between, or the one that is not blank.
    #[must_use]
    pub(crate) fn joined(&self, next: &Self) -> Self {
        match (self.is_blank(), next.is_blank()) {
            (_, true) => self.clone(),
            (true, false) => next.clone(),
            (false, false) => {
                let (before, after) =
                    (self.0.trim_end_matches(' '), next.0.trim_start_matches(' '));
                let breaks = before.ends_with('\n') || after.starts_with('\n');
                let space = if breaks { "" } else { " " };
                Self(format!("{before}{space}{after}"))
            }
        }
    }
}

impl fmt::Debug for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spoken({} chars)", self.0.chars().count())
    }
}
