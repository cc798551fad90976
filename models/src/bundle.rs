//! A model directory whose files have been checked.
//!
//! Two kinds of directory are taken: those with a `manifest.toml`, verified by size and SHA-256,
//! and those as the public archives of streaming ONNX models unpack, known by their file names
//! (`encoder-….onnx`, `decoder-….onnx`, `joiner-….onnx`, `model….onnx`, `ctc-….onnx`, `tokens.txt`).
//! The latter carry no hashes, so only the presence of the files is checked.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    MANIFEST_FILE, Manifest, ModelError, StampStore,
    layout::recognize,
    verify::{hash_of, verify_file},
};

/// What a file of a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileRole {
    /// Encoder with a CTC output layer, in one graph.
    Ctc,
    /// Encoder of a transducer.
    Encoder,
    /// Predictor of a transducer (public archives call the file `decoder`).
    Predictor,
    /// Joiner of a transducer.
    Joiner,
    /// Token table.
    Tokens,
    /// Pieces with scores, to spell hotwords with.
    Pieces,
    /// n-gram language model.
    LanguageModel,
    /// Words and how they sound, for a network that writes phones.
    Lexicon,
    /// Rules for the sounds of words that the lexicon lacks.
    LetterToSound,
    /// Punctuation and case model.
    Punctuation,
    /// Pieces of the punctuation model, one a line.
    PunctuationPieces,
    /// Words with capitals inside, one a line as they are written.
    MixedCase,
}

impl FileRole {
    /// The word in a manifest.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ctc => "ctc",
            Self::Encoder => "encoder",
            Self::Predictor => "predictor",
            Self::Joiner => "joiner",
            Self::Tokens => "tokens",
            Self::Pieces => "pieces",
            Self::LanguageModel => "language-model",
            Self::Lexicon => "lexicon",
            Self::LetterToSound => "letter-to-sound",
            Self::Punctuation => "punctuation",
            Self::PunctuationPieces => "punctuation-pieces",
            Self::MixedCase => "mixed-case",
        }
    }

    /// The first thing without which there is no recognizer, if `has` misses one.
    pub(crate) fn missing_from(has: impl Fn(Self) -> bool) -> Option<Self> {
        let needed: &[Self] = if has(Self::Ctc) {
            &[Self::Tokens]
        } else {
            &[Self::Encoder, Self::Predictor, Self::Joiner, Self::Tokens]
        };
        needed.iter().copied().find(|role| !has(*role))
    }
}

impl fmt::Display for FileRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ctc => "CTC model",
            Self::Encoder => "encoder",
            Self::Predictor => "predictor",
            Self::Joiner => "joiner",
            Self::Tokens => "token table",
            Self::Pieces => "piece table",
            Self::LanguageModel => "language model",
            Self::Lexicon => "lexicon",
            Self::LetterToSound => "rules of spelling",
            Self::Punctuation => "punctuation model",
            Self::PunctuationPieces => "piece list of the punctuation model",
            Self::MixedCase => "list of words in mixed case",
        })
    }
}

/// A model directory whose files exist and, where a manifest says so, are the right ones.
#[derive(Debug, Clone)]
pub struct Bundle {
    dir: PathBuf,
    manifest: Option<Manifest>,
    files: BTreeMap<FileRole, PathBuf>,
}

impl Bundle {
    /// Opens a model directory and verifies it.
    ///
    /// # Errors
    /// If the directory is no model, or a file is missing, truncated or damaged.
    pub fn open(dir: &Path, stamps: &StampStore) -> Result<Self, ModelError> {
        if dir.join(MANIFEST_FILE).exists() {
            Self::open_with_manifest(dir, stamps)
        } else {
            Self::open_archive(dir)
        }
    }

    fn open_with_manifest(dir: &Path, stamps: &StampStore) -> Result<Self, ModelError> {
        let manifest = Manifest::read(dir)?;
        let mut files = BTreeMap::new();
        for entry in &manifest.files {
            let path = dir.join(&entry.path);
            verify_file(&path, entry, stamps)?;
            files.insert(entry.role, path);
        }
        Ok(Self {
            dir: dir.to_owned(),
            manifest: Some(manifest),
            files,
        })
    }

    fn open_archive(dir: &Path) -> Result<Self, ModelError> {
        let unreadable = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => ModelError::FileMissing(dir.to_owned()),
            io::ErrorKind::NotADirectory => ModelError::NotAModel(dir.to_owned()),
            _ => ModelError::Unreadable {
                path: dir.to_owned(),
                source,
            },
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            if let Ok(name) = entry.file_name().into_string() {
                names.push(name);
            }
        }
        names.sort();
        let files = recognize(&names);
        match FileRole::missing_from(|role| files.contains_key(&role)) {
            None => {}
            Some(_) if files.is_empty() => return Err(ModelError::NotAModel(dir.to_owned())),
            Some(FileRole::Tokens) => return Err(ModelError::FileMissing(dir.join("tokens.txt"))),
            Some(FileRole::Predictor) => {
                return Err(ModelError::FileMissing(dir.join("decoder.onnx")));
            }
            Some(FileRole::Joiner) => return Err(ModelError::FileMissing(dir.join("joiner.onnx"))),
            Some(_) => return Err(ModelError::NotAModel(dir.to_owned())),
        }
        let files: BTreeMap<_, _> = files
            .into_iter()
            .map(|(role, name)| (role, dir.join(name)))
            .collect();
        for path in files.values() {
            let metadata = fs::metadata(path).map_err(|source| ModelError::Unreadable {
                path: path.clone(),
                source,
            })?;
            if !metadata.is_file() || metadata.len() == 0 {
                return Err(ModelError::FileMissing(path.clone()));
            }
        }
        Ok(Self {
            dir: dir.to_owned(),
            manifest: None,
            files,
        })
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the model says about itself; none for a public archive.
    #[must_use]
    pub const fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// The id of the manifest, or the name of the directory.
    #[must_use]
    pub fn id(&self) -> &str {
        match &self.manifest {
            Some(manifest) => &manifest.id,
            None => self
                .dir
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or("unnamed"),
        }
    }

    /// The SHA-256 of the file of a role, in hexadecimal: the manifest's, else that of its content.
    ///
    /// `None` if the model has no such file, or it cannot be read.
    #[must_use]
    pub fn sha256(&self, role: FileRole, stamps: &StampStore) -> Option<String> {
        let path = self.file(role)?;
        let entries = self.manifest.iter().flat_map(|manifest| &manifest.files);
        let mut of_the_role = entries.filter(|entry| entry.role == role);
        match of_the_role.next() {
            Some(entry) => Some(entry.sha256.clone()),
            None => hash_of(path, stamps).ok(),
        }
    }

    /// The path of the file of a role, if the model has one.
    #[must_use]
    pub fn file(&self, role: FileRole) -> Option<&Path> {
        self.files.get(&role).map(PathBuf::as_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_error(names: &[&str], expected: &str) {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        let message = Bundle::open(dir.path(), &StampStore::disabled())
            .unwrap_err()
            .to_string();
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn an_incomplete_archive_names_what_is_missing() {
        check_error(&[], "is not a model directory");
        check_error(&["model.onnx"], "tokens.txt is missing");
        check_error(
            &["encoder.onnx", "joiner.onnx", "tokens.txt"],
            "decoder.onnx is missing",
        );
        check_error(
            &["encoder.onnx", "decoder.onnx", "tokens.txt"],
            "joiner.onnx is missing",
        );
        check_error(&["tokens.txt"], "is not a model directory");
    }

    #[test]
    fn an_empty_file_and_a_file_for_a_directory_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("model.onnx"), "").unwrap();
        fs::write(dir.path().join("tokens.txt"), "a 0").unwrap();
        let stamps = StampStore::disabled();
        let message = Bundle::open(dir.path(), &stamps).unwrap_err().to_string();
        assert!(message.contains("model.onnx is missing"), "{message}");
        let message = Bundle::open(&dir.path().join("tokens.txt"), &stamps)
            .unwrap_err()
            .to_string();
        assert!(message.contains("is not a model directory"), "{message}");
    }
}
