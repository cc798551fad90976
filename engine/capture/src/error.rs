//! What can go wrong with a microphone, by what can be done about it.

use std::error::Error as _;
use std::fmt;

/// A failure of the microphone.
#[derive(Debug)]
pub struct CaptureError {
    kind: CaptureErrorKind,
    device: String,
    source: Option<cpal::Error>,
}

/// What can be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CaptureErrorKind {
    /// No sound system answers.
    NoSoundSystem,
    /// There is no microphone at all.
    NoDevice,
    /// The chosen microphone is not there, or was unplugged.
    DeviceGone,
    /// Another program holds the microphone.
    Busy,
    /// The system does not let this program listen.
    Denied,
    /// The microphone gives a format that this program does not take.
    Format,
    /// The sound system closed the stream; opening it again may do.
    Closed,
    /// The name of a device or host is not one.
    BadName,
    /// Anything else.
    Other,
}

impl CaptureErrorKind {
    pub(crate) fn of(kind: cpal::ErrorKind) -> Self {
        use cpal::ErrorKind;
        match kind {
            ErrorKind::DeviceBusy => Self::Busy,
            ErrorKind::DeviceNotAvailable => Self::DeviceGone,
            ErrorKind::HostUnavailable => Self::NoSoundSystem,
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::UnsupportedConfig | ErrorKind::UnsupportedOperation => Self::Format,
            ErrorKind::StreamInvalidated => Self::Closed,
            _ => Self::Other,
        }
    }
}

impl CaptureError {
    pub(crate) fn new(kind: CaptureErrorKind, device: impl Into<String>) -> Self {
        Self {
            kind,
            device: device.into(),
            source: None,
        }
    }

    pub(crate) fn from_cpal(device: impl Into<String>, source: cpal::Error) -> Self {
        Self {
            kind: CaptureErrorKind::of(source.kind()),
            device: device.into(),
            source: Some(source),
        }
    }

    /// What can be done.
    #[must_use]
    pub fn kind(&self) -> CaptureErrorKind {
        self.kind
    }

    /// The device or host it is about.
    #[must_use]
    pub fn device(&self) -> &str {
        &self.device
    }

    /// Whether the same attempt may succeed a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        use CaptureErrorKind::{Busy, Closed, DeviceGone, NoDevice, NoSoundSystem};
        matches!(
            self.kind,
            Busy | Closed | DeviceGone | NoDevice | NoSoundSystem
        )
    }
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use CaptureErrorKind as Kind;
        let device = &self.device;
        match self.kind {
            Kind::NoSoundSystem => {
                write!(f, "{device} does not answer: start PipeWire or PulseAudio")
            }
            Kind::NoDevice => write!(f, "{device} has no microphone: plug one in"),
            Kind::DeviceGone => write!(
                f,
                "the microphone {device} is not there: plug it in or choose another"
            ),
            Kind::Busy => write!(
                f,
                "another program holds the microphone {device}: close it and try again"
            ),
            Kind::Denied => write!(
                f,
                "the system refuses the microphone {device}: allow it in the privacy settings"
            ),
            Kind::Format => write!(
                f,
                "the microphone {device} gives no format that can be used: choose another"
            ),
            Kind::Closed => write!(
                f,
                "the sound system closed the microphone {device}: try again"
            ),
            Kind::BadName => write!(
                f,
                "{device} names no sound system or device: see the list of devices"
            ),
            Kind::Other => write!(f, "the microphone {device} failed: see the cause"),
        }
    }
}

impl std::error::Error for CaptureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

impl CaptureError {
    /// The sentence and its causes, for a log.
    #[must_use]
    pub fn chain(&self) -> String {
        match self.source() {
            Some(source) => format!("{self} ({source})"),
            None => self.to_string(),
        }
    }
}
