//! Lists of models, manifests and archives, as they come from the network.

use std::fs;
use std::path::Path;

use sotto_models::{ArchiveLimits, Catalogue, Manifest, ModelSource, unpack};
use tempfile::TempDir;

/// Any bytes are a catalogue, perhaps with problems: every model in it can be downloaded safely.
///
/// # Panics
///
/// Where that does not hold.
pub fn catalogue(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let catalogue = Catalogue::parse(text, Path::new("catalogue.toml"));
    for problem in &catalogue.problems {
        assert!(!problem.to_string().contains('\n'));
    }
    for model in &catalogue.models {
        let _ = model.download_bytes();
        match &model.source {
            ModelSource::BuiltIn => {}
            ModelSource::Archive { url, .. } => assert!(!url.is_plain() || url.is_loopback()),
            ModelSource::Hub {
                repository, files, ..
            } => {
                assert!(!repository.is_plain() || repository.is_loopback());
                for file in files {
                    assert_eq!(file.name().components().count(), 1);
                }
            }
        }
    }
}

/// Any bytes are a manifest or an error; a manifest is written and read back as it was.
///
/// # Panics
///
/// Where that does not hold.
pub fn manifest(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let path = Path::new("manifest.toml");
    let Ok(manifest) = Manifest::parse(text, path) else {
        return;
    };
    let _ = (manifest.all_languages(), manifest.size_bytes());
    let again = Manifest::parse(&manifest.to_string(), path).expect("it was a manifest before");
    assert_eq!(again, manifest);
}

/// Any bytes are an archive that unpacks below its folder, or an error; nothing lands beside it.
///
/// # Panics
///
/// Where that does not hold.
pub fn archive(bytes: &[u8]) {
    thread_local! {
        /// One folder for all inputs of a thread: making it takes longer than to refuse an archive.
        static ROOT: TempDir = tempfile::tempdir().expect("there is a temporary folder");
    }
    ROOT.with(|root| archive_below(root.path(), bytes));
}

/// Unpacks below `root`, which is empty or as the last call left it.
fn archive_below(root: &Path, bytes: &[u8]) {
    let archive = root.join("a");
    let into = root.join("b/c");
    fs::write(&archive, bytes).expect("the folder is writable");
    if !into.exists() {
        fs::create_dir_all(&into).expect("the folder is writable");
    }
    let limits = ArchiveLimits {
        max_entries: 100,
        max_bytes: 1 << 20,
    };
    let unpacked = unpack(&archive, &into, limits);
    let count = |path: &Path| fs::read_dir(path).expect("the folder is there").count();
    assert_eq!(count(root), 2);
    assert_eq!(count(&root.join("b")), 1);
    let n_unpacked = count(&into);
    assert!(unpacked.is_err() || n_unpacked > 0);
    if n_unpacked > 0 {
        fs::remove_dir_all(&into).expect("the folder is writable");
    }
}
