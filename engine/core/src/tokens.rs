//! Token ids to words and back: the table of symbols that a model was trained with.
//!
//! Input is `tokens.txt`, one `symbol id` pair a line, ids `0..n`.
//! Every symbol becomes the bytes that it stands for, a space where a word begins, whatever the
//! coding: sentence pieces (`▁` marks a word's start), characters (`▁` or a bare id is the space),
//! byte fallback (`<0x00>`..`<0xFF>`), byte-level pieces (`tokens/bytes.rs`) and CJK characters.
//! Words are then cut from the joined bytes, so an incomplete UTF-8 sequence at the end is held
//! back until the token that completes it arrives.
//!
//! Format: <https://k2-fsa.github.io/sherpa/onnx/> and <https://github.com/google/sentencepiece>.

mod bytes;
pub(crate) mod script;
mod spell;
mod table;
mod words;

use std::collections::HashMap;

pub use spell::{PieceScoresError, SpellError};
pub use table::TokensError;

use spell::Spelling;

/// What one token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Symbol {
    /// Nothing: the blank of the network.
    Blank,
    /// Nothing: a word the training text could not spell.
    Unknown,
    /// Nothing: begin, end, padding and other control symbols.
    Control,
    /// A spoken language, such as `en-US`; never part of the text.
    Language(String),
    /// One byte of a character that has no piece of its own.
    Byte,
    /// Text.
    Piece,
}

/// The letters that a vocabulary holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterCase {
    /// Capitals only: the model writes `HELLO`.
    Upper,
    /// Small letters only: the model writes `hello`.
    Lower,
    /// Both: the model decides.
    Mixed,
    /// A script without case.
    Caseless,
}

/// The symbol table of a model, in both directions.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    symbols: Vec<Symbol>,
    /// Bytes of all tokens, one after the other.
    text: Vec<u8>,
    /// Where each token's bytes end in `text`.
    ends: Vec<usize>,
    ids: HashMap<Box<[u8]>, u32>,
    blank: u32,
    unknown: Option<u32>,
    byte_level: bool,
    letter_case: LetterCase,
    writes_punctuation: bool,
    spelling: Spelling,
}

impl Tokenizer {
    /// Reads `tokens.txt`; `file` names it in errors, `vocab_size` is the model's, where known.
    ///
    /// # Errors
    /// If the bytes are not such a table or its size is not `vocab_size`.
    pub fn from_bytes(
        file: &str,
        tokens: &[u8],
        vocab_size: Option<usize>,
    ) -> Result<Self, TokensError> {
        let names = table::parse(file, tokens, vocab_size)?;
        let byte_level = bytes::is_byte_level(names.iter().filter(|name| !is_special(name)));
        let mut symbols = Vec::with_capacity(names.len());
        let mut text = Vec::new();
        let mut ends = Vec::with_capacity(names.len());
        let mut ids = HashMap::new();
        let mut blank = None;
        let mut unknown = None;
        for (id, name) in (0_u32..).zip(&names) {
            let symbol = classify(name);
            let begin = text.len();
            match &symbol {
                Symbol::Blank => blank = blank.or(Some(id)),
                Symbol::Unknown => unknown = unknown.or(Some(id)),
                Symbol::Control | Symbol::Language(_) => {}
                Symbol::Byte => text.extend(bytes::parse_byte_symbol(name)),
                Symbol::Piece if byte_level => bytes::append_byte_level(name, &mut text),
                Symbol::Piece => bytes::append_piece(name, &mut text),
            }
            if symbol == Symbol::Piece && text.len() > begin {
                ids.entry(text[begin..].into()).or_insert(id);
            }
            symbols.push(symbol);
            ends.push(text.len());
        }
        let Some(blank) = blank else {
            return Err(TokensError::NoBlank { file: file.into() });
        };
        let mut tokenizer = Self {
            symbols,
            text,
            ends,
            ids,
            blank,
            unknown,
            byte_level,
            letter_case: LetterCase::Caseless,
            writes_punctuation: false,
            spelling: Spelling::FewestPieces,
        };
        tokenizer.letter_case = tokenizer.find_letter_case();
        tokenizer.writes_punctuation = tokenizer.find_punctuation();
        tokenizer.spelling = Spelling::of_vocabulary(&tokenizer);
        Ok(tokenizer)
    }

    /// Number of tokens, blank included.
    #[must_use]
    pub fn vocab_size(&self) -> usize {
        self.symbols.len()
    }

    /// The id of the blank symbol.
    #[must_use]
    pub const fn blank(&self) -> u32 {
        self.blank
    }

    /// The id of `<unk>`, where there is one.
    #[must_use]
    pub const fn unknown(&self) -> Option<u32> {
        self.unknown
    }

    /// The bytes a token stands for, a space where it begins a word; empty for blank, control
    /// symbols, language tags and ids out of range.
    #[must_use]
    pub fn token_bytes(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let Some(&end) = self.ends.get(id) else {
            return &[];
        };
        let begin = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.text[begin..end]
    }

    /// The language that a token announces, such as `en-US`.
    #[must_use]
    pub fn language(&self, id: u32) -> Option<&str> {
        match self.symbols.get(id as usize) {
            Some(Symbol::Language(tag)) => Some(tag),
            _ => None,
        }
    }

    /// Which letters the vocabulary has.
    #[must_use]
    pub const fn letter_case(&self) -> LetterCase {
        self.letter_case
    }

    /// Whether the model capitalizes by itself.
    #[must_use]
    pub fn writes_case(&self) -> bool {
        self.letter_case == LetterCase::Mixed
    }

    /// Whether the model writes full stops and commas or question marks.
    #[must_use]
    pub const fn writes_punctuation(&self) -> bool {
        self.writes_punctuation
    }

    /// Text of the pieces that tell what the model writes: single bytes of a byte-level table say
    /// nothing, since it has all 256.
    fn telling_pieces(&self) -> impl Iterator<Item = &str> {
        (0_u32..)
            .zip(&self.symbols)
            .filter(|(_, symbol)| **symbol == Symbol::Piece)
            .map(|(id, _)| self.token_bytes(id))
            .filter(|bytes| !self.byte_level || bytes.len() > 1)
            .filter_map(|bytes| str::from_utf8(bytes).ok())
    }

    fn find_letter_case(&self) -> LetterCase {
        let (mut upper, mut lower) = (false, false);
        for letter in self.telling_pieces().flat_map(str::chars) {
            upper |= letter.is_uppercase();
            lower |= letter.is_lowercase();
        }
        match (upper, lower) {
            (true, true) => LetterCase::Mixed,
            (true, false) => LetterCase::Upper,
            (false, true) => LetterCase::Lower,
            (false, false) => LetterCase::Caseless,
        }
    }

    fn find_punctuation(&self) -> bool {
        let (mut stop, mut other) = (false, false);
        for mark in self.telling_pieces().flat_map(str::chars) {
            stop |= matches!(mark, '.' | '。' | '।');
            other |= matches!(mark, ',' | '?' | '，' | '、' | '？' | '،' | '؟');
        }
        stop && other
    }
}

fn is_special(name: &str) -> bool {
    classify(name) != Symbol::Piece
}

fn classify(name: &str) -> Symbol {
    match name {
        "<blk>" | "<blank>" | "<eps>" => return Symbol::Blank,
        "<unk>" | "<UNK>" => return Symbol::Unknown,
        _ => {}
    }
    if bytes::parse_byte_symbol(name).is_some() {
        return Symbol::Byte;
    }
    let Some(inner) = name
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
    else {
        return Symbol::Piece;
    };
    if is_language_tag(inner) {
        Symbol::Language(inner.into())
    } else if inner.is_empty() {
        Symbol::Piece
    } else {
        Symbol::Control
    }
}

/// Two or three small letters, then perhaps a hyphen and two capitals.
fn is_language_tag(inner: &str) -> bool {
    let (language, region) = match inner.split_once('-') {
        Some((language, region)) => (language, Some(region)),
        None => (inner, None),
    };
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && region.is_none_or(|region| {
            region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase())
        })
}

#[cfg(test)]
mod tests;
