//! The desktop's microphones and its loudspeaker, by the sound system.

use std::sync::Arc;

use sotto_capture::{
    Capture, CaptureConfig, CaptureError, CaptureErrorKind, CaptureEvent, DeviceChoice, Playback,
    Read,
};
use sotto_session::CaptureFailure;

use crate::daemon::{
    log::note,
    microphone::{Heard, Loudspeaker, Microphone, Mute, Playing, Recording},
};

/// The setting that follows the desktop's choice.
const DEFAULT_DEVICE: &str = "default";
/// Samples taken from the ring at a time: some 0.2 s, so that control is heard between.
const MAX_SAMPLES: usize = 8_192;

/// The microphones of this desktop.
#[derive(Debug)]
pub(crate) struct DesktopMicrophone;

impl Microphone for DesktopMicrophone {
    fn open(&mut self, device: &str) -> Result<Box<dyn Recording>, CaptureFailure> {
        let device = if device == DEFAULT_DEVICE {
            DeviceChoice::Default
        } else {
            DeviceChoice::Id(device.to_owned())
        };
        let config = CaptureConfig {
            device,
            ..CaptureConfig::default()
        };
        match Capture::open(&config) {
            Ok(capture) => Ok(Box::new(capture)),
            Err(error) => {
                note!("{}", error.chain());
                Err(failure(&error))
            }
        }
    }
}

impl Recording for Capture {
    fn rate_hz(&self) -> u32 {
        self.sample_rate_hz()
    }

    fn device(&self) -> &str {
        Self::device(self)
    }

    fn read(&mut self) -> Option<Heard> {
        match Self::read(self, MAX_SAMPLES) {
            Some(Read::Block(block)) => return Some(Heard::Samples(block.samples)),
            Some(Read::Lost(loss)) => return Some(Heard::Lost(loss.n_samples)),
            None => {}
        }
        loop {
            match self.take_event()? {
                CaptureEvent::Rerouted => note!("the sound system moved to another microphone"),
                CaptureEvent::Skipped => {}
                CaptureEvent::Ended(error) => {
                    note!("{}", error.chain());
                    return Some(Heard::Ended(failure(&error)));
                }
            }
        }
    }
}

/// The loudspeaker of this desktop.
#[derive(Debug)]
pub(crate) struct DesktopLoudspeaker;

impl Loudspeaker for DesktopLoudspeaker {
    fn play(&mut self, samples: &Arc<[f32]>, rate_hz: u32) -> Result<Box<dyn Playing>, Mute> {
        match Playback::start(samples, rate_hz) {
            Ok(playback) => Ok(Box::new(playback)),
            Err(error) => {
                note!("the test recording cannot be played: {}", error.chain());
                Err(Mute)
            }
        }
    }
}

impl Playing for Playback {
    fn is_over(&self) -> bool {
        Self::is_over(self)
    }
}

fn failure(error: &CaptureError) -> CaptureFailure {
    match error.kind() {
        CaptureErrorKind::NoDevice | CaptureErrorKind::NoSoundSystem => CaptureFailure::NoDevice,
        CaptureErrorKind::Busy => CaptureFailure::Busy,
        CaptureErrorKind::Denied => CaptureFailure::Denied,
        CaptureErrorKind::DeviceGone | CaptureErrorKind::Closed => CaptureFailure::Lost,
        _ => CaptureFailure::Other,
    }
}
