//! `manifest.toml` beside a model: what the model is, which files it has, how it likes to be decoded.
//!
//! Feature and chunk parameters are not here: they are read from the ONNX files themselves.
//! Unknown keys are errors, so that a misspelled one is found.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use serde::Deserialize;

use crate::{FileRole, ModelError};

mod text;

/// The name under which a manifest lies in its model directory.
pub const MANIFEST_FILE: &str = "manifest.toml";

/// The manifest format that this program reads.
const FORMAT: u32 = 1;

/// A model as its manifest describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// Stable name: lower-case letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// BCP 47 tag of the language; "mul" where there are many, "und" where nobody knows.
    pub language: String,
    /// BCP 47 tags of all languages; empty where there is one.
    #[serde(default)]
    pub languages: Vec<String>,
    /// SPDX expression of the license of the weights.
    pub license: String,
    /// Whom to name, where the license asks for it.
    #[serde(default)]
    pub attribution: String,
    /// A few sentences: what it was trained on, what it is good for, how well it does.
    #[serde(default)]
    pub description: String,
    /// Where the files came from: a repository or an archive; empty if nobody knows.
    #[serde(default)]
    pub source: String,
    /// Commit of the repository; empty if there is none.
    #[serde(default)]
    pub commit: String,
    /// What the model writes by itself.
    #[serde(default)]
    pub writes: Writes,
    /// Defaults of the search.
    #[serde(default)]
    pub decoding: Decoding,
    /// The files, each with its role.
    pub files: Vec<FileEntry>,
}

/// What a model writes by itself; the rest is added behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Writes {
    /// Capital and small letters as in print.
    pub case: bool,
    /// Punctuation marks.
    pub punctuation: bool,
}

/// Which search a model is decoded with unless the user says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SearchKind {
    /// One best path.
    Greedy,
    /// Several hypotheses at a time.
    Beam,
}

/// Defaults of the search for one model; `None` leaves the choice to the recognizer.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Decoding {
    /// Greedy or beam.
    pub search: Option<SearchKind>,
    /// Hypotheses that a beam keeps.
    pub beam_width: Option<u16>,
    /// Factor of the language model's natural log-probabilities beside the acoustic score.
    pub lm_weight: Option<f32>,
    /// Added to the score, a natural log, for each word.
    pub word_bonus: Option<f32>,
    /// Natural log-probability of a word that the language model does not know.
    pub unknown_log_prob: Option<f32>,
    /// Mean confidence of its words, in `[0, 1]`, below which an utterance is taken for noise.
    pub min_confidence: Option<f32>,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// What the file is for.
    pub role: FileRole,
    /// Path below the model directory.
    pub path: PathBuf,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of the contents, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// Reads and checks the manifest of a model directory.
    ///
    /// # Errors
    /// If it is missing, unreadable, or says something that cannot be; the error names the line.
    pub fn read(model_dir: &Path) -> Result<Self, ModelError> {
        let path = model_dir.join(MANIFEST_FILE);
        let text = fs::read_to_string(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => ModelError::FileMissing(path.clone()),
            _ => ModelError::Unreadable {
                path: path.clone(),
                source,
            },
        })?;
        Self::parse(&text, &path)
    }

    /// Parses the text of a manifest; `path` is named in errors.
    ///
    /// # Errors
    /// If the text is not a manifest of this format; the error names the line.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ModelError> {
        let fail = |line: usize, reason: String| ModelError::Manifest {
            path: path.to_owned(),
            line,
            reason,
        };
        let manifest: Self = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            fail(line_of_offset(text, offset), error.message().to_owned())
        })?;
        manifest
            .check()
            .map_err(|(key, reason)| fail(line_of_key(text, &key), reason))?;
        Ok(manifest)
    }

    /// A manifest with nothing but what every one must have.
    #[must_use]
    pub fn new(id: String, name: String, language: String, license: String) -> Self {
        Self {
            format: FORMAT,
            id,
            name,
            language,
            languages: Vec::new(),
            license,
            attribution: String::new(),
            description: String::new(),
            source: String::new(),
            commit: String::new(),
            writes: Writes::default(),
            decoding: Decoding::default(),
            files: Vec::new(),
        }
    }

    /// What the types cannot say; the first part of the error is a text that is in the wrong line.
    fn check(&self) -> Result<(), (String, String)> {
        let at = |key: &str, reason: String| Err((key.to_owned(), reason));
        if self.format != FORMAT {
            return at(
                "format",
                format!(
                    "format {} is not known here, only {FORMAT}: update the program",
                    self.format
                ),
            );
        }
        if !is_id(&self.id) {
            return at(
                "id",
                format!(
                    "\"{}\" is not an id: use a-z, 0-9, '-', '_' and '.'",
                    self.id
                ),
            );
        }
        if self.decoding.beam_width == Some(0) {
            return at("beam_width", "beam_width must be at least 1".to_owned());
        }
        for (key, value) in [
            ("lm_weight", self.decoding.lm_weight),
            ("word_bonus", self.decoding.word_bonus),
            ("unknown_log_prob", self.decoding.unknown_log_prob),
            ("min_confidence", self.decoding.min_confidence),
        ] {
            if value.is_some_and(|value| !value.is_finite()) {
                return at(key, format!("{key} must be a number"));
            }
        }
        for (file_idx, file) in self.files.iter().enumerate() {
            let shown = file.path.display().to_string();
            if !is_inside(&file.path) {
                return at(
                    &shown,
                    format!("\"{shown}\" leads out of the model directory"),
                );
            }
            if !is_sha256(&file.sha256) {
                return at(
                    &file.sha256,
                    format!("sha256 of \"{shown}\" is not 64 lower-case hexadecimal digits"),
                );
            }
            if self.files[..file_idx]
                .iter()
                .any(|earlier| earlier.role == file.role)
            {
                return at(
                    &shown,
                    format!("\"{shown}\" is a second file of the same role"),
                );
            }
        }
        if let Some(missing) = FileRole::missing_from(|role| self.file(role).is_some()) {
            return at("[[files]]", format!("the model has no {missing}"));
        }
        Ok(())
    }

    /// Tags of all languages; none where nobody knows.
    #[must_use]
    pub fn all_languages(&self) -> Vec<String> {
        let main = (!self.language_is_open()).then(|| self.language.clone());
        let mut all: Vec<_> = main.into_iter().collect();
        all.extend(self.languages.iter().cloned());
        all.dedup();
        all
    }

    /// Whether nobody has said which one language is spoken: many, or unknown.
    #[must_use]
    pub fn language_is_open(&self) -> bool {
        matches!(self.language.as_str(), "mul" | "und" | "")
    }

    /// Bytes of all files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files
            .iter()
            .fold(0, |sum, file| sum.saturating_add(file.size))
    }

    /// The file of a role.
    #[must_use]
    pub fn file(&self, role: FileRole) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.role == role)
    }
}

/// A name that is a harmless name of a directory, too.
pub(crate) fn is_id(id: &str) -> bool {
    id.len() <= 100
        && id.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && id.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte)
        })
}

/// SHA-256 as manifests have it.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A path that leads nowhere but below the directory that it is joined to.
pub(crate) fn is_inside(path: &Path) -> bool {
    !path.as_os_str().is_empty()
        && path
            .components()
            .all(|component| matches!(component, Component::Normal(_)))
}

pub(crate) fn line_of_offset(text: &str, offset: usize) -> usize {
    1 + text
        .as_bytes()
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
}

fn line_of_key(text: &str, key: &str) -> usize {
    text.lines()
        .position(|line| line.trim_start().starts_with(key))
        .or_else(|| text.lines().position(|line| line.contains(key)))
        .map_or(1, |line_idx| line_idx + 1)
}

#[cfg(test)]
mod tests;
