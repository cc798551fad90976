//! Any bytes are an archive that unpacks below its folder, or an error; nothing lands beside it.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use sotto_models::{ArchiveLimits, unpack};

fuzz_target!(|bytes: &[u8]| {
    let root = tempfile::tempdir().expect("there is a temporary folder");
    let archive = root.path().join("a");
    let into = root.path().join("b/c");
    fs::write(&archive, bytes).expect("the folder is writable");
    fs::create_dir_all(&into).expect("the folder is writable");
    let limits = ArchiveLimits {
        max_entries: 100,
        max_bytes: 1 << 20,
    };
    let _ = unpack(&archive, &into, limits);
    let count = |path| fs::read_dir(path).expect("the folder is there").count();
    assert_eq!(count(root.path().to_owned()), 2);
    assert_eq!(count(root.path().join("b")), 1);
});
