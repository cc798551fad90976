//! What the session wants done.

use sotto_text::{Language, Refused};

use crate::{
    input::{CaptureFailure, CaptureId, ContextId},
    spoken::Spoken,
};

/// What the session is doing, as everybody may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Dictation cannot start.
    Unavailable(Unavailable),
    /// Waiting for a press.
    Idle,
    /// The microphone is being opened.
    Opening,
    /// The microphone is open.
    Listening,
    /// The microphone is closed; the last words are being recognized or delivered.
    Finishing,
}

/// Why dictation cannot start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// Nothing is known about the model yet.
    Starting,
    /// No model is installed.
    NoModel,
    /// The model cannot be run.
    ModelBroken,
    /// The process is ending.
    Quitting,
}

/// What becomes of audio that is not decoded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// Decode it and say `Final`, then `Ended`.
    Decode,
    /// Throw it away.
    Discard,
}

/// A sound for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    /// The microphone is open.
    Start,
    /// The microphone is closed.
    Stop,
    /// Something went wrong.
    Problem,
}

/// Why finished text was not committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepReason {
    /// Focus is not where the text was spoken.
    FocusMoved,
    /// No text field had focus.
    NoTextField,
    /// The input method cannot be reached.
    NoInputMethod,
    /// The recognizer stopped before the utterance was complete.
    Unfinished,
}

/// What the user is told, in closed form; the sentences are the daemon's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserMessage {
    /// Dictation was asked for, and cannot start.
    CannotStart(Unavailable),
    /// The microphone did not start.
    Microphone(CaptureFailure),
    /// The microphone took too long to start.
    MicrophoneSlow,
    /// The microphone went away while listening.
    MicrophoneLost(CaptureFailure),
    /// The microphone delivers digital silence.
    MicrophoneSilent,
    /// The focused field is secret.
    PasswordField,
    /// The input method refused to switch to the engine.
    ActivationFailed,
    /// Somebody switched to another engine while listening.
    ActivationLost,
    /// Samples were dropped.
    AudioLost,
    /// The recognizer did not finish in time.
    RecognizerSlow,
    /// The model cannot be run.
    ModelBroken,
    /// There is nothing to paste.
    NothingToPaste,
    /// A command was understood, and the field was not edited.
    NotEdited(Refused),
    /// Nothing else is known that may have been said.
    NoAlternatives,
}

/// Something that is done about the text in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldAct {
    /// Ask the client for the text around the caret.
    Read,
    /// Delete these texts, which stand right before and right after the caret.
    Delete {
        /// Text before the caret.
        before: Spoken,
        /// Text after the caret.
        after: Spoken,
    },
    /// Press a key for the client, as if the user had.
    Press {
        /// Which key.
        key: EditKey,
        /// How often.
        n_times: usize,
    },
    /// Show alternatives at the caret, numbered from 1.
    ShowChoices {
        /// The alternatives.
        choices: Vec<Spoken>,
        /// Which one is highlighted, counted from 0.
        highlighted: usize,
    },
}

/// A key that an edit presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditKey {
    /// Deletes the character before the caret.
    BackSpace,
    /// Moves the caret to the left.
    Left,
    /// Moves the caret to the right and selects.
    SelectRight,
    /// Moves the caret to the end of the text.
    TextEnd,
}

/// One thing to do, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Remember the current engine and switch to ours.
    ActivateEngine,
    /// Switch back to the remembered engine.
    RestoreEngine,
    /// Open the microphone and feed the recognizer.
    StartCapture(CaptureId),
    /// Close the microphone.
    StopCapture(CaptureId, Flush),
    /// Show the utterance so far at the caret, to be cleared if focus leaves.
    SetPreedit {
        /// The context that has focus.
        context: ContextId,
        /// Words that will not change.
        stable: Spoken,
        /// Words that may change.
        unstable: Spoken,
    },
    /// Show nothing at the caret.
    ClearPreedit,
    /// Insert text at the caret, for good.
    Commit {
        /// The context that has focus, and had it when the text was spoken.
        context: ContextId,
        /// The text, with the space that joins it to what stands before.
        text: Spoken,
    },
    /// Do something about the text in the field.
    Field {
        /// The context that has focus.
        context: ContextId,
        /// What to do.
        act: FieldAct,
    },
    /// Show no alternatives.
    HideChoices,
    /// The user chose another text for what was written: remember it.
    Learn {
        /// What was written.
        heard: Spoken,
        /// What was wanted.
        chosen: Spoken,
    },
    /// Prefer these names, and the words of this application, from the next utterance on; forget
    /// them after the dictation.
    Expect {
        /// Name of the client.
        client: String,
        /// Names around the caret.
        names: Vec<Spoken>,
    },
    /// Hear and write another language.
    SwitchLanguage(Language),
    /// The text could not be committed: offer it to the user another way.
    KeepUndelivered {
        /// The text.
        text: Spoken,
        /// Why it was not committed.
        reason: KeepReason,
    },
    /// The state changed.
    StatusChanged(State),
    /// Tell the user.
    Tell(UserMessage),
    /// Play a sound.
    PlayCue(Cue),
}
