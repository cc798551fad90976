//! Model manifests, where models lie on disk, and the check that a directory is complete.
//!
//! The way of a model into the recognizer:
//! [`SearchPath::find`] turns an id or a directory into a directory,
//! [`Bundle::open`] reads its `manifest.toml` (or recognizes the file names of a public archive)
//! and checks every file against its size and SHA-256.
//! A [`Bundle`] in hand means: these files exist and are what the manifest says.
//!
//! [`FileBytes`] maps them into memory, and a [`GraphCache`] keeps what makes the next load quick.
//!
//! The way of a model onto this computer: a [`Catalogue`] says what can be had and where, and a
//! [`Store`] takes the files of one into a [`Staging`] folder, checks them, and puts them in place.
//!
//! This crate reads and writes files and does nothing else: no network, no inference.

mod bundle;
mod catalogue;
mod error;
mod file_bytes;
mod graph_cache;
mod layout;
mod locate;
mod manifest;
mod source_url;
mod store;
mod verify;

pub use bundle::{Bundle, FileRole};
pub use catalogue::{
    Catalogue, CatalogueModel, CatalogueProblem, ErrorRate, ErrorUnit, Family, HubFile, LetterCase,
    License, LicenseKind, ModelSource, Writing,
};
pub use error::ModelError;
pub use file_bytes::FileBytes;
pub use graph_cache::{GraphCache, GraphKey};
pub use locate::SearchPath;
pub use manifest::{Decoding, FileEntry, MANIFEST_FILE, Manifest, SearchKind, Writes};
pub use source_url::{SourceUrl, SourceUrlError};
pub use store::{
    ArchiveLimits, ImportOptions, Staging, Store, StoreError, check_free_space, free_space, unpack,
};
pub use verify::StampStore;

/// The id of the model that comes with the program.
pub const BUILT_IN_MODEL: &str = "starter-en";

/// Makes the errors of this crate speak the person's language; a program calls it at its start.
pub fn speak() {
    sotto_i18n::speak!();
}
