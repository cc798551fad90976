//! Any bytes are a compiled model or an error, their checksum made right to reach what is behind it;
//! a model that opens can be walked without a panic.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use sotto_core::lm::{LanguageModel, seal};

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    let text = bytes.clone();
    seal(&mut bytes);
    let Ok(model) = LanguageModel::from_bytes("lm.bin", Arc::new(bytes)) else { return };
    let mut state = model.start();
    for part in text.chunks(3).take(64) {
        let range = part.iter().fold(model.words(), |range, &byte| model.narrow(range, byte));
        let _ = model.best_unigram(range);
        if let Some(word) = model.exact(range).or(model.unknown()) {
            let (log_prob, next) = model.score(state, word);
            assert!(log_prob.is_finite());
            state = next;
        }
    }
    assert!(model.finish(state).is_finite());
});
