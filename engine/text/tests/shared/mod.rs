//! Where the shared texts are, if they are there.

use std::path::PathBuf;

/// A file of `shared/text`; prints a note where it is absent.
pub(crate) fn file(path: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = root
        .ancestors()
        .map(|folder| folder.join("shared/text").join(path))
        .find(|file| file.exists());
    if found.is_none() {
        println!("not measured: shared/text/{path} is absent");
    }
    found
}
