//! What happens when nothing happens.

use super::{Awaiting, Engine, Mode, Phase, Session};
use crate::{
    dictation::{Content, Dictation, Muted},
    effect::{Effect, Flush, KeepReason, UserMessage},
    time::Millis,
};

impl Session {
    pub(super) fn silence_deadline(&self, dictation: &Dictation) -> Option<Millis> {
        let limit = match dictation.mode {
            Mode::Key => self.config.stop_held_after_silence,
            Mode::Latched => self.config.stop_after_silence,
        };
        limit.map(|limit| dictation.heard_at + limit)
    }

    /// When a focused field that is owed text may be taken for what it says it is.
    pub(super) fn settle_deadline(&self) -> Option<Millis> {
        let (Phase::Opening { dictation, .. }
        | Phase::Listening { dictation }
        | Phase::Finishing { dictation, .. }) = &self.phase
        else {
            return None;
        };
        let settled_at = self.focus.current()?.since + self.config.focus_settle;
        (!dictation.pending.is_empty() && settled_at > self.now).then_some(settled_at)
    }

    pub(super) fn expire(&mut self) {
        if let Some(released) = self.key.expire(self.now, self.config.release_grace) {
            self.released(released);
        }
        if let Engine::Activating { deadline } = self.engine
            && deadline <= self.now
        {
            self.activation_failed();
        }
        self.expire_hold();
        match &mut self.phase {
            Phase::Unavailable(_) | Phase::Idle => {}
            Phase::Opening { deadline, .. } => {
                if *deadline <= self.now {
                    self.refuse(UserMessage::MicrophoneSlow);
                    self.stop(Flush::Discard);
                    self.end();
                }
            }
            Phase::Listening { dictation } => {
                let muted = dictation
                    .muted_since
                    .is_some_and(|since| since + self.config.muted_after <= self.now);
                if muted {
                    dictation.muted_since = None;
                    dictation.muted = Muted::Told;
                    self.refuse(UserMessage::MicrophoneSilent);
                }
                self.expire_silence();
            }
            Phase::Finishing { deadline, .. } => {
                if *deadline <= self.now {
                    self.expire_finishing();
                }
            }
        }
    }

    pub(super) fn expire_silence(&mut self) {
        if let Phase::Listening { dictation } = &self.phase
            && self
                .silence_deadline(dictation)
                .is_some_and(|deadline| deadline <= self.now)
        {
            self.finish();
        }
    }

    pub(super) fn expire_finishing(&mut self) {
        let Phase::Finishing {
            dictation,
            awaiting,
            ..
        } = &mut self.phase
        else {
            return;
        };
        if *awaiting == Awaiting::Recognizer {
            let capture = dictation.capture;
            if let Some(utterance) = dictation.utterance.take() {
                let text = self.shaping.plain(&Content::Words(utterance.words()));
                if !text.is_blank() {
                    self.kept.keep_unfinished(text.clone(), capture);
                    self.push(Effect::KeepUndelivered {
                        text,
                        reason: KeepReason::Unfinished,
                    });
                }
            }
            self.late.push(capture);
            self.tell(UserMessage::RecognizerSlow);
        }
        self.end();
    }
}
