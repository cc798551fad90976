//! Graphs as an earlier load left them, under the user's cache directory.
//!
//! What they hold is the recognizer's business; here they are files that belong to a network file
//! of a certain content and to a program of a certain version. Each is written beside its place and
//! renamed into it. One that is gone, or that the recognizer refuses, costs time and nothing else.
//! A model reads its weights in the file as long as it lives, so a file is for reading only: nobody
//! but the superuser cuts it short by mistake, and who removes or replaces it does no harm.
//!
//! A file of the cache is the graph, then the path of its network file, the length of that path
//! (u64, little-endian) and the digits of what it was made from. There is at most one for each
//! network file, and none for a file that is gone: see [`GraphCache::sweep`].

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{DirBuilderExt as _, OpenOptionsExt as _},
    },
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use sha2::{Digest, Sha256};

use crate::{
    FileBytes,
    store::check_free_space,
    verify::{hex, user_cache},
};

/// Hexadecimal digits that stand for the path of a network file.
const PATH_DIGITS: usize = 16;

/// Hexadecimal digits that stand for what a graph was made from.
const CONTENT_DIGITS: usize = 64;

/// Bytes of a file's name in the cache: the digits with a hyphen between them.
const NAME_LENGTH: usize = PATH_DIGITS + 1 + CONTENT_DIGITS;

/// Nobody writes one file for longer: a part that is older was left by a program that was killed.
const OLDEST_PART: Duration = Duration::from_secs(3600);

/// Names to try for a part before giving up.
const PART_NAMES: u32 = 16;

/// Where graphs are kept.
#[derive(Debug, Clone)]
pub struct GraphCache {
    dir: Option<PathBuf>,
}

/// What a kept graph belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphKey {
    /// The network file: an older graph of it gives way.
    file: PathBuf,
    /// Stands for its content and for what made the graph.
    content: String,
}

impl GraphKey {
    /// The key of a network file of this SHA-256; `made_by` says which program would read the
    /// graph, and with which choices it was made.
    #[must_use]
    pub fn new(file: &Path, sha256: &str, made_by: &str) -> Self {
        Self {
            file: fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()),
            content: hex(&Sha256::digest(format!("{sha256}\n{made_by}"))),
        }
    }

    /// What the names of all graphs of the network file begin with.
    fn prefix(&self) -> String {
        let mut path = hex(&Sha256::digest(self.file.as_os_str().as_bytes()));
        path.truncate(PATH_DIGITS);
        format!("{path}-")
    }

    fn file_name(&self) -> String {
        format!("{}{}", self.prefix(), self.content)
    }

    /// What follows the graph.
    fn trailer(&self) -> Vec<u8> {
        let path = self.file.as_os_str().as_bytes();
        let length = (path.len() as u64).to_le_bytes();
        [path, &length, self.content.as_bytes()].concat()
    }
}

impl GraphCache {
    /// Graphs under the user's cache directory (`$XDG_CACHE_HOME/sotto/graphs`).
    #[must_use]
    pub fn in_user_cache() -> Self {
        Self {
            dir: user_cache("graphs"),
        }
    }

    /// Graphs in a directory, created when the first one is written.
    #[must_use]
    pub fn at(dir: &Path) -> Self {
        Self {
            dir: Some(dir.to_owned()),
        }
    }

    /// No graphs: every load starts from the network files.
    #[must_use]
    pub const fn disabled() -> Self {
        Self { dir: None }
    }

    /// The graph of a key, if one is kept.
    #[must_use]
    pub fn open(&self, key: &GraphKey) -> Option<FileBytes> {
        let bytes = FileBytes::open(&self.dir.as_ref()?.join(key.file_name())).ok()?;
        let graph = bytes.as_ref().strip_suffix(&*key.trailer())?;
        let n_bytes = graph.len();
        Some(bytes.truncated(n_bytes))
    }

    /// Keeps a graph, which comes in parts, in the place of any other of the same network file.
    ///
    /// Where it cannot be written, it is made again at the next load.
    pub fn keep(&self, key: &GraphKey, parts: &[&[u8]]) {
        if let Some(dir) = &self.dir {
            sweep(dir, Some(key));
            let _ = write(dir, key, parts);
        }
    }

    /// Removes the graph of a key.
    pub fn forget(&self, key: &GraphKey) {
        if let Some(dir) = &self.dir {
            let _ = fs::remove_file(dir.join(key.file_name()));
        }
    }

    /// Removes the graphs whose network files are gone, and parts that nobody will finish.
    pub fn sweep(&self) {
        if let Some(dir) = &self.dir {
            sweep(dir, None);
        }
    }
}

fn write(dir: &Path, key: &GraphKey, parts: &[&[u8]]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let n_bytes: usize = parts.iter().map(|part| part.len()).sum();
    check_free_space(dir, n_bytes as u64).map_err(io::Error::other)?;
    let name = key.file_name();
    let (part, mut file) = new_part(dir, &name)?;
    // Not synced: what a power failure leaves of it is refused by its trailer or its checksum.
    let mut parts = parts.iter();
    let written = parts
        .try_for_each(|part| file.write_all(part))
        .and_then(|()| file.write_all(&key.trailer()))
        .and_then(|()| fs::rename(&part, dir.join(&name)));
    if written.is_err() {
        let _ = fs::remove_file(part);
    }
    written
}

/// A file of nobody else's, beside the place of a graph.
fn new_part(dir: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for _ in 0..PART_NAMES {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let part = dir.join(format!(".{name}.{}.{number}", process::id()));
        let opened = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o400)
            .open(&part);
        match opened {
            Ok(file) => return Ok((part, file)),
            // Another program of this number, which was killed or is in another container.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// Removes the graphs of network files that are gone, and those of its file but for the `newest`.
fn sweep(dir: &Path, newest: Option<&GraphKey>) {
    let newest = newest.map(|key| (key.prefix(), key.file_name()));
    let is_older = |name: &str| {
        let newest = newest.as_ref();
        newest.is_some_and(|(prefix, newest)| name.starts_with(prefix) && name != newest)
    };
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = entry.path();
        let is_useless = match name.strip_prefix('.') {
            Some(part) => part.get(..NAME_LENGTH).is_some_and(is_name) && is_abandoned(&entry),
            None => is_name(&name) && (is_older(&name) || is_orphan(&path)),
        };
        if is_useless {
            let _ = fs::remove_file(path);
        }
    }
}

fn is_name(name: &str) -> bool {
    let is_hex = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    name.split_once('-').is_some_and(|(path, content)| {
        (path.len(), content.len()) == (PATH_DIGITS, CONTENT_DIGITS)
            && is_hex(path)
            && is_hex(content)
    })
}

fn is_abandoned(part: &fs::DirEntry) -> bool {
    let modified = part.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > OLDEST_PART))
}

/// Whether a graph does not say which network file it belongs to, or that is gone.
fn is_orphan(graph: &Path) -> bool {
    let Ok(bytes) = FileBytes::open(graph) else {
        return false;
    };
    let network = network_path(bytes.as_ref());
    network.is_none_or(|network| network.try_exists().is_ok_and(|exists| !exists))
}

fn network_path(bytes: &[u8]) -> Option<&Path> {
    let (rest, _) = bytes.split_last_chunk::<CONTENT_DIGITS>()?;
    let (rest, length) = rest.split_last_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let start = rest.len().checked_sub(length)?;
    Some(Path::new(OsStr::from_bytes(&rest[start..])))
}

#[cfg(test)]
mod tests;
