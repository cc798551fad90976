//! What Sotto offers on the session bus: names, proxy, wire types, error names.
//!
//! Anybody in the user's session can watch this bus, so no recognized text travels on it: there is
//! no type for text here.

mod dictation;
mod doctor;
mod error;
mod keys;
mod microphones;
mod models;
mod session_bus;
mod settings;
mod state;

pub use dictation::{BUS_NAME, DictationProxy, INTERFACE, OBJECT_PATH};
pub use doctor::{DOCTOR_INTERFACE, DoctorError, DoctorProxy, Finding};
pub use error::DictationError;
pub use keys::{KEYS_INTERFACE, KeysProxy};
pub use microphones::{MICROPHONES_INTERFACE, MicrophoneEntry, MicrophoneError, MicrophonesProxy};
pub use models::{InstalledModel, MODELS_INTERFACE, ModelsError, ModelsProxy};
pub use session_bus::session_bus;
pub use settings::{SETTINGS_INTERFACE, Setting, SettingsError, SettingsProxy};
pub use state::DictationState;
