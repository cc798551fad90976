//! The beam that a lexicon leads, against brute force.

use super::beams::ctc_totals;
use super::*;
use crate::hypothesis::Token;
use crate::lexicon::{LetterToSound, Lexicon};
use crate::lm::LmState;
use crate::tokens::Tokenizer;

/// The first phone stands where the blank is.
const LEXICON: &str = "#phones - x y\na x\nb y\nab x y\nba x y\nabba x y x\n";

fn tokens() -> Tokenizer {
    let table = "<blk> 0\na 1\nb 2\n▁ 3\n";
    Tokenizer::from_bytes("tokens.txt", table.as_bytes(), None).unwrap()
}

fn lexicon() -> Lexicon {
    Lexicon::from_bytes("lexicon.txt", LEXICON.as_bytes()).unwrap()
}

fn model() -> LanguageModel {
    model_of(&[
        "-0.8\ta\t-0.3",
        "-0.9\tb\t-0.1",
        "-1.1\tab\t-0.1",
        "-1.2\tba",
        "-1.4\tabba",
    ])
}

fn beam(options: BeamOptions, own: &[(Vec<u8>, &str)]) -> CtcBeam<Pronounced> {
    let listed = Pronunciations::new(lexicon(), &tokens(), Some(&model())).unwrap();
    let own = lexicon().with_words(own.to_vec());
    let bias = Bias::none().with_language_model(Some(Arc::new(model())), weights(), &tokens());
    CtcBeam::new(
        0,
        options,
        Pronounced::new(Arc::new(listed), Arc::new(own), bias),
    )
}

fn text(hypothesis: &Hypothesis) -> String {
    let letters = hypothesis.ids().map(|id| ["", "a", "b", " "][id as usize]);
    letters.collect()
}

/// The phones of one pronunciation for each word.
fn phones(text: &str) -> Vec<u32> {
    text.split(' ')
        .flat_map(|word| match word {
            "" => vec![],
            "a" => vec![1],
            "b" => vec![2],
            "abba" => vec![1, 2, 1],
            _ => vec![1, 2],
        })
        .collect()
}

fn words_score(text: &str) -> f64 {
    let (model, weights) = (model(), weights());
    let (mut state, mut score) = (model.start(), 0.0);
    for word in text.split_whitespace() {
        let (log_prob, next): (f32, LmState) = model.score(state, model.word(word).unwrap());
        state = next;
        score += weights.scale * log_prob + weights.word_bonus;
    }
    (score + weights.scale * model.finish(state)).into()
}

proptest! {
    #[test]
    fn scores_are_all_alignments_of_the_phones_plus_the_words(frames in rows(3, 1..6)) {
        let mut search = beam(BeamOptions::exhaustive(100_000), &[]);
        search.advance(&frames).unwrap();
        search.finish();
        let totals = ctc_totals(&frames);
        let found = search.n_best(usize::MAX);
        for hypothesis in &found {
            let text = text(hypothesis);
            if let Some(audio) = totals.get(&phones(&text)) {
                // A hypothesis that ends within a word reads like one without it and scores less.
                prop_assert!((hypothesis.score - (audio + words_score(&text))).abs() < 1e-3, "{text}");
            }
        }
        let n_texts = totals.keys().filter(|phones| !phones.is_empty()).count();
        prop_assert!(found.len() > n_texts, "{} of {n_texts}", found.len());
    }

    #[test]
    fn splitting_changes_nothing_and_stable_text_stays(
        frames in rows(3, 0..24),
        sizes in prop::collection::vec(1_usize..6, 0..5),
        width in 1_usize..20,
    ) {
        let options = BeamOptions { width, max_unstable_frames: 10, ..BeamOptions::default() };
        let mut whole = beam(options, &[]);
        let mut pieces = beam(options, &[]);
        whole.advance(&frames).unwrap();
        let mut stable: Vec<Token> = Vec::new();
        for piece in splits(&frames, &sizes) {
            pieces.advance(&piece).unwrap();
            let best = pieces.best().tokens;
            let n_stable = pieces.stable_len();
            prop_assert!(n_stable >= stable.len() && best.starts_with(&stable));
            stable = best[..n_stable].to_vec();
        }
        prop_assert_eq!(pieces.best(), whole.best());
        whole.finish();
        prop_assert!(whole.best().tokens.starts_with(&stable));
        prop_assert_eq!(whole.stable_len(), whole.best().tokens.len());
    }
}

/// Frames that are sure of one phone each; `-` is blank.
fn heard(symbols: &str) -> EncoderFrames {
    let mut data = Vec::new();
    for symbol in symbols.chars() {
        let mut row = [0.0_f32; 3];
        row["-xy".find(symbol).unwrap()] = 30.0;
        log_softmax(&mut row);
        data.extend(row);
    }
    EncoderFrames::new(3, data)
}

#[track_caller]
fn check(symbols: &str, own: &[(Vec<u8>, &str)], expected: &str) {
    let mut search = beam(BeamOptions::default(), own);
    search.advance(&heard(symbols)).unwrap();
    search.finish();
    assert_eq!(text(&search.best()), expected, "of {symbols}");
}

#[test]
fn words_that_sound_alike_are_told_apart_by_what_comes_before() {
    check("x-y", &[], "ba");
    check("x-y-y", &[], "ab b");
    check("x-x-y", &[], "a ba");
}

#[test]
fn words_of_the_user_sound_by_the_rules() {
    let rules = LetterToSound::from_bytes("rules.txt", b"[a] y\n[b] x\n", &lexicon()).unwrap();
    let own = [(rules.sounds("aabb"), "aabb")];
    check("y-y-x-x", &[], "b b a a");
    let known = model();
    let bias = Bias::none().with_language_model(
        Some(Arc::new(known)),
        LmWeights {
            own_log_prob: -1.0,
            ..weights()
        },
        &tokens(),
    );
    let listed = Pronunciations::new(lexicon(), &tokens(), Some(&model())).unwrap();
    let own = lexicon().with_words(own.to_vec());
    let mut search = CtcBeam::new(
        0,
        BeamOptions::default(),
        Pronounced::new(Arc::new(listed), Arc::new(own), bias),
    );
    search.advance(&heard("y-y-x-x")).unwrap();
    search.finish();
    assert!(
        search
            .n_best(9)
            .iter()
            .any(|hypothesis| text(hypothesis) == "aabb")
    );
}

#[test]
fn letters_lie_on_the_frames_of_their_phones() {
    let mut search = beam(BeamOptions::default(), &[]);
    search.advance(&heard("-x-x--y")).unwrap();
    search.finish();
    let found = search.best();
    assert_eq!(text(&found), "a ba");
    let frames: Vec<u64> = found
        .tokens
        .iter()
        .map(|token| token.encoder_frame)
        .collect();
    assert_eq!(frames, [1, 3, 3, 6]);
}

#[test]
fn a_word_under_way_is_heard_before_it_is_written() {
    let mut search = beam(BeamOptions::default(), &[]);
    search.advance(&heard("x-y-x-y-")).unwrap();
    let found = search.best();
    let written = found.tokens.last().map(|token| token.encoder_frame);
    assert_eq!(found.last_sound, Some(6));
    assert!(written <= found.last_sound);
}

#[test]
fn a_lexicon_that_the_tokens_cannot_spell_is_refused() {
    let other = Lexicon::from_bytes("lexicon.txt", b"#phones - x\nc x\n").unwrap();
    assert!(Pronunciations::new(other, &tokens(), None).is_none());
}
