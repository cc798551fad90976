//! What the session is told.

use std::{fmt, sync::Arc};

use crate::heard::HeardWords;

/// The name of an input context, unique while the input method's bus lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContextId(Arc<str>);

impl ContextId {
    /// Takes the name the input method gave to the context.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name the input method gave to the context.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One run of the microphone, counted by the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaptureId(pub u64);

/// What a client's input context can do, as IBus capability bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities(pub u32);

/// What kind of field has focus, in IBus numbers.
///
/// Source: `IBusInputPurpose` and `IBusInputHints` of `ibustypes.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContentType {
    /// `IBusInputPurpose`.
    pub purpose: u32,
    /// `IBusInputHints`.
    pub hints: u32,
}

impl ContentType {
    const PURPOSE_PASSWORD: u32 = 8;
    const PURPOSE_PIN: u32 = 9;
    const HINT_PRIVATE: u32 = 1 << 11;
    const HINT_HIDDEN_TEXT: u32 = 1 << 12;

    /// Whether nothing may be heard or written here.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self.purpose, Self::PURPOSE_PASSWORD | Self::PURPOSE_PIN)
            || self.hints & (Self::HINT_PRIVATE | Self::HINT_HIDDEN_TEXT) != 0
    }
}

/// The text around the caret, as the client tells it. `Debug` shows lengths only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Surrounding {
    /// Text on both sides of the caret.
    pub text: String,
    /// Caret, in characters from the start of `text`; some clients count bytes.
    pub cursor: u32,
    /// Other end of the selection, in the unit of `cursor`.
    pub anchor: u32,
}

impl fmt::Debug for Surrounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surrounding")
            .field("n_chars", &self.text.chars().count())
            .field("cursor", &self.cursor)
            .field("anchor", &self.anchor)
            .finish()
    }
}

/// Why the microphone did not start, or stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureFailure {
    /// There is no input device.
    NoDevice,
    /// Another program holds the device for itself.
    Busy,
    /// This program may not record.
    Denied,
    /// The device or the sound server went away.
    Lost,
    /// Anything else the sound system said; the log has it.
    Other,
}

/// What the recognizer says about one capture.
#[derive(Debug, Clone, PartialEq)]
pub enum SpeechEvent {
    /// Somebody began to speak.
    Started,
    /// The utterance so far.
    Partial {
        /// Words that will not change within the utterance.
        stable: HeardWords,
        /// Words that later audio may change.
        unstable: HeardWords,
    },
    /// The utterance is complete.
    Final {
        /// Its words.
        words: HeardWords,
        /// Other words for the same sound, the likelier first.
        alternatives: Vec<HeardWords>,
    },
    /// The model was too slow and samples were dropped; the utterance ends at the hole.
    Lost,
    /// The model cannot be run.
    Failed,
    /// Peak of the last blocks, in dB of full scale; minus infinity for digital silence.
    Level {
        /// Peak, in dB of full scale.
        peak_dbfs: f32,
    },
    /// Nothing more will be said about this capture.
    Ended,
}

/// What the user does about alternatives that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Takes this one, counted from 0.
    Number(usize),
    /// Highlights the next one.
    Next,
    /// Highlights the one before.
    Previous,
    /// Takes the highlighted one.
    Accept,
}

/// Everything the session can be told.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionInput {
    /// The push-to-talk key went down, or repeats.
    Press,
    /// The push-to-talk key went up, or repeats.
    Release,
    /// Nobody sees the push-to-talk key any more: what it holds ends, however short it was held.
    KeyLost,
    /// Start listening without a key held, or end it.
    Toggle,
    /// Throw away what was said since the last commit and end.
    Cancel,
    /// An input context received focus.
    FocusIn {
        /// Which context.
        context: ContextId,
        /// Name of the client; [`PLACEHOLDER_CLIENT`](crate::PLACEHOLDER_CLIENT) stands for "no text field".
        client: String,
        /// What the client can do.
        capabilities: Capabilities,
    },
    /// An input context lost focus.
    FocusOut(ContextId),
    /// The client dropped its preedit: the caret or the field inside the context changed.
    Reset(ContextId),
    /// The focused context says what kind of field it is.
    ContentType(ContentType),
    /// The focused context says what stands around the caret.
    Surrounding(Surrounding),
    /// A key or a click on the alternatives that are shown.
    Choose(Choice),
    /// The user typed something while the engine was active.
    KeyTyped,
    /// The recognizer's word on a capture.
    Speech(CaptureId, SpeechEvent),
    /// The microphone delivers samples.
    CaptureStarted(CaptureId),
    /// The microphone did not start, or stopped.
    CaptureFailed(CaptureId, CaptureFailure),
    /// There is a model to recognize with.
    ModelReady,
    /// There is no model.
    ModelMissing,
    /// The input method switched to the dictation engine.
    EngineActivated,
    /// The input method refused to switch.
    ActivationFailed,
    /// Somebody switched to another engine.
    ActivationLost,
    /// The input method's bus is gone.
    BusLost,
    /// The input method's bus is there and the engine is registered.
    BusBack,
    /// The machine slept: audio and held keys from before mean nothing.
    ClockJump,
    /// Commit the last text again, where focus is.
    PasteLast,
    /// What was kept has reached the user's window by another way.
    TypedOtherwise,
    /// The process is about to end.
    Quit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_for_secrets_and_private_ones_are_told_from_others() {
        let is_secret = |purpose, hints| ContentType { purpose, hints }.is_secret();
        let private = 1 << 11;
        let hidden_text = 1 << 12;
        assert!(is_secret(8, 0), "a password");
        assert!(is_secret(9, 0), "a PIN");
        assert!(is_secret(0, private) && is_secret(0, hidden_text));
        assert!(is_secret(5, private | 1), "an address in a private window");
        assert!(!is_secret(0, 0) && !is_secret(6, !(private | hidden_text)));
    }
}
