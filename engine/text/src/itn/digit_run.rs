//! Digits said one by one.

use super::Kind;
use super::context::{Context, Found};

/// Digits said one by one, with the words for twice and three times: tokens and digits.
pub(super) fn digit_run(context: &Context<'_>, at: usize) -> (usize, String) {
    digit_run_with(context, at, |_| None)
}

/// As [`digit_run`], and where no digit stands, what `other` reads there: tokens and value.
pub(super) fn digit_run_with(
    context: &Context<'_>,
    at: usize,
    other: impl Fn(usize) -> Option<(usize, u128)>,
) -> (usize, String) {
    let mut digits = String::new();
    let mut end = at;
    while end == at || context.is_unbroken(at, end - at + 1) {
        let times = context
            .get("repeat", end)
            .and_then(|times| times.parse::<usize>().ok());
        if let Some(digit) = context.get("digit", end) {
            digits.push_str(digit);
            end += 1;
        } else if let (Some(times), Some(digit)) = (times, context.get("digit", end + 1)) {
            digits.push_str(&digit.repeat(times));
            end += 2;
        } else if let Some((n_tokens, value)) = other(end) {
            digits.push_str(&value.to_string());
            end += n_tokens;
        } else {
            break;
        }
    }
    (end - at, digits)
}

/// Four digits and more in a row.
pub(super) fn digits(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_tokens, digits) = digit_run(context, at);
    (digits.len() >= 4)
        .then(|| context.found(at, n_tokens, Kind::Phone, digits))
        .flatten()
}
