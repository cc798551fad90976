//! A model that is being put together.
//!
//! One program at a time works on the folder of an id: it holds the lock file beside it, which the
//! operating system takes away from a program that ends, however it ends. The file itself stays:
//! two programs could hold two locks if it were replaced.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, RenameFlags};

use super::{STAGING_DIR, StoreError};
use crate::{Bundle, MANIFEST_FILE, Manifest, StampStore};

/// Files that are kept beside those that the manifest names.
const PAPERS: [&str; 4] = ["LICENSE", "LICENSE.txt", "README.md", "MODEL_CARD.md"];

/// A folder in which the files of one model are gathered, and the right to work in it.
#[derive(Debug)]
pub struct Staging {
    models: PathBuf,
    id: String,
    dir: PathBuf,
    _lock: File,
}

impl Staging {
    pub(super) fn open(models: &Path, id: &str) -> Result<Self, StoreError> {
        let root = models.join(STAGING_DIR);
        let dir = root.join(id);
        fs::create_dir_all(&dir).map_err(|error| StoreError::from_io(&dir, error))?;
        let lock_path = root.join(format!("{id}.lock"));
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| StoreError::from_io(&lock_path, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy(id.to_owned())),
            Err(TryLockError::Error(error)) => return Err(StoreError::from_io(&lock_path, error)),
        }
        // The holder before us may have taken the folder with it after we made it.
        fs::create_dir_all(&dir).map_err(|error| StoreError::from_io(&dir, error))?;
        Ok(Self {
            models: models.to_owned(),
            id: id.to_owned(),
            dir,
            _lock: lock,
        })
    }

    /// Where the files are gathered.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The id of the model.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A free place for what is about to be deleted.
    pub(super) fn aside(&self) -> Result<PathBuf, StoreError> {
        let aside = self.dir.join(".old");
        match fs::remove_dir_all(&aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::from_io(&aside, error))
            }
            _ => Ok(aside),
        }
    }

    /// Writes the manifest, checks every file against it, and puts the model in place of an earlier
    /// one of the same id.
    ///
    /// # Errors
    /// If a file is missing or damaged, or the disk refuses. The earlier model is still there then,
    /// and so are the gathered files.
    pub fn install(&self, manifest: &Manifest) -> Result<PathBuf, StoreError> {
        let text = manifest.to_string();
        let manifest_path = self.dir.join(MANIFEST_FILE);
        let manifest = Manifest::parse(&text, &manifest_path)?;
        self.sweep(&manifest)?;
        write_durably(&manifest_path, text.as_bytes())?;
        if let Err(error) = Bundle::open(&self.dir, &StampStore::disabled()) {
            // What is gathered is no model: nobody may take it for one.
            let _gone = fs::remove_file(&manifest_path);
            return Err(error.into());
        }
        for file in &manifest.files {
            sync(&self.dir.join(&file.path))?;
        }
        sync(&self.dir)?;
        let target = self.models.join(&self.id);
        let moved =
            match rustix::fs::renameat_with(CWD, &self.dir, CWD, &target, RenameFlags::NOREPLACE) {
                Err(rustix::io::Errno::EXIST) => self.replace(&target),
                // Some file systems know of no flags.
                Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                    if target.exists() {
                        fs::remove_dir_all(&target)
                            .map_err(|error| StoreError::from_io(&target, error))?;
                    }
                    fs::rename(&self.dir, &target)
                }
                moved => moved.map_err(io::Error::from),
            };
        moved.map_err(|error| StoreError::from_io(&target, error))?;
        sync(&self.models)?;
        Ok(target)
    }

    /// Exchanges the new model with the old one, so that there is one at every moment.
    fn replace(&self, target: &Path) -> io::Result<()> {
        rustix::fs::renameat_with(CWD, &self.dir, CWD, target, RenameFlags::EXCHANGE)?;
        fs::remove_dir_all(&self.dir)
    }

    /// Deletes everything that was gathered.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn discard(self) -> Result<(), StoreError> {
        fs::remove_dir_all(&self.dir).map_err(|error| StoreError::from_io(&self.dir, error))
    }

    /// Deletes what the manifest does not name.
    fn sweep(&self, manifest: &Manifest) -> Result<(), StoreError> {
        let failed = |error| StoreError::from_io(&self.dir, error);
        let kept: BTreeSet<&OsStr> = manifest
            .files
            .iter()
            .filter_map(|file| file.path.components().next())
            .map(|component| component.as_os_str())
            .chain(PAPERS.map(OsStr::new))
            .collect();
        for entry in fs::read_dir(&self.dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if kept.contains(entry.file_name().as_os_str()) {
                continue;
            }
            let path = entry.path();
            let is_dir = entry.file_type().map_err(failed)?.is_dir();
            let removed = if is_dir {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.map_err(|error| StoreError::from_io(&path, error))?;
        }
        Ok(())
    }
}

/// Writes a small file as a whole or not at all.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let failed = |error| StoreError::from_io(path, error);
    let part = path.with_extension("new");
    let mut file = File::create(&part).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&part, path).map_err(failed)
}

fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| StoreError::from_io(path, error))
}
