//! Times of day.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::context::{Context, Found};

/// What follows the hour: minutes to add or to take off, and tokens.
fn minutes(context: &Context<'_>, at: usize) -> Option<(usize, i32)> {
    let fixed: [(&[&str], i32); 5] = [
        (&["et", "demie"], 30),
        (&["et", "quart"], 15),
        (&["et", "trois", "quarts"], 45),
        (&["moins", "le", "quart"], -15),
        (&["moins", "quart"], -15),
    ];
    if let Some((words, minutes)) = fixed.iter().find(|(words, _)| context.says(at, words)) {
        return Some((words.len(), *minutes));
    }
    let is_minus = context.low(at) == "moins";
    let n_minus = usize::from(is_minus);
    let (n_tokens, value) = SPEECH.number_below(context, at + n_minus, 60)?;
    let value = i32::try_from(value).ok().filter(|value| *value > 0)?;
    Some((n_minus + n_tokens, if is_minus { -value } else { value }))
}

/// `huit heures sept`, `midi moins le quart`, `deux heures de l'après-midi`.
pub(super) fn clock(context: &Context<'_>, at: usize) -> Option<Found> {
    let noon = context.get("noon", at).and_then(|hour| hour.parse().ok());
    let (mut n_tokens, mut hour): (usize, i32) = if let Some(hour) = noon {
        (1, hour)
    } else {
        let (n_tokens, hour) = SPEECH.number_below(context, at, 25)?;
        if !matches!(context.low(at + n_tokens), "heure" | "heures") {
            return None;
        }
        (n_tokens + 1, i32::try_from(hour).ok()?)
    };
    let is_open = context.is_unbroken(at, n_tokens + 1);
    let minutes = minutes(context, at + n_tokens).filter(|_| is_open);
    n_tokens += minutes.map_or(0, |(n_minutes, _)| n_minutes);
    let day_part = [
        (["du", "matin"], 0),
        (["du", "soir"], 12),
        (["de", "l'après-midi"], 12),
    ]
    .into_iter()
    .find(|(words, _)| context.says(at + n_tokens, words));
    if let Some((words, later)) = day_part {
        n_tokens += words.len();
        if hour < 12 {
            hour += later;
        }
    }
    let is_sure = minutes.is_some()
        || day_part.is_some()
        || context.is_whole(at, n_tokens)
        || noon.is_none() && at > 0 && context.is("before-time", at - 1);
    if !is_sure {
        return None;
    }
    let total = (hour * 60 + minutes.map_or(0, |(_, minutes)| minutes)).rem_euclid(24 * 60);
    let text = match (total / 60, total % 60) {
        (hour, 0) => format!("{hour} h"),
        (hour, minutes) => format!("{hour} h {minutes:02}"),
    };
    context.found(at, n_tokens, Kind::Time, text)
}
