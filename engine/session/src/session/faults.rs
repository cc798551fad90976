//! What goes wrong around a dictation: bus, engine, model, suspend, the end of the process.

use super::editing::Hold;
use super::{Awaiting, Bus, Engine, Phase, Preedit, Session};
use crate::{
    effect::{Flush, KeepReason, Unavailable, UserMessage},
    key::Key,
};

impl Session {
    pub(super) fn set_availability(&mut self, availability: Result<(), Unavailable>) {
        if self.availability == Err(Unavailable::Quitting) {
            return;
        }
        self.availability = availability;
        if matches!(self.phase, Phase::Idle | Phase::Unavailable(_)) {
            self.enter(match availability {
                Ok(()) => Phase::Idle,
                Err(why) => Phase::Unavailable(why),
            });
        }
    }

    /// The input method switched to our engine, in time or not.
    pub(super) const fn engine_active(&mut self) {
        if matches!(self.engine, Engine::Activating { .. } | Engine::Refused) {
            self.engine = Engine::Active;
        }
    }

    pub(super) fn activation_failed(&mut self) {
        if matches!(self.engine, Engine::Activating { .. }) {
            self.engine = Engine::Refused;
            self.tell(UserMessage::ActivationFailed);
        }
    }

    /// The user selected another engine: theirs stays, nothing more can be committed.
    pub(super) fn activation_lost(&mut self) {
        self.forget_focus();
        if matches!(self.engine, Engine::Resting | Engine::Lost) {
            return;
        }
        self.engine = Engine::Lost;
        // The key's release goes to the other engine.
        self.key = Key::Up;
        self.tell(UserMessage::ActivationLost);
        self.finish();
    }

    pub(super) fn bus_lost(&mut self) {
        self.bus = Bus::Down;
        self.engine = Engine::Resting;
        self.forget_focus();
    }

    pub(super) fn bus_back(&mut self) {
        self.bus = Bus::Up;
        if matches!(self.phase, Phase::Opening { .. } | Phase::Listening { .. }) {
            self.activate();
        }
    }

    fn forget_focus(&mut self) {
        self.focus.forget();
        self.preedit = Preedit::Hidden;
        self.written.forget();
        self.choosing = None;
        self.hold = Hold::Unasked;
        if let Some(dictation) = self.dictation() {
            dictation.lose_contexts(KeepReason::NoInputMethod);
        }
    }

    /// Nobody is at the machine that was: stop hearing, start waiting afresh.
    pub(super) fn clock_jump(&mut self) {
        self.key = Key::Up;
        self.again = None;
        if let Engine::Activating { deadline } = &mut self.engine {
            *deadline = self.now + self.config.activation_timeout;
        }
        match &mut self.phase {
            Phase::Unavailable(_) | Phase::Idle => {}
            Phase::Opening { .. } | Phase::Listening { .. } => self.finish(),
            Phase::Finishing {
                awaiting, deadline, ..
            } => {
                *deadline = self.now
                    + match awaiting {
                        Awaiting::Recognizer => self.config.finish_timeout,
                        Awaiting::Focus => self.config.return_grace,
                    };
            }
        }
    }

    pub(super) fn quit(&mut self) {
        self.availability = Err(Unavailable::Quitting);
        self.again = None;
        self.stop(Flush::Discard);
        if matches!(self.phase, Phase::Idle | Phase::Unavailable(_)) {
            self.enter(Phase::Unavailable(Unavailable::Quitting));
        } else {
            self.end();
        }
    }
}
