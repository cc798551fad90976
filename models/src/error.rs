//! What can be wrong with a model on disk: one variant for each thing the user can do about it.

use std::{io, path::PathBuf};

use sotto_i18n::io_cause;

/// A model that cannot be used, said as a sentence that names the file.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No directory of that name, and no model of that id in any of the searched places.
    #[error("{}", tr::tr!("there is no model \"{}\": give a model directory, or install the model into one of {}", .wanted, list(searched)))]
    NotFound {
        /// What was asked for.
        wanted: String,
        /// The directories that were looked into.
        searched: Vec<PathBuf>,
    },
    /// The directory holds no manifest and no file names that we know.
    #[error("{}", tr::tr!("{} is not a model directory: it needs manifest.toml, or tokens.txt with either model.onnx \
         or an encoder, decoder and joiner", .0.display()))]
    NotAModel(PathBuf),
    /// A file that the model needs is not there.
    #[error("{}", tr::tr!("{} is missing: unpack or install the model again", .0.display()))]
    FileMissing(PathBuf),
    /// A file is shorter or longer than the manifest says.
    #[error("{}", tr::tr!("{} has {} bytes, the manifest says {}: install the model again", .path.display(), .actual, .expected))]
    WrongSize {
        /// The file.
        path: PathBuf,
        /// Bytes in the manifest.
        expected: u64,
        /// Bytes on disk.
        actual: u64,
    },
    /// A file has the right size and other contents.
    #[error("{}", tr::tr!("{} is damaged: its SHA-256 is {}, the manifest says {}; install the model again", .path.display(), .actual, .expected))]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// Hash in the manifest.
        expected: String,
        /// Hash on disk.
        actual: String,
    },
    /// The manifest is not readable as one.
    #[error("{}", tr::tr!("{}, line {}: {}", .path.display(), .line, .reason))]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// First line of the trouble, counted from one.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The operating system refused.
    #[error("{}", tr::tr!("{} cannot be read: {}", .path.display(), io_cause(.source)))]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

fn list(dirs: &[PathBuf]) -> String {
    if dirs.is_empty() {
        return tr::tr!("the data directories (none is set)");
    }
    let names: Vec<_> = dirs.iter().map(|dir| dir.display().to_string()).collect();
    names.join(", ")
}
