//! The microphone: choose a device, open it, hand over blocks of mono samples.
//!
//! This crate knows the sound system and nothing of speech. Samples are `f32` in `[-1, 1]`, mono, at the device's own
//! rate; positions count samples of that rate since the stream began.
//!
//! [`Capture::open`] opens a [`DeviceChoice`]; [`Capture::read`] hands over what has come, [`Capture::take_event`] says
//! when the device is lost. The device is closed when the [`Capture`] is dropped: keep one only while listening.
//!
//! Between the sound system's callback and the reader lies a ring that is allocated before the stream starts
//! ([`ring`]). The callback's end, [`Tap`], does not allocate, lock, log or wait; what does not fit is dropped, counted,
//! and told by the [`Reader`] at its place in the stream.
//!
//! [`Playback`] is the way back: a few seconds of samples to the desktop's loudspeaker, for hearing a test recording.

mod capture;
mod cookie;
mod device;
mod error;
mod playback;
mod reader;
mod tap;

pub use capture::{Capture, CaptureConfig, CaptureEvent};
pub use device::{DeviceChoice, DeviceEntry, HostChoice, HostName, list_devices};
pub use error::{CaptureError, CaptureErrorKind};
pub use playback::Playback;
pub use reader::{Block, Loss, Read, Reader};
pub use tap::{Tap, ring};
