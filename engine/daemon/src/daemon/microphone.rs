//! What the daemon needs of a microphone and of a loudspeaker: edges that tests replace.

use std::sync::Arc;

use sotto_session::CaptureFailure;

/// Opens microphones.
pub(crate) trait Microphone: Send {
    /// Opens the device of that id; `default` is the desktop's choice.
    fn open(&mut self, device: &str) -> Result<Box<dyn Recording>, CaptureFailure>;
}

/// What came from a microphone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    /// Mono samples.
    Samples(Vec<f32>),
    /// So many samples found the ring full.
    Lost(u64),
    /// No more samples come.
    Ended(CaptureFailure),
}

/// An open microphone; dropping it closes the device.
pub(crate) trait Recording {
    /// Samples a second.
    fn rate_hz(&self) -> u32;

    /// Name of the device, for people.
    fn device(&self) -> &str;

    /// What came next; `None` while nothing has come.
    fn read(&mut self) -> Option<Heard>;
}

/// The loudspeaker cannot be opened; the log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mute;

/// Plays recordings.
pub(crate) trait Loudspeaker: Send {
    /// Plays mono samples of that rate.
    fn play(&mut self, samples: &Arc<[f32]>, rate_hz: u32) -> Result<Box<dyn Playing>, Mute>;
}

/// A recording that is being played; dropping it stops.
pub(crate) trait Playing {
    /// Whether it has come to its end.
    fn is_over(&self) -> bool;
}
