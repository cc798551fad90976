//! The recognizer with the model that comes with the program, on the committed recording.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use std::sync::{Arc, OnceLock};

use proptest::prelude::*;
use sotto_core::model::{LoadOptions, Model, ModelBytes, ModelFile, ModelFiles, SharedBytes};
use sotto_core::punctuate::{Following, Mark, Punctuator, PunctuatorFiles};
use sotto_core::recognizer::{Recognizer, RecognizerConfig, RecognizerEvent};
use sotto_core::speech_model::{MismatchError, SpeechModel, SpeechModelParts};
use sotto_core::time::Millis;
use sotto_core::tokens::Tokenizer;
use sotto_core::transcript::Transcript;

const SPEECH: &[u8] = include_bytes!("fixtures/speech.wav");
const GRAPH: &[u8] = include_bytes!("../../../models/starter/en/model.onnx");
const TOKENS: &[u8] = include_bytes!("../../../models/starter/en/tokens.txt");
const PUNCTUATION: &[u8] = include_bytes!("../../../models/starter/en/punctuation.onnx");
const PIECES: &[u8] = include_bytes!("../../../models/starter/en/punctuation.pieces.txt");

fn acoustic() -> Model {
    let model = ModelFile {
        name: "model.onnx",
        bytes: ModelBytes::Onnx(GRAPH),
    };
    Model::load(&ModelFiles::Ctc { model }, &LoadOptions::default()).unwrap()
}

fn punctuator_files(graph: ModelBytes<'_>) -> PunctuatorFiles<'_> {
    PunctuatorFiles {
        graph: ModelFile {
            name: "punctuation.onnx",
            bytes: graph,
        },
        pieces: ("punctuation.pieces.txt", PIECES),
        mixed_case: b"iPhone\n",
    }
}

fn punctuator() -> Punctuator {
    Punctuator::load(punctuator_files(ModelBytes::Onnx(PUNCTUATION))).unwrap()
}

fn model() -> Arc<SpeechModel> {
    static MODEL: OnceLock<Arc<SpeechModel>> = OnceLock::new();
    Arc::clone(MODEL.get_or_init(|| {
        Arc::new(
            SpeechModel::new(SpeechModelParts {
                acoustic: acoustic(),
                tokenizer: Tokenizer::from_bytes("tokens.txt", TOKENS, None).unwrap(),
                punctuator: Some(punctuator()),
                language_model: None,
                sounds: None,
            })
            .unwrap(),
        )
    }))
}

/// Everything a recognizer says about the samples, pushed in blocks of these sizes over and over.
fn events(config: &RecognizerConfig, samples: &[f32], sizes: &[usize]) -> Vec<RecognizerEvent> {
    let mut recognizer = Recognizer::new(model(), config, 16_000).unwrap();
    let mut rest = samples;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at((*size).clamp(1, rest.len()));
        recognizer.push(now);
        rest = later;
    }
    recognizer.finish();
    std::iter::from_fn(|| recognizer.poll()).collect()
}

fn finals(events: &[RecognizerEvent]) -> Vec<&Transcript> {
    events
        .iter()
        .filter_map(|event| match event {
            RecognizerEvent::Final(result) => Some(&result.transcript),
            _ => None,
        })
        .collect()
}

/// A form that can be compared; the types' own debug form shows no text.
fn written(event: &RecognizerEvent) -> String {
    match event {
        RecognizerEvent::Started { at } => format!("started {}", at.0),
        RecognizerEvent::Partial(transcript) => {
            format!("partial {}/{}", transcript.stable.len(), transcript.text())
        }
        RecognizerEvent::Final(result) => {
            format!(
                "final {}-{} {}",
                result.start.0,
                result.end.0,
                result.transcript.text()
            )
        }
        RecognizerEvent::Lost { n_samples } => format!("lost {n_samples}"),
        RecognizerEvent::Failed(error) => format!("failed {error}"),
    }
}

#[test]
fn speech_becomes_words_in_order() {
    let samples = common::wav_samples(SPEECH);
    let events = events(&RecognizerConfig::default(), &samples, &[1600]);
    let finals = finals(&events);
    assert!(!finals.is_empty());
    let words: Vec<_> = finals
        .iter()
        .flat_map(|transcript| transcript.words())
        .collect();
    assert!(words.len() > 3, "{} words", words.len());
    assert!(words.windows(2).all(|pair| pair[0].start <= pair[1].start));
    assert!(
        words
            .iter()
            .all(|word| word.start < word.end && word.confidence <= 1.0)
    );
    assert!(words[0].written.starts_with(char::is_uppercase));
}

#[test]
fn what_sounds_like_nothing_known_is_taken_for_noise() {
    let samples = common::wav_samples(SPEECH);
    let sure = RecognizerConfig::default();
    let words = |config: &RecognizerConfig, samples| {
        let events = events(config, samples, &[800]);
        let n: usize = finals(&events).iter().map(|all| all.words().count()).sum();
        n
    };
    let doubting = RecognizerConfig {
        min_confidence: 0.1,
        ..sure.clone()
    };
    assert_eq!(words(&doubting, &samples), words(&sure, &samples));
    // The first word and a half, before any of it is stable.
    let beginning = &samples[..samples.len() / 4];
    let hopeless = RecognizerConfig {
        min_confidence: 1.0,
        ..sure.clone()
    };
    assert!(words(&sure, beginning) > 0);
    assert_eq!(words(&hopeless, beginning), 0);
}

#[test]
fn stable_words_only_grow() {
    let samples = common::wav_samples(SPEECH);
    let mut before: Vec<String> = Vec::new();
    for event in events(&RecognizerConfig::default(), &samples, &[800]) {
        match event {
            RecognizerEvent::Partial(transcript) => {
                let stable: Vec<_> = transcript
                    .stable
                    .iter()
                    .map(|word| format!("{}{}", word.written, word.mark.as_str()))
                    .collect();
                assert!(stable.starts_with(&before), "{before:?} became {stable:?}");
                before = stable;
            }
            RecognizerEvent::Started { .. } | RecognizerEvent::Final(_) => before.clear(),
            RecognizerEvent::Lost { .. } | RecognizerEvent::Failed(_) => unreachable!(),
        }
    }
}

#[test]
fn silence_and_nothing_say_nothing() {
    assert!(events(&RecognizerConfig::default(), &[0.0; 80_000], &[320]).is_empty());
    assert!(events(&RecognizerConfig::default(), &[], &[320]).is_empty());
    let bad = vec![f32::NAN; 16_000];
    assert!(events(&RecognizerConfig::default(), &bad, &[100]).is_empty());
}

#[test]
fn a_hole_ends_the_utterance_and_the_clock_goes_on() {
    let samples = common::wav_samples(SPEECH);
    let mut recognizer = Recognizer::new(model(), &RecognizerConfig::default(), 16_000).unwrap();
    recognizer.push(&samples);
    recognizer.lose(160_000);
    recognizer.push(&samples);
    recognizer.finish();
    let events: Vec<_> = std::iter::from_fn(|| recognizer.poll()).collect();
    let lost = events
        .iter()
        .position(|event| matches!(event, RecognizerEvent::Lost { n_samples: 160_000 }))
        .unwrap();
    assert_eq!(finals(&events[..lost]).len(), finals(&events[lost..]).len());
    let resumed = events[lost..].iter().find_map(|event| match event {
        RecognizerEvent::Started { at } => Some(*at),
        _ => None,
    });
    let heard = Millis(samples.len() as u64 / 16);
    assert!(resumed.unwrap() >= Millis(heard.0 + 10_000));
}

#[test]
fn a_token_table_of_another_model_is_refused() {
    let error = SpeechModel::new(SpeechModelParts {
        acoustic: acoustic(),
        tokenizer: Tokenizer::from_bytes("tokens.txt", b"a 0\nb 1\n<blk> 2\n", None).unwrap(),
        punctuator: None,
        language_model: None,
        sounds: None,
    })
    .unwrap_err();
    assert!(
        matches!(error, MismatchError::Tokens { found: 3, .. }),
        "{error}"
    );
}

#[test]
fn marks_depend_on_no_more_words_than_the_model_says() {
    let punctuator = punctuator();
    let words: Vec<&str> =
        "please send the report by friday and call me when you are back at home \
        because i want to know what the people there have said about it and why"
            .split(' ')
            .collect();
    let whole = punctuator.apply(&words, Following::Unknown).unwrap();
    assert_eq!(whole.len(), words.len());
    for end in 6..words.len() {
        let part = punctuator.apply(&words[..end], Following::Unknown).unwrap();
        let n_settled = end - punctuator.right_words();
        for (a, b) in part[..n_settled].iter().zip(&whole) {
            assert_eq!((a.mark, a.case), (b.mark, b.case));
        }
    }
    let ended = punctuator.apply(&["please", "send", "the", "report"], Following::End);
    assert_eq!(
        ended.unwrap().last().map(|last| last.mark),
        Some(Mark::Period)
    );
}

#[test]
fn a_prepared_punctuation_network_chooses_the_same() {
    let (first, graph) =
        Punctuator::load_and_prepare(punctuator_files(ModelBytes::Onnx(PUNCTUATION))).unwrap();
    let graph = graph.unwrap().parts().concat();
    let load_kept = |bytes: &[u8]| {
        let bytes: SharedBytes = Arc::new(bytes.to_vec());
        Punctuator::load_and_prepare(punctuator_files(ModelBytes::Prepared(&bytes)))
    };
    let (again, more) = load_kept(&graph).unwrap();
    assert!(more.is_none());
    assert_eq!(again.left_words(), first.left_words());
    assert_eq!(again.right_words(), first.right_words());
    let words = ["please", "call", "me", "on", "my", "iphone", "when", "you"];
    for n_words in 1..=words.len() {
        for following in [Following::Unknown, Following::End] {
            let words = &words[..n_words];
            assert_eq!(
                again.apply(words, following).unwrap(),
                first.apply(words, following).unwrap()
            );
        }
    }
    for n_bytes in (0..graph.len()).step_by(graph.len() / 20) {
        let cut = load_kept(&graph[..n_bytes]);
        let message = cut.unwrap_err().to_string();
        assert!(message.contains("punctuation.onnx"), "{message}");
    }
    Punctuator::load(punctuator_files(ModelBytes::Onnx(&graph))).unwrap_err();
    load_kept(PUNCTUATION).unwrap_err();
}

#[test]
fn broken_punctuation_files_are_refused_by_name() {
    let files = |graph, pieces| {
        Punctuator::load(PunctuatorFiles {
            graph: ModelFile {
                name: "marks.onnx",
                bytes: ModelBytes::Onnx(graph),
            },
            pieces: ("pieces.txt", pieces),
            mixed_case: b"",
        })
        .unwrap_err()
        .to_string()
    };
    assert!(files(&PUNCTUATION[..PUNCTUATION.len() / 2], PIECES).contains("marks.onnx"));
    assert!(files(GRAPH, PIECES).contains("marks.onnx"));
    assert!(files(PUNCTUATION, b"one\ntwo\n").contains("pieces.txt"));
    assert!(files(PUNCTUATION, &[0xff, 0xfe]).contains("pieces.txt"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// Invariant 8: splitting the same audio in any way gives the same events.
    #[test]
    fn splits_change_nothing(
        sizes in prop::collection::vec(1_usize..4_000, 1..6),
        gated in any::<bool>(),
    ) {
        let samples = common::wav_samples(SPEECH);
        let mut config = RecognizerConfig::default();
        if !gated {
            config.gate = None;
        }
        let whole: Vec<_> = events(&config, &samples, &[usize::MAX]).iter().map(written).collect();
        let split: Vec<_> = events(&config, &samples, &sizes).iter().map(written).collect();
        prop_assert_eq!(whole, split);
    }
}
