//! Any bytes are a catalogue, perhaps with problems: every model in it can be downloaded safely.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use sotto_models::{Catalogue, ModelSource};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let catalogue = Catalogue::parse(text, Path::new("catalogue.toml"));
    for problem in &catalogue.problems {
        assert!(!problem.to_string().contains('\n'));
    }
    for model in &catalogue.models {
        let _ = model.download_bytes();
        match &model.source {
            ModelSource::BuiltIn => {}
            ModelSource::Archive { url, .. } => assert!(!url.is_plain() || url.is_loopback()),
            ModelSource::Hub { repository, files, .. } => {
                assert!(!repository.is_plain() || repository.is_loopback());
                for file in files {
                    assert_eq!(file.name().components().count(), 1);
                }
            }
        }
    }
});
