//! The part of a file that has arrived, with its hash so far.
//!
//! It lies beside its target as `NAME.part`; `NAME.etag` holds the version of the file that the
//! server told with it. Whatever of it a killed program had handed to the operating system counts.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use sotto_models::StoreError;

pub(crate) struct PartFile {
    path: PathBuf,
    etag_path: PathBuf,
    file: File,
    len: u64,
    hasher: Sha256,
    etag: Option<String>,
}

fn beside(target: &Path, extension: &str) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(extension);
    name.into()
}

impl PartFile {
    /// Bytes that have arrived of a file, without looking at them.
    pub(crate) fn len_on_disk(target: &Path) -> u64 {
        [target.to_owned(), beside(target, ".part")]
            .iter()
            .find_map(|path| fs::metadata(path).ok())
            .map_or(0, |metadata| metadata.len())
    }

    /// Opens what has arrived; more than there can be is thrown away.
    pub(crate) fn open(target: &Path, max_bytes: u64) -> Result<Self, StoreError> {
        let path = beside(target, ".part");
        let failed = |error| StoreError::from_io(&path, error);
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        let mut hasher = Sha256::new();
        let mut len = 0;
        let mut bytes = vec![0; 1 << 18];
        loop {
            let n_bytes = file.read(&mut bytes).map_err(failed)?;
            if n_bytes == 0 {
                break;
            }
            hasher.update(&bytes[..n_bytes]);
            len += n_bytes as u64;
        }
        let etag_path = beside(target, ".etag");
        let etag = fs::read_to_string(&etag_path)
            .ok()
            .filter(|etag| is_strong(etag));
        let mut part = Self {
            path,
            etag_path,
            file,
            len,
            hasher,
            etag,
        };
        if len > max_bytes {
            part.clear()?;
        }
        Ok(part)
    }

    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// Remembers the version that follows; one that is no help in going on is forgotten.
    pub(crate) fn set_etag(&mut self, etag: Option<&str>) {
        let etag = etag.filter(|etag| is_strong(etag)).map(str::to_owned);
        if etag != self.etag {
            // Without the version the next attempt goes on all the same, and the hash decides.
            let _worse = match &etag {
                Some(etag) => fs::write(&self.etag_path, etag),
                None => fs::remove_file(&self.etag_path),
            };
            self.etag = etag;
        }
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file
            .write_all(bytes)
            .map_err(|error| StoreError::from_io(&self.path, error))?;
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Begins anew.
    pub(crate) fn clear(&mut self) -> Result<(), StoreError> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .map_err(|error| StoreError::from_io(&self.path, error))?;
        self.len = 0;
        self.hasher = Sha256::new();
        self.set_etag(None);
        Ok(())
    }

    /// SHA-256 of what has arrived.
    pub(crate) fn sha256(&self) -> String {
        let digest = self.hasher.clone().finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The file is whole: gives it its name.
    pub(crate) fn finish(self, target: &Path) -> Result<(), StoreError> {
        self.file
            .sync_all()
            .and_then(|()| fs::rename(&self.path, target))
            .map_err(|error| StoreError::from_io(target, error))?;
        self.forget_etag();
        Ok(())
    }

    /// Deletes what has arrived.
    pub(crate) fn discard(self) -> Result<(), StoreError> {
        self.forget_etag();
        fs::remove_file(&self.path).map_err(|error| StoreError::from_io(&self.path, error))
    }

    fn forget_etag(&self) {
        // The hash is checked whatever a version that stays behind says.
        let _gone = fs::remove_file(&self.etag_path);
    }
}

/// Whether a version names exact bytes: a weak one does not, and a strange one is not sent back.
fn is_strong(etag: &str) -> bool {
    (2..=256).contains(&etag.len())
        && etag.starts_with('"')
        && etag.ends_with('"')
        && etag.bytes().all(|byte| byte.is_ascii_graphic())
}
