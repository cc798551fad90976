//! The user's own models: `$XDG_DATA_HOME/sotto/models`, one folder each.
//!
//! A model appears as a whole or not at all: its files are gathered in a folder under `.staging`,
//! which search paths do not look into, are checked against its manifest there, and the folder is
//! renamed. Whatever a program that was killed has left under `.staging` is found again by the next
//! download of the same model, and is nothing to anybody else.

mod archive;
mod error;
mod import;
mod staging;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use archive::{ArchiveLimits, unpack};
pub use error::StoreError;
pub use import::ImportOptions;
pub use staging::Staging;

use crate::{MANIFEST_FILE, manifest::is_id};

/// Unfinished work, below the folder of models.
const STAGING_DIR: &str = ".staging";

/// Left free on the disk by every installation.
const RESERVE_BYTES: u64 = 64 << 20;

/// The user's own models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    dir: PathBuf,
}

impl Store {
    /// The models of this user; the folder need not exist.
    ///
    /// # Errors
    /// If the environment names no home.
    pub fn of_user() -> Result<Self, StoreError> {
        let project = directories::ProjectDirs::from("", "", "sotto").ok_or(StoreError::NoHome)?;
        Ok(Self::at(project.data_dir().join("models")))
    }

    /// Models in a folder, which need not exist.
    #[must_use]
    pub const fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether a model of this id is installed here.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        is_id(id) && self.dir.join(id).join(MANIFEST_FILE).is_file()
    }

    /// Whether a part of it was downloaded and waits for the rest.
    #[must_use]
    pub fn has_part(&self, id: &str) -> bool {
        let staged = self.dir.join(STAGING_DIR).join(id);
        is_id(id) && fs::read_dir(staged).is_ok_and(|mut files| files.next().is_some())
    }

    /// Begins an installation, or goes on with one that was cut off.
    ///
    /// # Errors
    /// If another program is at it, or nothing can be written.
    pub fn stage(&self, id: &str) -> Result<Staging, StoreError> {
        if !is_id(id) {
            return Err(StoreError::NotAnId(id.to_owned()));
        }
        Staging::open(&self.dir, id)
    }

    /// Deletes a model, and what an installation of it has left behind.
    ///
    /// # Errors
    /// If it is not installed here, or cannot be deleted; then it is there as before.
    pub fn remove(&self, id: &str) -> Result<(), StoreError> {
        let missing = || StoreError::NotInstalled {
            id: id.to_owned(),
            dir: self.dir.clone(),
        };
        let dir = self.dir.join(id);
        if !is_id(id) || !dir.is_dir() {
            return Err(missing());
        }
        let staging = self.stage(id)?;
        let doomed = staging.aside()?;
        match fs::rename(&dir, &doomed) {
            Ok(()) => staging.discard(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing()),
            Err(error) => Err(StoreError::from_io(dir, error)),
        }
    }
}

/// Refuses if a disk has less space than is needed and some to spare.
///
/// # Errors
/// If there is too little, or the disk cannot be asked.
pub fn check_free_space(dir: &Path, needed_bytes: u64) -> Result<(), StoreError> {
    let free_bytes = free_space(dir)?;
    let needed_bytes = needed_bytes.saturating_add(RESERVE_BYTES);
    if free_bytes < needed_bytes {
        return Err(StoreError::NoSpace {
            dir: dir.to_owned(),
            needed_bytes,
            free_bytes,
        });
    }
    Ok(())
}

/// Bytes that this user may still write, on the disk of a folder that need not exist yet.
///
/// # Errors
/// If the disk cannot be asked.
pub fn free_space(dir: &Path) -> Result<u64, StoreError> {
    let there = dir.ancestors().find(|dir| dir.exists()).unwrap_or(dir);
    let disk = rustix::fs::statvfs(there)
        .map_err(|error| StoreError::from_io(there, io::Error::from(error)))?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}
