//! Ordinals, centuries and dates.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::context::{Context, Found};
use crate::itn::fr::roman;

/// One ordinal word, or two in one: `décima`, `vigesimosegundo`, `tercer`.
fn ordinal_word(context: &Context<'_>, word: &str) -> Option<u128> {
    let value =
        |stem: &str| -> Option<u128> { context.lexicon.get("ordinal-stem", stem)?.parse().ok() };
    if matches!(word, "primer" | "tercer") {
        return value(word);
    }
    let stem = word.strip_suffix(['o', 'a']).unwrap_or(word);
    if let Some(value) = value(stem).filter(|_| stem != word) {
        return Some(value);
    }
    // `vigesim|o|segundo`, `vigesim|octavo`.
    (4..8).find_map(|cut| {
        let (tens, rest) = (word.get(..cut)?, word.get(cut..)?);
        let tens = value(tens).filter(|tens| *tens >= 10)?;
        let rest = rest
            .strip_prefix('o')
            .filter(|rest| !rest.starts_with("ct"))
            .unwrap_or(rest);
        let units = match rest {
            "primer" | "tercer" => value(rest)?,
            _ => value(rest.strip_suffix(['o', 'a'])?)?,
        };
        (units < 10).then_some(tens + units)
    })
}

/// Ordinals from tenth; smaller ones stay words.
pub(super) fn ordinal(context: &Context<'_>, at: usize) -> Option<Found> {
    let mut sum = 0;
    let mut n_tokens = 0;
    while let Some(value) = ordinal_word(context, context.low(at + n_tokens)) {
        let fits = sum == 0 || value < 10 && sum % 10 == 0 || value < 100 && sum % 100 == 0;
        if !fits {
            break;
        }
        sum += value;
        n_tokens += 1;
        if context.tokens[at + n_tokens - 1].mark.is_some() {
            break;
        }
    }
    if sum < 10 {
        return None;
    }
    let ending = match context.low(at + n_tokens - 1).chars().next_back() {
        Some('r') => "ᵉʳ",
        Some('a') => "ª",
        _ => "º",
    };
    context.found(at, n_tokens, Kind::Ordinal, format!("{sum}.{ending}"))
}

/// `siglo diecinueve`.
pub(super) fn century(context: &Context<'_>, at: usize) -> Option<Found> {
    if context.low(at) != "siglo" {
        return None;
    }
    let (n_tokens, value) = SPEECH
        .number_below(context, at + 1, 31)
        .filter(|(_, value)| *value > 0)?;
    let text = format!("{} {}", context.text(at), roman(value));
    context.found(at, 1 + n_tokens, Kind::Date, text)
}

/// `treinta y uno de diciembre [de mil novecientos noventa y dos]`.
pub(super) fn day_of_month(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_day, day) = if context.low(at) == "primero" {
        (1, 1)
    } else {
        SPEECH
            .number_below(context, at, 32)
            .filter(|(_, day)| *day > 0)?
    };
    let of = at + n_day;
    if context.low(of) != "de" || !context.is("month", of + 1) {
        return None;
    }
    let mut n_tokens = n_day + 2;
    let mut text = format!("{day} de {}", context.text(of + 1));
    if context.low(at + n_tokens) == "de"
        && let Some((n_year, year)) = SPEECH.number_below(context, at + n_tokens + 1, 2100)
        && year >= 1000
        && context.is_unbroken(at, n_tokens + 1 + n_year)
    {
        text.push_str(&format!(" de {year}"));
        n_tokens += 1 + n_year;
    }
    context.found(at, n_tokens, Kind::Date, text)
}
