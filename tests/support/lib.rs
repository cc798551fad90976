//! What the tests across the crates share.

use std::path::{Path, PathBuf};

/// The root of the source tree.
#[must_use]
pub fn source_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the tests lie in a folder of the source tree")
        .to_owned()
}
