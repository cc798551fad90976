//! The user's own words, replacements, snippets, spoken marks and learned corrections: plain files,
//! read and written as they are.

use std::{fs, io, path::PathBuf};

use crate::files::{Folders, write_private};

/// Larger files are not edited here.
const MAX_BYTES: u64 = 4 << 20;

/// One of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UserTable {
    Words,
    Replacements,
    Snippets,
    /// Spoken marks of a language, as two or three letters.
    Spoken(String),
    Learned,
}

impl UserTable {
    /// The table of that name, such as `words` or `spoken.de`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "words" => Some(Self::Words),
            "replacements" => Some(Self::Replacements),
            "snippets" => Some(Self::Snippets),
            "learned" => Some(Self::Learned),
            _ => name
                .strip_prefix("spoken.")
                .filter(|language| {
                    (2..=3).contains(&language.len())
                        && language.bytes().all(|byte| byte.is_ascii_lowercase())
                })
                .map(|language| Self::Spoken(language.to_owned())),
        }
    }

    pub(crate) fn file_name(&self) -> String {
        match self {
            Self::Words => "words.txt".to_owned(),
            Self::Replacements => "replacements.tsv".to_owned(),
            Self::Snippets => "snippets.tsv".to_owned(),
            Self::Spoken(language) => format!("spoken.{language}.tsv"),
            Self::Learned => "learned.tsv".to_owned(),
        }
    }

    fn path(&self, folders: &Folders) -> PathBuf {
        let folder = match self {
            Self::Learned => &folders.data,
            _ => &folders.config,
        };
        folder.join(self.file_name())
    }

    /// Its text; empty where there is no file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is too large.
    pub(crate) fn read(&self, folders: &Folders) -> io::Result<String> {
        let path = self.path(folders);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() > MAX_BYTES => Err(io::ErrorKind::FileTooLarge.into()),
            Ok(_) => fs::read_to_string(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(error),
        }
    }

    /// Replaces its text.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn write(&self, folders: &Folders, text: &str) -> io::Result<()> {
        write_private(&self.path(folders), text)
    }

    /// Copies it to the folder of exports, under a name that is not taken.
    ///
    /// # Errors
    ///
    /// If it cannot be read or the copy cannot be written.
    pub(crate) fn export(&self, folders: &Folders) -> io::Result<PathBuf> {
        export(folders, &self.file_name(), &self.read(folders)?)
    }
}

/// Writes a text to the folder of exports, under a name that is not taken.
///
/// # Errors
///
/// If it cannot be written.
pub(crate) fn export(folders: &Folders, file_name: &str, text: &str) -> io::Result<PathBuf> {
    let name = format!("sotto-{file_name}");
    let path = (1..)
        .map(|n| match n {
            1 => folders.exports.join(&name),
            n => folders.exports.join(format!("{n}-{name}")),
        })
        .find(|path| !path.exists())
        .expect("numbers do not end");
    write_private(&path, text)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::folders_in;

    #[test]
    fn only_these_files_are_reached() {
        for name in ["words", "replacements", "snippets", "learned", "spoken.de"] {
            assert!(UserTable::named(name).is_some(), "{name}");
        }
        for name in [
            "",
            "config",
            "spoken.",
            "spoken.../x",
            "spoken.EN",
            "../words",
        ] {
            assert_eq!(UserTable::named(name), None, "{name}");
        }
    }

    #[test]
    fn text_goes_out_and_comes_back() {
        let root = tempfile::tempdir().unwrap();
        let folders = folders_in(root.path());
        let words = UserTable::Words;
        assert_eq!(words.read(&folders).unwrap(), "");
        words.write(&folders, "Zürich\n").unwrap();
        assert_eq!(words.read(&folders).unwrap(), "Zürich\n");
        let first = words.export(&folders).unwrap();
        let second = words.export(&folders).unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::read_to_string(second).unwrap(), "Zürich\n");
    }
}
