//! Times of day.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::context::{Context, Found};

/// What follows the hour: tokens, and minutes to add or to take off.
fn minutes(context: &Context<'_>, at: usize) -> Option<(usize, i32)> {
    let sign = context.low(at);
    let n_sign = usize::from(matches!(sign, "y" | "con" | "menos"));
    let is_minus = sign == "menos";
    let (n_tokens, value) = match context.low(at + n_sign) {
        "cuarto" if n_sign == 1 => (1, 15),
        "media" if n_sign == 1 && !is_minus => (1, 30),
        _ => SPEECH
            .number_below(context, at + n_sign, 60)
            .filter(|(_, value)| n_sign == 1 || *value >= 10)?,
    };
    let value = i32::try_from(value).ok().filter(|value| *value > 0)?;
    Some((n_sign + n_tokens, if is_minus { -value } else { value }))
}

fn half_day(context: &Context<'_>, at: usize) -> (usize, String) {
    context
        .phrase("half-day", at)
        .map_or((0, String::new()), |(n_tokens, half)| {
            let is_large = context.text(at).starts_with(char::is_uppercase);
            let half = if is_large {
                half.to_uppercase()
            } else {
                half.to_owned()
            };
            (n_tokens, format!(" {half}"))
        })
}

fn hour(context: &Context<'_>, at: usize) -> Option<(usize, i32)> {
    let (n_tokens, hour) = SPEECH.number_below(context, at, 25)?;
    Some((n_tokens, i32::try_from(hour).ok()?))
}

/// The time with its article, as large as the first word said.
fn written(context: &Context<'_>, at: usize, hour: i32, minutes: i32, half: &str) -> String {
    let total = (hour * 60 + minutes).rem_euclid(24 * 60);
    let mut shown = total / 60;
    if shown == 0 && hour <= 12 {
        shown = 12;
    }
    let article = match (shown, context.text(at).starts_with('L')) {
        (1, true) => "La",
        (1, false) => "la",
        (_, true) => "Las",
        (_, false) => "las",
    };
    format!("{article} {shown}:{:02}{half}", total % 60)
}

/// `las dos menos cuarto`, `la una y media`, `las dos de la tarde`.
pub(super) fn with_article(context: &Context<'_>, at: usize) -> Option<Found> {
    if !matches!(context.low(at), "la" | "las") {
        return None;
    }
    let (n_hour, hour) = hour(context, at + 1)?;
    let mut n_tokens = 1 + n_hour;
    let minutes = minutes(context, at + n_tokens);
    n_tokens += minutes.map_or(0, |(more, _)| more);
    let (n_half, half) = half_day(context, at + n_tokens);
    if minutes.is_none() && n_half == 0 {
        return None;
    }
    let minutes = minutes.map_or(0, |(_, minutes)| minutes);
    let text = written(context, at, hour, minutes, &half);
    context.found(at, n_tokens + n_half, Kind::Time, text)
}

/// `un cuarto para las dos`, `diez para las doce`.
pub(super) fn before_hour(context: &Context<'_>, at: usize) -> Option<Found> {
    let n_article = usize::from(context.says(at, &["un", "cuarto"]));
    let (n_minutes, minutes) = if context.low(at + n_article) == "cuarto" {
        (1, 15)
    } else {
        SPEECH
            .number_below(context, at, 60)
            .filter(|(_, minutes)| *minutes > 0)?
    };
    let to = at + n_article + n_minutes;
    if context.low(to) != "para" || !matches!(context.low(to + 1), "la" | "las") {
        return None;
    }
    let (n_hour, hour) = hour(context, to + 2)?;
    let n_tokens = to + 2 + n_hour - at;
    let (n_half, half) = half_day(context, at + n_tokens);
    let minutes = i32::try_from(minutes).ok()?;
    let text = written(context, at, hour, -minutes, &half);
    context.found(at, n_tokens + n_half, Kind::Time, text)
}

/// `dos y media de la tarde`.
pub(super) fn day_part(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_hour, hour) = hour(context, at)?;
    let (n_minutes, minutes) = minutes(context, at + n_hour).unwrap_or((0, 0));
    let (n_half, half) = half_day(context, at + n_hour + n_minutes);
    if n_half == 0 || minutes < 0 {
        return None;
    }
    let text = format!("{hour}:{minutes:02}{half}");
    context.found(at, n_hour + n_minutes + n_half, Kind::Time, text)
}
