//! Why a model did not arrive.

use sotto_models::{SourceUrl, SourceUrlError, StoreError};

/// Why nothing was installed, said as a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The catalogue does not have it.
    #[error("{}", tr::tr!("no model \"{}\" is in the catalogue: \"sotto models list --all\" shows what is", .0))]
    UnknownModel(String),
    /// It is there already.
    #[error("{}", tr::tr!("\"{}\" comes with the program: there is nothing to download", .0))]
    BuiltIn(String),
    /// The user has paused.
    #[error("{}", tr::tr!("the download is paused; it goes on where it was when it is started again"))]
    Paused,
    /// An address that is not protected, or none.
    #[error(transparent)]
    Url(#[from] SourceUrlError),
    /// A server sends from one address to the next without end.
    #[error("{}", tr::tr!("{} leads from one address to the next without end: try again later", .0))]
    Redirects(SourceUrl),
    /// The server does not have the file, or does not give it.
    #[error("{}", tr::tr!("{} is not to be had: the server answers with status {}; look for an update of the program", .url, .status))]
    Status {
        /// The address.
        url: SourceUrl,
        /// The status of HTTP.
        status: u16,
    },
    /// The network failed again and again.
    #[error("{}", tr::tr!("{} does not answer ({}): check the connection, and try again", .url.host(), .reason))]
    Network {
        /// The address.
        url: SourceUrl,
        /// What failed last.
        reason: String,
    },
    /// The server announces or sends another length than the one that is pinned.
    #[error("{}", tr::tr!("{} has {} bytes in place of {}: it is another file than the catalogue knows, and is not installed", .url, .actual, .expected))]
    WrongLength {
        /// The address.
        url: SourceUrl,
        /// Bytes in the catalogue.
        expected: u64,
        /// Bytes announced or sent.
        actual: u64,
    },
    /// The server sends another part of the file than it was asked for.
    #[error("{}", tr::tr!("{} sends other parts of the file than it is asked for: try again later", .0))]
    WrongRange(SourceUrl),
    /// The file has other contents than those that are pinned.
    #[error("{}", tr::tr!("{} is another file than the catalogue knows, and is not installed: its SHA-256 is {} in place of {}", .url, .actual, .expected))]
    WrongHash {
        /// The address.
        url: SourceUrl,
        /// Hash in the catalogue.
        expected: String,
        /// Hash of what came.
        actual: String,
    },
    /// The hub's description of a repository makes no sense.
    #[error("{}", tr::tr!("{} does not describe the model: {}", .url, .reason))]
    Hub {
        /// The address.
        url: SourceUrl,
        /// What is wrong.
        reason: String,
    },
    /// Nobody knows the hash of a file.
    #[error("{}", tr::tr!("nobody knows the SHA-256 of {}: write it into the catalogue, for nothing is installed unverified", .0))]
    NoHash(String),
    /// The disk refused, or the files are no model.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FetchError {
    /// A stable word for programs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::UnknownModel(_) => "unknown-model",
            Self::BuiltIn(_) => "built-in",
            Self::Paused => "paused",
            Self::Url(_) => "address",
            Self::Redirects(_) => "redirects",
            Self::Status { .. } => "status",
            Self::Network { .. } => "network",
            Self::WrongLength { .. } => "wrong-length",
            Self::WrongRange(_) => "wrong-range",
            Self::WrongHash { .. } => "wrong-hash",
            Self::Hub { .. } => "hub",
            Self::NoHash(_) => "no-hash",
            Self::Store(StoreError::NoSpace { .. } | StoreError::DiskFull(_)) => "no-space",
            Self::Store(StoreError::ReadOnly(_)) => "read-only",
            Self::Store(StoreError::Busy(_)) => "busy",
            Self::Store(_) => "store",
        }
    }
}
