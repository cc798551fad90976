//! What the text left of the caret asks of the next piece.

use std::sync::LazyLock;

use super::{is_blank, is_closing_or_mark, is_opening};
use crate::language::Language;
use crate::profile::Profile;
use crate::table::rows;

/// How the first word stands to the text before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// It begins a sentence.
    SentenceStart,
    /// It goes on with one.
    Middle,
    /// Neither is certain: its case stays.
    Uncertain,
}

/// The text left of the caret, read once.
#[derive(Clone, Copy)]
pub(super) struct LeftEdge<'a> {
    before: Option<&'a str>,
    language: Language,
    position: Position,
}

static ABBREVIATIONS: LazyLock<Vec<(Language, &'static str)>> = LazyLock::new(|| {
    rows(include_str!("../../data/caret/abbreviations.tsv"))
        .map(|row| (Language::from_tag(row.cell(0)), row.cell(1)))
        .collect()
});

/// Whether the text ends with an abbreviation after which a sentence goes on.
pub(crate) fn ends_with_abbreviation(text: &str, language: Language) -> bool {
    ABBREVIATIONS.iter().any(|(of, abbreviation)| {
        *of == language
            && text.strip_suffix(abbreviation).is_some_and(|stem| {
                stem.chars()
                    .next_back()
                    .is_none_or(|c| !c.is_alphanumeric() && c != '.')
            })
    })
}

impl<'a> LeftEdge<'a> {
    pub(super) fn new(before: Option<&'a str>, language: Language) -> Self {
        let position = before.map_or(Position::Uncertain, |before| position(before, language));
        Self {
            before,
            language,
            position,
        }
    }

    pub(super) const fn position(&self) -> Position {
        self.position
    }

    /// Whether a space must stand between the caret and `text`.
    pub(super) fn wants_space(&self, text: &str, profile: Profile) -> bool {
        let (Some(before), Some(first)) = (self.before, text.chars().next()) else {
            return false;
        };
        let mut rev = before.chars().rev();
        let Some(last) = rev.next() else {
            return false;
        };
        if last.is_whitespace() || first.is_whitespace() || is_opening(last) {
            return false;
        }
        if is_closing_or_mark(first) && !is_inner_period(text) {
            return false;
        }
        let after_word = rev.next().is_some_and(char::is_alphanumeric);
        let is_tight = match last {
            '/' | '\\' | '@' | '#' | '_' => true,
            '-' | '—' | '\u{2011}' => after_word,
            '=' | '~' | ':' | '.' => profile.is_technical(),
            '€' | '£' | '$' => first.is_ascii_digit(),
            '\'' | '’' => {
                self.language == Language::French && after_word || is_open(before, last)
            }
            '"' => is_open(before, last),
            _ => false,
        };
        let closes = first == '"' && is_open(before, '"');
        !is_tight && !closes
    }
}

/// `.5`: a full stop that starts a number or a name does not attach to the word before it.
fn is_inner_period(text: &str) -> bool {
    text.strip_prefix('.')
        .and_then(|rest| rest.chars().next())
        .is_some_and(char::is_alphanumeric)
}

/// The part of the text in the caret's own line.
fn line_of(before: &str) -> &str {
    before.rsplit('\n').next().unwrap_or_default()
}

/// Whether a straight quote of this kind is open at the end of the line.
fn is_open(before: &str, quote: char) -> bool {
    let mut is_open = false;
    let mut previous = ' ';
    for c in line_of(before).chars() {
        let is_apostrophe = quote != '"' && previous.is_alphanumeric() && !is_open;
        if c == quote && !is_apostrophe {
            is_open = !is_open;
        }
        previous = c;
    }
    is_open
}

/// Whether the line holds a list sign and nothing else.
fn is_list_sign(line: &str) -> bool {
    let sign = line.trim();
    matches!(sign, "-" | "*" | "+" | "•" | "–" | ">" | "[ ]" | "- [ ]")
        || !sign.is_empty() && sign.chars().all(|c| c == '#')
        || sign.strip_suffix(['.', ')']).is_some_and(|number| {
            let n_chars = number.chars().count();
            n_chars > 0
                && (n_chars <= 3 && number.chars().all(|c| c.is_ascii_digit())
                    || n_chars == 1 && number.chars().all(char::is_alphabetic))
        })
}

fn position(before: &str, language: Language) -> Position {
    if is_list_sign(line_of(before)) {
        return Position::SentenceStart;
    }
    let mut text = before.trim_end_matches(is_blank);
    let mut opened = None;
    while let Some(last) = text.chars().next_back() {
        let opens = is_opening(last) || matches!(last, '"' | '\'') && is_open(text, last);
        if !opens {
            break;
        }
        opened = Some(last);
        text = text[..text.len() - last.len_utf8()].trim_end_matches(is_blank);
    }
    match (opened, end_of(text, language)) {
        (_, Position::SentenceStart) => Position::SentenceStart,
        (Some('(' | '[' | '{') | None, end) => end,
        (Some(_), _) => Position::Uncertain,
    }
}

/// What the last sign of the text says about the next word.
fn end_of(text: &str, language: Language) -> Position {
    let bare = text.trim_end_matches([')', ']', '}', '”', '’', '»', '"', '\'']);
    let Some(last) = bare.chars().next_back() else {
        return if text.is_empty() {
            Position::SentenceStart
        } else {
            Position::Uncertain
        };
    };
    match last {
        '\n' | '\r' | '?' | '!' => Position::SentenceStart,
        '.' if bare.ends_with("..") => Position::Uncertain,
        '.' if ends_with_abbreviation(bare, language) => Position::Middle,
        '.' if ends_with_initial(bare) => Position::Uncertain,
        '.' => Position::SentenceStart,
        ',' | ';' | '-' | '–' | '—' | '/' | '&' => Position::Middle,
        _ if last.is_alphanumeric() => Position::Middle,
        _ => Position::Uncertain,
    }
}

/// `J.`, `p.m.`, `U.S.`: a single letter before the full stop.
pub(super) fn ends_with_initial(text: &str) -> bool {
    let mut rev = text.chars().rev().skip(1);
    let letter = rev.next();
    let before = rev.next();
    letter.is_some_and(char::is_alphabetic)
        && before.is_none_or(|c| c == '.' || c.is_whitespace() || is_opening(c))
}
