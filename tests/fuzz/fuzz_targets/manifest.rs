//! Any bytes are a manifest or an error; a manifest is written and read back as it was.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use sotto_models::Manifest;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let path = Path::new("manifest.toml");
    let Ok(manifest) = Manifest::parse(text, path) else { return };
    let _ = (manifest.all_languages(), manifest.size_bytes());
    let again = Manifest::parse(&manifest.to_string(), path).expect("it was a manifest before");
    assert_eq!(again, manifest);
});
