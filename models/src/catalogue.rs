//! Models that can be had: what each is, what it writes, how well it does, where its files are.
//!
//! The built-in list is `models/catalogue.toml`. Lists of the user's own lie in
//! `$XDG_CONFIG_HOME/sotto/catalogue.d/*.toml`, in the same form; an entry of theirs replaces a
//! built-in one of the same id. An entry that cannot be is told in a sentence, and the rest is used.
//! Nothing here reaches the network.

mod text;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{FileEntry, FileRole, SourceUrl};

const BUILT_IN: &str = include_str!("../catalogue.toml");

/// Larger files are no list of models.
const MAX_CATALOGUE_BYTES: u64 = 4 << 20;

/// Models that can be had.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Catalogue {
    /// Built-in ones first, then the user's.
    pub models: Vec<CatalogueModel>,
    /// What was left out, one sentence each.
    pub problems: Vec<CatalogueProblem>,
}

/// An entry that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueProblem {
    /// The list.
    pub file: PathBuf,
    /// Line, counted from one; none if the file as a whole is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for CatalogueProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// One model that can be had.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CatalogueModel {
    /// Id that it is installed under.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// BCP 47 tags, the main language first.
    pub languages: Vec<String>,
    /// License of the weights.
    pub license: License,
    /// A sentence or two: what it is good for.
    pub description: String,
    /// Kind of network.
    pub family: Family,
    /// Milliseconds of sound that it takes at a time: text lags at least this far behind.
    pub latency_ms: Option<u32>,
    /// What it writes by itself.
    pub writes: Writing,
    /// Error rates that its makers published.
    pub error_rates: Vec<ErrorRate>,
    /// Where these are published; empty if there are none.
    pub error_rates_source: String,
    /// Where its files come from.
    pub source: ModelSource,
}

impl CatalogueModel {
    /// Bytes to download; none for the built-in model, and where only the hub knows.
    #[must_use]
    pub fn download_bytes(&self) -> Option<u64> {
        match &self.source {
            ModelSource::BuiltIn => None,
            ModelSource::Hub { files, .. } => files.iter().map(|file| file.size).sum(),
            ModelSource::Archive { size, .. } => Some(*size),
        }
    }
}

/// License of the weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct License {
    /// SPDX expression or name.
    pub name: String,
    /// Whether it is a free license.
    pub kind: LicenseKind,
    /// What one must know before using the model; may be empty.
    pub note: String,
}

/// Whether a license is a free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseKind {
    /// Anyone may use, study, change and share the model.
    Free,
    /// It has conditions that free licenses do not have.
    NonFree,
    /// Nobody states one, or what is stated is contradictory.
    Unclear,
}

/// Kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Streaming zipformer, first version, with a transducer.
    Zipformer,
    /// Streaming zipformer, second version, with a transducer.
    Zipformer2,
    /// NeMo cache-aware FastConformer with a transducer.
    NemoTransducer,
    /// NeMo cache-aware FastConformer with CTC.
    NemoCtc,
}

/// What a model writes by itself; the rest is added behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Writing {
    /// Case of its letters.
    pub case: LetterCase,
    /// Whether it writes punctuation marks.
    pub punctuation: bool,
}

/// Case of the letters that a model writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterCase {
    /// Capital and small letters as in print.
    Cased,
    /// Capital letters only.
    Upper,
    /// Small letters only.
    Lower,
    /// The script has no case.
    None,
}

/// A published error rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorRate {
    /// What it was measured on.
    pub set: String,
    /// Errors for 100 words or characters.
    pub percent: f32,
    /// Words or characters.
    #[serde(default)]
    pub unit: ErrorUnit,
}

/// What an error rate counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorUnit {
    /// Word error rate.
    #[default]
    Words,
    /// Character error rate.
    Characters,
}

/// Where the files of a model come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum ModelSource {
    /// It comes with the program.
    BuiltIn,
    /// Loose files in a repository of a model hub.
    Hub {
        /// The repository, such as `https://huggingface.co/owner/name`.
        repository: SourceUrl,
        /// The commit, 40 hexadecimal digits; where none is pinned the hub is asked.
        commit: Option<String>,
        /// The files.
        files: Vec<HubFile>,
    },
    /// One archive.
    Archive {
        /// The archive.
        url: SourceUrl,
        /// Its length in bytes.
        size: u64,
        /// SHA-256 of it, 64 lower-case hexadecimal digits.
        sha256: String,
    },
}

/// One file of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubFile {
    /// What it is for.
    pub role: FileRole,
    /// Path in the repository; it is installed under its last part.
    pub path: PathBuf,
    /// Length in bytes, where it is pinned.
    pub size: Option<u64>,
    /// SHA-256, where it is pinned.
    pub sha256: Option<String>,
}

impl HubFile {
    /// The name under which it is installed.
    #[must_use]
    pub fn name(&self) -> &Path {
        self.path.file_name().map_or(&self.path, Path::new)
    }

    /// The entry for a manifest, if size and hash are known.
    #[must_use]
    pub fn pinned(&self) -> Option<FileEntry> {
        Some(FileEntry {
            role: self.role,
            path: self.name().to_owned(),
            size: self.size?,
            sha256: self.sha256.clone()?,
        })
    }
}

impl Catalogue {
    /// The list that comes with the program.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN, Path::new("catalogue.toml"))
    }

    /// The built-in list and the user's own.
    #[must_use]
    pub fn from_environment() -> Self {
        let mut catalogue = Self::built_in();
        if let Some(project) = directories::ProjectDirs::from("", "", "sotto") {
            catalogue.add_folder(&project.config_dir().join("catalogue.d"));
        }
        catalogue
    }

    /// Reads one list; `file` is named in problems.
    #[must_use]
    pub fn parse(text: &str, file: &Path) -> Self {
        text::parse(text, file)
    }

    /// Adds every list in a folder, in order of their names. A folder that is not there is empty.
    pub fn add_folder(&mut self, folder: &Path) {
        let mut problem = |file: &Path, source: &io::Error| {
            self.problems.push(CatalogueProblem {
                file: file.to_owned(),
                line: None,
                reason: format!("it cannot be read: {source}"),
            });
        };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return problem(folder, &error),
        };
        let mut files: Vec<_> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "toml")
            })
            .collect();
        files.sort();
        for file in files {
            match read_limited(&file) {
                Ok(text) => self.add(Self::parse(&text, &file)),
                Err(error) => self.problems.push(CatalogueProblem {
                    reason: format!("it cannot be read: {error}"),
                    file,
                    line: None,
                }),
            }
        }
    }

    /// Adds another list; its entries replace those of the same id.
    pub fn add(&mut self, other: Self) {
        for model in other.models {
            match self.models.iter_mut().find(|known| known.id == model.id) {
                Some(known) => *known = model,
                None => self.models.push(model),
            }
        }
        self.problems.extend(other.problems);
    }

    /// The model of an id.
    #[must_use]
    pub fn model(&self, id: &str) -> Option<&CatalogueModel> {
        self.models.iter().find(|model| model.id == id)
    }
}

fn read_limited(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > MAX_CATALOGUE_BYTES {
        return Err(io::Error::other("it is not a list of models"));
    }
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests;
