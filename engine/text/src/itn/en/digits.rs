//! Digit strings: telephone and other numbers, versions, serials.

use super::number::{digit, two_digits};
use crate::itn::Kind;
use crate::itn::context::{Context, Found};
use crate::itn::digit_run::{digit_run, digit_run_with};

/// Digits said one by one, with pairs such as `twenty one` between them.
fn run_with_pairs(context: &Context<'_>, at: usize) -> (usize, String) {
    digit_run_with(context, at, |token| {
        two_digits(context, token).map(|two| (two.n_tokens, two.value))
    })
}

/// Ten digits and more, with or without the country's code.
pub(super) fn telephone(context: &Context<'_>, at: usize) -> Option<Found> {
    let has_plus = context.low(at) == "plus";
    let start = at + usize::from(has_plus);
    let mut prefix = String::new();
    let mut n_prefix = start - at;
    if has_plus && let Some(code) = two_digits(context, start) {
        prefix = format!("+{} ", code.value);
        n_prefix += code.n_tokens;
    }
    let (n_digits, mut digits) = digit_run(context, at + n_prefix);
    if has_plus && prefix.is_empty() && (11..=13).contains(&digits.len()) {
        let local = digits.split_off(digits.len() - 10);
        prefix = format!("+{digits} ");
        digits = local;
    } else if !has_plus && digits.len() == 11 {
        let local = digits.split_off(1);
        prefix = format!("{digits} ");
        digits = local;
    }
    let n_tokens = n_prefix + n_digits;
    let text = match digits.len() {
        10 => format!(
            "{prefix}{}-{}-{}",
            &digits[..3],
            &digits[3..6],
            &digits[6..]
        ),
        9 if prefix.is_empty() && context.before(at) == "is" && context.before(at - 1) == "ssn" => {
            format!("{}-{}-{}", &digits[..3], &digits[3..5], &digits[5..])
        }
        16 if prefix.is_empty() => {
            let (a, b, c, d) = (&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]);
            format!("{a} {b} {c} {d}")
        }
        _ => return None,
    };
    context.found(at, n_tokens, Kind::Phone, text)
}

/// Three digits and more in a row.
pub(super) fn digits(context: &Context<'_>, at: usize) -> Option<Found> {
    let (n_tokens, digits) = digit_run(context, at);
    // `one o` and `oh one` are words in a sentence; so are `one one` and the like.
    (digits.len() >= 3 && n_tokens > 1 && digit_words(context, at, n_tokens) >= 2)
        .then(|| context.found(at, n_tokens, Kind::Phone, digits))
        .flatten()
}

fn digit_words(context: &Context<'_>, at: usize, n_tokens: usize) -> usize {
    (at..at + n_tokens)
        .filter(|token| digit(context, *token).is_some())
        .count()
}

/// `version two point three point one`, and four numbers with dots.
pub(super) fn version(context: &Context<'_>, at: usize) -> Option<Found> {
    let has_name = context.is("version", at);
    let start = at + usize::from(has_name);
    let (n_first, mut text) = run_with_pairs(context, start);
    if n_first == 0 {
        return None;
    }
    let mut n_tokens = start - at + n_first;
    let mut n_dots = 0;
    while matches!(context.low(at + n_tokens), "dot" | "point")
        && context.is_unbroken(at, n_tokens + 1)
    {
        let (more, part) = run_with_pairs(context, at + n_tokens + 1);
        if more == 0 {
            break;
        }
        text.push('.');
        text.push_str(&part);
        n_tokens += 1 + more;
        n_dots += 1;
    }
    if has_name {
        text = format!("{} {text}", context.text(at));
    }
    (n_dots >= 2 || has_name && n_dots == 1)
        .then(|| context.found(at, n_tokens, Kind::Version, text))
        .flatten()
}

/// Letters and numbers that are the whole utterance: `x three eighty six`.
pub(super) fn serial(context: &Context<'_>, at: usize) -> Option<Found> {
    if at > 0 {
        return None;
    }
    let mut text = String::new();
    let mut end = 0;
    let (mut n_letters, mut n_numbers) = (0, 0);
    while end < context.tokens.len() {
        if let Some(digit) = digit(context, end) {
            text.push_str(&digit.to_string());
            n_numbers += 1;
            end += 1;
        } else if let Some(two) = two_digits(context, end) {
            text.push_str(&two.value.to_string());
            n_numbers += 1;
            end += two.n_tokens;
        } else {
            text.push_str(context.letter(end)?);
            // `five o seven` is a number.
            n_letters += usize::from(context.low(end) != "o");
            end += 1;
        }
    }
    let starts_as_word = context.low(0) == "a" && context.letter(1).is_none();
    (n_letters > 0 && n_numbers > 0 && !starts_as_word)
        .then(|| context.found(0, end, Kind::Phone, text))
        .flatten()
}
