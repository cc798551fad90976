//! Times of day.

use super::number::{below_hundred, digit, two_digits};
use crate::itn::Kind;
use crate::itn::context::{Context, Found};

/// An hour of the twelve-hour clock.
fn hour(context: &Context<'_>, at: usize) -> Option<u128> {
    below_hundred(context, at)
        .filter(|hour| hour.n_tokens == 1 && (1..=12).contains(&hour.value))
        .map(|hour| hour.value)
}

/// Minutes in two digits: `fifty one`, `o six`.
fn minutes(context: &Context<'_>, at: usize) -> Option<(usize, u128)> {
    if matches!(context.low(at), "o" | "oh") {
        return digit(context, at + 1)
            .filter(|minutes| *minutes > 0)
            .map(|minutes| (2, minutes));
    }
    two_digits(context, at)
        .filter(|minutes| minutes.value < 60)
        .map(|minutes| (minutes.n_tokens, minutes.value))
}

/// `a m`, written as large as it was recognized.
fn half_day(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let (n_tokens, written) = context.phrase("half-day", at)?;
    let is_large = context.text(at).chars().all(|c| !c.is_lowercase());
    let written = if is_large {
        written.to_uppercase()
    } else {
        written.to_owned()
    };
    Some((n_tokens, written))
}

/// ` a.m.` and ` est` where they follow; how many tokens, and what to append.
fn tail(context: &Context<'_>, at: usize) -> (usize, String, bool) {
    let mut n_tokens = 0;
    let mut text = String::new();
    let mut has_half_day = false;
    if let Some((more, half)) = half_day(context, at) {
        text = format!(" {half}");
        n_tokens = more;
        has_half_day = true;
    }
    if let Some((more, zone)) = context.phrase("zone", at + n_tokens)
        && (has_half_day || more > 1 || zone.len() > 2)
    {
        let is_large = context
            .text(at + n_tokens)
            .chars()
            .all(|c| !c.is_lowercase());
        text.push(' ');
        text.push_str(&if is_large {
            zone.to_uppercase()
        } else {
            zone.to_owned()
        });
        n_tokens += more;
    }
    (n_tokens, text, has_half_day)
}

/// `eleven forty a m`, `two p m`, `eight oclock g m t`.
pub(super) fn clock(context: &Context<'_>, at: usize) -> Option<Found> {
    let hour = hour(context, at)?;
    if matches!(context.low(at + 1), "oclock" | "o'clock") {
        let (n_tail, tail, _) = tail(context, at + 2);
        return context.found(at, 2 + n_tail, Kind::Time, format!("{hour:02}:00{tail}"));
    }
    let (n_minutes, minutes) = minutes(context, at + 1).unwrap_or((0, 0));
    let (n_tail, tail, has_half_day) = tail(context, at + 1 + n_minutes);
    if !has_half_day {
        return None;
    }
    let text = format!("{hour:02}:{minutes:02}{tail}");
    context.found(at, 1 + n_minutes + n_tail, Kind::Time, text)
}

/// `quarter past one`, `half past three`, `ten to eleven pm`.
pub(super) fn relative(context: &Context<'_>, at: usize) -> Option<Found> {
    let n_article = usize::from(context.low(at) == "a");
    let start = at + n_article;
    let (n_amount, amount, is_clear) = match context.low(start) {
        "quarter" => (1, 15, true),
        "half" => (1, 30, true),
        _ => {
            let minutes = below_hundred(context, start)
                .filter(|minutes| n_article == 0 && (1..60).contains(&minutes.value))?;
            let unit = start + minutes.n_tokens;
            let n_unit = usize::from(matches!(
                context.low(unit),
                "min" | "mins" | "minute" | "minutes"
            ));
            (minutes.n_tokens + n_unit, minutes.value, n_unit > 0)
        }
    };
    let sign = start + n_amount;
    let is_past = match context.low(sign) {
        "past" => true,
        "after" if is_clear => true,
        "to" | "till" | "before" if amount != 30 => false,
        _ => return None,
    };
    let hour = hour(context, sign + 1)?;
    let (n_tail, tail, has_half_day) = tail(context, sign + 2);
    let n_tokens = sign + 2 + n_tail - at;
    // "nine to five" is a span; minutes without their unit are said in fives.
    let is_usual = is_clear || matches!(amount, 5 | 10 | 20 | 25);
    let is_time = has_half_day
        || is_clear
        || is_past
        || at > 0 && context.is("before-time", at - 1)
        || context.is_whole(at, n_tokens);
    if !is_time || !is_usual {
        return None;
    }
    let text = if is_past {
        format!("{hour:02}:{amount:02}{tail}")
    } else {
        let earlier = if hour == 1 { 12 } else { hour - 1 };
        format!("{earlier:02}:{:02}{tail}", 60 - amount)
    };
    context.found(at, n_tokens, Kind::Time, text)
}

/// `eight fifty one` alone or after "at" and its like.
pub(super) fn bare(context: &Context<'_>, at: usize) -> Option<Found> {
    let hour = hour(context, at)?;
    let (n_minutes, minutes) = minutes(context, at + 1)?;
    let n_tokens = 1 + n_minutes;
    let is_time = context.is_whole(at, n_tokens)
        || at > 0 && context.is("before-time", at - 1) && !context.is("hundred", at + n_tokens);
    is_time
        .then(|| context.found(at, n_tokens, Kind::Time, format!("{hour:02}:{minutes:02}")))
        .flatten()
}
