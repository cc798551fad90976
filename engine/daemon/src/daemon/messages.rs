//! What the user is told, as sentences that say what to do.

use sotto_session::{CaptureFailure, KeepReason, Unavailable, UserMessage};

/// Whether the text is on the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clipboard {
    Holds,
    Unused,
}

/// A press while Sotto is paused.
pub(crate) const PAUSED: &str = "Sotto is paused: resume it from the tray.";

/// The sentence for a message of the session.
pub(crate) const fn sentence(message: UserMessage) -> &'static str {
    match message {
        UserMessage::CannotStart(why) => unavailable(why),
        UserMessage::Microphone(failure) => microphone(failure),
        UserMessage::MicrophoneSlow => {
            "The microphone did not start in time: check the sound settings and try again."
        }
        UserMessage::MicrophoneLost(CaptureFailure::Lost) => {
            "The microphone went away: what was said before is kept. Plug it in and press again."
        }
        UserMessage::MicrophoneLost(failure) => microphone(failure),
        UserMessage::MicrophoneSilent => {
            "Nothing but silence comes from the microphone: check that it is not muted."
        }
        UserMessage::PasswordField => {
            "Sotto does not listen in password fields: choose another field and press again."
        }
        UserMessage::ActivationFailed => {
            "The input method did not let Sotto in, so text goes to the clipboard: \
             run \"sotto doctor\" to see why."
        }
        UserMessage::ActivationLost => {
            "Another input source was selected, so dictation ended: press again to go on."
        }
        UserMessage::AudioLost => {
            "This computer was too slow and a piece of speech was lost: say it again."
        }
        UserMessage::RecognizerSlow => {
            "The last words took too long; they will be offered when they are ready."
        }
        UserMessage::ModelBroken => {
            "The speech model does not work: install it again, or choose another in the settings."
        }
        UserMessage::NothingToPaste => "There is no text to paste yet.",
    }
}

const fn unavailable(why: Unavailable) -> &'static str {
    match why {
        Unavailable::Starting => "Sotto is starting: press again in a moment.",
        Unavailable::NoModel => {
            "No speech model is installed: run \"sotto doctor\" to see where it is looked for."
        }
        Unavailable::ModelBroken => {
            "The speech model does not work: install it again, or choose another in the settings."
        }
        Unavailable::Quitting => "Sotto is ending: start it again.",
    }
}

const fn microphone(failure: CaptureFailure) -> &'static str {
    match failure {
        CaptureFailure::NoDevice => "There is no microphone: plug one in and press again.",
        CaptureFailure::Busy => {
            "Another program keeps the microphone to itself: close it and press again."
        }
        CaptureFailure::Denied => {
            "Sotto may not use the microphone: allow it in the privacy settings."
        }
        CaptureFailure::Lost => "The microphone went away: plug it in and press again.",
        CaptureFailure::Other => {
            "The microphone could not be opened: run \"sotto devices\" to choose another."
        }
    }
}

/// The sentence for text that could not be inserted. The text itself is never part of it.
pub(crate) fn kept(reason: KeepReason, clipboard: Clipboard) -> String {
    let why = match reason {
        KeepReason::FocusMoved => "Focus moved before the text was ready",
        KeepReason::NoTextField => "No text field had focus",
        KeepReason::NoInputMethod => "The input method could not be reached",
        KeepReason::Unfinished => "The recognizer stopped before the sentence was complete",
    };
    let then = match clipboard {
        Clipboard::Holds => "the text is on the clipboard",
        Clipboard::Unused => "the text is kept until you paste it with \"sotto paste-last\"",
    };
    format!("{why}; {then}.")
}
