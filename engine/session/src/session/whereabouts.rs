//! Focus: where the text belongs, and whether anything may be heard there.

use super::{Awaiting, Phase, Preedit, Session};
use crate::{
    dictation::Shift,
    effect::{Flush, UserMessage},
    input::{Capabilities, ContentType, ContextId},
};

impl Session {
    pub(super) fn focus_in(&mut self, id: ContextId, client: &str, capabilities: Capabilities) {
        let before = self.focus.current().map(|current| current.id.clone());
        let entered = self.focus.enter(self.now, id.clone(), client, capabilities);
        if before != self.focus.current().map(|current| current.id.clone()) {
            self.preedit = Preedit::Hidden;
            self.stop_choosing();
        }
        if !entered {
            return;
        }
        self.engine_active();
        let (now, grace, adoption) = (self.now, self.config.focus_grace, self.config.adoption);
        match &mut self.phase {
            Phase::Unavailable(_) | Phase::Idle => {}
            Phase::Opening { dictation, .. } | Phase::Listening { dictation } => {
                if dictation.focus(now, &id, grace, adoption) == Shift::Interrupts {
                    self.finish();
                }
            }
            Phase::Finishing { dictation, .. } => {
                dictation.focus(now, &id, grace, adoption);
                self.adopt_at_release();
            }
        }
        self.guard_secret();
        self.expect();
        self.show_preedit();
    }

    pub(super) fn focus_out(&mut self, id: &ContextId) {
        if self
            .focus
            .current()
            .is_some_and(|current| current.id == *id)
        {
            self.preedit = Preedit::Hidden;
            self.stop_choosing();
        }
        self.focus.leave(self.now, id);
    }

    /// The client dropped the preedit: what follows is another place, even if its name is the same.
    pub(super) fn reset(&mut self, id: &ContextId) {
        if self
            .focus
            .current()
            .is_some_and(|current| current.id == *id)
        {
            self.preedit = Preedit::Hidden;
            self.focus.set_surrounding(None);
            self.written.moved();
            self.stop_choosing();
        }
        let now = self.now;
        let Some(dictation) = self.dictation() else {
            return;
        };
        if dictation.reset(now, id) == Shift::Interrupts {
            self.finish();
        }
    }

    pub(super) fn content_type(&mut self, content_type: ContentType) {
        self.focus.set_content_type(content_type);
        self.guard_secret();
    }

    /// Stops hearing, and forgets what was heard, if the focused field turns out to be secret.
    fn guard_secret(&mut self) {
        let Some(current) = self.focus.current().filter(|current| current.is_secret()) else {
            return;
        };
        let id = current.id.clone();
        let interrupts = match &mut self.phase {
            Phase::Unavailable(_) | Phase::Idle => false,
            Phase::Opening { .. } | Phase::Listening { .. } => true,
            Phase::Finishing {
                dictation,
                awaiting: Awaiting::Recognizer,
                ..
            } => dictation.owes(&id),
            Phase::Finishing {
                dictation,
                awaiting: Awaiting::Focus,
                ..
            } => {
                dictation.discard(&id);
                false
            }
        };
        if interrupts {
            self.stop(Flush::Discard);
            if let Some(dictation) = self.dictation() {
                dictation.utterance = None;
                dictation.discard(&id);
            }
            self.refuse(UserMessage::PasswordField);
            self.end();
        }
    }
}
