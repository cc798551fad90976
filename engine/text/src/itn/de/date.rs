//! Ordinals, days and years.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::compound::{Part, parts_of};
use crate::itn::context::{Context, Found};

/// The parts of a word with an ordinal's ending: `vierundzwanzigster`, `dritten`.
fn ordinal_parts(context: &Context<'_>, word: &str) -> Option<Vec<Part>> {
    let stem = ["er", "en", "em", "es", "e"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))?;
    for (cut, _) in stem.char_indices() {
        let irregular = context.lexicon.get("ordinal-stem", &stem[cut..]);
        let Some(value) = irregular.and_then(|value| value.parse().ok()) else {
            continue;
        };
        if cut == 0 {
            return Some(vec![Part::Unit(value)]);
        }
        if let Some(mut parts) = parts_of(context.lexicon, &stem[..cut], SPEECH.words) {
            parts.push(Part::Unit(value));
            return Some(parts);
        }
    }
    let parts = match stem.strip_suffix("st") {
        Some(number) => parts_of(context.lexicon, number, SPEECH.words)?,
        None => parts_of(context.lexicon, stem.strip_suffix('t')?, SPEECH.words)?,
    };
    let is_large = matches!(
        parts.last(),
        Some(Part::Ten(_) | Part::Hundred | Part::Thousand)
    );
    (is_large == stem.ends_with("st")).then_some(parts)
}

/// The ordinal that starts here: tokens and value.
fn ordinal_value(context: &Context<'_>, at: usize) -> Option<(usize, u128)> {
    let run = SPEECH.run(context, at);
    (0..=run.len()).rev().find_map(|n_before| {
        let last = ordinal_parts(context, context.low(at + n_before))?;
        let mut parts = run[..n_before].concat();
        parts.extend(last);
        let value = SPEECH.value(&parts)?;
        Some((n_before + 1, value))
    })
}

/// Ordinals from tenth; smaller ones stay words.
pub(super) fn ordinal(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_tokens, value) = ordinal_value(context, at)?;
    (value >= 10)
        .then(|| context.found(at, n_tokens, Kind::Ordinal, format!("{value}.")))
        .flatten()
}

/// A year: `zwei tausend neun`, `neunzehn achtzig`.
fn year_value(context: &Context<'_>, at: usize) -> Option<(usize, u128)> {
    halves(context, at).or_else(|| {
        SPEECH
            .number(context, at)
            .filter(|(_, year)| (1000..2100).contains(year))
    })
}

fn halves(context: &Context<'_>, at: usize) -> Option<(usize, u128)> {
    let run = SPEECH.run(context, at);
    for n_tokens in (1..=run.len().min(4)).rev() {
        let parts = run[..n_tokens].concat();
        if let [
            first @ (Part::Fixed(century) | Part::Ten(century)),
            rest @ ..,
        ] = parts.as_slice()
            && (*first != Part::Fixed(10))
            && (11..=20).contains(century)
            && let Some(value) = (SPEECH.small)(rest).filter(|value| *value >= 10)
        {
            return Some((n_tokens, century * 100 + value));
        }
    }
    None
}

/// `neunzehn siebzehn`.
pub(super) fn year(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_tokens, year) = halves(context, at)?;
    context.found(at, n_tokens, Kind::Date, year.to_string())
}

/// `vierzehnter Januar [zweitausenddreizehn]`, `Januar zweitausendneun`.
pub(super) fn day_month(context: &Context<'_>, at: usize) -> Option<Found> {
    let mut text = String::new();
    let mut n_tokens = 0;
    if !context.is("month", at) {
        let (n_day, day) = ordinal_value(context, at).filter(|(_, day)| (1..=31).contains(day))?;
        if !context.is("month", at + n_day) {
            return None;
        }
        text = format!("{day}. ");
        n_tokens = n_day;
    }
    text.push_str(context.text(at + n_tokens));
    n_tokens += 1;
    let has_day = n_tokens > 1;
    if let Some((n_year, year)) = year_value(context, at + n_tokens)
        && context.is_unbroken(at, n_tokens + n_year)
    {
        text.push_str(&format!(" {year}"));
        n_tokens += n_year;
    } else if !has_day {
        return None;
    }
    context.found(at, n_tokens, Kind::Date, text)
}
