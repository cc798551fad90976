//! Checks files against a manifest, and remembers what was checked so that a start stays quick.
//!
//! A stamp says "the file at this path, with this length and modification time, had this SHA-256".
//! Stamps are one small file each under the cache directory, named by the hash of the path.
//! A stamp that cannot be read or written costs time, never correctness.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use sha2::{Digest, Sha256};

use crate::{FileEntry, ModelError};

/// A folder of ours under the user's cache directory, where there is one.
pub(crate) fn user_cache(folder: &str) -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "sotto")?;
    Some(dirs.cache_dir().join(folder))
}

/// Where stamps of verified files are kept.
#[derive(Debug, Clone)]
pub struct StampStore {
    dir: Option<PathBuf>,
}

impl StampStore {
    /// Stamps under the user's cache directory (`$XDG_CACHE_HOME/sotto/verified`).
    #[must_use]
    pub fn in_user_cache() -> Self {
        Self {
            dir: user_cache("verified"),
        }
    }

    /// Stamps in a directory, created when the first one is written.
    #[must_use]
    pub fn at(dir: &Path) -> Self {
        Self {
            dir: Some(dir.to_owned()),
        }
    }

    /// No stamps: every file is hashed every time.
    #[must_use]
    pub const fn disabled() -> Self {
        Self { dir: None }
    }

    fn stamp_path(&self, file: &Path) -> Option<PathBuf> {
        let name = hex(&Sha256::digest(file.as_os_str().as_encoded_bytes()));
        self.dir.as_ref().map(|dir| dir.join(name))
    }

    fn is_known(&self, file: &Path, stamp: &str) -> bool {
        self.stamp_path(file)
            .and_then(|path| fs::read_to_string(path).ok())
            .is_some_and(|known| known == stamp)
    }

    /// The hash in the stamp of a file, if that begins with this size and time.
    fn known(&self, file: &Path, start: &str) -> Option<String> {
        let stamp = fs::read_to_string(self.stamp_path(file)?).ok()?;
        let sha256 = stamp.strip_prefix(start)?.trim_end();
        let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| sha256.to_owned())
    }

    fn remember(&self, file: &Path, stamp: &str) {
        if let (Some(dir), Some(path)) = (&self.dir, self.stamp_path(file)) {
            let written = fs::create_dir_all(dir).and_then(|()| fs::write(&path, stamp));
            if written.is_err() {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// The SHA-256 of a file, in hexadecimal; a stamp saves reading it again.
pub(crate) fn hash_of(path: &Path, stamps: &StampStore) -> io::Result<String> {
    let path = fs::canonicalize(path)?;
    let metadata = fs::metadata(&path)?;
    let since = metadata.modified()?.duration_since(UNIX_EPOCH);
    let modified_ns = since.map_err(io::Error::other)?.as_nanos();
    let start = format!("{} {modified_ns} ", metadata.len());
    if let Some(sha256) = stamps.known(&path, &start) {
        return Ok(sha256);
    }
    let sha256 = hash(&path)?;
    stamps.remember(&path, &format!("{start}{sha256}\n"));
    Ok(sha256)
}

/// Checks one file against its entry.
pub(crate) fn verify_file(
    path: &Path,
    entry: &FileEntry,
    stamps: &StampStore,
) -> Result<(), ModelError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ModelError::FileMissing(path.to_owned()),
        _ => ModelError::Unreadable {
            path: path.to_owned(),
            source,
        },
    };
    let path_on_disk = fs::canonicalize(path).map_err(unreadable)?;
    let metadata = fs::metadata(&path_on_disk).map_err(unreadable)?;
    if metadata.len() != entry.size || !metadata.is_file() {
        return Err(ModelError::WrongSize {
            path: path.to_owned(),
            expected: entry.size,
            actual: metadata.len(),
        });
    }
    let modified_ns = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map(|since| since.as_nanos());
    let stamp = modified_ns.map(|ns| format!("{} {ns} {}\n", entry.size, entry.sha256));
    if stamp
        .as_ref()
        .is_some_and(|stamp| stamps.is_known(&path_on_disk, stamp))
    {
        return Ok(());
    }
    let actual = hash(&path_on_disk).map_err(unreadable)?;
    if actual != entry.sha256 {
        return Err(ModelError::WrongHash {
            path: path.to_owned(),
            expected: entry.sha256.clone(),
            actual,
        });
    }
    if let Some(stamp) = stamp {
        stamps.remember(&path_on_disk, &stamp);
    }
    Ok(())
}

/// SHA-256 of a file, in hexadecimal digits.
pub(crate) fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut bytes = vec![0; 1 << 18];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hex(&hasher.finalize())),
            n_bytes => hasher.update(&bytes[..n_bytes]),
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::FileRole;

    const ABC_SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn entry(size: u64, sha256: &str) -> FileEntry {
        FileEntry {
            role: FileRole::Tokens,
            path: "tokens.txt".into(),
            size,
            sha256: sha256.to_owned(),
        }
    }

    #[track_caller]
    fn check(contents: Option<&str>, entry: &FileEntry, expected: &str) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokens.txt");
        if let Some(contents) = contents {
            fs::write(&path, contents).unwrap();
        }
        let message = verify_file(&path, entry, &StampStore::disabled())
            .err()
            .map_or_else(|| "fine".to_owned(), |error| error.to_string());
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn damage_of_each_kind_is_found() {
        check(Some("abc"), &entry(3, ABC_SHA256), "fine");
        check(
            Some("ab"),
            &entry(3, ABC_SHA256),
            "tokens.txt has 2 bytes, the manifest says 3",
        );
        check(Some("abd"), &entry(3, ABC_SHA256), "tokens.txt is damaged");
        check(None, &entry(3, ABC_SHA256), "tokens.txt is missing");
    }

    #[test]
    fn a_hash_is_remembered_until_the_file_changes() {
        let dir = tempfile::tempdir().unwrap();
        let stamps = StampStore::at(&dir.path().join("verified"));
        let path = dir.path().join("model.onnx");
        fs::write(&path, "abc").unwrap();
        for _ in 0..2 {
            assert_eq!(hash_of(&path, &stamps).unwrap(), ABC_SHA256);
        }
        fs::write(&path, "abcd").unwrap();
        assert_ne!(hash_of(&path, &stamps).unwrap(), ABC_SHA256);
        hash_of(&dir.path().join("none"), &stamps).unwrap_err();
    }

    #[test]
    fn a_stamp_saves_the_second_hash_and_a_changed_file_voids_it() {
        let dir = tempfile::tempdir().unwrap();
        let stamps = StampStore::at(&dir.path().join("verified"));
        let path = dir.path().join("tokens.txt");
        let entry = entry(3, ABC_SHA256);
        fs::write(&path, "abc").unwrap();
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let set_time = |time| {
            File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(time)
        };
        set_time(then).unwrap();
        verify_file(&path, &entry, &stamps).unwrap();

        fs::write(&path, "abd").unwrap();
        set_time(then).unwrap();
        verify_file(&path, &entry, &stamps).expect("same size and time: the stamp is believed");

        set_time(then + Duration::from_secs(1)).unwrap();
        verify_file(&path, &entry, &stamps).unwrap_err();

        fs::write(&path, "abc").unwrap();
        verify_file(&path, &entry, &StampStore::at(Path::new("/dev/null/x"))).unwrap();
    }
}
