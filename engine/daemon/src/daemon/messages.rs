//! What the user is told, as sentences that say what to do.

use sotto_session::{CaptureFailure, KeepReason, Unavailable, UserMessage};
use sotto_text::Refused;
use tr::tr;

/// Whether the text is on the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clipboard {
    Holds,
    Unused,
}

/// A press while Sotto is paused.
pub(crate) fn paused() -> String {
    tr!("Sotto is paused: resume it from the tray.")
}

/// The sentence for a message of the session.
pub(crate) fn sentence(message: UserMessage) -> String {
    match message {
        UserMessage::CannotStart(why) => unavailable(why),
        UserMessage::Microphone(failure) => microphone(failure),
        UserMessage::MicrophoneSlow => {
            tr!("The microphone did not start in time: check the sound settings and try again.")
        }
        UserMessage::MicrophoneLost(CaptureFailure::Lost) => tr!(
            "The microphone went away: what was said before is kept. Plug it in and press again."
        ),
        UserMessage::MicrophoneLost(failure) => microphone(failure),
        UserMessage::MicrophoneSilent => {
            tr!("Nothing but silence comes from the microphone: check that it is not muted.")
        }
        UserMessage::PasswordField => {
            tr!("Sotto does not listen in password fields: choose another field and press again.")
        }
        UserMessage::ActivationFailed => tr!(
            "The input method did not let Sotto in, so text goes to the clipboard: \
             run \"sotto doctor\" to see why."
        ),
        UserMessage::ActivationLost => {
            tr!("Another input source was selected, so dictation ended: press again to go on.")
        }
        UserMessage::AudioLost => {
            tr!("This computer was too slow and a piece of speech was lost: say it again.")
        }
        UserMessage::RecognizerSlow => {
            tr!("The last words took too long; they will be offered when they are ready.")
        }
        UserMessage::ModelBroken => tr!(
            "The speech model does not work: install it again, or choose another in the settings."
        ),
        UserMessage::NothingToPaste => tr!("There is no text to paste yet."),
        UserMessage::NotEdited(why) => not_edited(why),
        UserMessage::NoAlternatives => {
            tr!("Nothing else is known that this may have been: say it again or type it.")
        }
    }
}

fn not_edited(why: Refused) -> String {
    match why {
        Refused::NothingDictated => {
            tr!("Nothing was dictated into this field that could be edited: edit it by hand.")
        }
        Refused::NotFound => {
            tr!("The text to edit is not before the caret: name words that are there.")
        }
        Refused::TextChanged => {
            tr!("The text before the caret is not what was dictated: edit it by hand.")
        }
        Refused::CaretOutOfRange | Refused::CaretInBytes => {
            tr!("This application does not tell where its caret is: edit it by hand.")
        }
        Refused::OutOfReach => tr!(
            "This application does not tell its text, and keys may have been typed since: edit it by hand."
        ),
    }
}

fn unavailable(why: Unavailable) -> String {
    match why {
        Unavailable::Starting => tr!("Sotto is starting: press again in a moment."),
        Unavailable::NoModel => {
            tr!("No speech model is installed: run \"sotto doctor\" to see where it is looked for.")
        }
        Unavailable::ModelBroken => tr!(
            "The speech model does not work: install it again, or choose another in the settings."
        ),
        Unavailable::Quitting => tr!("Sotto is ending: start it again."),
    }
}

fn microphone(failure: CaptureFailure) -> String {
    match failure {
        CaptureFailure::NoDevice => tr!("There is no microphone: plug one in and press again."),
        CaptureFailure::Busy => {
            tr!("Another program keeps the microphone to itself: close it and press again.")
        }
        CaptureFailure::Denied => {
            tr!("Sotto may not use the microphone: allow it in the privacy settings.")
        }
        CaptureFailure::Lost => tr!("The microphone went away: plug it in and press again."),
        CaptureFailure::Other => {
            tr!("The microphone could not be opened: run \"sotto devices\" to choose another.")
        }
    }
}

/// The sentence for text that could not be inserted. The text itself is never part of it.
pub(crate) fn kept(reason: KeepReason, clipboard: Clipboard) -> String {
    let why = match reason {
        KeepReason::FocusMoved => tr!("Focus moved before the text was ready."),
        KeepReason::NoTextField => tr!("No text field had focus."),
        KeepReason::NoInputMethod => tr!("The input method could not be reached."),
        KeepReason::Unfinished => tr!("The recognizer stopped before the sentence was complete."),
    };
    let then = match clipboard {
        Clipboard::Holds => tr!("The text is on the clipboard."),
        Clipboard::Unused => tr!("The text is kept until you paste it with \"sotto paste-last\"."),
    };
    // TRANSLATORS: two sentences, one after the other.
    tr!("{0} {1}", why, then)
}
