//! Telephone numbers, said in pairs or digit by digit.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::context::{Context, Found};
use crate::itn::digit_run::digit_run;

/// Ten digits, or nine alone without the first zero.
pub(super) fn telephone(context: &Context<'_>, at: usize) -> Option<Found> {
    let mut digits = String::new();
    let mut end = at;
    while digits.len() < 10 && (end == at || context.is_unbroken(at, end - at + 1)) {
        let pair = SPEECH
            .number_below(context, end, 100)
            .filter(|(_, value)| *value >= 10);
        if let Some((n_tokens, value)) = pair {
            digits.push_str(&value.to_string());
            end += n_tokens;
            continue;
        }
        let (n_tokens, more) = if context.is("repeat", end) {
            digit_run(context, end)
        } else {
            let digit = context.get("digit", end).unwrap_or_default();
            (usize::from(!digit.is_empty()), digit.to_owned())
        };
        if n_tokens == 0 {
            break;
        }
        digits.push_str(&more);
        end += n_tokens;
    }
    let n_tokens = end - at;
    if digits.len() == 9 && context.is_whole(at, n_tokens) {
        digits.insert(0, '0');
    }
    let starts_right = digits.starts_with('0') || context.is_whole(at, n_tokens);
    if digits.len() != 10 || !starts_right {
        return None;
    }
    let pairs: Vec<&str> = (0..10).step_by(2).map(|at| &digits[at..at + 2]).collect();
    context.found(at, n_tokens, Kind::Phone, pairs.join(" "))
}
