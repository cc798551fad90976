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
            Some(kept) => Ok((kept, true)),
            None => FileBytes::open(network.path)
                .map(|bytes| (bytes, false))
                .with_context(|| tr::tr!("{} cannot be read", network.name)),
        })
        .collect::<anyhow::Result<Vec<(FileBytes, bool)>>>()?;
    let file = |ix: usize| ModelFile {
        name: &networks[ix].name,
        bytes: bytes[ix].0.as_ref(),
        is_prepared: bytes[ix].1,
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

    /// Loads after `damage` was done to the one kept graph: the model works as before, and the
    /// graph has been made again as it was.
    #[track_caller]
    fn check_mended(damage: impl Fn(&Path, &[u8])) {
        let scene = Scene::new("zipformer2-ctc");
        let first = scene.load().unwrap();
        let kept = scene.kept();
        let (path, graph) = kept.first_key_value().unwrap();
        damage(path, graph);
        let second = scene.load().unwrap();
        assert_eq!(first.encoder().spec(), second.encoder().spec());
        assert!(kept == scene.kept());
    }

    fn replace_all(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let mut bytes = bytes.to_vec();
        let places: Vec<usize> = (0..bytes.len() - from.len())
            .filter(|at| bytes[*at..].starts_with(from))
            .collect();
        assert!(!places.is_empty());
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        bytes
    }

    #[test]
    fn a_truncated_graph_is_made_again() {
        for left in [0, 1, 20, 1000] {
            check_mended(|path, graph| fs::write(path, &graph[..left]).unwrap());
        }
        check_mended(|path, graph| fs::write(path, &graph[..graph.len() - 1]).unwrap());
        check_mended(|path, graph| fs::write(path, &graph[1..]).unwrap());
        // The end is as it should be.
        check_mended(|path, graph| {
            let middle = graph.len() / 2;
            fs::write(path, [&graph[..middle], &graph[middle + 64..]].concat()).unwrap();
        });
    }

    #[test]
    fn a_graph_with_flipped_bits_is_made_again() {
        for at in [0, 9, 17, 30, 5000] {
            check_mended(|path, graph| {
                let mut graph = graph.to_vec();
                graph[at] ^= 4;
                fs::write(path, graph).unwrap();
            });
        }
    }

    #[test]
    fn a_graph_of_another_inference_library_is_made_again() {
        check_mended(|path, graph| {
            fs::write(path, replace_all(graph, b"tract ", b"tracy ")).unwrap();
        });
    }

    #[test]
    fn a_graph_of_another_model_is_made_again() {
        let other = Scene::new("nemo-ctc");
        other.load().unwrap();
        let (_, foreign) = other.kept().pop_first().unwrap();
        check_mended(|path, _| fs::write(path, &foreign).unwrap());
    }

    #[test]
    fn a_cache_folder_that_cannot_be_written_is_no_obstacle() {
        let scene = Scene::new("zipformer2-ctc");
        fs::write(scene.cache_dir(), "a file in the place of the folder").unwrap();
        scene.load().unwrap();
        scene.load().unwrap();
    }

    #[test]
    fn a_model_file_cannot_pass_for_a_kept_graph() {
        let scene = Scene::new("zipformer2-ctc");
        scene.load().unwrap();
        let (_, graph) = scene.kept().pop_first().unwrap();
        fs::write(scene.root.path().join("model.onnx"), graph).unwrap();
        let message = format!("{:#}", scene.load().unwrap_err());
        assert!(message.contains("is not an ONNX model"), "{message}");
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
