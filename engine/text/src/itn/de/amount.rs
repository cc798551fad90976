//! Money, percentages, measures and fractions.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::compound::parts_of;
use crate::itn::context::{Context, Found};
use crate::itn::measure::{PowerWord, unit};

/// `zwei Euro und zwanzig Cent`, `zwei Dollar zwanzig`, `zwanzig Cent`.
pub(super) fn money(context: &Context<'_>, at: usize) -> Option<Found> {
    let amount = SPEECH.quantity(context, at)?;
    let next = at + amount.n_tokens;
    if let Some(sign) = context.get("cent", next) {
        let cents = amount.whole.filter(|cents| *cents < 100)?;
        let text = format!("{sign}0,{cents:02}");
        return context.found(at, amount.n_tokens + 1, Kind::Money, text);
    }
    let sign = context.get("currency", next)?;
    let n_tokens = amount.n_tokens + 1;
    if sign == "~" {
        let text = format!("{} {}", amount.written(), context.text(next));
        let is_small = amount.whole.is_some_and(|value| value <= SPEECH.last_small);
        return (!is_small)
            .then(|| context.found(at, n_tokens, Kind::Money, text))
            .flatten();
    }
    let n_and = usize::from(context.low(at + n_tokens) == "und");
    let cents = SPEECH
        .number(context, at + n_tokens + n_and)
        .filter(|(_, cents)| *cents < 100);
    if let (Some(whole), Some((n_cents, cents))) = (amount.whole, cents) {
        let end = n_tokens + n_and + n_cents;
        let has_unit = context.is("cent", at + end);
        if has_unit || n_and == 0 && cents >= 10 && context.ends_clause(at, end) {
            let text = format!("{sign}{whole},{cents:02}");
            return context.found(at, end + usize::from(has_unit), Kind::Money, text);
        }
    }
    context.found(
        at,
        n_tokens,
        Kind::Money,
        format!("{sign}{}", amount.written()),
    )
}

/// `acht Komma fünf Prozent`.
pub(super) fn percent(context: &Context<'_>, at: usize) -> Option<Found> {
    SPEECH.percent(context, at)
}

/// `zweihundert Kilometer pro Stunde`, `ein ein halb Fuß`.
pub(super) fn measure(context: &Context<'_>, at: usize) -> Option<Found> {
    if let Some((n_fraction, text)) = fraction_value(context, at) {
        let unit = unit(context, at + n_fraction, PowerWord::Before)?;
        let n_tokens = n_fraction + unit.n_tokens;
        let is_wanted = text.contains(' ') || context.is_whole(at, n_tokens);
        let text = format!("{text} {}", unit.symbol);
        return is_wanted
            .then(|| context.found(at, n_tokens, Kind::Measure, text))
            .flatten();
    }
    let amount = SPEECH.quantity(context, at)?;
    let unit = unit(context, at + amount.n_tokens, PowerWord::Before)?;
    let n_tokens = amount.n_tokens + unit.n_tokens;
    if unit.stays_a_word(amount.whole, SPEECH.last_small) && !context.is_whole(at, n_tokens) {
        return None;
    }
    let text = unit.after(&amount.written());
    context.found(at, n_tokens, Kind::Measure, text)
}

/// What the last word of a fraction divides by: `drittel`, `zwanzigstel`.
fn divisor(context: &Context<'_>, at: usize) -> Option<(usize, u128)> {
    if let Some(value) = context.get("part", at) {
        return Some((1, value.parse().ok()?));
    }
    let run = SPEECH.run(context, at);
    (0..=run.len()).rev().find_map(|n_before| {
        let stem = context.low(at + n_before).strip_suffix("tel")?;
        let last = parts_of(context.lexicon, stem, SPEECH.words)
            .or_else(|| parts_of(context.lexicon, stem.strip_suffix('s')?, SPEECH.words))?;
        let mut parts = run[..n_before].concat();
        parts.extend(last);
        Some((n_before + 1, SPEECH.value(&parts)?))
    })
}

/// `ein drittel`, `ein ein halb`, `minus ein zwei und zwanzigstel`.
fn fraction_value(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let sign = context.get("minus", at).unwrap_or_default();
    let start = at + usize::from(!sign.is_empty());
    let numerator = |at: usize| {
        let parts = parts_of(context.lexicon, context.low(at), SPEECH.words)?;
        SPEECH.value(&parts)
    };
    let first = numerator(start)?;
    if let Some((n_divisor, divisor)) = divisor(context, start + 1) {
        let text = format!("{sign}{first}/{divisor}");
        return Some((start + 1 + n_divisor - at, text));
    }
    let second = numerator(start + 1)?;
    let (n_divisor, divisor) = divisor(context, start + 2)?;
    let text = format!("{sign}{first} {second}/{divisor}");
    Some((start + 2 + n_divisor - at, text))
}

/// A fraction alone; inside a sentence only a mixed number is one.
pub(super) fn fraction(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_tokens, text) = fraction_value(context, at)?;
    let is_wanted = context.is_whole(at, n_tokens) || text.contains(' ');
    is_wanted
        .then(|| context.found(at, n_tokens, Kind::Fraction, text))
        .flatten()
}
