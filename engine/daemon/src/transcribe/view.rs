//! What a person sees on standard error while a file is being transcribed.
//!
//! On a terminal: a progress bar with the time left, or with `--partials` one line that changes
//! with the hypothesis, its unstable end dimmed. In a pipe: nothing, or with `--partials` one line
//! for each partial with the audio time in front.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sotto_core::{time::Millis, transcript::Transcript};

/// Progress is drawn at most this often.
const DRAWS_PER_SECOND: u8 = 10;

/// One of the ways to show progress.
pub(crate) enum View {
    None,
    Bar { bar: ProgressBar },
    Line { term: Term, is_shown: bool },
    Lines,
}

impl View {
    /// Shows nothing.
    pub(crate) const fn none() -> Self {
        Self::None
    }

    /// What suits standard error and the user's wish for partials.
    pub(crate) fn on_standard_error(path: &Path, partials: bool) -> Self {
        match (io::stderr().is_terminal(), partials) {
            (true, true) => Self::Line {
                term: Term::stderr(),
                is_shown: false,
            },
            (false, true) => Self::Lines,
            (true, false) => {
                let bar = ProgressBar::with_draw_target(
                    None,
                    ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND),
                );
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                bar.set_prefix(name);
                Self::Bar { bar }
            }
            (false, false) => Self::None,
        }
    }

    /// The file is open and lasts this long, if it says so.
    pub(crate) fn begin(&self, duration: Option<Millis>) {
        let Self::Bar { bar } = self else { return };
        let template = match duration {
            Some(duration) => {
                bar.set_length(duration.0);
                "{prefix} [{bar:30}] {percent}%  {msg}  {eta}"
            }
            None => "{prefix} {spinner} {msg}",
        };
        bar.set_style(ProgressStyle::with_template(template).expect("the template is constant"));
    }

    /// Audio up to this point has been taken.
    pub(crate) fn advance(&self, audio_time: Millis) {
        if let Self::Bar { bar } = self {
            bar.set_position(audio_time.0);
            let seconds = audio_time.0 / 1000;
            bar.set_message(format!("{}:{:02}", seconds / 60, seconds % 60));
        }
    }

    /// The hypothesis has changed.
    pub(crate) fn partial(&mut self, transcript: &Transcript, audio_time: Millis) {
        match self {
            Self::None | Self::Bar { .. } => {}
            Self::Line { term, is_shown } => {
                let n_columns = usize::from(term.size().1).saturating_sub(1).max(20);
                let (stable, unstable) = split(transcript);
                let (stable, unstable) = tail(&stable, &unstable, n_columns);
                let dimmed = console::style(unstable).for_stderr().dim();
                // The result is not needed: a terminal that is gone is no reason to stop.
                let _ = term
                    .clear_line()
                    .and_then(|()| term.write_str(&format!("{stable}{dimmed}")));
                *is_shown = true;
            }
            Self::Lines => {
                let seconds = audio_time.as_secs_f64();
                let _ = writeln!(io::stderr(), "[{seconds:.2}] {}", transcript.text());
            }
        }
    }

    /// Runs something that writes to the terminal without mixing it with what is shown.
    pub(crate) fn aside<R>(&mut self, write: impl FnOnce() -> R) -> R {
        match self {
            Self::Bar { bar } => bar.suspend(write),
            Self::Line { .. } => {
                self.end();
                write()
            }
            Self::None | Self::Lines => write(),
        }
    }

    /// Takes away what is shown.
    pub(crate) fn end(&mut self) {
        match self {
            Self::Bar { bar } => bar.finish_and_clear(),
            Self::Line { term, is_shown } if *is_shown => {
                let _ = term.clear_line();
                *is_shown = false;
            }
            Self::None | Self::Line { .. } | Self::Lines => {}
        }
    }
}

/// The text of the stable words and what the unstable ones add to it.
fn split(transcript: &Transcript) -> (String, String) {
    let whole = transcript.text();
    let stable = Transcript {
        stable: transcript.stable.clone(),
        unstable: Vec::new(),
    }
    .text();
    match whole.strip_prefix(&stable) {
        Some(unstable) => (stable, unstable.to_owned()),
        None => (String::new(), whole),
    }
}

/// The end of both parts together that fits into so many columns.
fn tail<'a>(stable: &'a str, unstable: &'a str, n_columns: usize) -> (&'a str, &'a str) {
    let unstable = last_columns(unstable, n_columns);
    let n_left = n_columns - console::measure_text_width(unstable);
    (last_columns(stable, n_left), unstable)
}

fn last_columns(text: &str, n_columns: usize) -> &str {
    text.char_indices()
        .map(|(at, _)| &text[at..])
        .find(|rest| console::measure_text_width(rest) <= n_columns)
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_text_is_what_fits() {
        assert_eq!(tail("one two", " three", 20), ("one two", " three"));
        assert_eq!(tail("one two", " three", 9), ("two", " three"));
        assert_eq!(tail("one two", " three", 4), ("", "hree"));
        assert_eq!(tail("", "", 4), ("", ""));
        assert_eq!(last_columns("日本語", 4), "本語");
    }
}
