//! Times of day.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::compound::parts_of;
use crate::itn::context::{Context, Found};

fn number_below(context: &Context<'_>, at: usize, limit: u128) -> Option<(usize, u128)> {
    SPEECH
        .number(context, at)
        .filter(|(_, value)| *value < limit)
}

fn zone(context: &Context<'_>, at: usize) -> (usize, String) {
    context
        .phrase("zone", at)
        .map_or((0, String::new()), |(n_tokens, zone)| {
            (n_tokens, format!(" {zone}"))
        })
}

/// `acht Uhr sieben`, `zwei Uhr zwei Minuten drei Sekunden`.
pub(super) fn clock(context: &Context<'_>, at: usize) -> Option<Found> {
    if let Some(found) = fused(context, at) {
        return Some(found);
    }
    let (n_hour, hour) = number_below(context, at, 25)?;
    if context.low(at + n_hour) != "uhr" {
        return None;
    }
    let mut n_tokens = n_hour + 1;
    let mut text = format!("{hour} Uhr");
    let is_open = context.is_unbroken(at, n_tokens + 1);
    if let Some((n_minutes, minutes)) = number_below(context, at + n_tokens, 60).filter(|_| is_open)
    {
        n_tokens += n_minutes;
        let has_unit = matches!(context.low(at + n_tokens), "minute" | "minuten");
        n_tokens += usize::from(has_unit);
        text = format!("{hour:02}:{minutes:02} Uhr");
        if let Some((n_seconds, seconds)) =
            number_below(context, at + n_tokens, 60).filter(|_| has_unit)
            && matches!(
                context.low(at + n_tokens + n_seconds),
                "sekunde" | "sekunden"
            )
        {
            n_tokens += n_seconds + 1;
            text = format!("{hour:02}:{minutes:02}:{seconds:02} Uhr");
        }
    }
    let (n_zone, zone) = zone(context, at + n_tokens);
    context.found(at, n_tokens + n_zone, Kind::Time, text + &zone)
}

/// `vierundzwanziguhrzweiundzwanzig` in one word.
fn fused(context: &Context<'_>, at: usize) -> Option<Found> {
    let (hour, minutes) = context.low(at).split_once("uhr")?;
    let value = |word| SPEECH.value(&parts_of(context.lexicon, word, SPEECH.words)?);
    let hour = value(hour).filter(|hour| *hour < 25)?;
    let text = if minutes.is_empty() {
        format!("{hour} Uhr")
    } else {
        let minutes = value(minutes).filter(|minutes| *minutes < 60)?;
        format!("{hour:02}:{minutes:02} Uhr")
    };
    let (n_zone, zone) = zone(context, at + 1);
    context.found(at, 1 + n_zone, Kind::Time, text + &zone)
}

/// `halb zwölf`, `viertel nach zwölf`, `zehn vor zwölf`.
pub(super) fn relative(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_amount, minutes, is_clear) = match context.low(at) {
        "halb" => (1, 30, true),
        "viertel" => (1, 15, true),
        _ => {
            let (n_tokens, minutes) = number_below(context, at, 60)?;
            (n_tokens, minutes, false)
        }
    };
    let next = at + n_amount;
    let (n_sign, is_past) = match context.low(next) {
        _ if minutes == 30 && is_clear => (0, false),
        "vor" => (1, false),
        "nach" => (1, true),
        _ => return None,
    };
    let (n_hour, hour) = number_below(context, next + n_sign, 13).filter(|(_, hour)| *hour > 0)?;
    let mut n_tokens = n_amount + n_sign + n_hour;
    n_tokens += usize::from(context.low(at + n_tokens) == "uhr");
    let day_part = matches!(
        context.low(at + n_tokens),
        "nachts" | "mittags" | "morgens" | "abends" | "nachmittags" | "früh"
    );
    let is_time = is_clear
        || day_part
        || at > 0 && context.is("before-time", at - 1)
        || context.is_whole(at, n_tokens);
    if !is_time {
        return None;
    }
    let text = if is_past {
        format!("{hour:02}:{minutes:02} Uhr")
    } else {
        let earlier = if hour == 1 { 12 } else { hour - 1 };
        format!("{earlier:02}:{:02} Uhr", 60 - minutes)
    };
    context.found(at, n_tokens, Kind::Time, text)
}
