//! Messages for the person at the terminal, on standard error.

use std::{
    fmt,
    io::{self, Write},
};

use crate::explain::explain;

/// Says something about the work; a terminal that is gone is no reason to stop it.
pub(crate) fn say(message: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "sotto: {message}");
}

/// Says why something failed, with what lay behind it.
pub(crate) fn say_error(error: &anyhow::Error) {
    say(sentence(error.chain().map(explain)));
}

/// Joins a chain of causes, leaving out those that the sentence before already quotes.
fn sentence(causes: impl Iterator<Item = String>) -> String {
    causes.fold(String::new(), |mut sentence, cause| {
        if sentence.is_empty() {
            return cause;
        }
        if !sentence.contains(&cause) {
            sentence.push_str(": ");
            sentence.push_str(&cause);
        }
        sentence
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(causes: &[&str], expected: &str) {
        assert_eq!(sentence(causes.iter().map(ToString::to_string)), expected);
    }

    #[test]
    fn a_cause_is_said_once() {
        check(&["a.wav", "the disk is full"], "a.wav: the disk is full");
        check(
            &["a.wav cannot be read: no such file", "no such file"],
            "a.wav cannot be read: no such file",
        );
    }
}
