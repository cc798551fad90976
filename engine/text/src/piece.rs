//! Pieces of written text and how they are joined into a string.

use std::fmt;

use crate::caret::takes_capital;
use crate::language::Language;
use crate::profile::CapitalPolicy;
use crate::word::{Mark, capitalize};

/// Whether a space may stand on one side of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Spaced,
    Tight,
}

/// What a piece is, as far as its neighbors care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A spoken word or what a word was turned into.
    Word,
    /// Text that is never recased: spelled, in a snippet, or a literal.
    Verbatim,
    /// A mark from the punctuation model.
    AutomaticMark,
    /// A mark that was spoken.
    SpokenMark,
    /// An opening quote or bracket.
    Opening,
    /// A closing quote or bracket.
    Closing,
    /// A sign that stands among words (`&`, `%`, an emoji).
    Sign,
    /// Line or paragraph break, bullet.
    Layout,
}

/// One piece of text. `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) role: Role,
    pub(crate) left: Side,
    pub(crate) right: Side,
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Piece")
            .field("role", &self.role)
            .field("left", &self.left)
            .field("right", &self.right)
            .finish_non_exhaustive()
    }
}

impl Piece {
    pub(crate) fn word(text: impl Into<String>) -> Self {
        Self::new(text, Role::Word, Side::Spaced, Side::Spaced)
    }

    pub(crate) fn verbatim(text: impl Into<String>) -> Self {
        Self::new(text, Role::Verbatim, Side::Spaced, Side::Spaced)
    }

    pub(crate) fn automatic(mark: Mark, language: Language) -> Self {
        let text = written_mark(&mark.as_char().to_string(), language);
        Self::new(text, Role::AutomaticMark, Side::Tight, Side::Spaced)
    }

    pub(crate) fn new(text: impl Into<String>, role: Role, left: Side, right: Side) -> Self {
        Self {
            text: text.into(),
            role,
            left,
            right,
        }
    }
}

/// French sets its two-part marks off with a no-break space.
pub(crate) fn written_mark(mark: &str, language: Language) -> String {
    match (language, mark) {
        (Language::French, ":" | ";" | "?" | "!") => format!("\u{a0}{mark}"),
        _ => mark.to_owned(),
    }
}

/// Adds an automatic mark unless a spoken mark, an opening sign or a line break already stands there.
pub(crate) fn push_automatic(pieces: &mut Vec<Piece>, mark: Mark, language: Language) {
    let wanted = pieces.last().is_some_and(|last| {
        !matches!(
            last.role,
            Role::AutomaticMark | Role::SpokenMark | Role::Opening | Role::Layout
        ) && last.right == Side::Spaced
    });
    if wanted {
        pieces.push(Piece::automatic(mark, language));
    }
}

/// Whether the text is a line break with a sign that starts the new line: `\n• `.
pub(crate) fn is_bullet(text: &str) -> bool {
    text.strip_prefix('\n')
        .and_then(|rest| rest.chars().next())
        .is_some_and(|c| matches!(c, '•' | '–' | '-' | '*'))
}

/// Adds a spoken piece; the automatic mark it repeats or contradicts goes.
pub(crate) fn push_spoken(pieces: &mut Vec<Piece>, piece: Piece) {
    let repeats = piece.role == Role::SpokenMark
        && pieces
            .last()
            .is_some_and(|last| last.role == Role::AutomaticMark);
    if repeats {
        pieces.pop();
    }
    let mut piece = piece;
    let starts_line = pieces.last().is_some_and(|last| last.text.ends_with('\n'));
    if starts_line && is_bullet(&piece.text) {
        piece.text.remove(0);
    }
    pieces.push(piece);
}

/// Whether a capital follows this piece; after an automatic mark the model's own case stands.
fn ends_sentence(piece: &Piece) -> bool {
    match piece.role {
        Role::SpokenMark => {
            matches!(piece.text.chars().next_back(), Some('.' | '?' | '!'))
        }
        Role::Layout => true,
        _ => false,
    }
}

/// The text of the pieces, with spaces and capitals after sentence ends.
pub(crate) fn join(pieces: &[Piece], capitals: CapitalPolicy) -> String {
    let mut text = String::new();
    let mut right = Side::Tight;
    let mut at_start = false;
    for piece in pieces {
        if right == Side::Spaced && piece.left == Side::Spaced {
            text.push(' ');
        }
        if at_start
            && piece.role == Role::Word
            && takes_capital(&piece.text)
            && capitals == CapitalPolicy::Sentences
        {
            text.push_str(&capitalize(&piece.text));
        } else {
            text.push_str(&piece.text);
        }
        right = piece.right;
        at_start = match piece.role {
            Role::Opening | Role::Closing => at_start,
            _ => ends_sentence(piece),
        };
    }
    text
}
