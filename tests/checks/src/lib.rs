//! What must hold for any input: one function a target of `tests/fuzz`, called with any bytes.
//!
//! A function returns where the input was refused, and panics where a promise is broken.
//! `tests/short.rs` calls each of them with a few thousand changed seeds, on every change of the code.

#[cfg(feature = "core")]
mod core;
mod models;
#[cfg(feature = "program")]
mod program;
mod text;
mod wire;

#[cfg(feature = "core")]
pub use self::core::{arpa, language_model, lexicon, tokens};
pub use self::models::{archive, catalogue, manifest};
#[cfg(feature = "program")]
pub use self::program::{audio, settings};
pub use self::text::{edits, tables};
pub use self::wire::ibus_wire;
