//! Any bytes are a lexicon and rules of spelling, or errors; what they say about a word does not panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sotto_core::lexicon::{LetterToSound, Lexicon};
use sotto_core::search::Pronunciations;
use sotto_core::tokens::Tokenizer;

fuzz_target!(|bytes: &[u8]| {
    let (words, rules) = bytes.split_at(bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len()));
    let Ok(lexicon) = Lexicon::from_bytes("lexicon.txt", words) else { return };
    let n_phones = lexicon.phones().len();
    if let Ok(rules) = LetterToSound::from_bytes("rules.txt", rules.get(1..).unwrap_or(&[]), &lexicon) {
        let sounds = rules.sounds("cache's");
        assert!(sounds.iter().all(|&phone| usize::from(phone) < n_phones));
    }
    let tokens = Tokenizer::from_bytes("tokens.txt", b"<blk> 0\na 1\nb 2\n\xE2\x96\x81 3\n", None).expect("a table");
    let _ = Pronunciations::new(lexicon, &tokens, None);
});
