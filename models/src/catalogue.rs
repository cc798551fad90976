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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Catalogue {
        Catalogue::parse(text, Path::new("mine.toml"))
    }

    /// An entry that is good but for what is replaced in it.
    fn entry(from: &str, to: &str) -> String {
        let good = format!(
            r#"
[[models]]
id = "a"
name = "A"
languages = ["en"]
license = "MIT"
license_kind = "free"
family = "zipformer"
case = "upper"
punctuation = false
repository = "https://hub.org/owner/name"
commit = "{commit}"
files = [
    {{ role = "ctc", path = "exp/model.onnx", size = 3, sha256 = "{hash}" }},
    {{ role = "tokens", path = "tokens.txt" }},
]
"#,
            commit = "0".repeat(40),
            hash = "a".repeat(64),
        );
        assert!(good.contains(from), "the test changes nothing");
        good.replacen(from, to, 1)
    }

    #[track_caller]
    fn check_refused(from: &str, to: &str, expected: &str) {
        let second = entry("id = \"a\"", "id = \"b\"");
        let catalogue = parse(&format!("format = 1{}{second}", entry(from, to)));
        let problems: Vec<_> = catalogue.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with("mine.toml, line 2: "),
            "{problems:?}"
        );
        assert!(problems[0].contains(expected), "{problems:?}");
        assert_eq!(catalogue.models.len(), 1, "the rest is used");
        assert_eq!(catalogue.models[0].id, "b");
    }

    #[test]
    fn the_built_in_list_has_no_problem_and_every_hash_or_asks_for_it() {
        let catalogue = Catalogue::built_in();
        assert_eq!(catalogue.problems, []);
        assert!(catalogue.model(crate::BUILT_IN_MODEL).is_some());
        for language in ["en", "de", "fr", "es", "ko", "ru", "zh", "ja", "ar", "it"] {
            assert!(
                catalogue
                    .models
                    .iter()
                    .any(|model| model.languages.iter().any(|tag| tag == language)),
                "{language}"
            );
        }
        for model in &catalogue.models {
            if let ModelSource::Hub {
                repository, files, ..
            } = &model.source
            {
                assert!(!repository.is_plain());
                assert!(
                    files.iter().all(|file| file.sha256.is_some()),
                    "{}",
                    model.id
                );
            }
            if model.license.kind != LicenseKind::Free {
                assert!(!model.license.note.is_empty(), "{}", model.id);
            }
        }
        let kroko = catalogue.model("kroko-de").unwrap();
        assert_eq!(kroko.download_bytes(), Some(71_051_469));
    }

    #[test]
    fn a_bad_entry_is_told_and_the_rest_is_used() {
        check_refused("id = \"a\"", "id = \"../a\"", "its id may have");
        check_refused("id = \"a\"", "id = 7", "a model is left out");
        check_refused(
            "name = \"A\"",
            "nmae = \"A\"",
            "\"a\" is left out: unknown field `nmae`",
        );
        check_refused("[\"en\"]", "[]", "languages must be");
        check_refused("\"en\"", "\"english language\"", "languages must be");
        check_refused("\"zipformer\"", "\"whisper\"", "unknown variant `whisper`");
        check_refused(
            "https://hub.org",
            "http://hub.org",
            "is not an https address",
        );
        check_refused("https://hub.org", "file://hub.org", "is not an address");
        check_refused("owner/name", "name", "must end in /owner/name");
        check_refused("owner/name", "owner/name?x", "must end in /owner/name");
        check_refused("commit = \"0", "commit = \"main", "commit must be 40");
        check_refused("sha256 = \"a", "sha256 = \"A", "is not 64 lower-case");
        check_refused("exp/model.onnx", "../model.onnx", "is not a path");
        check_refused(
            "exp/model.onnx",
            "exp/manifest.toml",
            "name of the manifest",
        );
        check_refused("exp/model.onnx", "exp/tokens.txt", "name of another file");
        check_refused("\"tokens\"", "\"ctc\"", "second file of the same role");
        check_refused("\"tokens\"", "\"pieces\"", "it has no token table");
        check_refused("size = 3", "size = -3", "invalid value");
        check_refused("files = [", "built_in = true\nfiles = [", "it needs either");
        check_refused(
            "case = ",
            "error_rates = [{ set = \"x\", percent = nan }]\nerror_rates_source = \"x\"\ncase = ",
            "number of percent",
        );
        check_refused(
            "case = ",
            "error_rates = [{ set = \"x\", percent = 3 }]\ncase = ",
            "go together",
        );
    }

    #[test]
    fn a_list_of_another_form_is_told() {
        let problem = |text: &str| parse(text).problems[0].to_string();
        assert!(problem("format = 2").starts_with("mine.toml, line 1: format 2"));
        assert!(problem("format = 1\nmodels = 3").starts_with("mine.toml, line 2: "));
        assert!(problem("format = ").starts_with("mine.toml, line 1: "));
        let twice = format!("format = 1{0}{0}", entry("", ""));
        assert!(problem(&twice).contains("\"a\" is left out: it is listed twice"));
    }

    #[test]
    fn the_users_lists_add_to_the_built_in_one_and_replace() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let mine = format!("format = 1{}", entry("\"a\"", "\"vosk-bn\""));
        write("b.toml", &mine);
        write("a.toml", &format!("format = 1{}", entry("", "")));
        write("broken.toml", "format");
        write("latin.toml", "x");
        fs::write(folder.path().join("latin.toml"), [0xff]).unwrap();
        write("notes.txt", "format");
        let mut catalogue = Catalogue::built_in();
        let n_built_in = catalogue.models.len();
        catalogue.add_folder(folder.path());
        assert_eq!(catalogue.models.len(), n_built_in + 1);
        assert_eq!(catalogue.model("vosk-bn").unwrap().name, "A");
        assert_eq!(catalogue.problems.len(), 2, "{:?}", catalogue.problems);
        catalogue.add_folder(&folder.path().join("none"));
        assert_eq!(catalogue.problems.len(), 2);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", cut in 0..BUILT_IN.len()) {
            let _ = parse(&text);
            let cut = BUILT_IN.floor_char_boundary(cut);
            let _ = parse(&format!("{}{text}", &BUILT_IN[..cut]));
        }
    }
}
