//! One dictation from key press to delivered text, as a pure state machine.
//!
//! [`Session::handle`] takes an input and the time, [`Session::poll_effect`] hands out what the
//! process must do about it, [`Session::next_deadline`] says when to call
//! [`Session::handle_timeout`]. The crate does no I/O, reads no clock, starts no thread and takes
//! no lock; whoever owns the input method, the microphone and the model carries the effects out
//! and answers with inputs. The shape is that of a sans-I/O protocol such as
//! [`quinn-proto`](https://docs.rs/quinn-proto).
//!
//! What holds for every order of inputs:
//!
//! * text is committed only to the input context that had focus while it was spoken;
//! * every final text is committed once or kept for `paste-last`, unless the user cancelled it or
//!   it was spoken into a password field;
//! * a password field never starts the microphone and stops it when it announces itself late;
//! * the session leaves `Opening` and `Finishing` without help from outside.
//!
//! Times are milliseconds on any monotonic clock. Recognized words are [`HeardWords`], text is
//! [`Spoken`]; their `Debug` forms show counts only.

mod caret;
mod config;
mod dictation;
mod effect;
mod focus;
mod heard;
mod input;
mod kept;
mod key;
mod session;
mod shaping;
mod spoken;
mod time;
mod written;

pub use config::{KeyMode, SessionConfig};
pub use effect::{
    Cue, EditKey, Effect, FieldAct, Flush, KeepReason, State, Unavailable, UserMessage,
};
pub use focus::PLACEHOLDER_CLIENT;
pub use heard::{HeardWord, HeardWords};
pub use input::{
    Capabilities, CaptureFailure, CaptureId, Choice, ContentType, ContextId, SessionInput,
    SpeechEvent, Surrounding,
};
pub use session::Session;
pub use spoken::Spoken;
pub use time::Millis;
