//! Any bytes are an ARPA model or an error; what compiles can be opened.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use sotto_core::lm::{LanguageModel, compile};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(compiled) = compile("lm.arpa", bytes) {
        let model = LanguageModel::from_bytes("lm.bin", Arc::new(compiled)).expect("just compiled");
        assert!(model.finish(model.start()).is_finite());
    }
});
