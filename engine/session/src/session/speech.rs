//! What the recognizer and the microphone say.

use super::{Awaiting, Phase, Session};
use crate::{
    dictation::{Content, Muted},
    effect::{Cue, Effect, Flush, KeepReason, Unavailable, UserMessage},
    input::{CaptureFailure, CaptureId, SpeechEvent},
};

impl Session {
    /// Whether the recognizer may still speak about this capture.
    fn hears(&self, capture: CaptureId) -> bool {
        match &self.phase {
            Phase::Unavailable(_) | Phase::Idle => false,
            Phase::Opening { dictation, .. }
            | Phase::Listening { dictation }
            | Phase::Finishing {
                dictation,
                awaiting: Awaiting::Recognizer,
                ..
            } => dictation.capture == capture,
            Phase::Finishing {
                awaiting: Awaiting::Focus,
                ..
            } => false,
        }
    }

    pub(super) fn speech(&mut self, capture: CaptureId, event: SpeechEvent) {
        if !self.hears(capture) {
            self.late_speech(capture, event);
            return;
        }
        let (now, onset_latency) = (self.now, self.config.onset_latency);
        let muted_below_dbfs = self.config.muted_below_dbfs;
        let Some(dictation) = self.dictation() else {
            return;
        };
        match event {
            SpeechEvent::Started => {
                dictation.heard_at = now;
                dictation.utterance(now, onset_latency);
            }
            SpeechEvent::Partial { stable, unstable } => {
                if dictation.utterance.is_none() && stable.is_empty() && unstable.is_empty() {
                    return;
                }
                let utterance = dictation.utterance(now, onset_latency);
                if utterance.set_words(&stable, &unstable) {
                    dictation.heard_at = now;
                    self.take_sentences();
                    self.deliver();
                    self.show_preedit();
                }
            }
            SpeechEvent::Final {
                words,
                alternatives,
            } => {
                dictation.heard_at = now;
                let n_taken = dictation.utterance.as_ref().map_or(0, |said| said.n_taken);
                let all = words.clone();
                let (addressee, words) = dictation.complete(now, onset_latency, Some(words));
                let contents = self.understand(&words, n_taken, &addressee);
                if contents
                    .iter()
                    .any(|content| matches!(content, Content::Words(_)))
                {
                    self.written.remember(&all, &alternatives);
                }
                if let Some(dictation) = self.dictation() {
                    dictation.deliver(&addressee, contents);
                }
                self.clear_preedit();
            }
            SpeechEvent::Lost => self.tell(UserMessage::AudioLost),
            SpeechEvent::Failed => self.model_failed(),
            SpeechEvent::Level { peak_dbfs } => {
                if peak_dbfs > muted_below_dbfs {
                    dictation.muted_since = None;
                } else if dictation.muted == Muted::Untold {
                    dictation.muted_since.get_or_insert(now);
                }
            }
            SpeechEvent::Ended => self.speech_ended(),
        }
    }

    /// Long dictation is committed sentence by sentence.
    fn take_sentences(&mut self) {
        let rules = self.shaping.rules();
        let (Phase::Opening { dictation, .. }
        | Phase::Listening { dictation }
        | Phase::Finishing { dictation, .. }) = &mut self.phase
        else {
            return;
        };
        let Some(utterance) = &dictation.utterance else {
            return;
        };
        let n_words = rules.n_finished(&utterance.stable.marked());
        dictation.take_finished(n_words);
    }

    /// Words of a capture that is over: of one that was cut short they are kept.
    fn late_speech(&mut self, capture: CaptureId, event: SpeechEvent) {
        if !self.late.contains(&capture) {
            return;
        }
        match event {
            SpeechEvent::Final { words, .. } if !words.is_empty() => {
                let text = self.shaping.plain(&Content::Words(words));
                self.kept.keep_late(text.clone(), capture);
                self.push(Effect::KeepUndelivered {
                    text,
                    reason: KeepReason::Unfinished,
                });
            }
            SpeechEvent::Ended | SpeechEvent::Failed => self.late.retain(|late| *late != capture),
            _ => {}
        }
    }

    fn speech_ended(&mut self) {
        let (now, onset_latency) = (self.now, self.config.onset_latency);
        if matches!(self.phase, Phase::Opening { .. } | Phase::Listening { .. }) {
            self.push(Effect::PlayCue(Cue::Stop));
        }
        match self.take_phase() {
            Phase::Opening { mut dictation, .. }
            | Phase::Listening { mut dictation }
            | Phase::Finishing { mut dictation, .. } => {
                let (addressee, words) = dictation.complete(now, onset_latency, None);
                if !words.is_empty() {
                    dictation.deliver(&addressee, vec![Content::Words(words)]);
                }
                dictation.close(now, onset_latency);
                let grace = if self.choosing.is_some() {
                    self.config.choice_timeout
                } else {
                    self.config.return_grace
                };
                let deadline = now + grace;
                self.clear_preedit();
                self.enter_finishing(dictation, Awaiting::Focus, deadline);
            }
            phase => self.phase = phase,
        }
    }

    fn model_failed(&mut self) {
        self.availability = Err(Unavailable::ModelBroken);
        self.again = None;
        self.refuse(UserMessage::ModelBroken);
        self.stop(Flush::Discard);
        self.end();
    }

    pub(super) fn capture_started(&mut self, capture: CaptureId) {
        match self.take_phase() {
            Phase::Opening { mut dictation, .. } if dictation.capture == capture => {
                dictation.listening_since = Some(self.now);
                dictation.heard_at = self.now;
                dictation.muted_since = Some(self.now);
                self.enter(Phase::Listening { dictation });
                self.push(Effect::PlayCue(Cue::Start));
            }
            phase => self.phase = phase,
        }
    }

    pub(super) fn capture_failed(&mut self, capture: CaptureId, failure: CaptureFailure) {
        match &self.phase {
            Phase::Opening { dictation, .. } if dictation.capture == capture => {
                self.refuse(UserMessage::Microphone(failure));
                self.stop(Flush::Discard);
                self.end();
            }
            Phase::Listening { dictation } if dictation.capture == capture => {
                self.refuse(UserMessage::MicrophoneLost(failure));
                self.finish();
            }
            _ => {}
        }
    }
}
