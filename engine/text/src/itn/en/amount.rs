//! Money, percentages and measures.

use super::number::{below_hundred, digit, quantity, two_digits};
use crate::itn::Kind;
use crate::itn::compound::Quantity;
use crate::itn::context::{Context, Found};
use crate::itn::measure::{PowerWord, unit};

/// `one fifty five` before a currency: 155.
fn short_hundreds(context: &Context<'_>, at: usize) -> Option<Quantity> {
    let hundreds = digit(context, at).filter(|hundreds| *hundreds > 0)?;
    let rest = two_digits(context, at + 1)?;
    let value = hundreds * 100 + rest.value;
    Some(Quantity {
        digits: value.to_string(),
        scale: None,
        n_tokens: 1 + rest.n_tokens,
        is_decimal: false,
        whole: Some(value),
    })
}

/// `two dollars`, `four dollars and sixty nine cents`, `one cent`.
pub(super) fn money(context: &Context<'_>, at: usize) -> Option<Found> {
    let amount = quantity(context, at)?;
    let next = at + amount.n_tokens;
    if let Some(sign) = context.get("cent", next) {
        let cents = amount.whole.filter(|cents| *cents < 100)?;
        let agrees = (cents == 1) != context.low(next).ends_with('s') || sign != "$";
        let text = format!("{sign}0.{cents:02}");
        return agrees
            .then(|| context.found(at, amount.n_tokens + 1, Kind::Money, text))
            .flatten();
    }
    let (amount, (n_currency, sign)) = match context.phrase("currency", next) {
        Some(currency) => (amount, currency),
        None => {
            let amount = short_hundreds(context, at)?;
            let currency = context.phrase("currency", at + amount.n_tokens)?;
            (amount, currency)
        }
    };
    let last = context.low(at + amount.n_tokens + n_currency - 1);
    if amount.whole == Some(1) && last.ends_with('s') && sign != "~" {
        return None;
    }
    let n_tokens = amount.n_tokens + n_currency;
    if sign == "~" {
        let is_small = amount.whole.is_some_and(|value| value <= 12);
        let text = format!("{} {last}", amount.written());
        return (!is_small)
            .then(|| context.found(at, n_tokens, Kind::Money, text))
            .flatten();
    }
    if let (Some(whole), Some((n_cents, cents))) =
        (amount.whole, cents_after(context, at, n_tokens, sign))
    {
        let text = format!("{sign}{whole}.{cents:02}");
        return context.found(at, n_tokens + n_cents, Kind::Money, text);
    }
    let text = format!("{sign}{}", amount.written());
    context.found(at, n_tokens, Kind::Money, text)
}

/// `[and] sixty nine cents`, or a bare `sixty three` at the end.
fn cents_after(
    context: &Context<'_>,
    at: usize,
    n_tokens: usize,
    sign: &str,
) -> Option<(usize, u128)> {
    let n_and = usize::from(context.is("and", at + n_tokens));
    let start = at + n_tokens + n_and;
    let cents = below_hundred(context, start)?;
    let end = n_and + cents.n_tokens;
    let unit = context.get("cent", at + n_tokens + end);
    if unit.is_some_and(|unit| unit == sign || sign == "€") {
        return Some((end + 1, cents.value));
    }
    let is_bare = n_and == 0 && cents.value >= 10 && context.ends_clause(at, n_tokens + end);
    is_bare.then_some((end, cents.value))
}

/// `eighteen point six percent`.
pub(super) fn percent(context: &Context<'_>, at: usize) -> Option<Found> {
    let amount = quantity(context, at)?;
    let (more, sign) = context.phrase("percent", at + amount.n_tokens)?;
    let text = format!("{} {sign}", amount.written());
    context.found(at, amount.n_tokens + more, Kind::Percent, text)
}

/// `two hundred kilometers per hour`.
pub(super) fn measure(context: &Context<'_>, at: usize) -> Option<Found> {
    let amount = quantity(context, at)?;
    let unit = unit(context, at + amount.n_tokens, PowerWord::Before)?;
    let n_tokens = amount.n_tokens + unit.n_tokens;
    // "forty second" is an ordinal.
    if context.low(at + amount.n_tokens) == "second" && amount.whole != Some(1) {
        return None;
    }
    if unit.stays_a_word(amount.whole, 12) && !context.is_whole(at, n_tokens) {
        return None;
    }
    let text = unit.after(&amount.written());
    context.found(at, n_tokens, Kind::Measure, text)
}
