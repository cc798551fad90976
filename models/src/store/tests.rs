//! Archives of every hostile kind, and installations that are cut off.
//!
//! Longer than 400 lines because every way to install, from good archives to hostile ones, is a case of one table.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use tar::{Builder, EntryType, Header};

use super::*;
use crate::{Bundle, Catalogue, FileEntry, FileRole, Manifest, StampStore, verify};

struct Home {
    root: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn store(&self) -> Store {
        Store::at(self.path("models"))
    }

    fn import(&self, from: &Path) -> Result<Manifest, String> {
        self.import_with(from, &ImportOptions::default())
    }

    fn import_with(&self, from: &Path, options: &ImportOptions) -> Result<Manifest, String> {
        self.store()
            .import(from, options, &Catalogue::built_in())
            .map_err(|error| error.to_string())
    }

    /// Names in the folder of models and, behind a slash, in the folder of unfinished work.
    fn installed(&self) -> Vec<String> {
        let names = |dir: PathBuf| {
            let entries = fs::read_dir(dir).into_iter().flatten();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap())
        };
        let unfinished = names(self.path("models/.staging"));
        let mut all: Vec<_> = names(self.path("models"))
            .filter(|name| name != STAGING_DIR)
            .chain(
                unfinished
                    .filter(|name| !name.ends_with(".lock"))
                    .map(|name| format!("/{name}")),
            )
            .collect();
        all.sort();
        all
    }

    #[track_caller]
    fn check_refused(&self, from: &Path, expected: &str) {
        let message = self.import(from).unwrap_err();
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains('\n'), "{message}");
        assert_eq!(self.installed(), Vec::<String>::new(), "half installed");
    }
}

fn tar_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// One entry whose name the library would not write.
fn tar_with(name: &str, kind: EntryType, link: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_gnu_mut().unwrap().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    let mut builder = Builder::new(tar_of(MODEL)[..].to_vec());
    // Without the two empty blocks at its end, the archive goes on.
    let length = builder.get_ref().len();
    builder.get_mut().truncate(length - 1024);
    builder.append(&header, bytes).unwrap();
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const MODEL: &[(&str, &[u8])] = &[
    ("sherpa-onnx-m/model.int8.onnx", b"graph"),
    ("sherpa-onnx-m/tokens.txt", b"a 0\n"),
    ("sherpa-onnx-m/README.md", b"read me"),
    ("sherpa-onnx-m/test_wavs/0.wav", b"RIFF"),
];

#[test]
fn archives_of_each_kind_are_installed_with_a_manifest() {
    let tar = tar_of(MODEL);
    for (name, bytes) in [
        ("a.tar", tar.clone()),
        ("a.tar.gz", gzip(&tar)),
        ("a.tar.bz2", bzip2(&tar)),
    ] {
        let home = Home::new();
        let archive = home.path(name);
        fs::write(&archive, bytes).unwrap();
        let manifest = home.import(&archive).unwrap();
        assert_eq!(
            (manifest.id.as_str(), manifest.language.as_str()),
            ("a", "und")
        );
        assert_eq!(home.installed(), ["a"]);
        let dir = home.path("models/a");
        let bundle = Bundle::open(&dir, &StampStore::disabled()).unwrap();
        assert_eq!(bundle.manifest(), Some(&manifest));
        assert!(dir.join("README.md").is_file());
        assert!(!dir.join("test_wavs").exists());
        let message = home.import(&archive).unwrap_err();
        assert!(message.contains("is installed already"), "{message}");
        home.store().remove("a").unwrap();
        assert_eq!(home.installed(), Vec::<String>::new());
        home.store().remove("a").unwrap_err();
    }
}

#[test]
fn a_folder_is_imported_and_stays_as_it_is() {
    let home = Home::new();
    let from = home.path("My Model");
    fs::create_dir_all(from.join("deeper")).unwrap();
    fs::write(from.join("model.onnx"), "graph").unwrap();
    fs::write(from.join("tokens.txt"), "a 0").unwrap();
    let options = ImportOptions {
        language: Some("de".to_owned()),
        ..ImportOptions::default()
    };
    let manifest = home.import_with(&from, &options).unwrap();
    assert_eq!(manifest.id, "my-model");
    assert_eq!(manifest.language, "de");
    assert!(from.join("model.onnx").is_file());
    let options = ImportOptions {
        id: Some("../x".to_owned()),
        ..options
    };
    let message = home.import_with(&from, &options).unwrap_err();
    assert!(message.contains("is not an id"), "{message}");

    // Its own manifest is believed, and checked.
    let installed = home.path("models/my-model");
    let copy = home.path("copy");
    fs::create_dir(&copy).unwrap();
    for name in ["manifest.toml", "model.onnx", "tokens.txt"] {
        fs::copy(installed.join(name), copy.join(name)).unwrap();
    }
    home.store().remove("my-model").unwrap();
    fs::write(copy.join("model.onnx"), "grapf").unwrap();
    home.check_refused(&copy, "model.onnx is damaged");
    fs::write(copy.join("model.onnx"), "graph").unwrap();
    assert_eq!(home.import(&copy).unwrap(), manifest);

    symlink("/etc/passwd", from.join("bpe.vocab")).unwrap();
    let message = home.import(&from).unwrap_err();
    assert!(
        message.contains("\"bpe.vocab\" in it is a link"),
        "{message}"
    );
}

#[test]
fn hostile_archives_are_refused() {
    use EntryType::{Block, Char, Fifo, GNUSparse, Link, Regular, Symlink};
    let home = Home::new();
    let archive = home.path("a.tar");
    let check = |bytes: &[u8], expected: &str| {
        fs::write(&archive, bytes).unwrap();
        home.check_refused(&archive, expected);
    };
    let outside = "leads out of it";
    check(&tar_with("../evil", Regular, "", b"x"), outside);
    check(
        &tar_with("sherpa-onnx-m/../../evil", Regular, "", b"x"),
        outside,
    );
    check(&tar_with("/tmp/evil", Regular, "", b"x"), outside);
    check(&tar_with("..", EntryType::Directory, "", b""), outside);
    check(&tar_with("a\nb", Regular, "", b"x"), "is not a name");
    check(
        &tar_with("l", Symlink, "/etc/passwd", b""),
        "\"l\" in it is a link",
    );
    check(
        &tar_with("l", Link, "sherpa-onnx-m/tokens.txt", b""),
        "is a link",
    );
    for kind in [Block, Char, Fifo, GNUSparse] {
        check(&tar_with("d", kind, "", b""), "neither a file nor a folder");
    }
    check(
        &tar_with("sherpa-onnx-m/tokens.txt", Regular, "", b"x"),
        "in it twice",
    );
    check(
        &tar_with("sherpa-onnx-m/tokens.txt/x", Regular, "", b"x"),
        "the same name",
    );
    check(
        &tar_with("a/a/a/a/a/a/a/a/a", Regular, "", b"x"),
        "too deep",
    );
    check(
        &tar_with("x", EntryType::XHeader, "", b"21 path=../../evil2\n"),
        "malformed",
    );
    let mut named = tar_with("x", EntryType::XHeader, "", b"22 path=../../../evil\n");
    named.truncate(named.len() - 1024);
    named.extend(tar_of(&[("harmless", b"x")]));
    check(&named, outside);
    check(
        &tar_with("x", EntryType::XHeader, "", b"19 linkpath=/etc/x\n"),
        "holds a link",
    );
    check(
        &tar_with("x", EntryType::XHeader, "", b"14 size=99999\n"),
        "too large",
    );
    let long = vec![b'a'; 70_000];
    check(
        &tar_with("x", EntryType::GNULongName, "", &long),
        "too long",
    );
    check(&tar_with("x", EntryType::XHeader, "", &long), "too long");
    check(&tar_of(&[]), "is not a tar");
    check(&gzip(&tar_of(&[])), "holds no file");
    check(b"", "is not a tar");
    check(b"PK\x03\x04zip", "is a zip archive");
    check(&gzip(b"no archive at all"), "damaged or cut off");
    check(&tar_of(&[("m/tokens.txt", b"a 0")]), "it has no encoder");
    check(
        &tar_of(&[("a/tokens.txt", b"a"), ("b/model.onnx", b"a")]),
        "several folders",
    );
    let nested = [
        ("a/b/c/d/tokens.txt", &b"a"[..]),
        ("a/b/c/d/model.onnx", b"a"),
    ];
    check(&tar_of(&nested), "too many folders");
    assert!(!home.path("evil").exists() && !home.path("models/evil").exists());
    home.check_refused(&home.path("none"), "none");
}

#[test]
fn folders_around_a_model_are_no_obstacle() {
    let home = Home::new();
    let archive = home.path("a.tar");
    let nested = [("x/y/tokens.txt", &b"a"[..]), ("x/y/model.onnx", b"a")];
    fs::write(&archive, tar_of(&nested)).unwrap();
    home.import(&archive).unwrap();
    assert!(home.path("models/a/tokens.txt").is_file());
}

#[test]
fn long_names_of_both_kinds_are_read() {
    let home = Home::new();
    let folder = "f".repeat(120);
    let tokens = format!("{folder}/tokens.txt");
    let gnu = tar_of(&[(&tokens, b"a"), (&format!("{folder}/model.onnx"), b"a")]);
    fs::write(home.path("gnu.tar"), gnu).unwrap();
    home.import(&home.path("gnu.tar")).unwrap();

    let mut builder = Builder::new(Vec::new());
    for name in ["tokens.txt", "model.onnx"] {
        let path = format!("{folder}/{name}");
        builder
            .append_pax_extensions([("mtime", &b"1.5"[..]), ("path", path.as_bytes())])
            .unwrap();
        let mut header = Header::new_ustar();
        header.set_size(1);
        header.set_path("short").unwrap();
        header.set_cksum();
        builder.append(&header, &b"a"[..]).unwrap();
    }
    fs::write(home.path("pax.tar"), builder.into_inner().unwrap()).unwrap();
    home.import(&home.path("pax.tar")).unwrap();
    assert_eq!(home.installed(), ["gnu", "pax"]);
}

/// Reads as an endless run of one byte.
fn zeros(n_bytes: u64) -> impl io::Read {
    io::Read::take(io::repeat(0), n_bytes)
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let home = Home::new();
    let archive = home.path("bomb.tar.gz");
    let limits = ArchiveLimits {
        max_bytes: 1 << 20,
        ..ArchiveLimits::default()
    };
    let options = ImportOptions {
        limits,
        ..ImportOptions::default()
    };
    let write = |fill: &dyn Fn(&mut Builder<GzEncoder<File>>)| {
        let encoder = GzEncoder::new(File::create(&archive).unwrap(), Compression::fast());
        let mut builder = Builder::new(encoder);
        fill(&mut builder);
        builder.into_inner().unwrap().finish().unwrap();
    };
    // Large: one file of 256 MB, in 1 MB of archive.
    write(&|builder| {
        let mut header = Header::new_gnu();
        header.set_size(256 << 20);
        let bytes = zeros(256 << 20);
        builder
            .append_data(&mut header, "m/model.onnx", bytes)
            .unwrap();
    });
    let message = home.import_with(&archive, &options).unwrap_err();
    assert!(message.contains("holds more than 1 MB"), "{message}");

    // Many: a million empty files.
    write(&|builder| {
        let mut header = Header::new_gnu();
        for file_idx in 0..1_000_000 {
            header.set_size(0);
            header.set_path(format!("m/{file_idx}")).unwrap();
            header.set_cksum();
            builder.append(&header, io::empty()).unwrap();
        }
    });
    let message = home.import_with(&archive, &options).unwrap_err();
    assert!(message.contains("more than 10000 entries"), "{message}");

    // Behind the end: an archive, then zeros without end.
    let encoder = GzEncoder::new(File::create(&archive).unwrap(), Compression::fast());
    let mut encoder = encoder;
    encoder.write_all(&tar_of(MODEL)).unwrap();
    io::copy(&mut zeros(64 << 20), &mut encoder).unwrap();
    encoder.finish().unwrap();
    let message = home.import_with(&archive, &options).unwrap_err();
    assert!(message.contains("something follows its end"), "{message}");
    assert_eq!(home.installed(), Vec::<String>::new());
}

#[test]
fn what_does_not_fit_is_refused_with_both_numbers() {
    let home = Home::new();
    let free_bytes = free_space(&home.path("not/there/yet")).unwrap();
    check_free_space(&home.path("models"), 0).unwrap();
    let message = check_free_space(&home.path("models"), free_bytes)
        .unwrap_err()
        .to_string();
    assert!(message.contains("MB free, and"), "{message}");
    check_free_space(&home.path("models"), u64::MAX).unwrap_err();
}

fn manifest_of(staging: &Staging, text: &str) -> Manifest {
    let mut manifest = Manifest::new(
        staging.id().to_owned(),
        "M".to_owned(),
        "en".to_owned(),
        "MIT".to_owned(),
    );
    for (role, name) in [
        (FileRole::Ctc, "model.onnx"),
        (FileRole::Tokens, "tokens.txt"),
    ] {
        let path = staging.dir().join(name);
        fs::write(&path, text).unwrap();
        manifest.files.push(FileEntry {
            role,
            path: name.into(),
            size: text.len() as u64,
            sha256: verify::hash(&path).unwrap(),
        });
    }
    manifest
}

#[test]
fn a_model_is_replaced_as_a_whole_or_not_at_all() {
    let home = Home::new();
    let store = home.store();
    let staging = store.stage("m").unwrap();
    assert!(matches!(store.stage("m"), Err(StoreError::Busy(_))));
    let manifest = manifest_of(&staging, "one");
    staging.install(&manifest).unwrap();
    drop(staging);
    assert!(store.has("m"));

    let staging = store.stage("m").unwrap();
    let manifest = manifest_of(&staging, "two");
    fs::write(staging.dir().join("model.onnx"), "twx").unwrap();
    fs::write(staging.dir().join("left-over"), "x").unwrap();
    staging.install(&manifest).unwrap_err();
    drop(staging);
    let read = || fs::read_to_string(home.path("models/m/model.onnx")).unwrap();
    assert_eq!(read(), "one");
    assert!(!home.path("models/.staging/m/manifest.toml").exists());

    let staging = store.stage("m").unwrap();
    let manifest = manifest_of(&staging, "two");
    staging.install(&manifest).unwrap();
    assert_eq!(read(), "two");
    assert_eq!(home.installed(), ["m"]);
    store.stage("../m").unwrap_err();
    store.remove("..").unwrap_err();
    store.remove(".staging").unwrap_err();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Cut or damaged at any byte, an archive is refused and nothing of it is installed, or the
    /// damage was in bytes that do not matter, and what is installed is the model.
    #[test]
    fn damage_anywhere_leaves_nothing_half_installed(
        at in 0_usize..4096,
        kind in 0..3,
        cut: bool,
        byte: u8,
    ) {
        let home = Home::new();
        let tar = tar_of(MODEL);
        let mut bytes = match kind {
            0 => tar,
            1 => gzip(&tar),
            _ => bzip2(&tar),
        };
        let at = at % bytes.len();
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        let archive = home.path("a.tar");
        fs::write(&archive, bytes).unwrap();
        match home.import(&archive) {
            Ok(_) => {
                Bundle::open(&home.path("models/a"), &StampStore::disabled()).unwrap();
                prop_assert_eq!(home.installed(), ["a"]);
            }
            Err(_) => prop_assert_eq!(home.installed(), Vec::<String>::new()),
        }
        let outside = fs::read_dir(home.root.path()).unwrap().count();
        prop_assert_eq!(outside, 2, "the archive and the models, nothing else");
    }

    /// Whatever entries an archive has, nothing is written outside of the folder.
    #[test]
    fn no_name_leads_outside(
        names in prop::collection::vec("[a./]{1,12}|(\\.\\./){1,3}[ab]", 1..6),
        kinds in prop::collection::vec(prop::sample::select(vec![b'0', b'5', b'2', b'L', b'x', b'7', 0]), 6),
    ) {
        let root = tempfile::tempdir().unwrap();
        let into = root.path().join("d/into");
        fs::create_dir_all(&into).unwrap();
        let mut builder = Builder::new(Vec::new());
        for (name, kind) in names.iter().zip(kinds) {
            let mut header = Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(EntryType::new(kind));
            header.set_size(name.len() as u64);
            header.set_cksum();
            builder.append(&header, name.as_bytes()).unwrap();
        }
        let archive = root.path().join("a.tar");
        fs::write(&archive, builder.into_inner().unwrap()).unwrap();
        let _ = unpack(&archive, &into, ArchiveLimits::default());
        let count = |dir: &Path| fs::read_dir(dir).unwrap().count();
        prop_assert_eq!((count(root.path()), count(&root.path().join("d"))), (2, 1));
    }
}
