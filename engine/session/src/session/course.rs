//! The course of a dictation: asked for, begun, finished, ended, cancelled.

use super::editing::Hold;
use super::{Awaiting, Bus, Engine, Mode, Phase, Session};
use crate::{
    config::KeyMode,
    dictation::{Addressee, Content, Dictation, Pending},
    effect::{Cue, Effect, Flush, KeepReason, UserMessage},
    input::CaptureId,
    key::Released,
    time::Millis,
};

impl Session {
    pub(super) fn press(&mut self) {
        if self.key.press(self.now) {
            self.ask(match self.config.key_mode {
                KeyMode::HoldOrTap | KeyMode::Hold => Mode::Key,
                KeyMode::Toggle => Mode::Latched,
            });
        }
    }

    /// The user asks to start, or to end what runs.
    pub(super) fn ask(&mut self, mode: Mode) {
        match &self.phase {
            Phase::Unavailable(why) => {
                let why = *why;
                self.refuse(UserMessage::CannotStart(why));
            }
            Phase::Idle => self.begin(mode),
            Phase::Opening { .. } | Phase::Listening { .. } => self.finish(),
            Phase::Finishing { .. } => self.again = Some(mode),
        }
    }

    pub(super) fn released(&mut self, released: Released) {
        let tap = released.held < self.config.tap_limit && self.config.key_mode != KeyMode::Hold;
        self.let_go(released.at, tap);
    }

    /// The key is taken for released, and never for a tap: the user did not choose the moment.
    pub(super) fn key_lost(&mut self) {
        if let Some(released) = self.key.lose(self.now) {
            self.let_go(released.at, false);
        }
    }

    fn let_go(&mut self, at: Millis, tap: bool) {
        let now = self.now;
        match &mut self.phase {
            Phase::Unavailable(_) | Phase::Idle => {}
            Phase::Opening { dictation, .. } | Phase::Listening { dictation } => {
                if dictation.mode != Mode::Key {
                    return;
                }
                if tap {
                    dictation.mode = Mode::Latched;
                    dictation.heard_at = now;
                    return;
                }
                dictation.released_at = Some(at);
                self.adopt_at_release();
                self.finish();
            }
            Phase::Finishing { .. } => {
                if self.again == Some(Mode::Key) {
                    self.again = tap.then_some(Mode::Latched);
                }
            }
        }
    }

    pub(super) fn adopt_at_release(&mut self) {
        let (grace, adoption) = (self.config.focus_grace, self.config.adoption);
        let (Phase::Opening { dictation, .. }
        | Phase::Listening { dictation }
        | Phase::Finishing { dictation, .. }) = &mut self.phase
        else {
            return;
        };
        if let Some(current) = self.focus.current() {
            dictation.adopt_at_release(current, grace, adoption);
        }
    }

    pub(super) fn activate(&mut self) {
        if self.bus == Bus::Up && self.engine == Engine::Resting {
            self.engine = Engine::Activating {
                deadline: self.now + self.config.activation_timeout,
            };
            self.push(Effect::ActivateEngine);
        }
    }

    pub(super) const fn next_capture(&mut self) -> CaptureId {
        self.n_captures += 1;
        CaptureId(self.n_captures)
    }

    pub(super) fn begin(&mut self, mode: Mode) {
        if self
            .focus
            .current()
            .is_some_and(|current| current.is_secret())
        {
            self.refuse(UserMessage::PasswordField);
            return;
        }
        let capture = self.next_capture();
        let anchor = self
            .focus
            .recent(self.now, self.config.focus_grace)
            .cloned();
        let dictation = Dictation::new(capture, mode, self.now, anchor);
        self.activate();
        self.push(Effect::StartCapture(capture));
        let deadline = self.now + self.config.open_timeout;
        self.enter(Phase::Opening {
            dictation,
            deadline,
        });
        self.expect();
    }

    /// Closes the microphone and waits for the last words.
    pub(super) fn finish(&mut self) {
        match self.take_phase() {
            Phase::Opening { mut dictation, .. } | Phase::Listening { mut dictation } => {
                dictation.close(self.now, self.config.onset_latency);
                self.push(Effect::StopCapture(dictation.capture, Flush::Decode));
                self.push(Effect::PlayCue(Cue::Stop));
                let deadline = self.now + self.config.finish_timeout;
                self.enter(Phase::Finishing {
                    dictation,
                    awaiting: Awaiting::Recognizer,
                    deadline,
                });
            }
            phase => self.phase = phase,
        }
    }

    /// Closes the microphone, or takes back that its audio be decoded.
    pub(super) fn stop(&mut self, flush: Flush) {
        let capture = match &self.phase {
            Phase::Opening { dictation, .. }
            | Phase::Listening { dictation }
            | Phase::Finishing {
                dictation,
                awaiting: Awaiting::Recognizer,
                ..
            } => dictation.capture,
            Phase::Unavailable(_) | Phase::Idle | Phase::Finishing { .. } => return,
        };
        self.push(Effect::StopCapture(capture, flush));
    }

    /// Leaves the dictation; what is not delivered is kept and offered.
    pub(super) fn end(&mut self) {
        let (Phase::Opening { mut dictation, .. }
        | Phase::Listening { mut dictation }
        | Phase::Finishing { mut dictation, .. }) = self.take_phase()
        else {
            return;
        };
        self.clear_preedit();
        self.stop_choosing();
        self.hold = Hold::Unasked;
        self.expected = None;
        if let Some(utterance) = dictation.utterance.take() {
            let text = self.shaping.plain(&Content::Words(utterance.words()));
            dictation.give_up(&text, KeepReason::Unfinished);
        }
        while let Some(Pending { addressee, content }) = dictation.pending.pop_front() {
            let reason = match addressee {
                Addressee::Nobody(reason) => reason,
                _ if self.bus == Bus::Down || self.engine != Engine::Active => {
                    KeepReason::NoInputMethod
                }
                Addressee::Context(_) => KeepReason::FocusMoved,
                Addressee::Unknown | Addressee::Focused => KeepReason::NoTextField,
            };
            dictation.give_up(&self.shaping.plain(&content), reason);
        }
        if let Some((text, reason)) = dictation.undelivered
            && !text.is_blank()
        {
            self.kept.keep(text.clone());
            self.push(Effect::KeepUndelivered { text, reason });
        }
        self.rest();
    }

    /// Serves a press that came while finishing, or gives the user's own engine back.
    pub(super) fn rest(&mut self) {
        if self.engine == Engine::Lost {
            self.engine = Engine::Resting;
        }
        if let (Some(mode), Ok(())) = (self.again.take(), self.availability) {
            self.begin(mode);
        }
        if matches!(self.phase, Phase::Opening { .. }) {
            return;
        }
        if self.engine != Engine::Resting {
            self.engine = Engine::Resting;
            self.written.lose_sight();
            self.push(Effect::RestoreEngine);
        }
        self.enter(match self.availability {
            Ok(()) => Phase::Idle,
            Err(why) => Phase::Unavailable(why),
        });
    }

    pub(super) fn cancel(&mut self) {
        self.again = None;
        if self.choosing.is_some() {
            self.stop_choosing();
            return;
        }
        self.stop(Flush::Discard);
        let Some(dictation) = self.dictation() else {
            return;
        };
        dictation.utterance = None;
        let pending = std::mem::take(&mut dictation.pending);
        if let Some((text, _)) = dictation.undelivered.take() {
            self.kept.keep(text);
        }
        for Pending { content, .. } in pending {
            self.kept.keep(self.shaping.plain(&content));
        }
        self.end();
    }
}
