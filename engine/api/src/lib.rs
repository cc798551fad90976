//! What Sotto offers on the session bus: names, proxy, wire types, error names.
//!
//! Anybody in the user's session can watch this bus, so no recognized text travels on it: there is
//! no type for text here.

mod dictation;
mod error;
mod models;
mod state;

pub use dictation::{BUS_NAME, DictationProxy, INTERFACE, OBJECT_PATH};
pub use error::DictationError;
pub use models::{InstalledModel, MODELS_INTERFACE, ModelsError, ModelsProxy};
pub use state::DictationState;
