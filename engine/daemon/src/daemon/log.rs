//! Notes for the journal, on standard error. Recognized text is never among them.

/// Writes one line to standard error.
macro_rules! note {
    ($($argument:tt)*) => {
        $crate::notice::say(format_args!($($argument)*))
    };
}

pub(crate) use note;
