//! What is done to the field for a command, or why nothing is.

use std::fmt;

use thiserror::Error;

/// What to do to the field. Offsets count from the caret, negative to the left.
///
/// `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub enum EditPlan {
    /// Delete through the surrounding text, then commit.
    Replace {
        /// Start of what is deleted.
        offset: isize,
        /// Characters deleted.
        n_chars: usize,
        /// Committed there.
        insert: String,
    },
    /// Press BackSpace so often, then commit.
    Keys {
        /// Key presses.
        n_backspaces: usize,
        /// Committed after them.
        insert: String,
    },
    /// Select by caret keys.
    Select {
        /// Start of the selection.
        offset: isize,
        /// Characters selected.
        n_chars: usize,
    },
    /// Show alternatives for a text.
    Correct {
        /// Start of the text.
        offset: isize,
        /// The text as it stands.
        text: String,
    },
    /// Move the caret to the end of the field.
    MoveToEnd,
    /// Stop dictating.
    Stop,
}

impl fmt::Debug for EditPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replace {
                offset, n_chars, ..
            } => write!(f, "Replace({offset}, {n_chars})"),
            Self::Keys { n_backspaces, .. } => write!(f, "Keys({n_backspaces})"),
            Self::Select { offset, n_chars } => write!(f, "Select({offset}, {n_chars})"),
            Self::Correct { offset, .. } => write!(f, "Correct({offset})"),
            Self::MoveToEnd => f.write_str("MoveToEnd"),
            Self::Stop => f.write_str("Stop"),
        }
    }
}

/// Why nothing is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// The ledger is empty.
    #[error("nothing was dictated into this field that could be edited")]
    NothingDictated,
    /// The named text is not there.
    #[error("the text to edit is not before the caret")]
    NotFound,
    /// What we wrote is not before the caret any more.
    #[error("the text before the caret is not what was dictated: edit it by hand")]
    TextChanged,
    /// The caret lies outside the text.
    #[error("the application reports a caret outside its text: edit it by hand")]
    CaretOutOfRange,
    /// The caret is counted in bytes.
    #[error("the application counts its text in bytes: edit it by hand")]
    CaretInBytes,
    /// No way to reach the text.
    #[error("the application shows no text and takes no keys: edit it by hand")]
    OutOfReach,
}
