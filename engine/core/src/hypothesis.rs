//! What a search has found so far.

use std::fmt;

/// One emitted token.
///
/// The `Debug` form does not say which token it is: ids spell what was said.
#[derive(Clone, Copy, PartialEq)]
pub struct Token {
    /// Row of `tokens.txt`.
    pub id: u32,
    /// Encoder frame on which it was emitted, counted since the utterance began.
    pub encoder_frame: u64,
    /// Log-probability of this token where it was emitted (natural log, temperature 1).
    pub log_prob: f32,
}

/// One path through the utterance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hypothesis {
    /// Emitted tokens, in time order, blank never among them.
    pub tokens: Vec<Token>,
    /// Total score in natural log: acoustic, plus language model and hotword terms where a beam adds them.
    pub score: f64,
    /// Blank encoder frames since the last token.
    pub trailing_blanks: u64,
    /// Encoder frame of the last sound; it may belong to a word under way, which no token spells yet.
    pub last_sound: Option<u64>,
}

impl Hypothesis {
    /// Token ids alone.
    pub fn ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.tokens.iter().map(|token| token.id)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("encoder_frame", &self.encoder_frame)
            .field("log_prob", &self.log_prob)
            .finish_non_exhaustive()
    }
}
