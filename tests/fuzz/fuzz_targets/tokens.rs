//! Any bytes are a token table or an error; a table spells and reads back without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sotto_core::context_graph::read_phrases;
use sotto_core::hypothesis::{Hypothesis, Token};
use sotto_core::time::Millis;
use sotto_core::tokens::Tokenizer;

fuzz_target!(|bytes: &[u8]| {
    let Ok(tokenizer) = Tokenizer::from_bytes("tokens.txt", bytes, None) else { return };
    let n_tokens = u32::try_from(tokenizer.vocab_size()).expect("ids are 32 bits");
    let tokens = (0..=n_tokens)
        .map(|id| Token { id, encoder_frame: u64::from(id) / 2, log_prob: -0.5 })
        .collect();
    let hypothesis = Hypothesis { tokens, ..Hypothesis::default() };
    for stable_len in [0, hypothesis.tokens.len() / 2, hypothesis.tokens.len()] {
        let transcript = tokenizer.transcript(&hypothesis, stable_len, 40, Millis(0));
        if let Ok(ids) = tokenizer.encode(&transcript.text()) {
            assert!(ids.iter().all(|&id| id < n_tokens));
        }
    }
    let _ = read_phrases("words.txt", bytes, &tokenizer, 1.5);
    let _ = tokenizer.with_piece_scores("bpe.vocab", bytes);
});
