//! The text form of n-gram models, read line by line.
//!
//! Format: <http://www.speech.sri.com/projects/srilm/manpages/ngram-format.5.html>.

use std::collections::HashMap;
use std::io::{self, BufRead, Read};

use super::MAX_ORDER;

/// Lines longer than this are no n-grams.
const MAX_LINE_BYTES: u64 = 1 << 16;

/// Log-probabilities below this are as good as impossible (`-99` and `-inf` are written for it).
pub(super) const FLOOR_LOG10: f32 = -20.0;

/// Why an ARPA file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArpaError {
    /// It cannot be read.
    #[error("{file} line {line} cannot be read: {source}")]
    Io {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("{file} line {line} {problem}")]
    Line {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// A verb phrase that says what is wrong.
        problem: String,
    },
    /// Too much for the compiled form.
    #[error("{file} has {what} for the compiled form; prune the language model")]
    TooLarge {
        /// The file.
        file: String,
        /// What is too large.
        what: &'static str,
    },
}

/// N-grams of one order, `words` holding `order` ids for each.
#[derive(Debug, Default)]
pub(super) struct Ngrams {
    pub(super) words: Vec<u32>,
    pub(super) probs_log10: Vec<f32>,
    pub(super) backoffs_log10: Vec<f32>,
    /// The line of each, for messages.
    pub(super) lines: Vec<u32>,
}

/// A model as written.
#[derive(Debug, Default)]
pub(super) struct Arpa {
    /// Words by id, in the order of the file.
    pub(super) words: Vec<String>,
    /// N-grams of order 1, 2 …
    pub(super) orders: Vec<Ngrams>,
}

/// Where the reader is in the file.
#[derive(PartialEq)]
enum Part {
    Before,
    Counts,
    Grams(usize),
    End,
}

struct Reading<'a> {
    file: &'a str,
    line: u64,
    arpa: Arpa,
    ids: HashMap<String, u32>,
    counts: Vec<u64>,
}

/// Reads an ARPA file.
pub(super) fn read(file: &str, mut reader: impl BufRead) -> Result<Arpa, ArpaError> {
    let mut reading = Reading {
        file,
        line: 0,
        arpa: Arpa::default(),
        ids: HashMap::new(),
        counts: Vec::new(),
    };
    let mut part = Part::Before;
    let mut bytes = Vec::new();
    while part != Part::End {
        bytes.clear();
        reading.line += 1;
        let n_read = reader
            .by_ref()
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut bytes);
        let n_read = n_read.map_err(|source| ArpaError::Io {
            file: file.into(),
            line: reading.line,
            source,
        })?;
        if n_read == 0 {
            return Err(
                reading.error("is the end of the file, but \\end\\ has not come: it is cut off")
            );
        }
        if n_read as u64 == MAX_LINE_BYTES {
            return Err(reading.error("is longer than any n-gram"));
        }
        let Ok(text) = str::from_utf8(&bytes) else {
            return Err(reading.error("is not UTF-8 text"));
        };
        let text = text.trim_ascii();
        if !text.is_empty() {
            part = reading.take(part, text)?;
        }
    }
    reading.check_counts()?;
    Ok(reading.arpa)
}

impl Reading<'_> {
    fn error(&self, problem: impl Into<String>) -> ArpaError {
        ArpaError::Line {
            file: self.file.into(),
            line: self.line,
            problem: problem.into(),
        }
    }

    fn take(&mut self, part: Part, text: &str) -> Result<Part, ArpaError> {
        if text == "\\end\\" {
            return match part {
                Part::Grams(order) if order == self.counts.len() && self.counts[0] > 0 => {
                    Ok(Part::End)
                }
                _ => Err(self.error("ends the model before all n-grams that were counted")),
            };
        }
        if part == Part::Before {
            return Ok(if text == "\\data\\" {
                Part::Counts
            } else {
                Part::Before
            });
        }
        if let Some(order) = text
            .strip_prefix('\\')
            .and_then(|rest| rest.strip_suffix("-grams:"))
        {
            return self.begin_order(order);
        }
        match part {
            Part::Grams(order) => self.ngram(order, text)?,
            _ => self.count(text)?,
        }
        Ok(part)
    }

    fn count(&mut self, text: &str) -> Result<(), ArpaError> {
        let parsed = text.strip_prefix("ngram").and_then(|rest| {
            let (order, count) = rest.split_once('=')?;
            Some((
                order.trim().parse::<usize>().ok()?,
                count.trim().parse::<u64>().ok()?,
            ))
        });
        let Some((order, count)) = parsed else {
            return Err(self.error("is not a count such as \"ngram 1=1000\""));
        };
        if order != self.counts.len() + 1 {
            return Err(self.error(format!("counts order {order} out of turn")));
        }
        if order > MAX_ORDER {
            return Err(self.error(format!("has order {order}: {MAX_ORDER} is the highest")));
        }
        self.counts.push(count);
        Ok(())
    }

    fn begin_order(&mut self, order: &str) -> Result<Part, ArpaError> {
        let expected = self.arpa.orders.len() + 1;
        if order.parse() != Ok(expected) || expected > self.counts.len() {
            return Err(self.error(format!(
                "begins order {order}, which is not the next one counted"
            )));
        }
        self.check_counts()?;
        self.arpa.orders.push(Ngrams::default());
        Ok(Part::Grams(expected))
    }

    /// Compares what was counted with what came, for the orders begun so far.
    fn check_counts(&self) -> Result<(), ArpaError> {
        if let Some((order, ngrams)) = (1..).zip(&self.arpa.orders).last() {
            let found = ngrams.probs_log10.len() as u64;
            let counted = self.counts[order - 1];
            if found != counted {
                return Err(self.error(format!(
                    "ends order {order} with {found} n-grams, but {counted} were counted"
                )));
            }
        }
        Ok(())
    }

    fn ngram(&mut self, order: usize, text: &str) -> Result<(), ArpaError> {
        let mut fields = text.split_ascii_whitespace();
        let prob = fields.next().and_then(|field| field.parse::<f32>().ok());
        let Some(prob) = prob.filter(|prob| !prob.is_nan() && *prob <= 0.001) else {
            return Err(self.error("does not begin with a base-10 log-probability"));
        };
        for _ in 0..order {
            let Some(word) = fields.next() else {
                return Err(self.error(format!("has fewer than {order} words")));
            };
            let id = match (self.ids.get(word), order) {
                (Some(_), 1) => return Err(self.error("gives a word a second time")),
                (Some(&id), _) => id,
                (None, 1) => self.new_word(word)?,
                (None, _) => return Err(self.error("has a word that is no unigram")),
            };
            self.arpa.orders[order - 1].words.push(id);
        }
        let backoff = match fields.next().map(str::parse::<f32>) {
            None => 0.0,
            Some(Ok(backoff)) if !backoff.is_nan() => backoff,
            Some(_) => return Err(self.error("has a back-off weight that is no number")),
        };
        if fields.next().is_some() {
            return Err(self.error(format!("has more than {order} words and a back-off weight")));
        }
        let line = u32::try_from(self.line).unwrap_or(u32::MAX);
        let ngrams = &mut self.arpa.orders[order - 1];
        ngrams.probs_log10.push(prob.clamp(FLOOR_LOG10, 0.0));
        ngrams
            .backoffs_log10
            .push(backoff.clamp(FLOOR_LOG10, -FLOOR_LOG10));
        ngrams.lines.push(line);
        Ok(())
    }

    fn new_word(&mut self, word: &str) -> Result<u32, ArpaError> {
        let Ok(id) = u32::try_from(self.arpa.words.len()) else {
            return Err(ArpaError::TooLarge {
                file: self.file.into(),
                what: "too many words",
            });
        };
        self.ids.insert(word.into(), id);
        self.arpa.words.push(word.into());
        Ok(id)
    }
}
