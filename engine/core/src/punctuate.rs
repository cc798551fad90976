//! Marks and case for recognized words: the punctuation model behind one pure call.
//!
//! The network reads word pieces and gives, for each word, the mark that follows it and how it is
//! written. An output depends on at most `right_words` words after it and `left_words` before it
//! (both read from the graph's metadata), so live text re-reads only the end of what it has.
//!
//! Input: `pieces` i64 `[1, words, pieces_per_word]`. Outputs: `marks` f32 `[1, words, n_marks]`
//! and `cases` f32 `[1, words, 4]`, raw logits. Ids: 0 nothing known, 1 speech ended, 2 unknown piece.
//! The recipe is `models/starter/text`.

mod marks;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use tract_onnx::prelude::*;

use self::marks::CASES;
pub use self::marks::{Mark, WordCase};
use crate::encoder::InferenceError;
use crate::model::{Keep, ModelFile, PreparedGraph, PunctuationFile};

/// Piece that stands after the last word when speech has ended.
const END_PIECE: i64 = 1;
/// Piece for a character that the vocabulary does not have.
const UNKNOWN_PIECE: i64 = 2;
/// How the vocabulary marks a piece that starts a word.
const WORD_START: char = '▁';

/// What follows the last word that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Following {
    /// The speaker is still speaking.
    Unknown,
    /// Speech has ended.
    End,
}

/// The model's choice for one word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Punctuation {
    /// What stands after the word.
    pub mark: Mark,
    /// How the word is written.
    pub case: WordCase,
    /// Probability that a sentence ends after the word, in `[0, 1]`.
    pub sentence_end: f32,
}

/// Why a punctuation model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PunctuatorError {
    /// The graph does not load.
    #[error("{file} is not a usable punctuation model ({source}); install the model again")]
    Graph {
        /// File name.
        file: String,
        /// What the inference library said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A metadata entry is missing or wrong.
    #[error("{file}: metadata entry `{key}` is missing or not understood; install the model again")]
    Metadata {
        /// File name.
        file: String,
        /// The entry.
        key: &'static str,
    },
    /// The piece list does not fit the graph.
    #[error(
        "{file} is not the piece list of this punctuation model: {what}; install the model again"
    )]
    Pieces {
        /// File name.
        file: String,
        /// What is wrong.
        what: String,
    },
}

/// The bytes of a punctuation model, with file names for messages.
#[derive(Clone, Copy)]
pub struct PunctuatorFiles<'a> {
    /// The network, as ONNX or prepared.
    pub graph: ModelFile<'a>,
    /// Name and content of the piece list, one piece a line.
    pub pieces: (&'a str, &'a [u8]),
    /// Words with capitals inside, one a line as they are written; may be empty.
    pub mixed_case: &'a [u8],
}

/// A loaded punctuation and case model; immutable, shared.
pub struct Punctuator {
    plan: Arc<TypedRunnableModel>,
    pieces: HashMap<String, i64>,
    longest_piece: usize,
    marks: Vec<Mark>,
    mixed_case: HashMap<String, String>,
    pieces_per_word: usize,
    left_words: usize,
    right_words: usize,
}

impl fmt::Debug for Punctuator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Punctuator")
            .field("n_pieces", &self.pieces.len())
            .field("left_words", &self.left_words)
            .field("right_words", &self.right_words)
            .finish_non_exhaustive()
    }
}

impl Punctuator {
    /// Loads and optimizes the graph.
    ///
    /// # Errors
    /// If the graph, its metadata or the piece list cannot be used.
    pub fn load(files: PunctuatorFiles<'_>) -> Result<Self, PunctuatorError> {
        Ok(Self::load_keeping(files, Keep::No)?.0)
    }

    /// As [`load`](Self::load), with what makes the next load quick, if it can be kept.
    ///
    /// # Errors
    /// Those of [`load`](Self::load).
    pub fn load_and_prepare(
        files: PunctuatorFiles<'_>,
    ) -> Result<(Self, Option<PreparedGraph>), PunctuatorError> {
        Self::load_keeping(files, Keep::Yes)
    }

    fn load_keeping(
        files: PunctuatorFiles<'_>,
        keep: Keep,
    ) -> Result<(Self, Option<PreparedGraph>), PunctuatorError> {
        let file = files.graph.name;
        let graph_error = |source: TractError| PunctuatorError::Graph {
            file: file.to_owned(),
            source: source.into(),
        };
        let graph = PunctuationFile::decode(&files.graph).map_err(graph_error)?;
        let wrong = |key: &'static str| PunctuatorError::Metadata {
            file: file.to_owned(),
            key,
        };
        let number = |key: &'static str| {
            let value = graph.metadata(key).and_then(|value| value.parse().ok());
            let value = value.filter(|value: &usize| *value <= 1_000);
            value.ok_or_else(|| wrong(key))
        };
        let marks = graph.metadata("marks").and_then(|marks| {
            let marks: Option<Vec<_>> = marks.split_whitespace().map(Mark::parse).collect();
            marks.filter(|marks| !marks.is_empty())
        });
        let marks = marks.ok_or_else(|| wrong("marks"))?;
        let pieces_per_word = number("pieces_per_word")?.max(1);
        let left_words = number("left_words")?;
        let right_words = number("right_words")?;

        let (plan, prepared) = graph
            .into_plan(pieces_per_word, keep)
            .map_err(graph_error)?;
        let prepared = prepared.map(|parts| PreparedGraph::new(file.to_owned(), parts));
        let (pieces, longest_piece) = read_pieces(files.pieces)?;
        let mixed_case = String::from_utf8_lossy(files.mixed_case)
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| (line.trim().to_lowercase(), line.trim().to_owned()))
            .collect();
        let punctuator = Self {
            plan,
            pieces,
            longest_piece,
            marks,
            mixed_case,
            pieces_per_word,
            left_words,
            right_words,
        };
        Ok((punctuator, prepared))
    }

    /// Words after a word that may still change its mark or case.
    #[must_use]
    pub const fn right_words(&self) -> usize {
        self.right_words
    }

    /// Words before a word that its mark or case depends on.
    #[must_use]
    pub const fn left_words(&self) -> usize {
        self.left_words
    }

    /// A mark and a case for each of `words`, which are lower-case and free of marks.
    ///
    /// # Errors
    /// If the graph fails to run, which a loaded model does not.
    pub fn apply(
        &self,
        words: &[&str],
        following: Following,
    ) -> Result<Vec<Punctuation>, InferenceError> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let fail = |source: TractError| InferenceError {
            network: "punctuation network",
            source: source.into(),
        };
        let n_rows = words.len() + self.right_words;
        let mut ids = vec![0_i64; n_rows * self.pieces_per_word];
        for (word, row) in words.iter().zip(ids.chunks_exact_mut(self.pieces_per_word)) {
            self.encode(word, row);
        }
        if following == Following::End {
            for row in ids.chunks_exact_mut(self.pieces_per_word).skip(words.len()) {
                row[0] = END_PIECE;
            }
        }
        let input = Tensor::from_shape(&[1, n_rows, self.pieces_per_word], &ids).map_err(fail)?;
        let outputs = self.plan.run(tvec!(input.into())).map_err(fail)?;
        let marks = outputs[0].to_plain_array_view::<f32>().map_err(fail)?;
        let cases = outputs[1].to_plain_array_view::<f32>().map_err(fail)?;
        let marks = marks.as_slice().unwrap_or_default();
        let cases = cases.as_slice().unwrap_or_default();
        Ok(marks
            .chunks_exact(self.marks.len())
            .zip(cases.chunks_exact(CASES.len()))
            .take(words.len())
            .map(|(marks, cases)| Punctuation {
                mark: self.marks[argmax(marks)],
                case: CASES[argmax(cases)],
                sentence_end: self.sentence_end(marks),
            })
            .collect())
    }

    /// `word` as `case` says.
    #[must_use]
    pub fn write(&self, word: &str, case: WordCase) -> String {
        match case {
            WordCase::Lower => word.to_owned(),
            WordCase::Upper => word.to_uppercase(),
            WordCase::Mixed => match self.mixed_case.get(word) {
                Some(known) => known.clone(),
                None => capitalized(word),
            },
            WordCase::Capital => capitalized(word),
        }
    }

    fn sentence_end(&self, logits: &[f32]) -> f32 {
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let (mut ends, mut all) = (0.0, 0.0);
        for (mark, logit) in self.marks.iter().zip(logits) {
            let weight = (logit - top).exp();
            all += weight;
            if mark.ends_sentence() {
                ends += weight;
            }
        }
        ends / all
    }

    /// Greedy longest match; a long word keeps its first pieces and its last.
    fn encode(&self, word: &str, row: &mut [i64]) {
        let text: Vec<char> = std::iter::once(WORD_START).chain(word.chars()).collect();
        let (mut start, mut n_found) = (0, 0);
        let mut piece = String::new();
        while start < text.len() {
            let mut length = self.longest_piece.min(text.len() - start);
            let id = loop {
                piece.clear();
                piece.extend(&text[start..start + length]);
                if let Some(id) = self.pieces.get(piece.as_str()) {
                    break *id;
                }
                if length == 1 {
                    break UNKNOWN_PIECE;
                }
                length -= 1;
            };
            row[n_found.min(row.len() - 1)] = id;
            n_found += 1;
            start += length;
        }
    }
}

fn argmax(values: &[f32]) -> usize {
    values
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1))
        .map_or(0, |(index, _)| index)
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn read_pieces(
    (file, bytes): (&str, &[u8]),
) -> Result<(HashMap<String, i64>, usize), PunctuatorError> {
    let wrong = |what: String| PunctuatorError::Pieces {
        file: file.to_owned(),
        what,
    };
    let text = std::str::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8 text".to_owned()))?;
    let mut pieces = HashMap::new();
    let mut longest = 1;
    for (id, piece) in (0_i64..).zip(text.lines()) {
        longest = longest.max(piece.chars().count());
        if pieces.insert(piece.to_owned(), id).is_some() {
            return Err(wrong(format!("line {} repeats an earlier piece", id + 1)));
        }
    }
    let starts = ["<pad>", "<end>", "<unk>"];
    if (0..)
        .zip(starts)
        .any(|(id, name)| pieces.get(name) != Some(&id))
    {
        return Err(wrong(
            "it does not begin with <pad>, <end>, <unk>".to_owned(),
        ));
    }
    Ok((pieces, longest))
}
