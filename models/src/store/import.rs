//! Models that somebody already has: a folder or an archive becomes an installed model.
//!
//! A folder with a `manifest.toml` is taken at its word and checked against it. A folder as the
//! public archives unpack is known by its file names; its manifest is written here, with the hashes
//! of the files as they are, and with what the catalogue knows where it knows the same files.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use tr::tr;

use super::{ArchiveLimits, Staging, Store, StoreError, archive::unpack, check_free_space};
use crate::{
    Catalogue, CatalogueModel, FileEntry, FileRole, LetterCase, MANIFEST_FILE, Manifest,
    ModelSource, Writes, layout::recognize, manifest::is_id, verify,
};

/// Folders that may lie one in the other, with nothing beside them, around a model.
const MAX_NESTING: usize = 3;

/// What is said about a model that says nothing about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Id to install it under, in place of its own or one made from its name.
    pub id: Option<String>,
    /// BCP 47 tag of its language.
    pub language: Option<String>,
    /// How much an archive may hold.
    pub limits: ArchiveLimits,
}

impl Store {
    /// Installs the model in a folder or an archive. What is imported stays as it is.
    ///
    /// # Errors
    /// If it is no model or a hostile one, or the disk refuses; nothing is installed then.
    pub fn import(
        &self,
        from: &Path,
        options: &ImportOptions,
        catalogue: &Catalogue,
    ) -> Result<Manifest, StoreError> {
        let metadata = fs::metadata(from).map_err(|error| StoreError::from_io(from, error))?;
        let name = id_from_name(from);
        if let Some(id) = options.id.as_ref().filter(|id| !is_id(id)) {
            return Err(StoreError::NotAnId(id.clone()));
        }
        let staged_as: String = options
            .id
            .as_deref()
            .unwrap_or(&name)
            .chars()
            .take(90)
            .collect();
        let importing = self.stage(&format!("import-{staged_as}"))?;
        let root = importing.dir().join("unpacked");
        let done = clear(&root).and_then(|()| {
            if metadata.is_dir() {
                copy_folder(from, &root, options.limits)?;
            } else {
                check_free_space(&root, metadata.len())?;
                unpack(from, &root, options.limits)?;
            }
            let root = model_root(&root, from)?;
            let manifest = describe(&root, from, options, &name, catalogue)?;
            if self.has(&manifest.id) {
                let reason = format!(
                    "a model \"{}\" is installed already; remove it first, or import this one under \
                     another id",
                    manifest.id
                );
                return Err(refused(from, reason));
            }
            self.adopt(&root, &manifest)?;
            Ok(manifest)
        });
        let cleared = importing.discard();
        let manifest = done?;
        cleared?;
        Ok(manifest)
    }

    /// Moves described files into a staging folder of their own, and installs them.
    fn adopt(&self, root: &Path, manifest: &Manifest) -> Result<PathBuf, StoreError> {
        let staging = self.stage(&manifest.id)?;
        let emptied = staging.dir().to_owned();
        fs::remove_dir_all(&emptied)
            .and_then(|()| fs::rename(root, &emptied))
            .map_err(|error| StoreError::from_io(&emptied, error))?;
        match staging.install(manifest) {
            Ok(dir) => Ok(dir),
            Err(error) => {
                staging.discard()?;
                Err(error)
            }
        }
    }
}

impl Staging {
    /// Installs the model that was unpacked below `root`, with what the catalogue says about it.
    ///
    /// # Errors
    /// If it is no model, or the disk refuses.
    pub fn install_unpacked(
        &self,
        root: &Path,
        archive: &Path,
        model: &CatalogueModel,
    ) -> Result<PathBuf, StoreError> {
        let found = model_root(root, archive)?;
        let files = entries(&found, archive)?;
        for file in &files {
            let target = self.dir().join(&file.path);
            fs::rename(found.join(&file.path), &target)
                .map_err(|error| StoreError::from_io(&target, error))?;
        }
        self.install(&model.manifest(String::new(), files))
    }
}

impl CatalogueModel {
    /// The manifest under which this model is installed, once its files are known.
    #[must_use]
    pub fn manifest(&self, commit: String, files: Vec<FileEntry>) -> Manifest {
        let mut manifest = Manifest::new(
            self.id.clone(),
            self.name.clone(),
            self.languages.first().cloned().unwrap_or_default(),
            self.license.name.clone(),
        );
        if self.languages.len() > 1 {
            manifest.languages.clone_from(&self.languages);
            // Many languages, and none of them the main one: the network finds out.
            "mul".clone_into(&mut manifest.language);
        }
        manifest.description = [&self.description, &self.license.note]
            .into_iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" ");
        manifest.writes = Writes {
            case: self.writes.case == LetterCase::Cased,
            punctuation: self.writes.punctuation,
        };
        manifest.source = match &self.source {
            ModelSource::BuiltIn => String::new(),
            ModelSource::Hub { repository, .. } => repository.to_string(),
            ModelSource::Archive { url, .. } => url.to_string(),
        };
        manifest.commit = commit;
        manifest.files = files;
        manifest
    }
}

/// An empty folder.
fn clear(dir: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(StoreError::from_io(dir, error));
        }
        _ => {}
    }
    fs::create_dir_all(dir).map_err(|error| StoreError::from_io(dir, error))
}

fn refused(from: &Path, reason: impl Into<String>) -> StoreError {
    StoreError::Refused {
        path: from.to_owned(),
        reason: reason.into(),
    }
}

/// Copies the files at the top of a folder; models keep theirs there.
fn copy_folder(from: &Path, into: &Path, limits: ArchiveLimits) -> Result<(), StoreError> {
    let failed = |error| StoreError::from_io(from, error);
    let mut files = Vec::new();
    let mut n_bytes = 0_u64;
    for (entry_idx, entry) in fs::read_dir(from).map_err(failed)?.enumerate() {
        let entry = entry.map_err(failed)?;
        if entry_idx as u64 >= limits.max_entries {
            return Err(refused(
                from,
                tr!("it has more than {} entries", limits.max_entries),
            ));
        }
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_symlink() {
            let name = entry.file_name();
            let reason = format!(
                "\"{}\" in it is a link; put the file itself there",
                name.display()
            );
            return Err(refused(from, reason));
        }
        if kind.is_file() {
            n_bytes = n_bytes.saturating_add(entry.metadata().map_err(failed)?.len());
            files.push(entry.file_name());
        }
    }
    if n_bytes > limits.max_bytes {
        let reason = tr!("it holds more than {} MB", limits.max_bytes / 1_000_000);
        return Err(refused(from, reason));
    }
    check_free_space(into, n_bytes)?;
    for name in files {
        let target = into.join(&name);
        fs::copy(from.join(&name), &target).map_err(|error| StoreError::from_io(&target, error))?;
    }
    Ok(())
}

/// The folder with the files of the model: the top, or the one folder that is there.
fn model_root(top: &Path, from: &Path) -> Result<PathBuf, StoreError> {
    let mut dir = top.to_owned();
    for _ in 0..=MAX_NESTING {
        let failed = |error| StoreError::from_io(&dir, error);
        let mut folders = Vec::new();
        let mut n_files = 0;
        for entry in fs::read_dir(&dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_type().map_err(failed)?.is_dir() {
                folders.push(entry.path());
            } else {
                n_files += 1;
            }
        }
        match folders.as_slice() {
            _ if n_files > 0 => return Ok(dir),
            [only] => dir.clone_from(only),
            [] => return Err(refused(from, "it holds no file")),
            _ => {
                return Err(refused(
                    from,
                    "it holds several folders; import one of them",
                ));
            }
        }
    }
    Err(refused(from, "the model lies in too many folders"))
}

/// The manifest of the files in a folder.
fn describe(
    root: &Path,
    from: &Path,
    options: &ImportOptions,
    name: &str,
    catalogue: &Catalogue,
) -> Result<Manifest, StoreError> {
    let mut manifest = if root.join(MANIFEST_FILE).is_file() {
        Manifest::read(root)?
    } else {
        let files = entries(root, from)?;
        match catalogue
            .models
            .iter()
            .find(|model| has_files(model, &files))
        {
            Some(model) => {
                let commit = match &model.source {
                    ModelSource::Hub { commit, .. } => commit.clone().unwrap_or_default(),
                    _ => String::new(),
                };
                model.manifest(commit, files)
            }
            None => {
                let language = options.language.as_deref().unwrap_or("und");
                let mut manifest = Manifest::new(
                    name.to_owned(),
                    name.to_owned(),
                    language.to_owned(),
                    "unknown".to_owned(),
                );
                manifest.files = files;
                manifest
            }
        }
    };
    if let Some(id) = &options.id {
        manifest.id.clone_from(id);
    }
    if let Some(language) = &options.language {
        manifest.language.clone_from(language);
    }
    Ok(manifest)
}

/// Whether these are files of a model of the catalogue, by their hashes.
fn has_files(model: &CatalogueModel, files: &[FileEntry]) -> bool {
    let ModelSource::Hub { files: known, .. } = &model.source else {
        return false;
    };
    files
        .iter()
        .filter(|file| matches!(file.role, FileRole::Encoder | FileRole::Ctc))
        .any(|file| {
            known
                .iter()
                .any(|known| known.role == file.role && known.sha256.as_ref() == Some(&file.sha256))
        })
}

/// The files of a folder that is laid out as the public archives are, hashed.
fn entries(root: &Path, from: &Path) -> Result<Vec<FileEntry>, StoreError> {
    let failed = |error| StoreError::from_io(root, error);
    let mut names = Vec::new();
    for entry in fs::read_dir(root).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_file() {
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort();
    let found = recognize(&names);
    if let Some(missing) = FileRole::missing_from(|role| found.contains_key(&role)) {
        let reason = format!(
            "it has no {missing}; a model is manifest.toml, or tokens.txt with either model.onnx or \
             an encoder, decoder and joiner"
        );
        return Err(refused(from, reason));
    }
    found
        .into_iter()
        .map(|(role, name)| {
            let path = root.join(&name);
            let failed = |error| StoreError::from_io(&path, error);
            Ok(FileEntry {
                role,
                size: fs::metadata(&path).map_err(failed)?.len(),
                sha256: verify::hash(&path).map_err(failed)?,
                path: name.into(),
            })
        })
        .collect()
}

/// An id made of the name of a file or folder.
fn id_from_name(from: &Path) -> String {
    let name = from
        .canonicalize()
        .ok()
        .and_then(|path| path.file_name().map(OsString::from))
        .unwrap_or_default();
    let name = name.to_string_lossy().to_lowercase();
    let name = [".tar.bz2", ".tar.gz", ".tbz2", ".tgz", ".tar"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(&name);
    let name = name.strip_prefix("sherpa-onnx-").unwrap_or(name);
    let id: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '-'
            }
        })
        .skip_while(|c| !c.is_ascii_alphanumeric())
        .take(90)
        .collect();
    if is_id(&id) {
        id
    } else {
        "imported".to_owned()
    }
}
