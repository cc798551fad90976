//! Titles, abbreviations, and names that hold numbers.

use crate::itn::Kind;
use crate::itn::context::{Context, Found};
use crate::word::capitalize;

fn cased(context: &Context<'_>, at: usize, written: &str) -> String {
    if context.text(at).starts_with(char::is_uppercase) {
        capitalize(written)
    } else {
        written.to_owned()
    }
}

/// `mister dao`; `doctor` only before a capital or where nothing else is said.
pub(super) fn title(context: &Context<'_>, at: usize) -> Option<Found> {
    let written = context.get("title", at)?;
    let name = context.text(at + 1);
    let is_name = name.starts_with(char::is_uppercase)
        || name.starts_with(char::is_alphabetic) && context.is_whole(at, 2);
    (is_name && context.tokens[at].mark.is_none())
        .then(|| context.found(at, 1, Kind::Title, cased(context, at, written)))
        .flatten()
}

pub(super) fn abbreviation(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_tokens, written) = context.phrase("abbreviation", at)?;
    context.found(
        at,
        n_tokens,
        Kind::Abbreviation,
        cased(context, at, written),
    )
}

pub(super) fn name(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_tokens, written) = context.phrase("name", at)?;
    context.found(at, n_tokens, Kind::Title, written.to_owned())
}
