//! What was dictated, where the user wants it kept: read, searched, deleted.
//!
//! The daemon appends lines of JSON; who changes the file otherwise holds its lock meanwhile.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::files::Folders;

/// Most entries shown at once.
const MAX_SHOWN: usize = 500;

/// One committed text. `Debug` shows no text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Milliseconds since 1970, UTC.
    pub(crate) at_ms: u64,
    pub(crate) text: String,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Entry({}, {} chars)",
            self.at_ms,
            self.text.chars().count()
        )
    }
}

/// The entries that were found, newest first.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    pub(crate) entries: Vec<Entry>,
    /// How many there are, shown or not.
    pub(crate) n_found: usize,
}

fn path(folders: &Folders) -> PathBuf {
    folders.state.join("history.jsonl")
}

/// Entries that hold all words of the query, whatever their case.
///
/// # Errors
///
/// If the file cannot be read.
pub(crate) fn search(folders: &Folders, query: &str) -> io::Result<Found> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let mut entries = match File::open(path(folders)) {
        Ok(file) => read(&file)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    entries.retain(|entry| {
        let text = entry.text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    });
    entries.reverse();
    let n_found = entries.len();
    entries.truncate(MAX_SHOWN);
    Ok(Found { entries, n_found })
}

/// Deletes the entry of that time, or all of them.
///
/// # Errors
///
/// If the file cannot be written.
pub(crate) fn delete(folders: &Folders, at_ms: Option<u64>) -> io::Result<()> {
    match at_ms {
        Some(at_ms) => rewrite(&path(folders), |entry| entry.at_ms != at_ms),
        None => rewrite(&path(folders), |_entry| false),
    }
}

fn rewrite(path: &Path, keep: impl Fn(&Entry) -> bool) -> io::Result<()> {
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    file.lock()?;
    let mut entries = read(&file)?;
    entries.retain(keep);
    let mut text = Vec::new();
    for entry in &entries {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&text)?;
    file.sync_all()
}

/// Lines that are no entries are left out.
fn read(file: &File) -> io::Result<Vec<Entry>> {
    /// A line is one dictated text.
    const MAX_LINE_BYTES: u64 = 1 << 20;
    let mut lines = BufReader::new(file);
    let mut entries = Vec::new();
    let mut line = Vec::new();
    while lines
        .by_ref()
        .take(MAX_LINE_BYTES)
        .read_until(b'\n', &mut line)?
        > 0
    {
        if let Ok(entry) = serde_json::from_slice(&line) {
            entries.push(entry);
        }
        line.clear();
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::files::folders_in;

    #[test]
    fn entries_are_found_and_deleted() {
        let root = tempfile::tempdir().unwrap();
        let folders = folders_in(root.path());
        assert_eq!(search(&folders, "").unwrap().n_found, 0);
        delete(&folders, None).unwrap();
        fs::create_dir_all(&folders.state).unwrap();
        let text = "{\"at_ms\":1,\"text\":\"Grüße aus Köln\"}\nnonsense\n{\"at_ms\":2,\"text\":\"the Report\"}\n";
        fs::write(path(&folders), text).unwrap();
        let found = search(&folders, "").unwrap();
        assert_eq!(found.n_found, 2);
        assert_eq!(found.entries[0].at_ms, 2);
        assert_eq!(search(&folders, "KÖLN grüße").unwrap().n_found, 1);
        assert_eq!(search(&folders, "köln report").unwrap().n_found, 0);
        delete(&folders, Some(1)).unwrap();
        assert_eq!(search(&folders, "").unwrap().entries[0].text, "the Report");
        delete(&folders, None).unwrap();
        assert_eq!(fs::read_to_string(path(&folders)).unwrap(), "");
    }

    #[test]
    fn shows_no_text() {
        let entry = Entry {
            at_ms: 1,
            text: "secret".to_owned(),
        };
        assert!(!format!("{entry:?}").contains("secret"));
    }
}
