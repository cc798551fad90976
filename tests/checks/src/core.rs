//! Files of speech models, as the recognizer reads them.

use std::sync::Arc;

use sotto_core::{
    context_graph::read_phrases,
    hypothesis::{Hypothesis, Token},
    lexicon::{LetterToSound, Lexicon},
    lm::{LanguageModel, compile, seal},
    search::Pronunciations,
    time::Millis,
    tokens::Tokenizer,
};

/// Any bytes are a token table or an error; a table spells and reads back.
///
/// # Panics
///
/// Where that does not hold.
pub fn tokens(bytes: &[u8]) {
    let Ok(tokenizer) = Tokenizer::from_bytes("tokens.txt", bytes, None) else {
        return;
    };
    let n_tokens = u32::try_from(tokenizer.vocab_size()).expect("ids are 32 bits");
    let tokens = (0..=n_tokens)
        .map(|id| Token {
            id,
            encoder_frame: u64::from(id) / 2,
            log_prob: -0.5,
        })
        .collect();
    let hypothesis = Hypothesis {
        tokens,
        ..Hypothesis::default()
    };
    for stable_len in [0, hypothesis.tokens.len() / 2, hypothesis.tokens.len()] {
        let transcript = tokenizer.transcript(&hypothesis, stable_len, 40, Millis(0));
        if let Ok(ids) = tokenizer.encode(&transcript.text()) {
            assert!(ids.iter().all(|&id| id < n_tokens));
        }
    }
    let _ = read_phrases("words.txt", bytes, &tokenizer, 1.5);
    let _ = tokenizer.with_piece_scores("bpe.vocab", bytes);
}

/// Any bytes are an ARPA model or an error; what compiles can be opened.
///
/// # Panics
///
/// Where that does not hold.
pub fn arpa(bytes: &[u8]) {
    if let Ok(compiled) = compile("lm.arpa", bytes) {
        let model = LanguageModel::from_bytes("lm.bin", Arc::new(compiled)).expect("just compiled");
        assert!(model.finish(model.start()).is_finite());
    }
}

/// Any bytes are a compiled model or an error, their checksum made right to reach what is behind it;
/// a model that opens can be walked.
///
/// # Panics
///
/// Where that does not hold.
pub fn language_model(bytes: &[u8]) {
    let mut sealed = bytes.to_vec();
    seal(&mut sealed);
    let Ok(model) = LanguageModel::from_bytes("lm.bin", Arc::new(sealed)) else {
        return;
    };
    let mut state = model.start();
    for part in bytes.chunks(3).take(64) {
        let range = part
            .iter()
            .fold(model.words(), |range, &byte| model.narrow(range, byte));
        let _ = model.best_unigram(range);
        if let Some(word) = model.exact(range).or(model.unknown()) {
            let (log_prob, next) = model.score(state, word);
            assert!(log_prob.is_finite());
            state = next;
        }
    }
    assert!(model.finish(state).is_finite());
}

/// Any bytes are a lexicon and, after a zero, rules of spelling, or errors; sounds are phones of the lexicon.
///
/// # Panics
///
/// Where that does not hold.
pub fn lexicon(bytes: &[u8]) {
    let zero = bytes.iter().position(|&byte| byte == 0);
    let (words, rules) = bytes.split_at(zero.unwrap_or(bytes.len()));
    let Ok(lexicon) = Lexicon::from_bytes("lexicon.txt", words) else {
        return;
    };
    let n_phones = lexicon.phones().len();
    let rules = rules.get(1..).unwrap_or_default();
    if let Ok(rules) = LetterToSound::from_bytes("rules.txt", rules, &lexicon) {
        let sounds = rules.sounds("cache's");
        assert!(sounds.iter().all(|&phone| usize::from(phone) < n_phones));
    }
    let table = "<blk> 0\na 1\nb 2\n▁ 3\n";
    let tokens = Tokenizer::from_bytes("tokens.txt", table.as_bytes(), None).expect("a table");
    let _ = Pronunciations::new(lexicon, &tokens, None);
}
