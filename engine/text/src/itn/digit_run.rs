//! Digits said one by one.

use super::Kind;
use super::context::{Context, Found};

/// Digits said one by one, with the words for twice and three times.
pub(super) fn digit_run(context: &Context<'_>, at: usize) -> (usize, String) {
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
