//! Beams against brute force, and with phrases and a language model.

use std::collections::BTreeMap;

use super::*;
use crate::context_graph::{ContextGraph, Phrase};
use crate::encoder::LabelNetwork;
use crate::hypothesis::Token;
use crate::time::Millis;
use crate::tokens::Tokenizer;

pub(super) type Totals = BTreeMap<Vec<u32>, f64>;

fn add(totals: &mut Totals, tokens: Vec<u32>, log_prob: f64) {
    let total = totals.entry(tokens).or_insert(f64::NEG_INFINITY);
    *total = log_add(*total, log_prob);
}

/// Every alignment of every token sequence, blank 0.
pub(super) fn ctc_totals(frames: &EncoderFrames) -> Totals {
    let mut alignments = vec![(Vec::new(), 0.0)];
    for row in frames.rows() {
        alignments = alignments
            .iter()
            .flat_map(|(symbols, log_prob): &(Vec<u32>, f64)| {
                (0..).zip(row).map(move |(id, &own)| {
                    let mut longer = symbols.clone();
                    longer.push(id);
                    (longer, log_prob + f64::from(own))
                })
            })
            .collect();
    }
    let mut totals = Totals::new();
    for (mut symbols, log_prob) in alignments {
        symbols.dedup();
        symbols.retain(|&id| id != 0);
        add(&mut totals, symbols, log_prob);
    }
    totals
}

/// Every way through a transducer lattice, blank 0, at most `n_max` symbols a frame.
fn transducer_totals(network: &TableNetwork, frames: &EncoderFrames, n_max: usize) -> Totals {
    let mut before = Totals::from([(Vec::new(), 0.0)]);
    for row in frames.rows() {
        let mut after = Totals::new();
        let mut inside = before;
        for _ in 0..n_max {
            let mut emitted = Totals::new();
            for (tokens, &log_prob) in &inside {
                let mut logits = Vec::new();
                network
                    .join(row, tokens.last().unwrap_or(&0), &mut logits)
                    .unwrap();
                log_softmax(&mut logits);
                for (id, &own) in (0..).zip(&logits) {
                    let total = log_prob + f64::from(own);
                    if id == 0 {
                        add(&mut after, tokens.clone(), total);
                    } else {
                        add(&mut emitted, [tokens.as_slice(), &[id]].concat(), total);
                    }
                }
            }
            inside = emitted;
        }
        inside
            .into_iter()
            .for_each(|(tokens, log_prob)| add(&mut after, tokens, log_prob));
        before = after;
    }
    before
}

fn ctc(options: BeamOptions) -> CtcBeam<Bias> {
    CtcBeam::new(0, options, Bias::none())
}

fn transducer(network: &Arc<TableNetwork>, options: BeamOptions) -> TransducerBeam<TableNetwork> {
    TransducerBeam::new(network.clone(), options, Bias::none()).unwrap()
}

/// Every hypothesis has the score that brute force gives its tokens, and none is missing.
fn check_totals(search: &dyn Search, expected: &Totals) -> Result<(), TestCaseError> {
    let found = search.n_best(usize::MAX);
    prop_assert_eq!(found.len(), expected.len());
    for hypothesis in &found {
        let total = expected[&hypothesis.ids().collect::<Vec<_>>()];
        prop_assert!(
            (hypothesis.score - total).abs() < 1e-3,
            "{} {}",
            hypothesis.score,
            total
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn ctc_totals_are_those_of_all_alignments(frames in rows(3, 0..6)) {
        let mut search = ctc(BeamOptions::exhaustive(10_000));
        search.advance(&frames).unwrap();
        check_totals(&search, &ctc_totals(&frames))?;
    }

    #[test]
    fn transducer_totals_are_those_of_all_alignments(
        frames in rows(3, 0..4),
        seed in any::<u64>(),
        up_to in 1_u8..4,
    ) {
        let network = Arc::new(TableNetwork::random(3, 0, SymbolsPerFrame::UpTo(up_to), seed));
        let mut search = transducer(&network, BeamOptions::exhaustive(100_000));
        search.advance(&frames).unwrap();
        check_totals(&search, &transducer_totals(&network, &frames, up_to.into()))?;
    }

    #[test]
    fn the_narrowest_transducer_beam_is_greedy(frames in rows(5, 0..20), seed in any::<u64>()) {
        let network = Arc::new(TableNetwork::random(5, 0, SymbolsPerFrame::One, seed));
        let mut beam = transducer(&network, BeamOptions::exhaustive(1));
        let mut greedy = greedy(&network);
        beam.advance(&frames).unwrap();
        greedy.advance(&frames).unwrap();
        let (beam, greedy) = (beam.best(), greedy.best());
        prop_assert_eq!(&beam.tokens, &greedy.tokens);
        prop_assert_eq!(beam.trailing_blanks, greedy.trailing_blanks);
        prop_assert!(beam.score >= greedy.score - 1e-3);
    }

    #[test]
    fn the_narrowest_ctc_beam_is_greedy_where_the_model_is_sure(best in "[0-3]{0,20}") {
        let mut data = Vec::new();
        for digit in best.bytes() {
            let mut row = [0.02_f32.ln(); 4];
            row[usize::from(digit - b'0')] = 0.94_f32.ln();
            data.extend(row);
        }
        let frames = EncoderFrames::new(4, data);
        let mut beam = ctc(BeamOptions { width: 1, ..BeamOptions::default() });
        let mut greedy = GreedyCtc::new(0, Silence::default());
        beam.advance(&frames).unwrap();
        greedy.advance(&frames).unwrap();
        let (beam, greedy) = (beam.best(), greedy.best());
        prop_assert_eq!(&beam.tokens, &greedy.tokens);
        prop_assert_eq!(beam.trailing_blanks, greedy.trailing_blanks);
        prop_assert!(beam.score >= greedy.score - 1e-3);
    }

    #[test]
    fn beams_keep_their_promises(
        frames in rows(5, 0..40),
        sizes in prop::collection::vec(0_usize..6, 0..12),
        seed in any::<u64>(),
        up_to in 1_u8..4,
        width in 1_usize..10,
    ) {
        let network = Arc::new(TableNetwork::random(5, 0, SymbolsPerFrame::UpTo(up_to), seed));
        let options = BeamOptions { width, max_unstable_frames: 9, ..BeamOptions::default() };
        let phrase = Phrase { tokens: vec![1, 2, 3], boost_per_token: 1.0, word_start: None };
        let context = Some(Arc::new(ContextGraph::new(&[phrase])));
        let bias = letters_bias().with_context(context);
        let make = |of_ctc: bool| -> Box<dyn Search> {
            if of_ctc {
                Box::new(CtcBeam::new(0, options, bias.clone()))
            } else {
                Box::new(TransducerBeam::new(network.clone(), options, bias.clone()).unwrap())
            }
        };
        for of_ctc in [true, false] {
            let (mut whole, mut pieces) = (make(of_ctc), make(of_ctc));
            whole.advance(&frames).unwrap();
            let mut stable: Vec<Token> = Vec::new();
            for piece in splits(&frames, &sizes) {
                pieces.advance(&piece).unwrap();
                let tokens = pieces.best().tokens;
                prop_assert!(tokens.starts_with(&stable));
                prop_assert!(tokens.is_sorted_by_key(|token| token.encoder_frame));
                stable = tokens[..pieces.stable_len()].to_vec();
            }
            prop_assert_eq!(whole.n_best(width), pieces.n_best(width));
            whole.finish();
            prop_assert!(whole.best().tokens.starts_with(&stable));
            prop_assert_eq!(whole.stable_len(), whole.best().tokens.len());
            let mut found: Vec<Vec<u32>> =
                whole.n_best(width).iter().map(|one| one.ids().collect()).collect();
            let n_found = found.len();
            found.sort();
            found.dedup();
            prop_assert!(n_found == found.len() && (1..=width).contains(&n_found));
            whole.reset().unwrap();
            prop_assert_eq!(whole.best(), Hypothesis::default());
        }
    }

    #[test]
    fn scores_are_audio_plus_words(frames in rows(5, 1..6)) {
        let (model, weights) = (model(), weights());
        let mut search = CtcBeam::new(0, BeamOptions::exhaustive(100_000), letters_bias());
        search.advance(&frames).unwrap();
        search.finish();
        let totals = ctc_totals(&frames);
        for hypothesis in search.n_best(usize::MAX) {
            let mut expected = totals[&hypothesis.ids().collect::<Vec<_>>()];
            let mut state = model.start();
            for word in letters().words(&hypothesis, 40, Millis(0)) {
                let log_prob = if let Some(id) = model.word(&word.text.to_lowercase()) {
                    let (log_prob, next) = model.score(state, id);
                    state = next;
                    log_prob
                } else {
                    state = crate::lm::LmState::UNKNOWN_PAST;
                    weights.unknown_log_prob
                };
                expected += f64::from(weights.scale * log_prob + weights.word_bonus);
            }
            expected += f64::from(weights.scale * model.finish(state));
            prop_assert!((hypothesis.score - expected).abs() < 1e-3);
        }
    }
}

fn letters() -> Tokenizer {
    Tokenizer::from_bytes(
        "tokens.txt",
        b"<blk> 0\nA 1\nB 2\n\xE2\x96\x81 3\n\xE2\x96\x81A 4\n",
        None,
    )
    .unwrap()
}

fn model() -> LanguageModel {
    model_of(&["-0.8\ta\t-0.3", "-0.9\tba\t-0.1", "-1.1\tab\t-0.1"])
}

fn letters_bias() -> Bias {
    Bias::none().with_language_model(Some(Arc::new(model())), weights(), &letters())
}

/// Frames that are sure but for every `?`, which hears A and B equally well; `-` is blank.
fn heard(symbols: &str) -> EncoderFrames {
    let mut data = Vec::new();
    for symbol in symbols.chars() {
        let mut row = [0.0_f32; 5];
        match symbol {
            '-' => row[0] = 9.0,
            '?' => (row[1], row[2]) = (9.0, 9.01),
            _ => row["-AB_".find(symbol).unwrap()] = 9.0,
        }
        log_softmax(&mut row);
        data.extend(row);
    }
    EncoderFrames::new(5, data)
}

#[track_caller]
fn check_bias(symbols: &str, bias: Bias, expected: &str) {
    let mut search = CtcBeam::new(0, BeamOptions::default(), bias);
    search.advance(&heard(symbols)).unwrap();
    search.finish();
    let words = letters().words(&search.best(), 40, Millis(0));
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words.join(" "), expected, "of {symbols}");
}

#[test]
fn words_and_phrases_decide_what_the_audio_leaves_open() {
    check_bias("?", Bias::none(), "B");
    check_bias("?", letters_bias(), "A");
    check_bias("A_?A", letters_bias(), "A BA");
    check_bias("A_A-?", Bias::none(), "A AB");
    let phrase = |tokens: Vec<u32>| {
        let phrase = Phrase {
            tokens,
            boost_per_token: 1.5,
            word_start: None,
        };
        Bias::none().with_context(Some(Arc::new(ContextGraph::new(&[phrase]))))
    };
    check_bias("A_?-A", phrase(vec![1, 1]), "A AA");
    check_bias("A_?-B", phrase(vec![1, 1]), "A BB");
}

#[test]
fn words_of_phrases_are_known_words() {
    let dear = LmWeights {
        unknown_log_prob: -40.0,
        own_log_prob: -12.0,
        ..weights()
    };
    let phrases = |phrases: &[&[u32]]| {
        let phrases: Vec<Phrase> = phrases
            .iter()
            .map(|tokens| Phrase {
                tokens: tokens.to_vec(),
                boost_per_token: 0.01,
                word_start: Some(3),
            })
            .collect();
        Some(Arc::new(ContextGraph::new(&phrases)))
    };
    let model = || Some(Arc::new(model()));
    let alone = Bias::none().with_language_model(model(), dear, &letters());
    check_bias("B-B_BA", alone.clone(), "BA");
    let own = phrases(&[&[2, 2]]);
    check_bias("B-B_BA", alone.clone().with_context(own.clone()), "BB BA");
    let own = Bias::none().with_context(own);
    let own = own.with_language_model(model(), dear, &letters());
    check_bias("B-B_BA", own, "BB BA");
    let several = phrases(&[&[2, 2, 3, 1, 1], &[2, 2, 2]]);
    let several = alone.with_context(several);
    check_bias("B-B_A-A", several.clone(), "BB AA");
    check_bias("B-B-B", several, "BBB");
}

#[test]
fn numbers_out_of_range_pass_as_silence() {
    let frames = EncoderFrames::new(3, vec![f32::NAN; 9]);
    let mut beam = ctc(BeamOptions::default());
    beam.advance(&peaked("1", 3)).unwrap();
    beam.advance(&frames).unwrap();
    beam.advance(&peaked("2", 3)).unwrap();
    assert_eq!(beam.best().ids().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(beam.best().tokens[1].encoder_frame, 4);
    let network = Arc::new(TableNetwork::new(3, 0, SymbolsPerFrame::UpTo(2)));
    let mut beam = transducer(&network, BeamOptions::default());
    beam.advance(&frames).unwrap();
    assert_eq!(
        (beam.best().tokens.len(), beam.best().trailing_blanks),
        (0, 3)
    );
}

#[test]
fn long_utterances_keep_a_small_tree() {
    let mut search = CtcBeam::new(0, BeamOptions::default(), letters_bias());
    let frames = heard(&"-AB-A_".repeat(50));
    for _ in 0..40 {
        search.advance(&frames).unwrap();
    }
    let best = search.best();
    assert_eq!(best.tokens.len(), 40 * 200);
    assert!(best.tokens.is_sorted_by_key(|token| token.encoder_frame));
    assert!(search.stable_len() + 60 > best.tokens.len());
}
