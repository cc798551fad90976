//! What a model consists of: addresses, lengths and hashes.
//!
//! Most entries of the catalogue pin all of that. For the rest the hub is asked, by the interface of
//! Hugging Face (`/api/models/OWNER/NAME/revision/COMMIT?blobs=true`): it tells the commit behind a
//! branch, and length and SHA-256 of each file that it stores by its hash (LFS).

use std::io::Read as _;

use serde::{Deserialize, Serialize};
use sotto_models::{CatalogueModel, FileEntry, FileRole, HubFile, ModelSource, SourceUrl};

use crate::{Client, FetchError, client::RequestFault};

/// A longer description is none.
const MAX_DESCRIPTION_BYTES: u64 = 8 << 20;
/// Files of a model are no longer than this, whatever a hub says.
const MAX_FILE_BYTES: u64 = 16 << 30;

/// A model with everything that is needed to download and check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Id of the model.
    pub model: String,
    /// Commit of the repository; empty for an archive.
    pub commit: String,
    /// Its files, or one archive.
    pub files: Vec<PlannedFile>,
    /// Where each file comes from, in the same order.
    pub urls: Vec<SourceUrl>,
}

/// One file with what it is checked against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// What it is for; none for an archive.
    pub role: Option<FileRole>,
    /// Name on the disk.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

#[derive(Deserialize)]
struct Description {
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: String,
    size: u64,
}

impl Plan {
    /// Finds out what a model consists of; the hub is asked only for what the catalogue does not pin.
    ///
    /// # Errors
    /// If the model is built in, the hub cannot be asked or contradicts the catalogue, or nobody
    /// knows the hash of a file.
    pub fn resolve(client: &Client, model: &CatalogueModel) -> Result<Self, FetchError> {
        match &model.source {
            ModelSource::BuiltIn => Err(FetchError::BuiltIn(model.id.clone())),
            ModelSource::Archive { url, size, sha256 } => {
                let path = url.path().split('?').next().unwrap_or("");
                let name = path.rsplit('/').next().unwrap_or("");
                Ok(Self {
                    model: model.id.clone(),
                    commit: String::new(),
                    files: vec![PlannedFile {
                        role: None,
                        name: format!("archive-{}", name.replace('%', "-")),
                        size: *size,
                        sha256: sha256.clone(),
                    }],
                    urls: vec![url.clone()],
                })
            }
            ModelSource::Hub {
                repository,
                commit,
                files,
            } => {
                let pinned: Option<Vec<_>> = files.iter().map(HubFile::pinned).collect();
                let (commit, entries) = match (commit, pinned) {
                    (Some(commit), Some(pinned)) => (commit.clone(), pinned),
                    _ => describe(client, repository, commit.as_deref(), files)?,
                };
                let path = |file: &HubFile| file.path.to_string_lossy().into_owned();
                let urls = files
                    .iter()
                    .map(|file| repository.below(&["resolve", &commit, &path(file)]))
                    .collect();
                let files = entries.into_iter().map(PlannedFile::from).collect();
                Ok(Self {
                    model: model.id.clone(),
                    commit,
                    files,
                    urls,
                })
            }
        }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.files
            .iter()
            .fold(0, |sum, file| sum.saturating_add(file.size))
    }

    /// The files as a manifest has them; none for an archive.
    pub(crate) fn entries(&self) -> Vec<FileEntry> {
        self.files
            .iter()
            .filter_map(|file| {
                Some(FileEntry {
                    role: file.role?,
                    path: file.name.clone().into(),
                    size: file.size,
                    sha256: file.sha256.clone(),
                })
            })
            .collect()
    }
}

impl From<FileEntry> for PlannedFile {
    fn from(entry: FileEntry) -> Self {
        Self {
            role: Some(entry.role),
            name: entry.path.to_string_lossy().into_owned(),
            size: entry.size,
            sha256: entry.sha256,
        }
    }
}

/// The commit that a branch or a commit stands for at the hub.
pub(crate) fn commit_of(
    client: &Client,
    repository: &SourceUrl,
    revision: &str,
) -> Result<String, FetchError> {
    ask(client, repository, revision).map(|(_, description)| description.sha)
}

fn ask(
    client: &Client,
    repository: &SourceUrl,
    revision: &str,
) -> Result<(SourceUrl, Description), FetchError> {
    let api = format!("{}/api/models{}", repository.origin(), repository.path());
    let url = SourceUrl::parse(&api)?.below(&["revision", revision]);
    let url = SourceUrl::parse(&format!("{url}?blobs=true"))?;
    let mut n_attempts = 0;
    let text = loop {
        match get_text(client, &url) {
            Ok(text) => break text,
            Err(RequestFault::Fatal(error)) => return Err(error),
            Err(RequestFault::Transient(reason)) => {
                n_attempts += 1;
                let options = client.options();
                if n_attempts >= options.max_fruitless_attempts.min(4) {
                    return Err(FetchError::Network { url, reason });
                }
                std::thread::sleep(options.first_wait.saturating_mul(n_attempts));
            }
        }
    };
    let wrong = |reason: String| FetchError::Hub {
        url: url.clone(),
        reason,
    };
    let description: Description =
        serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let is_commit =
        description.sha.len() == 40 && description.sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_commit {
        return Err(wrong("it names no commit".to_owned()));
    }
    Ok((url, description))
}

fn get_text(client: &Client, url: &SourceUrl) -> Result<Vec<u8>, RequestFault> {
    let answer = client.get(url, None)?;
    match answer.status {
        200 => {}
        status @ (408 | 425 | 429 | 500..=599) => {
            return Err(RequestFault::Transient(format!("status {status}")));
        }
        status => {
            let url = url.clone();
            return Err(FetchError::Status { url, status }.into());
        }
    }
    let mut text = Vec::new();
    answer
        .body
        .take(MAX_DESCRIPTION_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|error| RequestFault::Transient(error.to_string()))?;
    if text.len() as u64 > MAX_DESCRIPTION_BYTES {
        return Err(FetchError::Hub {
            url: url.clone(),
            reason: "it is too long".to_owned(),
        }
        .into());
    }
    Ok(text)
}

/// Asks the hub, and holds what it says against what the catalogue pins.
fn describe(
    client: &Client,
    repository: &SourceUrl,
    commit: Option<&str>,
    files: &[HubFile],
) -> Result<(String, Vec<FileEntry>), FetchError> {
    let (url, description) = ask(client, repository, commit.unwrap_or("main"))?;
    let wrong = |reason: String| FetchError::Hub {
        url: url.clone(),
        reason,
    };
    if commit.is_some_and(|commit| commit != description.sha) {
        return Err(wrong(format!("it is about commit {}", description.sha)));
    }
    let mut entries = Vec::new();
    for file in files {
        let path = file.path.to_string_lossy();
        let sibling = description
            .siblings
            .iter()
            .find(|sibling| sibling.rfilename == path)
            .ok_or_else(|| wrong(format!("it has no {path}")))?;
        let known = sibling.lfs.as_ref();
        if let (Some(pinned), Some(known)) = (&file.sha256, known)
            && *pinned != known.sha256
        {
            return Err(wrong(format!(
                "its SHA-256 of {path} is {}, the catalogue says {pinned}",
                known.sha256
            )));
        }
        let sha256 = file
            .sha256
            .clone()
            .or_else(|| known.map(|known| known.sha256.clone()))
            .filter(|hash| {
                hash.len() == 64
                    && hash
                        .bytes()
                        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            })
            .ok_or_else(|| FetchError::NoHash(path.clone().into_owned()))?;
        let size = file
            .size
            .or(known.map(|known| known.size))
            .or(sibling.size)
            .filter(|size| (1..=MAX_FILE_BYTES).contains(size))
            .ok_or_else(|| wrong(format!("it tells no length of {path}")))?;
        entries.push(FileEntry {
            role: file.role,
            path: file.name().to_owned(),
            size,
            sha256,
        });
    }
    Ok((description.sha, entries))
}
