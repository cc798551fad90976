//! The dictation object.

use crate::{error::DictationError, state::DictationState};

/// The well-known name on the session bus.
pub const BUS_NAME: &str = "io.github.sotto.Sotto";
/// Where the dictation object is.
pub const OBJECT_PATH: &str = "/io/github/sotto/Sotto";
/// The interface of the dictation object.
pub const INTERFACE: &str = "io.github.sotto.Dictation1";

/// Dictation on this desktop: what a key binding, a tray or a script may ask for.
#[zbus::proxy(
    interface = "io.github.sotto.Dictation1",
    default_service = "io.github.sotto.Sotto",
    default_path = "/io/github/sotto/Sotto"
)]
pub trait Dictation {
    /// The push-to-talk key went down. Repeats are harmless.
    fn press(&self) -> Result<(), DictationError>;

    /// The push-to-talk key went up. After a long press listening ends; after a tap it goes on.
    fn release(&self) -> Result<(), DictationError>;

    /// Starts listening without a key held, or ends it.
    fn toggle(&self) -> Result<(), DictationError>;

    /// Throws away what was said since the last sentence and ends.
    fn cancel(&self) -> Result<(), DictationError>;

    /// Inserts the last text again, where focus is.
    fn paste_last(&self) -> Result<(), DictationError>;

    /// Connects to the input method anew; a second daemon asks this of the first.
    fn reattach(&self) -> Result<(), DictationError>;

    /// What the session is doing.
    #[zbus(property)]
    fn state(&self) -> zbus::Result<DictationState>;

    /// Id of the model, empty without one.
    #[zbus(property)]
    fn model(&self) -> zbus::Result<String>;

    /// Name of the microphone in use, empty while none is open.
    #[zbus(property)]
    fn device(&self) -> zbus::Result<String>;

    /// Loudness of the last tenth of a second while listening: peak in dB of full scale, else -120.
    #[zbus(property)]
    fn level(&self) -> zbus::Result<f64>;
}
