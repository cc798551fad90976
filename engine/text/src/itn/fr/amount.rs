//! Money, percentages, measures and fractions.

use super::SPEECH;
use super::date::ordinal_value;
use crate::itn::Kind;
use crate::itn::context::{Context, Found};
use crate::itn::measure::{PowerWord, unit};

/// `deux euros et vingt centimes`, `vingt euros cinq`, `vingt centimes`.
pub(super) fn money(context: &Context<'_>, at: usize) -> Option<Found> {
    let amount = SPEECH.quantity(context, at)?;
    let next = at + amount.n_tokens;
    if let Some(sign) = context.get("cent", next) {
        let cents = amount.whole.filter(|cents| *cents < 100)?;
        let text = format!("0,{cents:02} {sign}");
        return context.found(at, amount.n_tokens + 1, Kind::Money, text);
    }
    let (n_currency, sign) = context.phrase("currency", next)?;
    let n_tokens = amount.n_tokens + n_currency;
    // `livre` is a book more often than a pound.
    let is_book = n_currency == 1 && context.low(next).starts_with("livre");
    if is_book && !context.is_whole(at, n_tokens) {
        return None;
    }
    if let Some(whole) = amount.whole {
        let n_and = usize::from(context.low(at + n_tokens) == "et");
        let cents = SPEECH.number_below(context, at + n_tokens + n_and, 100);
        if let Some((n_cents, cents)) = cents {
            let end = n_tokens + n_and + n_cents;
            let has_unit = context.is("cent", at + end);
            let is_bare = n_and == 0 && cents >= 10 && context.ends_clause(at, end);
            if has_unit || is_bare || context.is_whole(at, end) {
                let text = format!("{},{cents:02} {sign}", SPEECH.grouped(whole));
                return context.found(at, end + usize::from(has_unit), Kind::Money, text);
            }
        }
    }
    let text = format!("{} {sign}", SPEECH.amount(&amount));
    context.found(at, n_tokens, Kind::Money, text)
}

/// `huit virgule cinq pour cent`.
pub(super) fn percent(context: &Context<'_>, at: usize) -> Option<Found> {
    SPEECH.percent(context, at)
}

/// `deux cents kilomètres par heure`, `deux mètres cubes`.
pub(super) fn measure(context: &Context<'_>, at: usize) -> Option<Found> {
    let amount = SPEECH.quantity(context, at)?;
    let mut unit = unit(context, at + amount.n_tokens, PowerWord::After)?;
    let next = at + amount.n_tokens + unit.n_tokens;
    if unit.symbol == "km" && context.low(next) == "heure" {
        unit.symbol.push_str("/h");
        unit.n_tokens += 1;
        unit.is_everyday = false;
    }
    let n_tokens = amount.n_tokens + unit.n_tokens;
    if unit.stays_a_word(amount.whole, SPEECH.last_small) && !context.is_whole(at, n_tokens) {
        return None;
    }
    let text = unit.after(&SPEECH.amount(&amount));
    context.found(at, n_tokens, Kind::Measure, text)
}

/// `deux neuvièmes`: tokens and text.
fn proper(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    // The first word alone: `un cinquantième` must not be read as one number.
    let first = SPEECH.run(context, at).into_iter().next()?;
    let numerator = SPEECH.value(&first).filter(|value| *value < 20)?;
    if let Some(divisor) = context.get("part", at + 1) {
        return Some((2, format!("{numerator}/{divisor}")));
    }
    let (n_divisor, divisor, _) = ordinal_value(context, at + 1)?;
    (divisor > 2).then(|| (1 + n_divisor, format!("{numerator}/{divisor}")))
}

/// A fraction alone; inside a sentence only a mixed number is one.
pub(super) fn fraction(context: &Context<'_>, at: usize) -> Option<Found> {
    if context.low(at) == "demi" && context.is_whole(at, 1) {
        return context.found(at, 1, Kind::Fraction, "1/2".to_owned());
    }
    let first = SPEECH.run(context, at).into_iter().next()?;
    let whole = SPEECH.value(&first)?;
    if context.low(at + 1) == "et" {
        if matches!(context.low(at + 2), "demi" | "demie") {
            return context.found(at, 3, Kind::Fraction, format!("{whole} 1/2"));
        }
        let (n_tokens, part) = proper(context, at + 2)?;
        return context.found(at, 2 + n_tokens, Kind::Fraction, format!("{whole} {part}"));
    }
    let (n_tokens, text) = proper(context, at)?;
    context
        .is_whole(at, n_tokens)
        .then(|| context.found(at, n_tokens, Kind::Fraction, text))
        .flatten()
}
