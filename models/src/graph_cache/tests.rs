use std::{os::unix::fs::PermissionsExt as _, thread, time::SystemTime};

use super::*;

fn names(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A cache in a folder beside network files, which are empty.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
        }
    }

    fn dir(&self) -> PathBuf {
        self.root.path().join("cache/graphs")
    }

    fn cache(&self) -> GraphCache {
        GraphCache::at(&self.dir())
    }

    fn key(&self, file: &str, sha256: &str, made_by: &str) -> GraphKey {
        let file = self.root.path().join(file);
        fs::write(&file, "").unwrap();
        GraphKey::new(&file, sha256, made_by)
    }

    fn found(&self, key: &GraphKey) -> Option<Vec<u8>> {
        let bytes = self.cache().open(key)?;
        Some(bytes.as_ref().to_vec())
    }
}

#[test]
fn a_graph_is_found_by_file_content_and_maker() {
    let place = Place::new();
    let key = place.key("a.onnx", "1", "x");
    place.cache().keep(&key, &[b"graph"]);
    assert_eq!(place.found(&key).unwrap(), b"graph");
    for other in [
        place.key("b.onnx", "1", "x"),
        place.key("a.onnx", "2", "x"),
        place.key("a.onnx", "1", "y"),
    ] {
        assert!(place.found(&other).is_none());
    }
    place.cache().forget(&key);
    assert!(place.found(&key).is_none());
}

#[test]
fn a_graph_under_the_name_of_another_is_not_taken() {
    let place = Place::new();
    let key = place.key("a.onnx", "1", "x");
    place.cache().keep(&key, &[b"graph"]);
    let kept = place.dir().join(key.file_name());
    for other in [
        place.key("b.onnx", "1", "x"),
        place.key("a.onnx", "2", "x"),
        place.key("a.onnx", "1", "y"),
    ] {
        fs::copy(&kept, place.dir().join(other.file_name())).unwrap();
        assert!(place.found(&other).is_none());
    }
}

#[test]
fn a_cut_anywhere_is_no_graph() {
    let place = Place::new();
    let key = place.key("a.onnx", "1", "x");
    place.cache().keep(&key, &[b"graph"]);
    let path = place.dir().join(key.file_name());
    let whole = fs::read(&path).unwrap();
    let replace = |bytes: &[u8]| {
        let _ = fs::remove_file(&path);
        fs::write(&path, bytes).unwrap();
    };
    for cut in 0..whole.len() {
        replace(&whole[..cut]);
        assert!(place.found(&key).is_none(), "cut at {cut}");
        place.cache().sweep();
        replace(&whole[cut..]);
        place.cache().sweep();
    }
}

#[test]
fn a_newer_graph_takes_the_place_of_an_older() {
    let place = Place::new();
    let [other, old, new] = [
        place.key("b.onnx", "1", "x"),
        place.key("a.onnx", "1", "x"),
        place.key("a.onnx", "2", "x"),
    ];
    let cache = place.cache();
    cache.keep(&other, &[b"other"]);
    cache.keep(&old, &[b"old"]);
    cache.keep(&new, &[b"new"]);
    let mut expected = [other.file_name(), new.file_name()];
    expected.sort();
    assert_eq!(names(&place.dir()), expected);
}

#[test]
fn what_no_network_file_and_no_program_needs_goes_away() {
    let place = Place::new();
    let cache = place.cache();
    let [stays, gone] = [place.key("a.onnx", "1", "x"), place.key("b.onnx", "1", "x")];
    for key in [&stays, &gone] {
        cache.keep(key, &[b"graph"]);
    }
    let foreign = [".hidden", "notes.txt"];
    for name in foreign {
        fs::write(place.dir().join(name), "").unwrap();
    }
    // What a program left that was killed, and what another is writing now.
    let part = |number: u32| format!(".{}.1.{number}", stays.file_name());
    for number in 0..2 {
        fs::write(place.dir().join(part(number)), "gra").unwrap();
    }
    let old = File::options().write(true).open(place.dir().join(part(0)));
    let hours_ago = SystemTime::now() - 2 * OLDEST_PART;
    old.unwrap().set_modified(hours_ago).unwrap();
    fs::remove_file(&gone.file).unwrap();
    cache.sweep();
    let mut expected = vec![stays.file_name(), part(1)];
    expected.extend(foreign.map(str::to_owned));
    expected.sort();
    assert_eq!(names(&place.dir()), expected);
    GraphCache::at(&place.root.path().join("none")).sweep();
    GraphCache::disabled().sweep();
}

#[test]
fn graphs_are_for_the_eyes_of_their_user() {
    let place = Place::new();
    let key = place.key("a.onnx", "1", "x");
    place.cache().keep(&key, &[b"graph"]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.dir()), 0o700);
    assert_eq!(mode(&place.dir().join(key.file_name())), 0o400);
}

#[test]
fn graphs_written_and_read_at_once_are_whole() {
    let place = Place::new();
    let key = place.key("a.onnx", "1", "x");
    let graphs: Vec<Vec<u8>> = (0..4).map(|byte| vec![byte; 100_000]).collect();
    thread::scope(|scope| {
        for graph in &graphs {
            scope.spawn(|| {
                for _ in 0..20 {
                    place.cache().keep(&key, &[graph]);
                    let found = place.found(&key).unwrap();
                    assert!(graphs.contains(&found));
                }
            });
        }
    });
    assert_eq!(names(&place.dir()), [key.file_name()], "no part is left");
}

#[test]
fn a_cache_that_cannot_be_written_is_no_error() {
    let place = Place::new();
    let key = place.key("a.onnx", "1", "x");
    for cache in [
        GraphCache::at(&place.root.path().join("a.onnx/x")),
        GraphCache::at(Path::new("/proc/self/x")),
        GraphCache::disabled(),
    ] {
        cache.keep(&key, &[b"graph"]);
        assert!(cache.open(&key).is_none());
        cache.forget(&key);
    }
}

#[test]
fn a_folder_in_the_place_of_a_graph_is_no_error() {
    let place = Place::new();
    let key = place.key("a.onnx", "1", "x");
    fs::create_dir_all(place.dir().join(key.file_name())).unwrap();
    place.cache().keep(&key, &[b"graph"]);
    assert!(place.cache().open(&key).is_none());
    assert_eq!(names(&place.dir()), [key.file_name()], "no part is left");
}
