//! Dates, years, decades and quarters.

use super::number::{below_hundred, digit, ordinal_value, suffix, two_digits, whole};
use crate::itn::Kind;
use crate::itn::context::{Context, Found};

/// A year as spoken in two halves or as a number, with the tokens it takes.
fn year_value(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    if let Some(first) = two_digits(context, at) {
        let rest = at + first.n_tokens;
        if context.is("hundred", rest) {
            return whole(context, at)
                .filter(|year| (1000..2100).contains(&year.value))
                .map(|year| (year.n_tokens, year.value.to_string()));
        }
        if !(10..=29).contains(&first.value) {
            return None;
        }
        if matches!(context.low(rest), "o" | "oh")
            && let Some(units) = digit(context, rest + 1).filter(|units| *units > 0)
        {
            return Some((first.n_tokens + 2, format!("{}0{units}", first.value)));
        }
        // `twenty twelve`: the tens must not be read as `twenty` and a digit.
        let second = two_digits(context, rest)?;
        return Some((
            first.n_tokens + second.n_tokens,
            format!("{}{}", first.value, second.value),
        ));
    }
    let year = whole(context, at)?;
    let is_thousands = context.is("scale", at + 1);
    (is_thousands && (1000..2100).contains(&year.value))
        .then(|| (year.n_tokens, year.value.to_string()))
}

/// A day of the month: `twenty fifth`, or `thirty` where only the number is said.
fn day(context: &Context<'_>, at: usize) -> Option<(usize, u128, bool)> {
    if let Some(day) = ordinal_value(context, at).filter(|day| (1..=31).contains(&day.value)) {
        return Some((day.n_tokens, day.value, true));
    }
    below_hundred(context, at)
        .filter(|day| (1..=31).contains(&day.value))
        .map(|day| (day.n_tokens, day.value, false))
}

/// `july twenty fifth [two thousand twelve]`, `july two thousand twelve`.
pub(super) fn month_day(context: &Context<'_>, at: usize) -> Option<Found> {
    let month = context.is("month", at).then(|| context.text(at))?;
    // `may` and `march` are verbs too.
    let is_verb = matches!(context.text(at), "may" | "march");
    if let Some((n_year, year)) = year_value(context, at + 1) {
        let text = format!("{month} {year}");
        return context.found(at, 1 + n_year, Kind::Date, text);
    }
    let n_the = usize::from(context.low(at + 1) == "the");
    let (n_day, day, is_ordinal) = day(context, at + 1 + n_the)?;
    let n_tokens = 1 + n_the + n_day;
    let next = at + n_tokens;
    let has_comma = context
        .tokens
        .get(next - 1)
        .is_some_and(|token| token.mark.is_some());
    if let Some((n_year, year)) = year_value(context, next) {
        let comma = if has_comma { "," } else { "" };
        let text = format!("{month} {day}{comma} {year}");
        let is_clean = context.is_unbroken(at, n_tokens) && context.is_unbroken(next, n_year);
        return is_clean.then_some(Found {
            n_tokens: n_tokens + n_year,
            kind: Kind::Date,
            text,
        });
    }
    if !is_ordinal && (is_verb || n_the == 1) {
        return None;
    }
    context.found(at, n_tokens, Kind::Date, format!("{month} {day}"))
}

/// `the twenty fifth of july [twenty twelve]`.
pub(super) fn day_of_month(context: &Context<'_>, at: usize) -> Option<Found> {
    let n_the = usize::from(context.low(at) == "the");
    let number = ordinal_value(context, at + n_the).filter(|day| (1..=31).contains(&day.value))?;
    let of = at + n_the + number.n_tokens;
    if context.low(of) != "of" || !context.is("month", of + 1) {
        return None;
    }
    let mut text = format!("{} {}", number.value, context.text(of + 1));
    let mut n_tokens = of + 2 - at;
    if let Some((n_year, year)) = year_value(context, at + n_tokens)
        && context.is_unbroken(at, n_tokens + n_year)
    {
        text.push(' ');
        text.push_str(&year);
        n_tokens += n_year;
    }
    // Inside a sentence `the 13th of March` reads better without a year.
    let has_year = n_tokens > of + 2 - at;
    if !has_year && !context.is_whole(at, n_tokens) {
        let the = if n_the == 1 { context.text(at) } else { "" };
        let (value, ending) = (number.value, suffix(number.value));
        let text = format!("{the} {value}{ending} of {}", context.text(of + 1));
        return context.found(at, n_tokens, Kind::Date, text.trim().to_owned());
    }
    context.found(at, n_tokens, Kind::Date, text)
}

/// `[the] second quarter of twenty twenty two`.
pub(super) fn quarter(context: &Context<'_>, at: usize) -> Option<Found> {
    let n_the = usize::from(context.low(at) == "the");
    let start = at + n_the;
    let quarter = context.get("quarter", start)?;
    if context.low(start + 1) != "quarter" {
        return None;
    }
    let n_of = usize::from(context.low(start + 2) == "of");
    let (n_year, year) = year_value(context, start + 2 + n_of)?;
    let text = format!("Q{quarter} {year}");
    context.found(at, n_the + 2 + n_of + n_year, Kind::Date, text)
}

/// `nineteen eighties`.
pub(super) fn decade(context: &Context<'_>, at: usize) -> Option<Found> {
    let century = two_digits(context, at).filter(|century| (11..=20).contains(&century.value))?;
    let tens: u128 = context.get("decade", at + century.n_tokens)?.parse().ok()?;
    let text = format!("{}{tens:02}s", century.value);
    context.found(at, century.n_tokens + 1, Kind::Date, text)
}

/// `nineteen seventeen`, `seven fifty b c`.
pub(super) fn year(context: &Context<'_>, at: usize) -> Option<Found> {
    if let Some(found) = era(context, at) {
        return Some(found);
    }
    let (n_tokens, text) = year_value(context, at)?;
    let value: u32 = text.parse().ok()?;
    let is_likely = (1300..2100).contains(&value)
        || context.is_whole(at, n_tokens) && !matches!(value / 100, 10 | 12);
    let is_more = context.is("scale", at + n_tokens) || context.is("hundred", at + n_tokens);
    (is_likely && !is_more)
        .then(|| context.found(at, n_tokens, Kind::Date, text))
        .flatten()
}

fn era(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_year, year) = year_value(context, at)
        .or_else(|| {
            let hundreds = digit(context, at).filter(|hundreds| *hundreds > 0)?;
            let rest = two_digits(context, at + 1)?;
            Some((1 + rest.n_tokens, (hundreds * 100 + rest.value).to_string()))
        })
        .or_else(|| whole(context, at).map(|year| (year.n_tokens, year.value.to_string())))?;
    let next = at + n_year;
    let (n_era, era) = if context.says(next, &["b", "c"]) {
        (2, "BC")
    } else if context.says(next, &["a", "d"]) {
        (2, "AD")
    } else if context.low(next) == "bc" {
        (1, "BC")
    } else {
        return None;
    };
    context.found(at, n_year + n_era, Kind::Date, format!("{year}{era}"))
}
