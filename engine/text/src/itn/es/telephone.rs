//! Telephone numbers of eight to ten digits, with the country's code and the extension.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::context::{Context, Found};
use crate::itn::digit_run::digit_run;

/// `uno veintitrés uno veintitrés cincuenta y seis setenta y ocho`.
pub(super) fn telephone(context: &Context<'_>, at: usize) -> Option<Found> {
    let has_plus = context.low(at) == "más";
    let mut n_tokens = usize::from(has_plus);
    let mut prefix = String::new();
    if has_plus {
        let (n_code, code) = SPEECH.number_below(context, at + n_tokens, 100)?;
        prefix = format!("+{code}-");
        n_tokens += n_code;
    }
    let mut digits = String::new();
    while digits.len() < 10 && context.is_unbroken(at, n_tokens + 1) {
        let next = at + n_tokens;
        let pair = SPEECH
            .number_below(context, next, 100)
            .filter(|(_, value)| *value >= 10);
        let (more, read) = if let Some((more, value)) = pair {
            (more, value.to_string())
        } else if context.is("repeat", next) {
            digit_run(context, next)
        } else {
            let digit = context.get("digit", next).unwrap_or_default();
            (usize::from(!digit.is_empty()), digit.to_owned())
        };
        if more == 0 {
            break;
        }
        digits.push_str(&read);
        n_tokens += more;
    }
    let number = match digits.len() {
        10 => format!("{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..]),
        9 => format!("{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..]),
        8 => format!("{}-{}", &digits[..4], &digits[4..]),
        _ => return None,
    };
    let mut text = prefix + &number;
    if matches!(context.low(at + n_tokens), "extensión" | "extension")
        && let Some((more, extension)) = SPEECH.number_below(context, at + n_tokens + 1, 100_000)
    {
        text.push_str(&format!(" ext. {extension}"));
        n_tokens += 1 + more;
    }
    context.found(at, n_tokens, Kind::Phone, text)
}
