//! Times the shaping chain: `cargo run --release --workspace --example shaping_speed`.
//!
//! Prints, for each language, the median and the longest time of a partial (shaped twice, as the
//! session does) and of a final with the search for a command and for finished sentences.

#![expect(clippy::print_stdout, reason = "the output is the example's purpose")]
#![expect(
    clippy::disallowed_methods,
    reason = "the example measures time; the crate does not read it"
)]

use std::time::{Duration, Instant};

use sotto_text::{Ending, Language, MarkedWord, Place, SnippetValues, TextRules};

const N_RUNS: usize = 200;
const TEXT: &str = "On July twenty fifth two thousand twelve we paid two hundred fifty four dollars \
                    and sixty nine cents for thirty one thousand square feet comma and the others \
                    at half past three said open quote send it to jane dot doe at example dot org \
                    close quote period new paragraph that was one million one hundred fifty six \
                    thousand one hundred seventy three kilometers per hour. Nobody believed it";

fn times(mut work: impl FnMut()) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..N_RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    (times[N_RUNS / 2], times[N_RUNS - 1])
}

fn main() {
    let words = MarkedWord::from_written(TEXT);
    let values = SnippetValues::default();
    println!("{} words", words.len());
    for language in Language::WITH_TABLES {
        let started = Instant::now();
        let rules = TextRules::shipped(language);
        let loaded = started.elapsed();
        let place = |ending| Place {
            ending,
            ..Place::prose(Some("Before. "), Some(""))
        };
        let n_stable = words.len() - 4;
        let partial = times(|| {
            let place = place(Ending::MoreFollows);
            let _ = rules.shape(&words, &place, &values);
            let _ = rules.shape(&words[..n_stable], &place, &values);
            let _ = rules.n_finished(&words[..n_stable]);
        });
        let last = times(|| {
            let _ = rules
                .commands()
                .recognize_last(&words, &[], Some("Before. "));
            let _ = rules.shape(&words, &place(Ending::Final), &values);
        });
        println!(
            "{language:?}: rules in {loaded:?}; partial {:?} (longest {:?}); final {:?} (longest {:?})",
            partial.0, partial.1, last.0, last.1
        );
    }
}
