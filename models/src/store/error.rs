//! What can go wrong when a model is installed, imported or removed.

use std::{io, path::PathBuf};

use crate::ModelError;

/// Why nothing was changed, said as a sentence that names the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no place for models of the user's own.
    #[error("{}", tr::tr!("no home folder is known: set HOME"))]
    NoHome,
    /// The id cannot be the name of a folder.
    #[error("{}", tr::tr!("\"{}\" is not an id: use a-z, 0-9, '-', '_' and '.'", .0))]
    NotAnId(String),
    /// There is nothing to remove.
    #[error("{}", tr::tr!("no model \"{}\" is installed in {}", .id, .dir.display()))]
    NotInstalled {
        /// What was asked for.
        id: String,
        /// The user's models.
        dir: PathBuf,
    },
    /// Another process installs the same model.
    #[error("{}", tr::tr!("\"{}\" is being installed by another program: wait until it is done", .0))]
    Busy(String),
    /// The disk has too little space.
    #[error("{}", tr::tr!("{} has {} free, and {} are needed: make space, and try again", .dir.display(), megabytes(*free_bytes), megabytes(*needed_bytes)))]
    NoSpace {
        /// Where it is missing.
        dir: PathBuf,
        /// Bytes that are needed.
        needed_bytes: u64,
        /// Bytes that are there.
        free_bytes: u64,
    },
    /// The disk is full.
    #[error("{}", tr::tr!("the disk is full: {} could not be written; make space, and try again", .0.display()))]
    DiskFull(PathBuf),
    /// Nothing may be written there.
    #[error("{}", tr::tr!("{} may not be written to: check who owns it, and whether the disk is read-only", .0.display()))]
    ReadOnly(PathBuf),
    /// What is imported is no model or archive that is understood.
    #[error("{}", tr::tr!("{} is not installed: {}", .path.display(), .reason))]
    Refused {
        /// The archive or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file of the model is missing or damaged.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The operating system refused for another reason.
    #[error("{}: {}", .path.display(), sotto_i18n::io_cause(.source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl StoreError {
    /// Sorts what the operating system says by what the user can do about it.
    pub fn from_io(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(path),
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Self::ReadOnly(path)
            }
            _ => Self::Io { path, source },
        }
    }
}

/// Bytes for people.
fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
