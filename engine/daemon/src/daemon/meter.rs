//! The thread behind the level meter and the test recording of the settings window.
//!
//! It opens the microphone only while somebody looks at the meter. What it records stays in its
//! memory: it can be played, and is forgotten with the meter.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::{Duration, Instant},
};

use sotto_core::noise_floor::NoiseFloor;
use sotto_session::CaptureFailure;
use tokio::sync::{oneshot, watch};

use crate::daemon::{
    microphone::{Heard, Loudspeaker, Microphone, Playing, Recording},
    service::SILENT_DBFS,
};

/// Pause between two looks at the ring.
const DRAIN_PERIOD: Duration = Duration::from_millis(20);
/// Time between two levels.
const LEVEL_PERIOD: Duration = Duration::from_millis(100);
/// How long a clipped sample is told.
const CLIPPING_SHOWN: Duration = Duration::from_secs(2);
/// The microphone closes by itself after this time.
const METER_LIMIT: Duration = Duration::from_secs(300);
/// Longest test recording, s.
pub(crate) const RECORDING_LIMIT_S: u32 = 10;
/// Least level of a block, dB of full scale.
const SILENT_BLOCK_DBFS: f32 = -120.0;
/// Samples from here on count as clipped.
const CLIPPED: f32 = 0.999;

/// What the meter shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Meter {
    pub(crate) metering: bool,
    /// Peak, in dB of full scale.
    pub(crate) level_dbfs: f64,
    pub(crate) noise_floor_dbfs: f64,
    pub(crate) clipping: bool,
    pub(crate) recording: TestRecording,
}

/// What there is of a test recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestRecording {
    None,
    Recording,
    Recorded,
    Playing,
}

impl TestRecording {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Recording => "recording",
            Self::Recorded => "recorded",
            Self::Playing => "playing",
        }
    }
}

impl Meter {
    /// What is shown while the microphone is closed.
    pub(crate) const OFF: Self = Self {
        metering: false,
        level_dbfs: SILENT_DBFS,
        noise_floor_dbfs: SILENT_DBFS,
        clipping: false,
        recording: TestRecording::None,
    };
}

/// Why nothing is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotPlayed {
    NothingRecorded,
    NoLoudspeaker,
}

/// What is asked of the thread.
pub(crate) enum MeterOrder {
    Start(String, oneshot::Sender<Result<(), CaptureFailure>>),
    Stop,
    Record(u32),
    Play(oneshot::Sender<Result<(), NotPlayed>>),
    Forget,
}

/// Starts the thread; it ends when the last sender of orders is gone.
///
/// # Errors
///
/// If there can be no thread.
pub(crate) fn start(
    microphone: Box<dyn Microphone>,
    loudspeaker: Box<dyn Loudspeaker>,
) -> std::io::Result<(Sender<MeterOrder>, watch::Receiver<Meter>)> {
    let (orders, order) = channel();
    let (show, shown) = watch::channel(Meter::OFF);
    std::thread::Builder::new()
        .name("meter".to_owned())
        .spawn(move || {
            MeterThread {
                order,
                microphone,
                loudspeaker,
                show,
                sound: Sound::default(),
                playing: None,
            }
            .run();
        })?;
    Ok((orders, shown))
}

/// A test recording: mono samples in memory. `Debug` shows how long it is.
#[derive(Default)]
struct Sound {
    samples: Vec<f32>,
    rate_hz: u32,
    n_wanted: usize,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sound({} samples)", self.samples.len())
    }
}

struct MeterThread {
    order: Receiver<MeterOrder>,
    microphone: Box<dyn Microphone>,
    loudspeaker: Box<dyn Loudspeaker>,
    show: watch::Sender<Meter>,
    sound: Sound,
    playing: Option<Box<dyn Playing>>,
}

impl MeterThread {
    fn run(mut self) {
        while let Ok(order) = self.order.recv() {
            match order {
                MeterOrder::Start(device, reply) => match self.microphone.open(&device) {
                    Ok(recording) => {
                        let _gone = reply.send(Ok(()));
                        self.watch(recording);
                    }
                    Err(failure) => {
                        let _gone = reply.send(Err(failure));
                    }
                },
                order => self.take(order),
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Meter)) {
        self.show.send_if_modified(|meter| {
            let before = *meter;
            change(meter);
            *meter != before
        });
    }

    /// Orders that mean the same whether the microphone is open or not.
    fn take(&mut self, order: MeterOrder) {
        match order {
            MeterOrder::Start(_, reply) => {
                let _gone = reply.send(Ok(()));
            }
            MeterOrder::Stop => {}
            MeterOrder::Record(seconds) => {
                self.playing = None;
                let rate_hz = self.sound.rate_hz;
                let n_wanted = seconds.clamp(1, RECORDING_LIMIT_S) * rate_hz;
                self.sound = Sound {
                    samples: Vec::new(),
                    rate_hz,
                    n_wanted: n_wanted as usize,
                };
                if self.show.borrow().metering {
                    self.change(|meter| meter.recording = TestRecording::Recording);
                }
            }
            MeterOrder::Play(reply) => {
                let _gone = reply.send(self.play());
            }
            MeterOrder::Forget => {
                self.playing = None;
                self.sound.samples = Vec::new();
                self.change(|meter| meter.recording = TestRecording::None);
            }
        }
    }

    /// Shows what comes from an open microphone until told to stop.
    fn watch(&mut self, mut recording: Box<dyn Recording>) {
        let began = Instant::now();
        let rate_hz = recording.rate_hz();
        self.sound.rate_hz = rate_hz;
        let mut loudness = Loudness::new(rate_hz);
        let mut level_due = began + LEVEL_PERIOD;
        self.change(|meter| meter.metering = true);
        while began.elapsed() < METER_LIMIT {
            match self.order.recv_timeout(DRAIN_PERIOD) {
                Ok(MeterOrder::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(order) => self.take(order),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let mut is_gone = false;
            while let Some(heard) = recording.read() {
                match heard {
                    Heard::Samples(samples) => {
                        loudness.hear(&samples);
                        self.keep(&samples);
                    }
                    Heard::Lost(_) => {}
                    Heard::Ended(_) => {
                        is_gone = true;
                        break;
                    }
                }
            }
            if is_gone {
                break;
            }
            if self
                .playing
                .as_ref()
                .is_some_and(|playing| playing.is_over())
            {
                self.playing = None;
                self.change(|meter| meter.recording = TestRecording::Recorded);
            }
            if Instant::now() >= level_due {
                level_due = Instant::now() + LEVEL_PERIOD;
                let level_dbfs = loudness.take_peak_dbfs();
                let clipping = loudness.is_clipping();
                self.change(|meter| {
                    meter.level_dbfs = level_dbfs;
                    meter.noise_floor_dbfs = loudness.noise_floor_dbfs();
                    meter.clipping = clipping;
                });
            }
        }
        drop(recording);
        self.playing = None;
        self.sound = Sound::default();
        self.change(|meter| *meter = Meter::OFF);
    }

    fn keep(&mut self, samples: &[f32]) {
        if self.show.borrow().recording != TestRecording::Recording {
            return;
        }
        let n_missing = self.sound.n_wanted.saturating_sub(self.sound.samples.len());
        self.sound
            .samples
            .extend_from_slice(&samples[..n_missing.min(samples.len())]);
        if self.sound.samples.len() >= self.sound.n_wanted {
            self.change(|meter| meter.recording = TestRecording::Recorded);
        }
    }

    fn play(&mut self) -> Result<(), NotPlayed> {
        if self.show.borrow().recording != TestRecording::Recorded {
            return Err(NotPlayed::NothingRecorded);
        }
        let samples = Arc::from(self.sound.samples.as_slice());
        let playing = self.loudspeaker.play(&samples, self.sound.rate_hz);
        self.playing = Some(playing.map_err(|_mute| NotPlayed::NoLoudspeaker)?);
        self.change(|meter| meter.recording = TestRecording::Playing);
        Ok(())
    }
}

/// Peak, noise floor and clipping of what comes in.
struct Loudness {
    block: usize,
    pending: Vec<f32>,
    peak: f32,
    floor: NoiseFloor,
    clipped_at: Option<Instant>,
}

impl Loudness {
    fn new(rate_hz: u32) -> Self {
        Self {
            block: (rate_hz / 50).max(1) as usize,
            pending: Vec::new(),
            peak: 0.0,
            floor: NoiseFloor::default(),
            clipped_at: None,
        }
    }

    fn hear(&mut self, samples: &[f32]) {
        for sample in samples {
            self.peak = self.peak.max(sample.abs());
        }
        if samples.iter().any(|sample| sample.abs() >= CLIPPED) {
            self.clipped_at = Some(Instant::now());
        }
        self.pending.extend_from_slice(samples);
        let n_blocks = self.pending.len() / self.block;
        for block in self.pending.chunks_exact(self.block) {
            let energy: f32 = block.iter().map(|sample| sample * sample).sum();
            let mean = energy / block.len() as f32;
            self.floor
                .hear((10.0 * mean.log10()).max(SILENT_BLOCK_DBFS));
        }
        self.pending.drain(..n_blocks * self.block);
    }

    fn take_peak_dbfs(&mut self) -> f64 {
        let peak = std::mem::take(&mut self.peak);
        f64::from((20.0 * peak.log10()).round()).max(SILENT_DBFS)
    }

    fn noise_floor_dbfs(&self) -> f64 {
        f64::from(self.floor.level_dbfs().round()).clamp(SILENT_DBFS, 0.0)
    }

    fn is_clipping(&self) -> bool {
        self.clipped_at
            .is_some_and(|at| at.elapsed() < CLIPPING_SHOWN)
    }
}

#[cfg(test)]
mod tests;
