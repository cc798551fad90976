//! The networks of a bundle: from the graphs that an earlier load kept, else from their files.
//!
//! A kept graph that cannot be used is made again without a word: it is a copy of what the files
//! say, and nobody but this program reads it.

use std::{error::Error, path::Path, sync::Arc};

use anyhow::Context;
use sotto_core::{
    model::{
        LoadOptions, Model, ModelBytes, ModelFile, ModelFiles, PreparedGraph, SharedBytes,
        prepared_format,
    },
    punctuate::{Punctuator, PunctuatorError, PunctuatorFiles},
};
use sotto_models::{Bundle, FileBytes, FileRole, GraphCache, GraphKey, ModelError, StampStore};

use super::{read, read_optional};

/// One network of a bundle.
struct Network<'a> {
    path: &'a Path,
    /// The path for messages.
    name: String,
    /// Absent if the file's content cannot be told, and then nothing is kept.
    key: Option<GraphKey>,
}

impl<'a> Network<'a> {
    /// `made_by` says what the graph depends on besides its file.
    fn of(
        bundle: &'a Bundle,
        role: FileRole,
        made_by: &str,
        stamps: &StampStore,
    ) -> Result<Self, ModelError> {
        let path = bundle
            .file(role)
            .ok_or_else(|| ModelError::FileMissing(bundle.dir().join(role.to_string())))?;
        let sha256 = bundle.sha256(role, stamps);
        Ok(Self {
            path,
            name: path.display().to_string(),
            key: sha256.map(|sha256| GraphKey::new(path, &sha256, made_by)),
        })
    }
}

/// Loads the networks that hear.
pub(super) fn acoustic(
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
        .map(|role| Network::of(bundle, *role, &made_by, stamps))
        .collect::<Result<Vec<_>, ModelError>>()?;
    load(&networks, cache, |files| {
        let files = match *files {
            [encoder, predictor, joiner] => ModelFiles::Transducer {
                encoder,
                predictor,
                joiner,
            },
            _ => ModelFiles::Ctc { model: files[0] },
        };
        Model::load_and_prepare(&files, options)
    })
}

/// Loads the network that punctuates, if the bundle has one.
pub(super) fn punctuator(
    bundle: &Bundle,
    cache: &GraphCache,
    stamps: &StampStore,
) -> anyhow::Result<Option<Punctuator>> {
    if bundle.file(FileRole::Punctuation).is_none() {
        return Ok(None);
    }
    let network = Network::of(bundle, FileRole::Punctuation, &prepared_format(), stamps)?;
    let pieces = read(bundle, FileRole::PunctuationPieces)?;
    let mixed_case = read_optional(bundle, FileRole::MixedCase)?;
    let punctuator = load(&[network], cache, |files| {
        let files = PunctuatorFiles {
            graph: files[0],
            pieces: (&pieces.name, pieces.bytes.as_ref()),
            mixed_case: mixed_case.as_ref().map_or(&[], |file| file.bytes.as_ref()),
        };
        let (punctuator, prepared) = Punctuator::load_and_prepare(files)?;
        Ok::<_, PunctuatorError>((punctuator, prepared.into_iter().collect()))
    })?;
    Ok(Some(punctuator))
}

/// Loads something from what was kept of its networks; if that cannot be used, from their files.
/// What the loading prepared is kept.
fn load<T, E: Error + Send + Sync + 'static>(
    networks: &[Network<'_>],
    cache: &GraphCache,
    from_files: impl Fn(&[ModelFile<'_>]) -> Result<(T, Vec<PreparedGraph>), E>,
) -> anyhow::Result<T> {
    let kept: Vec<Option<FileBytes>> = networks
        .iter()
        .map(|network| cache.open(network.key.as_ref()?))
        .collect();
    if kept.iter().any(Option::is_some) {
        if let Ok((loaded, prepared)) = from_bytes(networks, kept, &from_files)? {
            keep(cache, networks, &prepared);
            return Ok(loaded);
        }
        for key in networks.iter().filter_map(|network| network.key.as_ref()) {
            cache.forget(key);
        }
    }
    let nothing = networks.iter().map(|_| None).collect();
    let (loaded, prepared) = from_bytes(networks, nothing, &from_files)??;
    keep(cache, networks, &prepared);
    Ok(loaded)
}

/// Takes each network from what was kept of it, else from its file.
///
/// The outer error is a file that cannot be read.
fn from_bytes<T>(
    networks: &[Network<'_>],
    kept: Vec<Option<FileBytes>>,
    load: impl Fn(&[ModelFile<'_>]) -> T,
) -> anyhow::Result<T> {
    let contents = networks
        .iter()
        .zip(kept)
        .map(|(network, kept)| match kept {
            Some(kept) => Ok(Content::Kept(Arc::new(kept))),
            None => FileBytes::open(network.path)
                .map(Content::Onnx)
                .with_context(|| tr::tr!("{} cannot be read", network.name)),
        })
        .collect::<anyhow::Result<Vec<Content>>>()?;
    let files: Vec<ModelFile<'_>> = networks
        .iter()
        .zip(&contents)
        .map(|(network, content)| ModelFile {
            name: &network.name,
            bytes: match content {
                Content::Onnx(bytes) => ModelBytes::Onnx(bytes.as_ref()),
                Content::Kept(bytes) => ModelBytes::Prepared(bytes),
            },
        })
        .collect();
    Ok(load(&files))
}

/// What a network is read from.
enum Content {
    Onnx(FileBytes),
    Kept(SharedBytes),
}

fn keep(cache: &GraphCache, networks: &[Network<'_>], prepared: &[PreparedGraph]) {
    for graph in prepared {
        let network = networks.iter().find(|network| network.name == graph.file);
        if let Some(key) = network.and_then(|network| network.key.as_ref()) {
            cache.keep(key, &graph.parts());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

    use sotto_core::{encoder::EncoderFrames, punctuate::Following};

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
            acoustic(&bundle, &LoadOptions::default(), &cache, &stamps)
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

    /// Puts a file in the place of another, as programs do that leave a mapped file alone.
    fn replace(path: &Path, bytes: impl AsRef<[u8]>) {
        fs::remove_file(path).unwrap();
        fs::write(path, bytes).unwrap();
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
            check_mended(|path, graph| replace(path, &graph[..left]));
        }
        check_mended(|path, graph| replace(path, &graph[..graph.len() - 1]));
        check_mended(|path, graph| replace(path, &graph[1..]));
        // The end is as it should be.
        check_mended(|path, graph| {
            let middle = graph.len() / 2;
            replace(path, [&graph[..middle], &graph[middle + 64..]].concat());
        });
    }

    #[test]
    fn a_graph_with_flipped_bits_is_made_again() {
        for at in [0, 9, 17, 30, 5000] {
            check_mended(|path, graph| {
                let mut graph = graph.to_vec();
                graph[at] ^= 4;
                replace(path, graph);
            });
        }
    }

    #[test]
    fn a_graph_of_another_inference_library_is_made_again() {
        check_mended(|path, graph| {
            replace(path, replace_all(graph, b"tract ", b"tracy "));
        });
    }

    #[test]
    fn a_graph_of_another_model_is_made_again() {
        let other = Scene::new("nemo-ctc");
        other.load().unwrap();
        let (_, foreign) = other.kept().pop_first().unwrap();
        check_mended(|path, _| replace(path, &foreign));
    }

    fn first_rows(model: &Model) -> Vec<f32> {
        let encoder = model.encoder();
        let spec = encoder.spec();
        let features = vec![0.5; spec.window_frames * spec.features.bins()];
        let mut state = encoder.start().unwrap();
        let mut frames = EncoderFrames::default();
        encoder.step(&mut state, &features, &mut frames).unwrap();
        frames.rows().flatten().copied().collect()
    }

    #[test]
    fn a_loaded_model_outlives_its_kept_graph() {
        let scene = Scene::new("zipformer2-ctc");
        let first = first_rows(&scene.load().unwrap());
        let model = scene.load().unwrap();
        assert!(first_rows(&model) == first);
        let (path, _) = scene.kept().pop_first().unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o222, 0, "nobody cuts it short by mistake");
        replace(&path, "another file in its place");
        assert!(first_rows(&model) == first);
        fs::remove_file(path).unwrap();
        assert!(first_rows(&model) == first);
    }

    #[test]
    fn the_network_that_punctuates_is_kept_too() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter/en");
        let cache_dir = tempfile::tempdir().unwrap();
        let kept = || -> Vec<PathBuf> {
            let entries = fs::read_dir(cache_dir.path()).unwrap();
            entries.map(|entry| entry.unwrap().path()).collect()
        };
        let load = || {
            let stamps = StampStore::disabled();
            let bundle = Bundle::open(&dir, &stamps).unwrap();
            punctuator(&bundle, &GraphCache::at(cache_dir.path()), &stamps)
                .unwrap()
                .unwrap()
        };
        let chosen = |punctuator: &Punctuator| {
            let words = ["please", "send", "the", "report", "by", "friday"];
            punctuator.apply(&words, Following::End).unwrap()
        };
        let first = chosen(&load());
        let [path] = &kept()[..] else {
            panic!("one graph is kept");
        };
        let graph = fs::read(path).unwrap();
        assert_eq!(chosen(&load()), first);
        for damaged in [&graph[..graph.len() / 2], &graph[1..]] {
            replace(path, damaged);
            assert_eq!(chosen(&load()), first);
            assert!(fs::read(path).unwrap() == graph);
        }
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
