//! The microphones object: which there are, how loud one is, and a test recording.
//!
//! A test recording stays in the daemon's memory; nobody can read it over the bus.

use zbus::Type;

/// The interface of the microphones object.
pub const MICROPHONES_INTERFACE: &str = "io.github.sotto.Microphones1";

/// A microphone of this desktop.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, Type)]
pub struct MicrophoneEntry {
    /// Id, as the setting `microphone.device` takes it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether it is the desktop's choice.
    pub is_default: bool,
}

/// Microphones: what a tray may ask for.
#[zbus::proxy(
    interface = "io.github.sotto.Microphones1",
    default_service = "io.github.sotto.Sotto",
    default_path = "/io/github/sotto/Sotto"
)]
pub trait Microphones {
    /// The microphones.
    fn list(&self) -> Result<Vec<MicrophoneEntry>, MicrophoneError>;

    /// Opens the microphone of the settings and shows its loudness, until it is told to stop, the
    /// caller leaves the bus, or five minutes have passed.
    fn start_meter(&self) -> Result<(), MicrophoneError>;

    /// Closes the microphone.
    fn stop_meter(&self) -> Result<(), MicrophoneError>;

    /// Keeps the next seconds of sound in memory, at most ten; the meter has to run.
    fn record(&self, seconds: u32) -> Result<(), MicrophoneError>;

    /// Plays what was recorded.
    fn play(&self) -> Result<(), MicrophoneError>;

    /// Forgets what was recorded.
    fn forget(&self) -> Result<(), MicrophoneError>;

    /// Whether the meter runs.
    #[zbus(property)]
    fn metering(&self) -> zbus::Result<bool>;

    /// Peak of the last tenth of a second, in dB of full scale; -120 while the meter does not run.
    #[zbus(property)]
    fn level(&self) -> zbus::Result<f64>;

    /// Loudness when nobody speaks, in dB of full scale; -120 while the meter does not run.
    #[zbus(property)]
    fn noise_floor(&self) -> zbus::Result<f64>;

    /// Whether a sample of the last two seconds was at full scale.
    #[zbus(property)]
    fn clipping(&self) -> zbus::Result<bool>;

    /// `none`, `recording`, `recorded` or `playing`.
    #[zbus(property)]
    fn recording(&self) -> zbus::Result<String>;
}

/// Why a call was refused. The text of each is one sentence for the user.
#[derive(Debug, Clone, PartialEq, zbus::DBusError)]
#[zbus(prefix = "io.github.sotto.Error")]
pub enum MicrophoneError {
    /// The bus failed, or the daemon is not there.
    #[zbus(error)]
    ZBus(zbus::Error),
    /// The microphone cannot be opened, or there is none.
    NoMicrophone(String),
    /// There is nothing to play, or nothing to play it with.
    NothingToPlay(String),
    /// The daemon is ending.
    NotReady(String),
}
