use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use sotto_core::{encoder::EncoderFrames, punctuate::Following};

use super::*;

/// A directory with a model of the fixtures, and a cache.
struct Scene {
    root: tempfile::TempDir,
}

impl Scene {
    fn new(model: &str) -> Self {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/graphs");
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
