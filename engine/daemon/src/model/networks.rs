//! The networks of a bundle: from the graphs that an earlier load kept, else from their files.
//!
//! A kept graph that cannot be used is made again without a word: it is a copy of what the files
//! say, and nobody but this program reads it.

use std::path::Path;

use anyhow::Context;
use sotto_core::model::{
    LoadError, LoadOptions, Model, ModelFile, ModelFiles, PreparedGraph, prepared_format,
};
use sotto_models::{Bundle, FileBytes, FileRole, GraphCache, GraphKey, ModelError, StampStore};

/// One network of a bundle.
struct Network<'a> {
    path: &'a Path,
    /// The path for messages.
    name: String,
    /// Absent if the file's content cannot be told, and then nothing is kept.
    key: Option<GraphKey>,
}

/// Loads them.
pub(super) fn load(
    bundle: &Bundle,
    options: &LoadOptions,
    cache: &GraphCache,
    stamps: &StampStore,
) -> anyhow::Result<Model> {
    let roles: &[FileRole] = if bundle.file(FileRole::Ctc).is_some() {
        &[FileRole::Ctc]
    } else {
        &[FileRole::Encoder, FileRole::Predictor, FileRole::Joiner]
    };
    let made_by = format!("{}, {:?}", prepared_format(), options.language);
    let networks = roles
        .iter()
        .map(|role| {
            let path = bundle
                .file(*role)
                .ok_or_else(|| ModelError::FileMissing(bundle.dir().join(role.to_string())))?;
            let sha256 = bundle.sha256(*role, stamps);
            Ok(Network {
                path,
                name: path.display().to_string(),
                key: sha256.map(|sha256| GraphKey::new(path, &sha256, &made_by)),
            })
        })
        .collect::<Result<Vec<_>, ModelError>>()?;
    let kept: Vec<Option<FileBytes>> = networks
        .iter()
        .map(|network| cache.open(network.key.as_ref()?))
        .collect();
    if kept.iter().any(Option::is_some) {
        if let Ok((model, prepared)) = from_bytes(&networks, kept, options)? {
            keep(cache, &networks, &prepared);
            return Ok(model);
        }
        for key in networks.iter().filter_map(|network| network.key.as_ref()) {
            cache.forget(key);
        }
    }
    let nothing = networks.iter().map(|_| None).collect();
    let (model, prepared) = from_bytes(&networks, nothing, options)??;
    keep(cache, &networks, &prepared);
    Ok(model)
}

/// Loads each network from what was kept of it, else from its file.
///
/// The outer error is a file that cannot be read.
fn from_bytes(
    networks: &[Network<'_>],
    kept: Vec<Option<FileBytes>>,
    options: &LoadOptions,
) -> anyhow::Result<Result<(Model, Vec<PreparedGraph>), LoadError>> {
    let bytes = networks
        .iter()
        .zip(kept)
        .map(|(network, kept)| match kept {
            Some(kept) => Ok(kept),
            None => FileBytes::open(network.path)
                .with_context(|| tr::tr!("{} cannot be read", network.name)),
        })
        .collect::<anyhow::Result<Vec<FileBytes>>>()?;
    let file = |ix: usize| ModelFile {
        name: &networks[ix].name,
        bytes: bytes[ix].as_ref(),
    };
    let files = match networks.len() {
        1 => ModelFiles::Ctc { model: file(0) },
        _ => ModelFiles::Transducer {
            encoder: file(0),
            predictor: file(1),
            joiner: file(2),
        },
    };
    Ok(Model::load_and_prepare(&files, options))
}

fn keep(cache: &GraphCache, networks: &[Network<'_>], prepared: &[PreparedGraph]) {
    for graph in prepared {
        let network = networks.iter().find(|network| network.name == graph.file);
        if let Some(key) = network.and_then(|network| network.key.as_ref()) {
            cache.keep(key, &graph.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, path::PathBuf};

    use super::*;

    /// A directory with a model of the fixtures, and a cache.
    struct Scene {
        root: tempfile::TempDir,
    }

    impl Scene {
        fn new(model: &str) -> Self {
            let fixtures =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/graphs");
            let root = tempfile::tempdir().unwrap();
            for entry in fs::read_dir(fixtures.join(model)).unwrap() {
                let entry = entry.unwrap();
                fs::copy(entry.path(), root.path().join(entry.file_name())).unwrap();
            }
            fs::write(root.path().join("tokens.txt"), "a 0\n").unwrap();
            Self { root }
        }

        fn cache_dir(&self) -> PathBuf {
            self.root.path().join("cache")
        }

        fn load(&self) -> anyhow::Result<Model> {
            let stamps = StampStore::disabled();
            let bundle = Bundle::open(self.root.path(), &stamps)?;
            let cache = GraphCache::at(&self.cache_dir());
            load(&bundle, &LoadOptions::default(), &cache, &stamps)
        }

        fn kept(&self) -> BTreeMap<PathBuf, Vec<u8>> {
            let entries = fs::read_dir(self.cache_dir()).unwrap();
            let entries = entries.map(|entry| entry.unwrap().path());
            entries
                .map(|path| (path.clone(), fs::read(path).unwrap()))
                .collect()
        }
    }

    #[test]
    fn a_second_load_uses_what_the_first_one_kept() {
        let scene = Scene::new("zipformer2");
        let first = scene.load().unwrap();
        let kept = scene.kept();
        assert_eq!(kept.len(), 3, "one graph for each network");
        let times = |kept: &BTreeMap<PathBuf, Vec<u8>>| -> Vec<_> {
            kept.keys()
                .map(|path| fs::metadata(path).unwrap().modified().unwrap())
                .collect()
        };
        let before = times(&kept);
        let second = scene.load().unwrap();
        assert_eq!(first.encoder().spec(), second.encoder().spec());
        assert_eq!(kept, scene.kept());
        assert_eq!(before, times(&kept), "nothing was made again");
    }

    #[test]
    fn damaged_and_foreign_graphs_are_made_again() {
        let scene = Scene::new("zipformer2-ctc");
        scene.load().unwrap();
        let kept = scene.kept();
        let (path, graph) = kept.first_key_value().unwrap();
        let mut damaged = graph.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        let older = [&graph[..8], &[0], &graph[9..]].concat();
        for content in [&damaged[..], &older, &graph[..graph.len() / 2], b"", b"x"] {
            fs::write(path, content).unwrap();
            scene.load().unwrap();
            assert!(kept == scene.kept(), "{} bytes", content.len());
        }
    }

    #[test]
    fn another_file_has_another_graph() {
        let scene = Scene::new("zipformer2-ctc");
        scene.load().unwrap();
        let before = scene.kept();
        // A field of its own at the end changes the file and not the model.
        let path = scene.root.path().join("model.onnx");
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend([0xa2, 0x06, 0]);
        fs::write(&path, &bytes).unwrap();
        scene.load().unwrap();
        let after = scene.kept();
        assert_eq!(after.len(), 1);
        assert_ne!(before.keys().next(), after.keys().next());
        bytes.truncate(bytes.len() / 2);
        fs::write(&path, &bytes).unwrap();
        assert!(
            scene.load().is_err(),
            "no graph hides that the file is damaged"
        );
    }
}
