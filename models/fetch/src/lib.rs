//! Downloads models: the only crate of Sotto that speaks to a network, and only when asked.
//!
//! [`Plan::resolve`] turns an entry of the catalogue into addresses, lengths and hashes,
//! [`Download`] brings one file onto the disk, and [`install()`] does the whole of it and hands the
//! files to [`sotto_models::Store`].
//!
//! Servers are not trusted: only HTTPS is spoken (plain HTTP to this computer alone), redirects
//! included; length, range and SHA-256 are checked; nothing is installed that does not match.
//! A download that is cut off, by the network or by the end of the program, goes on where it was.

mod client;
mod download;
mod error;
mod hub;
mod install;
mod part;
mod progress;
mod updates;

pub use client::{Client, NetworkOptions};
pub use download::Download;
pub use error::FetchError;
pub use hub::{Plan, PlannedFile};
pub use install::install;
pub use progress::{FetchEvent, Progress};
pub use sotto_models;
pub use updates::{Update, updates};
