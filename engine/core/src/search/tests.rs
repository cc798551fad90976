mod beams;
mod pronounced;
mod table;

use std::sync::Arc;

use proptest::prelude::*;
use table::{TableNetwork, log_softmax, rows, splits};

use super::*;
use crate::encoder::SymbolsPerFrame;
use crate::lm::{LanguageModel, compile};

/// A model of these ARPA rows of words and of two pairs: `a ba`, and `ba` at the end.
fn model_of(words: &[&str]) -> LanguageModel {
    let arpa = format!(
        "\\data\\\nngram 1={}\nngram 2=2\n\n\\1-grams:\n-99\t<s>\t-0.2\n-1.0\t</s>\n{}\n\n\\2-grams:\n-0.1\ta ba\n-0.2\tba </s>\n\n\\end\\\n",
        words.len() + 2,
        words.join("\n")
    );
    let bytes = compile("lm.arpa", arpa.as_bytes()).unwrap();
    LanguageModel::from_bytes("lm.bin", Arc::new(bytes)).unwrap()
}

fn weights() -> LmWeights {
    LmWeights {
        scale: 0.8,
        word_bonus: 0.3,
        unknown_log_prob: -9.0,
        own_log_prob: -6.0,
    }
}

fn greedy(network: &Arc<TableNetwork>) -> GreedyTransducer<TableNetwork> {
    GreedyTransducer::new(network.clone(), Silence::default()).unwrap()
}

/// Feeds `frames` in pieces of the given sizes, then what is left.
fn feed(search: &mut dyn Search, frames: &EncoderFrames, sizes: &[usize]) -> Vec<usize> {
    let mut stable = Vec::new();
    for piece in splits(frames, sizes) {
        search.advance(&piece).unwrap();
        stable.push(search.stable_len());
    }
    stable
}

/// Log-probability rows, one per character of `best`, whose best symbol is that digit.
fn peaked(best: &str, vocab_size: usize) -> EncoderFrames {
    let data = best
        .bytes()
        .flat_map(|digit| {
            let mut row = vec![0.0; vocab_size];
            row[usize::from(digit - b'0')] = 3.0;
            log_softmax(&mut row);
            row
        })
        .collect();
    EncoderFrames::new(vocab_size, data)
}

/// Greedy CTC over rows that peak at the given digits, blank 0: tokens as `id@frame`, then blanks.
#[track_caller]
fn check_ctc(best: &str, silence: Silence, expected: &str, trailing_blanks: u64) {
    let mut search = GreedyCtc::new(0, silence);
    search.advance(&peaked(best, 4)).unwrap();
    let found = search.best();
    let tokens: Vec<String> = found
        .tokens
        .iter()
        .map(|token| format!("{}@{}", token.id, token.encoder_frame))
        .collect();
    assert_eq!(
        (tokens.join(" ").as_str(), found.trailing_blanks),
        (expected, trailing_blanks)
    );
}

#[test]
fn greedy_ctc_drops_blanks_and_repeats() {
    let plain = Silence::default();
    check_ctc("", plain, "", 0);
    check_ctc("000", plain, "", 3);
    check_ctc("0110122", plain, "1@1 1@4 2@5", 0);
    check_ctc("13100", plain, "1@0 3@1 1@2", 2);
    check_ctc(
        "13100",
        Silence {
            unknown: Some(3),
            ..plain
        },
        "1@0 1@2",
        2,
    );
    check_ctc(
        "0200",
        Silence {
            blank_penalty: 4.0,
            ..plain
        },
        "1@0 2@1 1@2",
        0,
    );
}

#[test]
fn greedy_ctc_ignores_nan() {
    let mut search = GreedyCtc::new(0, Silence::default());
    search
        .advance(&EncoderFrames::new(
            2,
            vec![f32::NAN, -1.0, f32::NAN, f32::NAN],
        ))
        .unwrap();
    assert_eq!(search.best().ids().collect::<Vec<_>>(), [1]);
    assert_eq!(search.best().trailing_blanks, 1);
}

#[test]
fn greedy_transducer_emits_as_many_symbols_as_the_model_allows() {
    // Row 0 asks for 1; after 1 the predictor asks for 2, after 2 for blank.
    let mut network = TableNetwork::new(3, 0, SymbolsPerFrame::One);
    network.set_bias(1, &[0.0, -9.0, 4.0]);
    network.set_bias(2, &[9.0, 0.0, 0.0]);
    let row = EncoderFrames::new(3, vec![0.0, 2.0, 0.0]);
    for (symbols, expected) in [
        (SymbolsPerFrame::One, vec![1]),
        (SymbolsPerFrame::UpTo(2), vec![1, 2]),
        (SymbolsPerFrame::UpTo(10), vec![1, 2]),
    ] {
        network.symbols_per_frame = symbols;
        let mut search = greedy(&Arc::new(network.clone()));
        search.advance(&row).unwrap();
        assert_eq!(search.best().ids().collect::<Vec<_>>(), expected);
        assert_eq!(search.best().trailing_blanks, 0);
        search.reset().unwrap();
        assert_eq!(search.best(), Hypothesis::default());
    }
}

#[test]
fn greedy_transducer_counts_unknown_as_blank() {
    let network = Arc::new(TableNetwork::new(3, 0, SymbolsPerFrame::One));
    let silence = Silence {
        unknown: Some(2),
        ..Silence::default()
    };
    let mut search = GreedyTransducer::new(network, silence).unwrap();
    search.advance(&peaked("1220", 3)).unwrap();
    assert_eq!(search.best().ids().collect::<Vec<_>>(), [1]);
    assert_eq!(search.best().trailing_blanks, 3);
}

proptest! {
    #[test]
    fn splitting_the_frames_changes_no_greedy_search(
        frames in rows(4, 0..12),
        sizes in prop::collection::vec(0_usize..4, 0..8),
        seed in any::<u64>(),
        up_to in 1_u8..4,
    ) {
        let network = Arc::new(TableNetwork::random(4, 0, SymbolsPerFrame::UpTo(up_to), seed));
        type Make = fn(&Arc<TableNetwork>) -> Box<dyn Search>;
        let searches: [Make; 2] = [
            |_| Box::new(GreedyCtc::new(0, Silence::default())),
            |network| Box::new(greedy(network)),
        ];
        for make in searches {
            let (mut whole, mut pieces) = (make(&network), make(&network));
            whole.advance(&frames).unwrap();
            feed(pieces.as_mut(), &frames, &sizes);
            prop_assert_eq!(whole.best(), pieces.best());
        }
    }
}
