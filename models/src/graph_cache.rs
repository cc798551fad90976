//! Graphs as an earlier load left them, under the user's cache directory.
//!
//! What they hold is the recognizer's business; here they are files that belong to a network file
//! of a certain content and to a program of a certain version. Each is written beside its place and
//! renamed into it. One that is gone, or that the recognizer refuses, costs time and nothing else.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{FileBytes, verify::hex};

/// Hexadecimal digits that stand for the path of a network file.
const PATH_DIGITS: usize = 16;

/// Where graphs are kept.
#[derive(Debug, Clone)]
pub struct GraphCache {
    dir: Option<PathBuf>,
}

/// What a kept graph belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphKey {
    /// Stands for the path of the network file: an older graph of the same file gives way.
    path: String,
    /// Stands for its content and for what made the graph.
    content: String,
}

impl GraphKey {
    /// The key of a network file of this SHA-256; `made_by` says which program would read the
    /// graph, and with which choices it was made.
    #[must_use]
    pub fn new(file: &Path, sha256: &str, made_by: &str) -> Self {
        let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let mut path = hex(&Sha256::digest(file.as_os_str().as_encoded_bytes()));
        path.truncate(PATH_DIGITS);
        Self {
            path,
            content: hex(&Sha256::digest(format!("{sha256}\n{made_by}"))),
        }
    }

    fn file_name(&self) -> String {
        format!("{}-{}", self.path, self.content)
    }
}

impl GraphCache {
    /// Graphs under the user's cache directory (`$XDG_CACHE_HOME/sotto/graphs`).
    #[must_use]
    pub fn in_user_cache() -> Self {
        let dirs = directories::ProjectDirs::from("", "", "sotto");
        Self {
            dir: dirs.map(|dirs| dirs.cache_dir().join("graphs")),
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
        FileBytes::open(&self.dir.as_ref()?.join(key.file_name())).ok()
    }

    /// Keeps a graph, in the place of any other of the same network file.
    pub fn keep(&self, key: &GraphKey, graph: &[u8]) {
        if let Some(dir) = &self.dir {
            // A graph that cannot be kept is made again at the next load.
            let _ = keep(dir, key, graph);
        }
    }

    /// Removes the graph of a key.
    pub fn forget(&self, key: &GraphKey) {
        if let Some(dir) = &self.dir {
            let _ = fs::remove_file(dir.join(key.file_name()));
        }
    }
}

fn keep(dir: &Path, key: &GraphKey, graph: &[u8]) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let name = key.file_name();
    // Two programs that load the same model at once write two files; the last one stays.
    let beside = dir.join(format!(".{name}.{}", std::process::id()));
    let mut file = fs::File::create(&beside)?;
    let written = file
        .write_all(graph)
        .and_then(|()| file.sync_data())
        .and_then(|()| fs::rename(&beside, dir.join(&name)));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
        return written;
    }
    let of_the_same_file = |other: &str| {
        let other = other.trim_start_matches('.');
        other.starts_with(&key.path) && other != name
    };
    for entry in fs::read_dir(dir)?.flatten() {
        if entry.file_name().to_str().is_some_and(of_the_same_file) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let names = fs::read_dir(dir).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_graph_is_found_by_file_content_and_maker() {
        let dir = tempfile::tempdir().unwrap();
        let cache = GraphCache::at(&dir.path().join("graphs"));
        let key = |file: &str, hash: &str, maker: &str| {
            GraphKey::new(&dir.path().join(file), hash, maker)
        };
        cache.keep(&key("a.onnx", "1", "x"), b"graph");
        let found = |key: &GraphKey| cache.open(key).map(|bytes| bytes.as_ref().to_vec());
        assert_eq!(found(&key("a.onnx", "1", "x")).unwrap(), b"graph");
        for other in [
            key("b.onnx", "1", "x"),
            key("a.onnx", "2", "x"),
            key("a.onnx", "1", "y"),
        ] {
            assert!(found(&other).is_none());
        }
        cache.forget(&key("a.onnx", "1", "x"));
        assert!(found(&key("a.onnx", "1", "x")).is_none());
    }

    #[test]
    fn a_newer_graph_takes_the_place_of_an_older() {
        let dir = tempfile::tempdir().unwrap();
        let cache = GraphCache::at(dir.path());
        let file = dir.path().join("a.onnx");
        let old = GraphKey::new(&file, "1", "x");
        let new = GraphKey::new(&file, "2", "x");
        let other = GraphKey::new(&dir.path().join("b.onnx"), "1", "x");
        cache.keep(&other, b"other");
        cache.keep(&old, b"old");
        // What a program left that was killed while it wrote.
        fs::write(dir.path().join(format!(".{}.1", old.file_name())), "ol").unwrap();
        cache.keep(&new, b"new");
        let mut expected = [other.file_name(), new.file_name()];
        expected.sort();
        assert_eq!(names(dir.path()), expected);
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_no_error() {
        let key = GraphKey::new(Path::new("a.onnx"), "1", "x");
        for cache in [
            GraphCache::at(Path::new("/dev/null/x")),
            GraphCache::disabled(),
        ] {
            cache.keep(&key, b"graph");
            assert!(cache.open(&key).is_none());
            cache.forget(&key);
        }
    }
}
