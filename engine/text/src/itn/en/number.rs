//! Cardinals, ordinals, decimals and fractions.

use crate::itn::Kind;
use crate::itn::compound::Quantity;
use crate::itn::context::{Context, Found};

/// A whole number as spoken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole {
    pub(super) value: u128,
    pub(super) n_tokens: usize,
}

/// `0` to `9` without the letter o.
pub(super) fn digit(context: &Context<'_>, at: usize) -> Option<u128> {
    if matches!(context.low(at), "o" | "oh") {
        return None;
    }
    context.get("digit", at)?.parse().ok()
}

/// `10` to `99`.
pub(super) fn two_digits(context: &Context<'_>, at: usize) -> Option<Whole> {
    if let Some(teen) = context.get("teen", at) {
        return Some(Whole {
            value: teen.parse().ok()?,
            n_tokens: 1,
        });
    }
    let tens: u128 = context.get("ten", at)?.parse().ok()?;
    match digit(context, at + 1) {
        Some(units) if units > 0 && context.is_unbroken(at, 2) => Some(Whole {
            value: tens + units,
            n_tokens: 2,
        }),
        _ => Some(Whole {
            value: tens,
            n_tokens: 1,
        }),
    }
}

/// `0` to `99`.
pub(super) fn below_hundred(context: &Context<'_>, at: usize) -> Option<Whole> {
    two_digits(context, at).or_else(|| digit(context, at).map(|value| Whole { value, n_tokens: 1 }))
}

/// `1` to `9999`: `two hundred and six`, `twenty one hundred`.
fn group(context: &Context<'_>, at: usize) -> Option<Whole> {
    let head = below_hundred(context, at)?;
    if !context.is("hundred", at + head.n_tokens) || head.value == 0 {
        return Some(head);
    }
    let value = head.value * 100;
    let n_tokens = head.n_tokens + 1;
    Some(with_rest(
        context,
        at,
        Whole { value, n_tokens },
        below_hundred,
    ))
}

/// Adds `[and] rest` where a smaller number follows.
fn with_rest(
    context: &Context<'_>,
    at: usize,
    head: Whole,
    rest: fn(&Context<'_>, usize) -> Option<Whole>,
) -> Whole {
    let n_and = usize::from(context.is("and", at + head.n_tokens));
    let n_tokens = head.n_tokens + n_and;
    match rest(context, at + n_tokens) {
        Some(more) if more.value > 0 && context.is_unbroken(at, n_tokens + more.n_tokens) => {
            Whole {
                value: head.value + more.value,
                n_tokens: n_tokens + more.n_tokens,
            }
        }
        _ => head,
    }
}

fn power(exponent: &str) -> Option<u128> {
    10_u128.checked_pow(exponent.parse().ok()?)
}

/// Any whole number of zero or more.
pub(super) fn whole(context: &Context<'_>, at: usize) -> Option<Whole> {
    let mut sum = 0_u128;
    let mut n_tokens = 0;
    let mut limit = u128::MAX;
    loop {
        let n_and = usize::from(n_tokens > 0 && context.is("and", at + n_tokens));
        let start = at + n_tokens + n_and;
        let Some(part) = group(context, start) else {
            break;
        };
        let mut value = part.value;
        let mut end = start + part.n_tokens - at;
        let mut scale = 1;
        while let Some(next) = context.get("scale", at + end).and_then(power) {
            scale = next.checked_mul(scale)?;
            value = value.checked_mul(next)?;
            end += 1;
        }
        let fits = scale < limit && value < limit && (sum == 0 || value > 0);
        if !fits || !context.is_unbroken(at, end) || n_and > 0 && scale > 1 {
            break;
        }
        sum = sum.checked_add(value)?;
        n_tokens = end;
        limit = scale;
        if scale == 1 {
            break;
        }
    }
    (n_tokens > 0).then_some(Whole {
        value: sum,
        n_tokens,
    })
}

/// Digits after the decimal mark: `one two o five`, `eighty five`.
fn decimals(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let mut digits = String::new();
    let mut end = at;
    while end == at || context.is_unbroken(at, end - at + 1) {
        if let Some(digit) = context.get("digit", end) {
            digits.push_str(digit);
            end += 1;
        } else if let Some(two) = two_digits(context, end).filter(|_| digits.len() < 2) {
            digits.push_str(&two.value.to_string());
            end += two.n_tokens;
        } else {
            break;
        }
    }
    (end > at).then(|| (end - at, digits))
}

/// A number with sign, decimals and scale.
pub(super) fn quantity(context: &Context<'_>, at: usize) -> Option<Quantity> {
    let sign = context.get("minus", at).unwrap_or_default();
    let start = at + usize::from(!sign.is_empty());
    let head = whole(context, start);
    let n_head = head.map_or(0, |head| head.n_tokens);
    let head_digits = head.map(|head| head.value.to_string()).unwrap_or_default();
    if context.low(start + n_head) == "point"
        && let Some((more, digits)) = decimals(context, start + n_head + 1)
    {
        let mut n_tokens = start - at + n_head + 1 + more;
        let scale = context.get("scale", at + n_tokens).map(|_| {
            n_tokens += 1;
            context.text(at + n_tokens - 1).to_owned()
        });
        return context.is_unbroken(at, n_tokens).then(|| Quantity {
            digits: format!("{sign}{head_digits}.{digits}"),
            scale,
            n_tokens,
            is_decimal: true,
            whole: None,
        });
    }
    let head = head?;
    let last = start + n_head - 1;
    if let Some(exponent) = context.get("scale", last).filter(|_| n_head > 1)
        && exponent
            .parse::<u32>()
            .is_ok_and(|exponent| exponent >= 6 && exponent != 7)
        && let Some(front) = group(context, start)
        && front.n_tokens + 1 == n_head
    {
        return Some(Quantity {
            digits: format!("{sign}{}", front.value),
            scale: Some(context.text(last).to_owned()),
            n_tokens: last + 1 - at,
            is_decimal: false,
            whole: None,
        });
    }
    Some(Quantity {
        digits: format!("{sign}{}", head.value),
        scale: None,
        n_tokens: last + 1 - at,
        is_decimal: false,
        whole: sign.is_empty().then_some(head.value),
    })
}

/// Numbers from thirteen, and negative ones; smaller ones stay words.
pub(super) fn cardinal(context: &Context<'_>, at: usize) -> Option<Found> {
    let number = quantity(context, at)?;
    if number.is_decimal || number.scale.is_some() {
        return None;
    }
    let is_small = number.whole.is_some_and(|value| value <= 12);
    if is_small {
        return None;
    }
    context.found(at, number.n_tokens, Kind::Cardinal, number.digits)
}

/// `seven forty seven` as a number of three digits.
pub(super) fn short_hundreds(context: &Context<'_>, at: usize) -> Option<Found> {
    let hundreds = digit(context, at).filter(|hundreds| *hundreds > 0)?;
    let rest = two_digits(context, at + 1).filter(|rest| rest.value >= 13)?;
    let n_tokens = 1 + rest.n_tokens;
    let goes_on = context.is("hundred", at + n_tokens) || context.is("scale", at + n_tokens);
    let text = (hundreds * 100 + rest.value).to_string();
    (!goes_on)
        .then(|| context.found(at, n_tokens, Kind::Cardinal, text))
        .flatten()
}

/// Decimals, and whole numbers with a large scale.
pub(super) fn decimal(context: &Context<'_>, at: usize) -> Option<Found> {
    let number = quantity(context, at)?;
    if number.scale.is_none() && !number.is_decimal {
        return None;
    }
    // "at this point one ..." is no number.
    if number.digits.starts_with('.') && !context.is_whole(at, number.n_tokens) {
        return None;
    }
    context.found(at, number.n_tokens, Kind::Decimal, number.written())
}

/// The ordinal that starts here, of whatever size.
pub(super) fn ordinal_value(context: &Context<'_>, at: usize) -> Option<Whole> {
    let last_of = |at: usize| -> Option<Whole> {
        if let Some(value) = context.get("ordinal", at) {
            let value = value.parse().ok()?;
            return Some(Whole { value, n_tokens: 1 });
        }
        let tens: u128 = context.get("ten", at)?.parse().ok()?;
        let units: u128 = context.get("ordinal", at + 1)?.parse().ok()?;
        (1..10).contains(&units).then_some(Whole {
            value: tens + units,
            n_tokens: 2,
        })
    };
    if let Some(small) = last_of(at) {
        return Some(small);
    }
    let head = whole(context, at)?;
    let end = at + head.n_tokens;
    if context.is("ordinal-hundred", end) && head.value < 100 {
        return Some(Whole {
            value: head.value * 100,
            n_tokens: head.n_tokens + 1,
        });
    }
    if let Some(scale) = context.get("ordinal-scale", end).and_then(power) {
        return Some(Whole {
            value: head.value.checked_mul(scale)?,
            n_tokens: head.n_tokens + 1,
        });
    }
    // `one hundred twenty first`: the cardinal has taken the tens.
    let ends_in_ten = context.is("ten", end - 1);
    let (head, last) = if ends_in_ten && context.is("ordinal", end) && head.n_tokens > 1 {
        let shorter = Whole {
            value: head.value - head.value % 100,
            n_tokens: head.n_tokens - 1,
        };
        (shorter, last_of(end - 1)?)
    } else {
        let n_and = usize::from(context.is("and", end));
        let last = last_of(end + n_and)?;
        let n_tokens = head.n_tokens + n_and;
        (Whole { n_tokens, ..head }, last)
    };
    (head.value >= 100 && head.value % 100 == 0).then_some(Whole {
        value: head.value + last.value,
        n_tokens: head.n_tokens + last.n_tokens,
    })
}

pub(super) fn suffix(value: u128) -> &'static str {
    match (value % 10, value % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    }
}

/// Ordinals from thirteenth anywhere, smaller ones only alone.
pub(super) fn ordinal(context: &Context<'_>, at: usize) -> Option<Found> {
    let number = ordinal_value(context, at)?;
    if number.value <= 12 && !context.is_whole(at, number.n_tokens) {
        return None;
    }
    let text = format!("{}{}", number.value, suffix(number.value));
    context.found(at, number.n_tokens, Kind::Ordinal, text)
}

/// `three quarters` alone or before a unit, `two and a half` anywhere.
pub(super) fn fraction(context: &Context<'_>, at: usize) -> Option<Found> {
    let head = whole(context, at).filter(|head| head.value > 0)?;
    let next = at + head.n_tokens;
    if context.says(next, &["and", "a", "half"]) {
        let text = format!("{} 1/2", head.value);
        return context.found(at, head.n_tokens + 3, Kind::Fraction, text);
    }
    if context.says(next, &["and", "a", "quarter"]) {
        let text = format!("{} 1/4", head.value);
        return context.found(at, head.n_tokens + 3, Kind::Fraction, text);
    }
    let part = context.get("part", next)?;
    let n_tokens = head.n_tokens + 1;
    let is_plural = context.low(next).ends_with('s');
    let agrees = is_plural == (head.value > 1);
    if !agrees || head.value > 99 || !is_plural && !matches!(part, "2" | "3" | "4") {
        return None;
    }
    let is_alone = context.is_whole(at, n_tokens);
    let text = format!("{}/{part}", head.value);
    is_alone
        .then(|| context.found(at, n_tokens, Kind::Fraction, text))
        .flatten()
}
