//! The content of a file, mapped into memory: pages come as they are read, and are shared with
//! every other process that maps the same file.

use std::{fs::File, io, path::Path};

use memmap2::Mmap;

/// A mapped file.
#[derive(Debug)]
pub struct FileBytes {
    map: Mmap,
    /// Bytes that are shown.
    n_bytes: usize,
}

impl FileBytes {
    /// Maps a file.
    ///
    /// # Errors
    /// If it cannot be opened or mapped.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        #[expect(
            unsafe_code,
            reason = "a map is safe as long as the file keeps its length"
        )]
        // SAFETY: model files and kept graphs are replaced by renaming and never written in place,
        // and kept graphs may not be written to.
        // Who cuts such a file short by hand while it is in use ends the program.
        let map = unsafe { Mmap::map(&file)? };
        let n_bytes = map.len();
        Ok(Self { map, n_bytes })
    }

    /// Shows this many bytes from the start of the file, and no more than before.
    pub(crate) fn truncated(mut self, n_bytes: usize) -> Self {
        self.n_bytes = self.n_bytes.min(n_bytes);
        self
    }
}

impl AsRef<[u8]> for FileBytes {
    fn as_ref(&self) -> &[u8] {
        &self.map[..self.n_bytes]
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn shows_what_the_file_holds() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for content in ["", "abc"] {
            fs::write(&path, content).unwrap();
            assert_eq!(FileBytes::open(&path).unwrap().as_ref(), content.as_bytes());
        }
        let start = FileBytes::open(&path).unwrap().truncated(2);
        assert_eq!(start.as_ref(), b"ab");
        assert_eq!(start.truncated(9).as_ref(), b"ab");
        FileBytes::open(&dir.path().join("none")).unwrap_err();
    }
}
