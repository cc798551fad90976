//! What a beam asks besides the audio.

use std::fmt;
use std::hash::Hash;

use crate::hypothesis::Token;

/// Knows which sequences of symbols can be text and what they earn.
///
/// Symbols are the columns of the network's output. A guide may have silent symbols of its own beyond
/// them, which no audio stands for, such as the end of one of several words that sound alike.
pub(super) trait Guide: Clone + Send {
    /// What it remembers of a sequence.
    type State: Copy + fmt::Debug + Send;

    /// All of a state that what follows depends on.
    type Future: Hash + Eq;

    /// The state before any symbol.
    fn start(&self) -> Self::State;

    /// The state after one more symbol, `None` where no text goes on so.
    fn extend(&self, state: &Self::State, symbol: u32) -> Option<Self::State>;

    /// All that is added to the acoustic score.
    fn score(state: &Self::State) -> f32;

    /// The same if no symbol follows.
    fn finish(&self, state: &Self::State) -> f32;

    /// Adds the silent symbols that may follow to `symbols`.
    fn silent(&self, _state: &Self::State, _symbols: &mut Vec<u32>) {}

    /// What decides about all that may follow; of sequences with equal futures only the best can win.
    /// `None` if they are to be kept apart all the same.
    fn future(_state: &Self::State) -> Option<Self::Future> {
        None
    }

    /// Whether a symbol is silent.
    fn is_silent(_symbol: u32) -> bool {
        false
    }

    /// The text tokens of a sequence of symbols.
    fn write(&self, symbols: Vec<Token>) -> Vec<Token> {
        symbols
    }
}
