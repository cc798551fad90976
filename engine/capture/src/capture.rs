//! An open microphone.

use std::num::{NonZeroU16, NonZeroUsize};
use std::time::Duration;

use cpal::traits::{DeviceTrait as _, StreamTrait as _};
use cpal::{
    BufferSize, FromSample, SampleFormat, SizedSample, StreamConfig, SupportedStreamConfig,
};
use rtrb::{Consumer, RingBuffer};

use crate::device::{DeviceChoice, HostChoice, with_device};
use crate::error::{CaptureError, CaptureErrorKind};
use crate::reader::{Read, Reader};
use crate::tap::ring;

/// Duration of what the sound system hands over at once, where it can be asked for.
/// PulseAudio's default is some 150 ms, which would stand before every word.
const CALLBACK_MS: u32 = 20;

/// Longest wait for the sound system to open the stream.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// News of a stream that may wait to be taken; more say nothing new.
const MAX_NEWS: usize = 16;

/// How to open a microphone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureConfig {
    /// Which sound system.
    pub host: HostChoice,
    /// Which microphone.
    pub device: DeviceChoice,
    /// How much audio may wait to be read before any is lost.
    pub ring: Duration,
}

impl Default for CaptureConfig {
    fn default() -> Self {
        Self {
            host: HostChoice::default(),
            device: DeviceChoice::default(),
            ring: Duration::from_secs(20),
        }
    }
}

/// What happened to an open microphone.
#[derive(Debug)]
pub enum CaptureEvent {
    /// The sound system moved the stream to another microphone; audio goes on.
    Rerouted,
    /// The sound system skipped audio.
    Skipped,
    /// No more audio comes: open anew, where [`CaptureError::is_transient`] says so.
    Ended(CaptureError),
}

/// An open microphone; closed when dropped.
pub struct Capture {
    _stream: cpal::Stream,
    reader: Reader,
    news: Consumer<cpal::Error>,
    device: String,
    sample_rate_hz: u32,
}

impl Capture {
    /// Opens the microphone and starts to listen.
    ///
    /// # Errors
    ///
    /// [`CaptureError::kind`] says what can be done, [`CaptureError::is_transient`] whether to try again.
    pub fn open(config: &CaptureConfig) -> Result<Self, CaptureError> {
        with_device(config.host, &config.device, |device, name| {
            let format = device
                .default_input_config()
                .map_err(|error| CaptureError::from_cpal(name.as_str(), error))?;
            let stream_config = StreamConfig {
                channels: format.channels(),
                sample_rate: format.sample_rate(),
                buffer_size: BufferSize::Fixed(format.sample_rate() * CALLBACK_MS / 1000),
            };
            let ask = |stream_config| open_any(device, &format, stream_config, config.ring, &name);
            match ask(stream_config) {
                Err(error) if error.kind() == CaptureErrorKind::Format => ask(StreamConfig {
                    buffer_size: BufferSize::Default,
                    ..stream_config
                }),
                opened => opened,
            }
        })
    }

    /// What comes next, at most `max_samples` of it; `None` where nothing has come.
    pub fn read(&mut self, max_samples: usize) -> Option<Read> {
        self.reader.read(max_samples)
    }

    /// What happened to the stream since the last call, one by one.
    pub fn take_event(&mut self) -> Option<CaptureEvent> {
        let error = self.news.pop().ok()?;
        Some(match error.kind() {
            cpal::ErrorKind::DeviceChanged => CaptureEvent::Rerouted,
            // Audio goes on without the wished-for priority.
            cpal::ErrorKind::Xrun | cpal::ErrorKind::RealtimeDenied => CaptureEvent::Skipped,
            _ => CaptureEvent::Ended(CaptureError::from_cpal(self.device.as_str(), error)),
        })
    }

    /// The microphone, as in settings.
    #[must_use]
    pub fn device(&self) -> &str {
        &self.device
    }

    /// Samples per second of what [`Self::read`] gives.
    #[must_use]
    pub fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    /// The reading end, for its counters.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }
}

impl std::fmt::Debug for Capture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Capture")
            .field("device", &self.device)
            .field("sample_rate_hz", &self.sample_rate_hz)
            .finish_non_exhaustive()
    }
}

fn open_any(
    device: &cpal::Device,
    format: &SupportedStreamConfig,
    config: StreamConfig,
    ring: Duration,
    name: &str,
) -> Result<Capture, CaptureError> {
    match format.sample_format() {
        SampleFormat::F32 => open_as::<f32>(device, config, ring, name),
        SampleFormat::F64 => open_as::<f64>(device, config, ring, name),
        SampleFormat::I8 => open_as::<i8>(device, config, ring, name),
        SampleFormat::I16 => open_as::<i16>(device, config, ring, name),
        SampleFormat::I24 => open_as::<cpal::I24>(device, config, ring, name),
        SampleFormat::I32 => open_as::<i32>(device, config, ring, name),
        SampleFormat::I64 => open_as::<i64>(device, config, ring, name),
        SampleFormat::U8 => open_as::<u8>(device, config, ring, name),
        SampleFormat::U16 => open_as::<u16>(device, config, ring, name),
        SampleFormat::U24 => open_as::<cpal::U24>(device, config, ring, name),
        SampleFormat::U32 => open_as::<u32>(device, config, ring, name),
        SampleFormat::U64 => open_as::<u64>(device, config, ring, name),
        _ => Err(CaptureError::new(CaptureErrorKind::Format, name)),
    }
}

fn open_as<T>(
    device: &cpal::Device,
    config: StreamConfig,
    span: Duration,
    name: &str,
) -> Result<Capture, CaptureError>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let sample_rate_hz = config.sample_rate;
    let n_samples = span.as_millis() * u128::from(sample_rate_hz) / 1000;
    let capacity = usize::try_from(n_samples).ok().and_then(NonZeroUsize::new);
    let (Some(channels), Some(capacity)) = (NonZeroU16::new(config.channels), capacity) else {
        return Err(CaptureError::new(CaptureErrorKind::Format, name));
    };
    let (mut tap, reader) = ring(channels, capacity);
    let (mut tell, news) = RingBuffer::new(MAX_NEWS);
    let failed = |error| CaptureError::from_cpal(name, error);
    let stream = device
        .build_input_stream::<T, _, _>(
            config,
            move |samples, _| tap.on_block(samples),
            // With so much news untaken, one more says nothing.
            move |error| drop(tell.push(error)),
            Some(OPEN_TIMEOUT),
        )
        .map_err(failed)?;
    stream.play().map_err(failed)?;
    Ok(Capture {
        _stream: stream,
        reader,
        news,
        device: name.to_owned(),
        sample_rate_hz,
    })
}
