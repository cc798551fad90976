//! Fit of a piece of text to the place where it lands: spaces and capitals at its edges.
//!
//! The text left and right of the caret decides whether a space is needed, whether the first
//! word starts a sentence, and whether a final full stop would stand in the middle of one.
//! Without that text the piece is left as it is: no space is invented, no capital taken.
//! Fitting a fitted piece changes nothing.

use crate::caret::left::{LeftEdge, Position};
use crate::language::Language;
use crate::piece::is_bullet;
use crate::profile::{CapitalPolicy, FieldPurpose, FinalPeriod, Profile};
use crate::word::{capitalize, uncapitalize};

mod left;
mod small;

pub(crate) use left::ends_with_abbreviation;
pub(crate) use small::SmallWords;

/// The text around the caret, as far as the application tells it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Surroundings<'a> {
    /// Text left of the caret; `None` if unknown, empty at the start of the field.
    pub before: Option<&'a str>,
    /// Text right of the caret; `None` if unknown, empty at the end of the field.
    pub after: Option<&'a str>,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings")
            .field("n_before", &self.before.map(str::len))
            .field("n_after", &self.after.map(str::len))
            .finish()
    }
}

/// Whether the same dictation goes on behind this piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// It ends here.
    #[default]
    Final,
    /// More follows: another piece, or later words of a partial.
    MoreFollows,
}

/// Where a piece lands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Text around the caret.
    pub surroundings: Surroundings<'a>,
    /// What the field declares to hold.
    pub purpose: FieldPurpose,
    /// How text is written there.
    pub profile: Profile,
    /// Whether more follows.
    pub ending: Ending,
}

impl<'a> Place<'a> {
    /// A field for prose with this text around the caret, at the end of a dictation.
    #[must_use]
    pub fn prose(before: Option<&'a str>, after: Option<&'a str>) -> Self {
        Self {
            surroundings: Surroundings { before, after },
            purpose: FieldPurpose::FreeForm,
            profile: Profile::Prose,
            ending: Ending::Final,
        }
    }
}

/// Fits pieces to the caret, by the rules of one language.
#[derive(Debug, Clone)]
pub struct CaretFit {
    language: Language,
    small: SmallWords,
}

impl CaretFit {
    /// The rules of `language`.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self {
            language,
            small: SmallWords::new(language),
        }
    }

    /// The piece as it must be inserted at `place`; empty where dictation is refused.
    #[must_use]
    pub fn fit(&self, piece: &str, place: &Place<'_>) -> String {
        if place.profile.refuses_dictation() {
            return String::new();
        }
        let text = piece.trim_matches(is_blank);
        if text.is_empty() {
            return String::new();
        }
        let at_line_start = place
            .surroundings
            .before
            .is_some_and(|before| before.is_empty() || before.ends_with('\n'));
        let text = if at_line_start && is_bullet(text) {
            &text[1..]
        } else {
            text
        };
        match place.purpose {
            FieldPurpose::Password | FieldPurpose::Pin => return String::new(),
            FieldPurpose::Url | FieldPurpose::Email => return address(text),
            FieldPurpose::Digits | FieldPurpose::Number => return unspaced(text),
            FieldPurpose::Phone => return without_final_marks(text).to_owned(),
            FieldPurpose::FreeForm
            | FieldPurpose::Alpha
            | FieldPurpose::Name
            | FieldPurpose::Terminal => {}
        }
        let left = LeftEdge::new(place.surroundings.before, self.language);
        let mut text = self.recase(text, left.position(), place.profile);
        if self.loses_final_period(&text, &left, place) {
            text.pop();
        }
        let mut fitted = String::with_capacity(text.len() + 2);
        if left.wants_space(&text, place.profile) {
            fitted.push(' ');
        }
        fitted.push_str(&text);
        if wants_space_after(&text, place.surroundings.after) {
            fitted.push(' ');
        }
        fitted
    }

    fn recase(&self, text: &str, position: Position, profile: Profile) -> String {
        let start = text
            .find(|c: char| !is_opening(c) && c != '"' && c != '\'')
            .unwrap_or(text.len());
        let (opening, rest) = text.split_at(start);
        let end = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let recased = match (profile.capitals(), position) {
            (CapitalPolicy::Never, _) if has_only_first_capital(word) => uncapitalize(word),
            (CapitalPolicy::Sentences, Position::SentenceStart) if takes_capital(word) => {
                capitalize(word)
            }
            (CapitalPolicy::Sentences, Position::Middle)
                if has_only_first_capital(word) && self.small.contains(word) =>
            {
                uncapitalize(word)
            }
            _ => return text.to_owned(),
        };
        format!("{opening}{recased}{tail}")
    }

    /// Whether the full stop at the end would be wrong in front of what follows, or by the profile.
    fn loses_final_period(&self, text: &str, left: &LeftEdge<'_>, place: &Place<'_>) -> bool {
        let Some(stem) = text.strip_suffix('.') else {
            return false;
        };
        if stem.is_empty()
            || stem.ends_with(['.', ' ', '\n'])
            || ends_with_abbreviation(text, self.language)
            || left::ends_with_initial(text)
        {
            return false;
        }
        if place.ending == Ending::Final && place.profile.final_period() == FinalPeriod::Drop {
            return true;
        }
        let after = place.surroundings.after.unwrap_or_default();
        match after.trim_start_matches(is_blank).chars().next() {
            Some(')' | ']' | '}') => left.position() == Position::Middle,
            Some(next) => next.is_lowercase() || matches!(next, ',' | ';' | ':' | '.' | '?' | '!'),
            None => false,
        }
    }
}

/// Blanks that never start or end a piece; line breaks and no-break spaces are content.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\r' | '\u{a0}' | '\u{202f}')
}

fn is_opening(c: char) -> bool {
    matches!(
        c,
        '(' | '[' | '{' | '“' | '‘' | '„' | '‚' | '«' | '¿' | '¡' | '<'
    )
}

fn is_closing_or_mark(c: char) -> bool {
    matches!(
        c,
        ')' | ']' | '}' | '”' | '’' | '»' | '>' | ',' | '.' | ';' | ':' | '?' | '!' | '…' | '%'
    )
}

/// Whether a word may get a sentence capital: no inner capitals, no address.
pub(crate) fn takes_capital(word: &str) -> bool {
    let is_address = word.char_indices().any(|(at, c)| {
        matches!(c, '@' | '/' | '\\' | '_') || c == '.' && has_letter_after(word, at)
    });
    let first_word = word.split_whitespace().next().unwrap_or_default();
    first_word.starts_with(char::is_lowercase)
        && !first_word.chars().any(char::is_uppercase)
        && !is_address
}

fn has_letter_after(word: &str, dot: usize) -> bool {
    word.get(dot + 1..)
        .and_then(|rest| rest.chars().next())
        .is_some_and(char::is_alphanumeric)
}

fn has_only_first_capital(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && !chars.any(char::is_uppercase)
}

fn without_final_marks(text: &str) -> &str {
    text.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '?' | '!')
    })
}

fn unspaced(text: &str) -> String {
    without_final_marks(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// Web and e-mail addresses have no spaces, no final mark and no sentence capital.
fn address(text: &str) -> String {
    let text = unspaced(text);
    if has_only_first_capital(&text) {
        uncapitalize(&text)
    } else {
        text
    }
}

fn wants_space_after(text: &str, after: Option<&str>) -> bool {
    let Some(next) = after.and_then(|after| after.chars().next()) else {
        return false;
    };
    let ends_open = text
        .chars()
        .next_back()
        .is_none_or(|c| c.is_whitespace() || is_opening(c));
    !ends_open && (next.is_alphanumeric() || is_opening(next) || matches!(next, '$' | '€' | '£'))
}

#[cfg(test)]
mod tests;
