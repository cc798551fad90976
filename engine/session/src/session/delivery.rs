//! Preedit and commit: what reaches the focused field, and when.

use super::{Awaiting, Bus, Engine, Phase, Preedit, Session};
use sotto_text::Ending;

use crate::{
    caret::Around,
    dictation::{Addressee, Content, Dictation, Pending},
    effect::{Effect, KeepReason, UserMessage},
    focus::Focused,
    input::CaptureId,
};

/// What can be done with the oldest finished text.
enum Next {
    Commit,
    GiveUp(KeepReason),
    Wait,
}

impl Session {
    /// Commits what may be committed, and ends a dictation that waits for nothing else.
    pub(super) fn deliver(&mut self) {
        while let Some(first) = self
            .dictation()
            .and_then(|dictation| dictation.pending.pop_front())
        {
            match self.next(&first) {
                Next::Commit => {
                    let waits = self.carry_out_first(first);
                    if let (Some(waiting), Some(dictation)) = (waits, self.dictation()) {
                        dictation.pending.push_front(waiting);
                        break;
                    }
                }
                Next::GiveUp(reason) => {
                    let text = self.shaping.plain(&first.content);
                    if let Some(dictation) = self.dictation() {
                        dictation.give_up(&text, reason);
                    }
                }
                Next::Wait => {
                    if let Some(dictation) = self.dictation() {
                        dictation.pending.push_front(first);
                    }
                    break;
                }
            }
        }
        let hopeless =
            self.bus == Bus::Down || matches!(self.engine, Engine::Refused | Engine::Lost);
        if let Phase::Finishing {
            dictation,
            awaiting: Awaiting::Focus,
            ..
        } = &self.phase
            && (dictation.pending.is_empty() || hopeless)
        {
            self.end_unless_choosing(hopeless);
        }
    }

    /// Commits or edits; hands back an edit that has to wait.
    fn carry_out_first(&mut self, first: Pending) -> Option<Pending> {
        let context = self.focus.current()?.id.clone();
        match first.content {
            Content::Words(_) | Content::Text(_) => self.commit(&first),
            Content::Edit(edit) => {
                if !self.may_edit(&edit, &context) {
                    return Some(Pending {
                        addressee: first.addressee,
                        content: Content::Edit(edit),
                    });
                }
                self.edit(edit, &context);
            }
        }
        None
    }

    fn next(&self, pending: &Pending) -> Next {
        let focused = self.focus.current();
        let (Addressee::Context(_) | Addressee::Focused) = pending.addressee else {
            return match pending.addressee {
                Addressee::Nobody(reason) => Next::GiveUp(reason),
                _ => Next::Wait,
            };
        };
        let Some(focused) = focused.filter(|focused| is_addressed(&pending.addressee, focused))
        else {
            return Next::Wait;
        };
        if self.engine != Engine::Active || self.now < focused.since + self.config.focus_settle {
            Next::Wait
        } else if focused.is_secret() {
            Next::GiveUp(KeepReason::NoTextField)
        } else {
            Next::Commit
        }
    }

    /// What stands around the caret of the focused field.
    pub(super) fn around(&self, focused: &Focused) -> Around {
        match (focused.around(), self.written.tail(&focused.id)) {
            (Some(around), _) => around,
            (None, Some(tail)) => Around {
                before: Some(tail.to_owned()),
                after: None,
            },
            (None, None) => Around::default(),
        }
    }

    fn commit(&mut self, pending: &Pending) {
        self.clear_preedit();
        let Some(focused) = self.focus.current() else {
            return;
        };
        let context = focused.id.clone();
        let ending = match &self.phase {
            Phase::Finishing { dictation, .. }
                if dictation.pending.is_empty() && dictation.utterance.is_none() =>
            {
                Ending::Final
            }
            _ => Ending::MoreFollows,
        };
        let around = self.around(focused);
        let text = self
            .shaping
            .written(&pending.content, focused, &around, ending);
        if text.as_str().is_empty() {
            // The field takes nothing of it, such as words in a field for digits.
            let text = self.shaping.plain(&pending.content);
            if let Some(dictation) = self.dictation() {
                dictation.give_up(&text, KeepReason::NoTextField);
            }
            return;
        }
        let before = focused.around().and_then(|around| around.before);
        self.written
            .committed(&context, before.as_deref(), text.as_str());
        self.focus.set_surrounding(None);
        let said = pending.addressee != Addressee::Focused;
        let continues = self
            .dictation()
            .is_some_and(|dictation| std::mem::replace(&mut dictation.committed, said));
        self.kept.delivered(text.clone(), said && continues);
        self.push(Effect::Commit { context, text });
        self.show_preedit();
    }

    /// Shows the utterance so far, if the field it is spoken to has focus.
    pub(super) fn show_preedit(&mut self) {
        if self.engine != Engine::Active {
            return;
        }
        let (Phase::Opening {
            dictation:
                Dictation {
                    utterance: Some(utterance),
                    ..
                },
            ..
        }
        | Phase::Listening {
            dictation:
                Dictation {
                    utterance: Some(utterance),
                    ..
                },
        }
        | Phase::Finishing {
            dictation:
                Dictation {
                    utterance: Some(utterance),
                    ..
                },
            ..
        }) = &self.phase
        else {
            return;
        };
        let Some(focused) = self
            .focus
            .current()
            .filter(|focused| is_addressed(&utterance.addressee, focused) && !focused.is_secret())
        else {
            return;
        };
        let around = self.around(focused);
        let (stable, unstable) =
            self.shaping
                .partial(&utterance.stable, &utterance.unstable, focused, &around);
        if stable.is_blank() && unstable.is_blank() {
            self.clear_preedit();
            return;
        }
        let context = focused.id.clone();
        let shown = Preedit::Shown {
            stable: stable.clone(),
            unstable: unstable.clone(),
        };
        if self.preedit == shown {
            return;
        }
        self.preedit = shown;
        self.push(Effect::SetPreedit {
            context,
            stable,
            unstable,
        });
    }

    pub(super) fn clear_preedit(&mut self) {
        if matches!(self.preedit, Preedit::Shown { .. }) {
            self.preedit = Preedit::Hidden;
            self.push(Effect::ClearPreedit);
        }
    }

    /// Commits the last text where focus is, whatever became of it before.
    pub(super) fn paste_last(&mut self) {
        if self.focus.current().is_some_and(Focused::is_secret) {
            self.refuse(UserMessage::PasswordField);
            return;
        }
        let Some(text) = self.kept.take_last() else {
            self.refuse(UserMessage::NothingToPaste);
            return;
        };
        let pending = Pending {
            addressee: Addressee::Focused,
            content: Content::Text(text),
        };
        if let Some(dictation) = self.dictation() {
            dictation.pending.push_back(pending);
            return;
        }
        let capture = CaptureId(self.n_captures);
        let mut dictation = Dictation::new(capture, super::Mode::Latched, self.now, None);
        dictation.pending.push_back(pending);
        self.activate();
        let deadline = self.now + self.config.activation_timeout + self.config.return_grace;
        self.enter_finishing(dictation, Awaiting::Focus, deadline);
    }

    pub(super) fn enter_finishing(
        &mut self,
        dictation: Dictation,
        awaiting: Awaiting,
        deadline: crate::time::Millis,
    ) {
        self.enter(Phase::Finishing {
            dictation,
            awaiting,
            deadline,
        });
    }
}

fn is_addressed(addressee: &Addressee, focused: &Focused) -> bool {
    match addressee {
        Addressee::Context(id) => *id == focused.id,
        Addressee::Focused => true,
        Addressee::Unknown | Addressee::Nobody(_) => false,
    }
}
