//! Which installed models the catalogue, or the hub, has another version of.

use serde::{Deserialize, Serialize};
use sotto_models::{Catalogue, CatalogueModel, Manifest, ModelSource};

use crate::{Client, FetchError, hub};

/// Another version of an installed model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Id of the model.
    pub model: String,
    /// Commit that is installed; empty where there is none.
    pub installed: String,
    /// Commit or archive that can be had.
    pub available: String,
    /// Bytes to download, where they are known.
    pub download_bytes: Option<u64>,
}

/// Compares installed models with the catalogue. The hub is asked about those models only of which
/// the catalogue pins no commit.
///
/// # Errors
/// If the hub does not answer.
pub fn updates(
    client: &Client,
    catalogue: &Catalogue,
    installed: impl IntoIterator<Item = Manifest>,
) -> Result<Vec<Update>, FetchError> {
    let mut found = Vec::new();
    for manifest in installed {
        // A model from elsewhere under the same id is somebody's own.
        let known = catalogue
            .model(&manifest.id)
            .filter(|_| !manifest.source.is_empty());
        let Some(model) = known else {
            continue;
        };
        if let Some(available) = other_version(client, model, &manifest)? {
            found.push(Update {
                model: manifest.id,
                installed: manifest.commit,
                available,
                download_bytes: model.download_bytes(),
            });
        }
    }
    Ok(found)
}

fn other_version(
    client: &Client,
    model: &CatalogueModel,
    manifest: &Manifest,
) -> Result<Option<String>, FetchError> {
    Ok(match &model.source {
        ModelSource::BuiltIn => None,
        ModelSource::Archive { url, .. } => {
            (manifest.source != url.as_str()).then(|| url.to_string())
        }
        ModelSource::Hub {
            repository,
            commit,
            files,
        } => {
            let available = match commit {
                Some(commit) => commit.clone(),
                None => hub::commit_of(client, repository, "main")?,
            };
            let same_files = files.iter().all(|file| {
                let installed = manifest.file(file.role);
                installed.is_some_and(|installed| {
                    file.sha256
                        .as_ref()
                        .is_none_or(|hash| *hash == installed.sha256)
                })
            });
            // Another commit may have changed nothing but the texts beside the files.
            let all_pinned = files.iter().all(|file| file.sha256.is_some());
            let is_same = manifest.commit == available || all_pinned;
            (!(is_same && same_files)).then_some(available)
        }
    })
}
