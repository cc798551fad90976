//! Guesses how a word sounds that no lexicon lists, letter by letter from what stands around it.
//!
//! A text file of rules: letters with the one that sounds in brackets, then its phones, if any:
//! `[c]h ch`. Of the rules that fit, the one with the widest context wins.
//! Source: Black, Lenzo and Pagel 1998, "Issues in building general letter to sound rules".

use std::collections::HashMap;

use super::{Lexicon, phone_id};

/// Letters to the left and right that a rule may look at, the widest first.
const CONTEXTS: [(usize, usize); 7] = [(2, 3), (2, 2), (1, 2), (1, 1), (0, 1), (1, 0), (0, 0)];

/// Stands for the edge of the word.
const EDGE: u8 = b'_';

/// A file that holds no such rules.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of {file} is no rule of spelling: install the model again")]
pub struct LetterToSoundError {
    /// Name of the file.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
}

/// Rules from letters to phones.
#[derive(Debug, Clone, Default)]
pub struct LetterToSound {
    rules: HashMap<Box<[u8]>, Box<[u8]>>,
}

impl LetterToSound {
    /// Reads the rules, whose phones are those of `lexicon`; `file` names them in errors.
    ///
    /// # Errors
    /// If a line is no rule.
    pub fn from_bytes(
        file: &str,
        bytes: &[u8],
        lexicon: &Lexicon,
    ) -> Result<Self, LetterToSoundError> {
        let mut rules = HashMap::new();
        for (text, line) in bytes.split(|&byte| byte == b'\n').zip(1..) {
            let error = || LetterToSoundError {
                file: file.into(),
                line,
            };
            let text = str::from_utf8(text).map_err(|_| error())?;
            let mut parts = text.split_whitespace();
            let Some(window) = parts.next() else { continue };
            let sounds: Option<Box<[u8]>> =
                parts.map(|name| phone_id(lexicon.phones(), name)).collect();
            match sounds {
                Some(sounds) if window.contains('[') => {
                    rules.insert(window.as_bytes().into(), sounds)
                }
                _ => return Err(error()),
            };
        }
        Ok(Self { rules })
    }

    /// The phones of a word in small letters; empty where the rules know none of its letters.
    #[must_use]
    pub fn sounds(&self, word: &str) -> Vec<u8> {
        let edge = [EDGE; 3];
        let letters = [&edge[..2], word.as_bytes(), &edge].concat();
        let mut sounds = Vec::new();
        for at in 2..letters.len() - edge.len() {
            let rule = CONTEXTS.iter().find_map(|&(left, right)| {
                let before = &letters[at - left..at];
                let after = &letters[at + 1..=at + right];
                self.rules
                    .get(&*[before, b"[", &letters[at..=at], b"]", after].concat())
            });
            sounds.extend(rule.into_iter().flatten());
        }
        sounds
    }
}
