//! `sotto models`: what is installed on this computer, and what can be.

pub(crate) mod bench;
pub(crate) mod install;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::bail;
use serde_json::json;
use sotto_models::{
    Bundle, Catalogue, CatalogueModel, ErrorUnit, GraphCache, ImportOptions, LetterCase,
    LicenseKind, Manifest, ModelError, SearchPath, StampStore, Store,
};
use tr::tr;

use crate::{
    cli::{ModelsImportArgs, ModelsListArgs},
    daemon::{Config, Files, set_setting},
    notice,
};

/// Prints id, language, license, name and directory of each installed model, tab-separated; with
/// `--all` then each that can be installed.
pub(crate) fn list(args: &ModelsListArgs) -> anyhow::Result<bool> {
    let mut out = io::stdout().lock();
    let search = SearchPath::from_environment();
    let installed: Vec<_> = search.installed().collect();
    for (dir, manifest) in &installed {
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}",
            manifest.id,
            manifest.all_languages().join(","),
            manifest.license,
            manifest.name,
            dir.display()
        )?;
    }
    if !args.all {
        return Ok(true);
    }
    let catalogue = catalogue();
    let is_there = |id: &str| installed.iter().any(|(_, manifest)| manifest.id == id);
    writeln!(out)?;
    for model in catalogue.models.iter().filter(|model| !is_there(&model.id)) {
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}",
            model.id,
            model.languages.join(","),
            license(model),
            model.name,
            size(model),
            writes(model),
            error_rates(model)
        )?;
    }
    Ok(true)
}

/// The catalogue; what is wrong with it is told.
fn catalogue() -> Catalogue {
    let catalogue = Catalogue::from_environment();
    for problem in &catalogue.problems {
        notice::say(problem);
    }
    catalogue
}

fn license(model: &CatalogueModel) -> String {
    let name = &model.license.name;
    match model.license.kind {
        LicenseKind::Free => name.clone(),
        LicenseKind::NonFree => tr!("{} (not free)", name),
        LicenseKind::Unclear => tr!("{} (unclear)", name),
    }
}

fn size(model: &CatalogueModel) -> String {
    match model.download_bytes() {
        Some(bytes) => tr!("{} MB", bytes.div_ceil(1_000_000)),
        None => tr!("size known to the hub"),
    }
}

fn writes(model: &CatalogueModel) -> String {
    match (model.writes.case, model.writes.punctuation) {
        (LetterCase::Cased, true) => tr!("capitals and marks"),
        (LetterCase::Cased, false) => tr!("capitals, no marks"),
        (LetterCase::Upper, _) => tr!("capital letters only, no marks"),
        (LetterCase::Lower, _) => tr!("small letters only, no marks"),
        (LetterCase::None, true) => tr!("marks"),
        (LetterCase::None, false) => tr!("no marks"),
    }
}

fn error_rates(model: &CatalogueModel) -> String {
    if model.error_rates.is_empty() {
        return tr!("no error rate published");
    }
    let rates: Vec<_> = model
        .error_rates
        .iter()
        .map(|rate| match rate.unit {
            ErrorUnit::Words => tr!("{} % of words ({})", rate.percent, rate.set),
            ErrorUnit::Characters => tr!("{} % of characters ({})", rate.percent, rate.set),
        })
        .collect();
    format!("{} [{}]", rates.join("; "), model.error_rates_source)
}

/// An installed model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Installed {
    pub(crate) dir: PathBuf,
    pub(crate) manifest: Manifest,
    /// Whether dictation uses it.
    pub(crate) is_in_use: bool,
    /// Whether it is the user's own.
    pub(crate) is_removable: bool,
}

/// The installed models, each id once: the one that is found first is the one that is used.
pub(crate) fn installed(search: &SearchPath, store: &Path, in_use: &str) -> Vec<Installed> {
    let used_dir = search.find(in_use).ok();
    let mut all: Vec<Installed> = Vec::new();
    for (dir, manifest) in search.installed() {
        if all.iter().any(|known| known.manifest.id == manifest.id) {
            continue;
        }
        all.push(Installed {
            is_in_use: used_dir.as_ref() == Some(&dir),
            is_removable: dir.parent() == Some(store),
            dir,
            manifest,
        });
    }
    all
}

/// Writes to the settings that dictation uses a model, if it is installed and whole.
pub(crate) fn use_in(config: &Path, id: &str) -> anyhow::Result<()> {
    let dir = SearchPath::from_environment().find(id)?;
    Bundle::open(&dir, &StampStore::in_user_cache())?;
    set_setting(config, "model.id", Some(&json!(id)))?;
    Ok(())
}

/// Deletes a model of the user's own, if dictation does not use it.
pub(crate) fn remove_unused(config: &Path, id: &str) -> anyhow::Result<()> {
    let store = Store::of_user()?;
    let in_use = Config::read(config).unwrap_or_default().model.id;
    let search = SearchPath::from_environment();
    let all = installed(&search, store.dir(), &in_use);
    let Some(found) = all.iter().find(|model| model.manifest.id == id) else {
        return Err(ModelError::NotFound {
            wanted: id.to_owned(),
            searched: vec![store.dir().to_owned()],
        }
        .into());
    };
    if found.is_in_use {
        bail!(StillInUse(id.to_owned()));
    }
    if !found.is_removable {
        bail!(tr!(
            "{} belongs to the system: remove it as it was installed",
            found.dir.display()
        ));
    }
    let name = found.dir.file_name().unwrap_or_default();
    store.remove(&name.to_string_lossy())?;
    GraphCache::in_user_cache().sweep();
    Ok(())
}

/// Why a model is not deleted.
#[derive(Debug, thiserror::Error)]
#[error("{}", tr!("dictation uses \"{}\": choose another model first", .0))]
pub(crate) struct StillInUse(String);

/// `sotto models remove`.
pub(crate) fn remove(id: &str) -> anyhow::Result<bool> {
    remove_unused(&Files::from_environment()?.config, id)?;
    notice::say(tr!("\"{}\" is deleted", id));
    Ok(true)
}

/// `sotto models use`.
pub(crate) fn use_model(id: &str) -> anyhow::Result<bool> {
    let files = Files::from_environment()?;
    use_in(&files.config, id)?;
    notice::say(tr!("dictation uses \"{}\" from now on", id));
    Ok(true)
}

/// `sotto models import`.
pub(crate) fn import(args: &ModelsImportArgs) -> anyhow::Result<bool> {
    let options = ImportOptions {
        id: args.id.clone(),
        language: args.language.clone(),
        ..ImportOptions::default()
    };
    let manifest = Store::of_user()?.import(&args.path, &options, &catalogue())?;
    notice::say(tr!(
        "\"{}\" is installed; \"sotto models use {}\" dictates with it",
        manifest.name,
        manifest.id
    ));
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_listed_once_with_what_may_be_done_with_it() {
        let root = tempfile::tempdir().unwrap();
        let [own, system] = ["own", "system"].map(|name| root.path().join(name));
        for (dir, id) in [(&own, "a"), (&system, "a"), (&system, "b")] {
            let mut manifest = Manifest::new(
                id.to_owned(),
                id.to_uppercase(),
                "en".to_owned(),
                "MIT".to_owned(),
            );
            for (role, path) in [
                (sotto_models::FileRole::Ctc, "m"),
                (sotto_models::FileRole::Tokens, "t"),
            ] {
                manifest.files.push(sotto_models::FileEntry {
                    role,
                    path: path.into(),
                    size: 1,
                    sha256: "0".repeat(64),
                });
            }
            std::fs::create_dir_all(dir.join(id)).unwrap();
            let path = dir.join(id).join(sotto_models::MANIFEST_FILE);
            std::fs::write(path, manifest.to_string()).unwrap();
        }
        let search = SearchPath::new(vec![own.clone(), system.clone()]);
        let all = installed(&search, &own, "b");
        let shown: Vec<_> = all
            .iter()
            .map(|model| (model.dir.clone(), model.is_in_use, model.is_removable))
            .collect();
        assert_eq!(
            shown,
            [
                (own.join("a"), false, true),
                (system.join("b"), true, false)
            ]
        );
    }

    #[test]
    fn every_model_of_the_catalogue_can_be_described() {
        for model in &Catalogue::built_in().models {
            assert!(!license(model).is_empty() && !size(model).is_empty());
            assert!(!writes(model).is_empty() && !error_rates(model).is_empty());
        }
    }
}
