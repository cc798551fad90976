//! Ordinals, centuries and dates.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::compound::{Part, parts_of};
use crate::itn::context::{Context, Found};

/// The parts of a word in `-ième`, and whether it is a plural.
fn ordinal_parts(context: &Context<'_>, word: &str) -> Option<(Vec<Part>, bool)> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    let stem = singular.strip_suffix("ième")?;
    let candidates = [
        stem.to_owned(),
        format!("{stem}e"),
        stem.strip_suffix('u').unwrap_or(stem).to_owned(),
        stem.strip_suffix('v')
            .map(|stem| format!("{stem}f"))
            .unwrap_or_default(),
    ];
    let parts = candidates
        .iter()
        .find_map(|number| parts_of(context.lexicon, number, SPEECH.words))?;
    Some((parts, singular != word))
}

/// The ordinal that starts here: tokens, value, plural.
pub(super) fn ordinal_value(context: &Context<'_>, at: usize) -> Option<(usize, u128, bool)> {
    let run = SPEECH.run(context, at);
    (0..=run.len()).rev().find_map(|n_before| {
        let (last, is_plural) = ordinal_parts(context, context.low(at + n_before))?;
        let mut parts = run[..n_before].concat();
        parts.extend(last);
        Some((n_before + 1, SPEECH.value(&parts)?, is_plural))
    })
}

/// Ordinals from tenth; smaller ones only alone.
pub(super) fn ordinal(context: &Context<'_>, at: usize) -> Option<Found> {
    if let Some(written) = context.get("ordinal-word", at) {
        return context
            .is_whole(at, 1)
            .then(|| context.found(at, 1, Kind::Ordinal, written.to_owned()))
            .flatten();
    }
    let (n_tokens, value, is_plural) = ordinal_value(context, at)?;
    let ending = if is_plural { "ᵉˢ" } else { "ᵉ" };
    (value >= 10 || context.is_whole(at, n_tokens))
        .then(|| context.found(at, n_tokens, Kind::Ordinal, format!("{value}{ending}")))
        .flatten()
}

/// `dix-neuvième siècle`.
pub(super) fn century(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_tokens, value, _) = ordinal_value(context, at).filter(|(_, value, _)| *value <= 30)?;
    if !matches!(context.low(at + n_tokens), "siècle" | "siècles") {
        return None;
    }
    let text = format!("{}ᵉ {}", roman(value), context.text(at + n_tokens));
    context.found(at, n_tokens + 1, Kind::Date, text)
}

/// Roman numerals below forty.
pub(in crate::itn) fn roman(value: u128) -> String {
    let mut rest = value;
    let mut text = String::new();
    for (worth, sign) in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while rest >= worth {
            text.push_str(sign);
            rest -= worth;
        }
    }
    text
}

/// `vingt-quatre juillet [deux-mille-treize]`, `premier janvier`.
pub(super) fn day_month(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_day, day) = if context.low(at) == "premier" {
        (1, "1ᵉʳ".to_owned())
    } else {
        SPEECH
            .number_below(context, at, 32)
            .filter(|(_, day)| *day > 0)
            .map(|(n_tokens, day)| (n_tokens, day.to_string()))?
    };
    if !context.is("month", at + n_day) {
        return None;
    }
    let mut n_tokens = n_day + 1;
    let mut text = format!("{day} {}", context.text(at + n_day));
    if let Some((n_year, year)) = SPEECH.number_below(context, at + n_tokens, 2100)
        && year >= 1000
        && context.is_unbroken(at, n_tokens + n_year)
    {
        text.push_str(&format!(" {year}"));
        n_tokens += n_year;
    }
    context.found(at, n_tokens, Kind::Date, text)
}
