//! Names that are likely to be said: those that stand around the caret.

use sotto_text::names_around;

use super::{Phase, Session};
use crate::{effect::Effect, spoken::Spoken};

impl Session {
    /// Tells which application is spoken to and which names stand there, before it is spoken to.
    pub(super) fn expect(&mut self) {
        if !matches!(self.phase, Phase::Opening { .. } | Phase::Listening { .. }) {
            return;
        }
        let Some(focused) = self.focus.current().filter(|focused| !focused.is_secret()) else {
            return;
        };
        let text = focused.surrounding().map_or("", |told| told.text.as_str());
        let names = if self.config.names_around {
            names_around(text, self.shaping.rules().language())
        } else {
            Vec::new()
        };
        let names: Vec<Spoken> = names
            .into_iter()
            .map(|name| Spoken::new(name.text))
            .collect();
        let expected = (focused.client.clone(), names);
        if self.expected.as_ref() != Some(&expected) {
            let (client, names) = expected.clone();
            self.expected = Some(expected);
            self.push(Effect::Expect { client, names });
        }
    }
}
