//! Model manifests, where models lie on disk, and the check that a directory is complete.
//!
//! The way of a model into the recognizer:
//! [`SearchPath::find`] turns an id or a directory into a directory,
//! [`Bundle::open`] reads its `manifest.toml` (or recognizes the file names of a public archive)
//! and checks every file against its size and SHA-256.
//! A [`Bundle`] in hand means: these files exist and are what the manifest says.
//!
//! This crate reads files and nothing else: no network, no inference.

mod bundle;
mod error;
mod locate;
mod manifest;
mod verify;

pub use bundle::{Bundle, FileRole};
pub use error::ModelError;
pub use locate::SearchPath;
pub use manifest::{Decoding, FileEntry, MANIFEST_FILE, Manifest, SearchKind, Writes};
pub use verify::StampStore;

/// The id of the model that comes with the program.
pub const BUILT_IN_MODEL: &str = "starter-en";
