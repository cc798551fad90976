//! Text that is kept in memory until it is delivered: nothing said is lost.

use crate::{input::CaptureId, spoken::Spoken};

/// Undelivered text, and the last text that was delivered.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    undelivered: Vec<Undelivered>,
    delivered: Option<Spoken>,
}

#[derive(Debug)]
struct Undelivered {
    text: Spoken,
    /// The capture whose final text replaces this partial one.
    unfinished: Option<CaptureId>,
}

impl Kept {
    /// Keeps text that was not delivered.
    pub(crate) fn keep(&mut self, text: Spoken) {
        self.undelivered.push(Undelivered {
            text,
            unfinished: None,
        });
    }

    /// Keeps the words of an utterance whose end the recognizer has not told yet.
    pub(crate) fn keep_unfinished(&mut self, text: Spoken, capture: CaptureId) {
        self.undelivered.push(Undelivered {
            text,
            unfinished: Some(capture),
        });
    }

    /// Keeps the end that came late, in place of the unfinished words.
    pub(crate) fn keep_late(&mut self, text: Spoken, capture: CaptureId) {
        self.undelivered
            .retain(|kept| kept.unfinished != Some(capture));
        self.keep(text);
    }

    /// Remembers text that was delivered.
    pub(crate) fn delivered(&mut self, text: Spoken, continues: bool) {
        let text = Spoken::new(text.as_str().trim_matches(' '));
        self.delivered = match self.delivered.take() {
            Some(before) if continues => Some(before.joined(&text)),
            _ => Some(text),
        };
    }

    /// What is undelivered has reached the user.
    pub(crate) fn settle(&mut self) {
        if !self.undelivered.is_empty() {
            self.delivered = self.take_last();
        }
    }

    /// What `paste-last` commits: everything undelivered, else the last text delivered.
    pub(crate) fn take_last(&mut self) -> Option<Spoken> {
        let undelivered = self
            .undelivered
            .drain(..)
            .map(|kept| kept.text)
            .reduce(|before, next| before.joined(&next));
        undelivered.or_else(|| self.delivered.clone())
    }
}
