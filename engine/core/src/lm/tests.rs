use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::LN_10;
use std::fmt::Write;

use proptest::prelude::*;

use super::*;

fn open(bytes: Vec<u8>) -> Result<LanguageModel, LanguageModelError> {
    LanguageModel::from_bytes("lm.bin", Arc::new(bytes))
}

fn compiled(arpa: &str) -> LanguageModel {
    open(compile("lm.arpa", arpa.as_bytes()).unwrap()).unwrap()
}

pub(crate) const SMALL: &str = "\\data\\
ngram 1=5
ngram 2=4
ngram 3=2

\\1-grams:
-99\t<s>\t-0.5
-1.0\t</s>
-0.7\tthe\t-0.3
-1.2\tcat\t-0.25
-1.5\tsat

\\2-grams:
-0.2\t<s> the\t-0.1
-0.4\tthe cat\t-0.15
-0.6\tcat sat\t0
-0.3\tsat </s>

\\3-grams:
-0.05\t<s> the cat
-0.1\tthe cat sat

\\end\\
";

/// The same model as plain maps, with the textbook recursion.
#[derive(Debug, Clone, Default)]
struct Slow {
    order: usize,
    ngrams: BTreeMap<Vec<String>, (f64, f64)>,
}

impl Slow {
    fn log10(&self, context: &[String], word: &str) -> f64 {
        let context = &context[context.len() - context.len().min(self.order - 1)..];
        let mut whole = context.to_vec();
        whole.push(word.into());
        if let Some(&(prob, _)) = self.ngrams.get(&whole) {
            return prob;
        }
        if context.is_empty() {
            return f64::NEG_INFINITY;
        }
        let backoff = self
            .ngrams
            .get(context)
            .map_or(0.0, |&(_, backoff)| backoff);
        backoff + self.log10(&context[1..], word)
    }

    fn arpa(&self) -> String {
        let mut text = "\\data\\\n".to_owned();
        let of = |order: usize| {
            self.ngrams
                .iter()
                .filter(move |(words, _)| words.len() == order)
        };
        for order in 1..=self.order {
            writeln!(text, "ngram {order}={}", of(order).count()).unwrap();
        }
        for order in 1..=self.order {
            writeln!(text, "\n\\{order}-grams:").unwrap();
            for (words, (prob, backoff)) in of(order) {
                write!(text, "{prob}\t{}", words.join(" ")).unwrap();
                let sep = if order < self.order {
                    format!("\t{backoff}")
                } else {
                    String::new()
                };
                writeln!(text, "{sep}").unwrap();
            }
        }
        text + "\n\\end\\\n"
    }
}

/// Words of a sentence → the probability of each, base 10.
#[track_caller]
fn check(arpa: &str, sentence: &str, expected: &[f32]) {
    let model = compiled(arpa);
    let mut state = model.start();
    let mut found = Vec::new();
    for word in sentence.split_whitespace() {
        let (log_prob, next) = model.score(state, model.word(word).unwrap());
        found.push(log_prob / std::f32::consts::LN_10);
        state = next;
    }
    found.push(model.finish(state) / std::f32::consts::LN_10);
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < 1e-5,
            "{found} instead of {expected} in {sentence}"
        );
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn sentences_back_off() {
    check(SMALL, "the cat sat", &[-0.2, -0.05, -0.1, -0.3]);
    // "<s> cat" is unseen: back-off of <s>; "cat the": of cat; "the </s>": of "cat the" (unseen), the.
    check(SMALL, "cat the", &[-0.5 - 1.2, -0.25 - 0.7, -0.3 - 1.0]);
    // "the cat </s>": back-offs of "the cat" and of cat.
    check(SMALL, "the cat", &[-0.2, -0.05, -0.15 - 0.25 - 1.0]);
}

#[test]
fn words_are_found_by_prefix() {
    let model = compiled(SMALL);
    let range = model.narrow(model.words(), b't');
    assert!(!range.is_empty() && model.exact(range).is_none());
    let range = b"he"
        .iter()
        .fold(range, |range, &byte| model.narrow(range, byte));
    assert_eq!(model.exact(range), model.word("the"));
    assert!((model.best_unigram(range) + 0.7 * std::f32::consts::LN_10).abs() < 1e-5);
    let past = model.narrow(range, b'x');
    assert!(past.is_empty() && model.exact(past).is_none());
    assert!(model.narrow(past, b'x').is_empty());
    assert_eq!(model.best_unigram(past), f32::NEG_INFINITY);
    assert_eq!(model.word("dog"), None);
    assert_eq!(model.unknown(), None);
    assert!(!model.has_capitals());
}

#[test]
fn broken_arpa_files_are_named() {
    #[track_caller]
    fn check(from: &str, to: &str, sentence: &str) {
        let error = compile("m/lm.arpa", SMALL.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), sentence);
    }
    check(
        "\\end\\",
        "",
        "m/lm.arpa line 24 is the end of the file, but \\end\\ has not come: it is cut off",
    );
    check(
        "1=5",
        "1=6",
        "m/lm.arpa line 13 ends order 1 with 5 n-grams, but 6 were counted",
    );
    check(
        "2=4",
        "2",
        "m/lm.arpa line 3 is not a count such as \"ngram 1=1000\"",
    );
    check(
        "-1.2\t",
        "x\t",
        "m/lm.arpa line 10 does not begin with a base-10 log-probability",
    );
    check(
        "\tsat\n",
        "\tcat\n",
        "m/lm.arpa line 11 gives a word a second time",
    );
    check(
        "cat sat",
        "cat dog",
        "m/lm.arpa line 16 has a word that is no unigram",
    );
    check(
        "<s> the\t",
        "<s> cat\t",
        "m/lm.arpa line 20 has a context that is no n-gram itself: export the model again with its contexts kept",
    );
    check(
        "cat sat\t",
        "the cat\t",
        "m/lm.arpa line 16 gives an n-gram a second time",
    );
    check(
        "cat sat\t0",
        "cat sat\tz",
        "m/lm.arpa line 16 has a back-off weight that is no number",
    );
    check(
        "sat </s>",
        "sat",
        "m/lm.arpa line 17 has fewer than 2 words",
    );
    check(
        "\\3-grams:",
        "\\4-grams:",
        "m/lm.arpa line 19 begins order 4, which is not the next one counted",
    );
    check(
        "\\3-grams:\n-0.05\t<s> the cat\n-0.1\tthe cat sat\n",
        "",
        "m/lm.arpa line 20 ends the model before all n-grams that were counted",
    );
}

#[test]
fn broken_compiled_models_are_errors() {
    let whole = compile("lm.arpa", SMALL.as_bytes()).unwrap();
    let sentence = |bytes: &[u8]| open(bytes.to_vec()).unwrap_err().to_string();
    assert_eq!(
        sentence(SMALL.as_bytes()),
        "lm.bin is not a compiled language model; compile the ARPA file first"
    );
    assert_eq!(
        sentence(&whole[..whole.len() - 8]),
        "lm.bin is damaged (its length is wrong); download or compile it again"
    );
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        assert!(open(changed).is_err(), "byte {at}");
        assert!(open(whole[..at].to_vec()).is_err(), "cut at {at}");
    }
}

/// Random models: every n-gram's context is there.
fn models() -> impl Strategy<Value = Slow> {
    let ngram = (
        prop::collection::vec(0..6_usize, 1..=4),
        -3.0_f64..0.0,
        -1.0_f64..0.3,
    );
    prop::collection::vec(ngram, 1..60).prop_map(|drawn| {
        let names = ["</s>", "<s>", "a", "ab", "b", "é"];
        let mut slow = Slow {
            order: 4,
            ngrams: BTreeMap::new(),
        };
        for (words, prob, backoff) in drawn {
            let words: Vec<String> = words.iter().map(|&idx| names[idx].to_owned()).collect();
            for n in 1..=words.len() {
                let prob = prob - 0.01 * f64::from(u8::try_from(n).unwrap());
                slow.ngrams
                    .entry(words[..n].to_vec())
                    .or_insert((prob, backoff));
            }
            for word in words {
                slow.ngrams.entry(vec![word]).or_insert((prob, backoff));
            }
        }
        slow
    })
}

proptest! {
    #[test]
    fn compiled_models_agree_with_the_slow_one(
        slow in models(),
        sentence in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let model = compiled(&slow.arpa());
        let words: BTreeSet<&String> = slow.ngrams.keys().map(|words| &words[0]).collect();
        let words: Vec<&String> = words.into_iter().collect();
        let mut state = LmState::UNKNOWN_PAST;
        let mut past: Vec<String> = Vec::new();
        for word in sentence.iter().map(|idx| words[idx.index(words.len())]) {
            let (log_prob, next) = model.score(state, model.word(word).unwrap());
            let expected = slow.log10(&past, word) * LN_10;
            prop_assert!((f64::from(log_prob) - expected).abs() < 1e-3, "{log_prob} {expected}");
            past.push(word.clone());
            state = next;
        }
    }

    #[test]
    fn sealed_damage_never_panics(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        in_header in any::<bool>(),
    ) {
        let mut bytes = compile("lm.arpa", SMALL.as_bytes()).unwrap();
        let n_editable = if in_header { 64 } else { bytes.len() };
        for (at, byte) in edits {
            bytes[at.index(n_editable)] = byte;
        }
        seal(&mut bytes);
        if let Ok(model) = open(bytes) {
            let mut state = model.start();
            for word in 0..model.layout.n_words() {
                state = model.score(state, WordId(word)).1;
            }
            let _ = model.finish(state);
            let _ = model.best_unigram(model.narrow(model.words(), b't'));
        }
    }

    #[test]
    fn any_text_is_a_model_or_an_error(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut text = SMALL.as_bytes().to_vec();
        for (at, byte) in edits {
            let at = at.index(text.len());
            text[at] = byte;
        }
        text.truncate(cut.index(text.len() + 1).max(text.len() / 2));
        if let Ok(bytes) = compile("lm.arpa", text.as_slice()) {
            prop_assert!(open(bytes).is_ok());
        }
    }
}

#[test]
fn many_children_are_found_across_words_of_the_unary_section() {
    let mut slow = Slow {
        order: 2,
        ngrams: BTreeMap::new(),
    };
    let name = |n: u32| format!("w{n}");
    for n in 0..300 {
        slow.ngrams
            .insert(vec![name(n)], (-1.0 - f64::from(n) / 1000.0, -0.5));
        for other in 0..(n * 7 % 300) {
            let prob = -0.001 * f64::from(n + other);
            slow.ngrams.insert(vec![name(n), name(other)], (prob, 0.0));
        }
    }
    let model = compiled(&slow.arpa());
    for n in (0..300).step_by(7) {
        let word = model.word(&name(n)).unwrap();
        let state = model.score(LmState::UNKNOWN_PAST, word).1;
        for other in 0..300 {
            let found = model.score(state, model.word(&name(other)).unwrap()).0;
            let expected = slow.log10(&[name(n)], &name(other)) * LN_10;
            assert!(
                (f64::from(found) - expected).abs() < 0.01,
                "{n} {other}: {found} {expected}"
            );
        }
    }
}
