//! Phrases to tokens, the way the training text was cut.
//!
//! A byte-pair vocabulary is recognized by its shape (every piece is two earlier ones joined) and
//! spelled by its merges in order; a unigram vocabulary needs the scores of `bpe.vocab`; anything
//! else takes the fewest pieces, the longest first.
//!
//! Sources: Sennrich et al. 2016 <https://arxiv.org/abs/1508.07909>,
//! Kudo 2018 <https://arxiv.org/abs/1804.10959>.

use std::collections::HashMap;

use super::script::{Joining, joining};
use super::{LetterCase, Symbol, Tokenizer, bytes};

/// A phrase that the vocabulary cannot write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpellError {
    /// Nothing to spell.
    #[error("the phrase \"{phrase}\" holds no word; remove it or write one")]
    Empty {
        /// The phrase.
        phrase: String,
    },
    /// Some characters have no token.
    #[error(
        "the phrase \"{phrase}\" cannot be spelled by this model: it has no token for \"{part}\""
    )]
    NoToken {
        /// The phrase.
        phrase: String,
        /// The word that has no spelling.
        part: String,
    },
}

/// Why a file of piece scores (`bpe.vocab`) cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PieceScoresError {
    /// Bytes that are no text.
    #[error("{file} line {line} is not UTF-8 text; export bpe.vocab again")]
    NotUtf8 {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
    },
    /// A line that is no piece and number.
    #[error("{file} line {line} is not a piece, a tab and a number; export bpe.vocab again")]
    NoScore {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
    },
    /// Pieces of another model.
    #[error("{file} shares no piece with the model's tokens: they belong to different models")]
    OtherModel {
        /// The file.
        file: String,
    },
}

/// How pieces are chosen.
#[derive(Debug, Clone)]
pub(super) enum Spelling {
    /// Join pairs, the best rank (lowest) first.
    Merges { ranks: HashMap<u32, u32> },
    /// The highest sum of scores.
    Scores { scores: HashMap<u32, f64> },
    /// The fewest pieces.
    FewestPieces,
}

/// Cost of a byte in place of a character that has no piece: worse than any piece.
const BYTE_COST: f64 = 1e6;

impl Spelling {
    /// Guesses from the vocabulary alone.
    pub(super) fn of_vocabulary(tokenizer: &Tokenizer) -> Self {
        let ranks = tokenizer.ids.values().map(|&id| (id, id)).collect();
        if tokenizer.is_byte_pair(&ranks) {
            Self::Merges { ranks }
        } else {
            Self::FewestPieces
        }
    }
}

impl Tokenizer {
    /// Takes the scores of a `bpe.vocab` file (`piece<TAB>score` a line) for [`Tokenizer::encode`].
    ///
    /// # Errors
    /// If the bytes are not such a file or belong to another model.
    pub fn with_piece_scores(mut self, file: &str, vocab: &[u8]) -> Result<Self, PieceScoresError> {
        let mut scores = HashMap::new();
        let mut piece_bytes = Vec::new();
        for (line, row) in (1..).zip(vocab.split(|&byte| byte == b'\n')) {
            let Ok(row) = str::from_utf8(row) else {
                return Err(PieceScoresError::NotUtf8 {
                    file: file.into(),
                    line,
                });
            };
            let row = row.trim_end_matches('\r');
            if row.is_empty() {
                continue;
            }
            let parsed = row
                .rsplit_once(['\t', ' '])
                .and_then(|(piece, score)| Some((piece, score.parse::<f64>().ok()?)));
            let Some((piece, score)) = parsed.filter(|(_, score)| score.is_finite()) else {
                return Err(PieceScoresError::NoScore {
                    file: file.into(),
                    line,
                });
            };
            piece_bytes.clear();
            if self.byte_level {
                bytes::append_byte_level(piece, &mut piece_bytes);
            } else {
                bytes::append_piece(piece, &mut piece_bytes);
            }
            if let Some(&id) = self.ids.get(piece_bytes.as_slice()) {
                scores.entry(id).or_insert(score);
            }
        }
        if scores.is_empty() {
            return Err(PieceScoresError::OtherModel { file: file.into() });
        }
        let ranks = ranks_of(&scores);
        self.spelling = if self.is_byte_pair(&ranks) {
            Spelling::Merges { ranks }
        } else {
            Spelling::Scores { scores }
        };
        Ok(self)
    }

    /// The tokens of a phrase as the model would emit it, letters folded to the vocabulary's case.
    ///
    /// # Errors
    /// If some word has no spelling.
    pub fn encode(&self, phrase: &str) -> Result<Vec<u32>, SpellError> {
        let folded = match self.letter_case {
            LetterCase::Upper => phrase.to_uppercase(),
            LetterCase::Lower => phrase.to_lowercase(),
            LetterCase::Mixed | LetterCase::Caseless => phrase.into(),
        };
        let units = units(&folded);
        if units.is_empty() {
            return Err(SpellError::Empty {
                phrase: phrase.into(),
            });
        }
        let mut tokens = Vec::new();
        for (idx, unit) in units.iter().enumerate() {
            let spelled = self
                .candidates(unit, idx)
                .into_iter()
                .find_map(|text| self.spell(&text));
            let Some(spelled) = spelled else {
                return Err(SpellError::NoToken {
                    phrase: phrase.into(),
                    part: unit.text.into(),
                });
            };
            tokens.extend(spelled);
        }
        Ok(tokens)
    }

    /// The token that comes before a phrase in the middle of an utterance, where the mark of a
    /// word's start is a token of its own.
    #[must_use]
    pub fn word_start(&self, phrase: &str) -> Option<u32> {
        let first = phrase.chars().find(|letter| !letter.is_whitespace())?;
        if self.marks_word_starts() || joining(first) == Joining::Unspaced {
            return None;
        }
        self.ids.get(b" ".as_slice()).copied()
    }

    /// The byte strings that may stand for a unit, the likeliest first.
    fn candidates(&self, unit: &Unit<'_>, idx: usize) -> Vec<Vec<u8>> {
        let bare = unit.text.as_bytes().to_vec();
        let mut marked = vec![b' '];
        marked.extend_from_slice(&bare);
        match (unit.joining, self.marks_word_starts()) {
            (Joining::Unspaced, _) if self.byte_level => vec![marked, bare],
            (Joining::Unspaced, _) => vec![bare, marked],
            (_, true) => vec![marked],
            (_, false) if idx == 0 => vec![bare],
            (_, false) => vec![marked, bare],
        }
    }

    /// Whether words begin with a mark inside a piece, so that the first word has one too.
    fn marks_word_starts(&self) -> bool {
        self.byte_level
            || self
                .ids
                .keys()
                .any(|piece| piece.len() > 1 && piece[0] == b' ')
    }

    fn spell(&self, text: &[u8]) -> Option<Vec<u32>> {
        match &self.spelling {
            Spelling::Merges { ranks } => self.merge(text, ranks),
            Spelling::Scores { scores } => {
                let worst = scores.values().copied().fold(0.0, f64::min) - 10.0;
                self.cheapest(text, |id| -scores.get(&id).copied().unwrap_or(worst))
            }
            Spelling::FewestPieces => self.cheapest(text, |_| 1.0),
        }
    }

    /// Joins neighbors in order of rank, from single characters up.
    fn merge(&self, text: &[u8], ranks: &HashMap<u32, u32>) -> Option<Vec<u32>> {
        let mut cuts = self.atoms(text);
        loop {
            let best = (0..cuts.len().saturating_sub(2))
                .filter_map(|idx| {
                    let id = self.ids.get(&text[cuts[idx]..cuts[idx + 2]])?;
                    Some((*ranks.get(id)?, idx))
                })
                .min();
            let Some((_, idx)) = best else { break };
            cuts.remove(idx + 1);
        }
        let mut tokens = Vec::with_capacity(cuts.len());
        for pair in cuts.windows(2) {
            let part = &text[pair[0]..pair[1]];
            match self.ids.get(part) {
                Some(&id) => tokens.push(id),
                None => tokens.extend(self.byte_tokens(part)?),
            }
        }
        Some(tokens)
    }

    /// The cut with the lowest total cost; among equals the one with the longest first piece.
    fn cheapest(&self, text: &[u8], cost: impl Fn(u32) -> f64) -> Option<Vec<u32>> {
        let longest = self.ids.keys().map(|piece| piece.len()).max().unwrap_or(0);
        let mut best: Vec<Option<(f64, usize)>> = vec![None; text.len() + 1];
        best[text.len()] = Some((0.0, text.len()));
        for begin in (0..text.len()).rev() {
            for end in (begin + 1..=text.len().min(begin + longest.max(1))).rev() {
                let Some((rest, _)) = best[end] else { continue };
                let part = &text[begin..end];
                let piece_cost = match self.ids.get(part) {
                    Some(&id) => cost(id),
                    None if part.len() == 1 && self.byte_token(part[0]).is_some() => BYTE_COST,
                    None => continue,
                };
                if best[begin].is_none_or(|(total, _)| piece_cost + rest < total) {
                    best[begin] = Some((piece_cost + rest, end));
                }
            }
        }
        let mut tokens = Vec::new();
        let mut begin = 0;
        while begin < text.len() {
            let (_, end) = best[begin]?;
            let part = &text[begin..end];
            tokens.push(
                self.ids
                    .get(part)
                    .copied()
                    .or_else(|| self.byte_token(part[0]))?,
            );
            begin = end;
        }
        Some(tokens)
    }

    /// Where the smallest units of text begin, and its end: bytes, or characters.
    fn atoms(&self, text: &[u8]) -> Vec<usize> {
        let starts = |&idx: &usize| self.byte_level || text[idx] & 0xC0 != 0x80;
        let mut cuts: Vec<usize> = (0..text.len()).filter(starts).collect();
        cuts.push(text.len());
        cuts
    }

    fn byte_token(&self, byte: u8) -> Option<u32> {
        (0_u32..)
            .zip(&self.symbols)
            .find(|&(id, symbol)| *symbol == Symbol::Byte && self.token_bytes(id) == [byte])
            .map(|(id, _)| id)
    }

    fn byte_tokens(&self, part: &[u8]) -> Option<Vec<u32>> {
        part.iter().map(|&byte| self.byte_token(byte)).collect()
    }

    /// Whether every piece is an atom or joins two pieces of lower rank.
    fn is_byte_pair(&self, ranks: &HashMap<u32, u32>) -> bool {
        let mut joins = false;
        let rank_below = |part: &[u8], rank: u32| {
            let is_atom = self.atoms(part).len() == 2;
            let id = self.ids.get(part);
            is_atom
                || id
                    .and_then(|id| ranks.get(id))
                    .is_some_and(|&own| own < rank)
        };
        for (piece, id) in &self.ids {
            let cuts = self.atoms(piece);
            let Some(&rank) = ranks.get(id) else { continue };
            if cuts.len() == 2 {
                continue;
            }
            joins = true;
            let inner = &cuts[1..cuts.len() - 1];
            if !inner
                .iter()
                .any(|&cut| rank_below(&piece[..cut], rank) && rank_below(&piece[cut..], rank))
            {
                return false;
            }
        }
        joins
    }
}

/// Ranks by falling score.
fn ranks_of(scores: &HashMap<u32, f64>) -> HashMap<u32, u32> {
    let mut order: Vec<(u32, f64)> = scores.iter().map(|(&id, &score)| (id, score)).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    (0_u32..)
        .zip(order)
        .map(|(rank, (id, _))| (id, rank))
        .collect()
}

/// A word, or one unspaced character.
struct Unit<'a> {
    text: &'a str,
    joining: Joining,
}

fn units(phrase: &str) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    for word in phrase.split_whitespace() {
        let mut begin = 0;
        for (at, character) in word.char_indices() {
            if joining(character) != Joining::Unspaced {
                continue;
            }
            if begin < at {
                units.push(Unit {
                    text: &word[begin..at],
                    joining: Joining::Spaced,
                });
            }
            let end = at + character.len_utf8();
            units.push(Unit {
                text: &word[at..end],
                joining: Joining::Unspaced,
            });
            begin = end;
        }
        if begin < word.len() {
            units.push(Unit {
                text: &word[begin..],
                joining: Joining::Spaced,
            });
        }
    }
    units
}
