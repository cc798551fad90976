//! Time of the whole shaping chain on a long partial.

#![expect(
    clippy::disallowed_methods,
    reason = "the test measures time; the crate does not read it"
)]

use std::time::{Duration, Instant};

use sotto_text::{Kinds, Language, MarkedWord, Place, SnippetValues, TextShaper};

#[test]
fn a_partial_of_sixty_words_is_shaped_in_time() {
    let text = "On July twenty fifth two thousand twelve we paid two hundred fifty four dollars and \
                sixty nine cents for thirty one thousand square feet comma and the others at half \
                past three said open quote send it to jane dot doe at example dot org close quote \
                period new paragraph that was one million one hundred fifty six thousand one \
                hundred seventy three kilometers per hour question mark nobody believed it";
    let words = MarkedWord::from_written(text);
    let values = SnippetValues::default();
    for language in Language::WITH_TABLES {
        let shaper = TextShaper::new(language, Kinds::default());
        let place = Place::prose(Some("Before. "), Some(""));
        let mut times: Vec<Duration> = (0..20)
            .map(|_| {
                let start = Instant::now();
                let _ = shaper.shape(&words, &place, &values);
                start.elapsed()
            })
            .collect();
        times.sort();
        let median = times[times.len() / 2];
        println!("{language:?}: {} words in {median:?}", words.len());
        // Without optimization the chain is about ten times slower.
        let limit_ms = if cfg!(debug_assertions) { 20 } else { 2 };
        assert!(median <= Duration::from_millis(limit_ms));
    }
}
