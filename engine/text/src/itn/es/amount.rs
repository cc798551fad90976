//! Money, percentages, measures and fractions.

use super::SPEECH;
use crate::itn::Kind;
use crate::itn::context::{Context, Found};
use crate::itn::measure::{PowerWord, unit};

/// `doce euros y cinco centavos`, `setenta y cinco dólares con sesenta y tres`.
pub(super) fn money(context: &Context<'_>, at: usize) -> Option<Found> {
    let amount = SPEECH.quantity(context, at)?;
    let next = at + amount.n_tokens;
    if let Some(sign) = context.get("cent", next) {
        let cents = amount.whole.filter(|cents| *cents < 100)?;
        let text = format!("{sign}0,{cents:02}");
        return context.found(at, amount.n_tokens + 1, Kind::Money, text);
    }
    let n_of = usize::from(amount.scale.is_some() && context.low(next) == "de");
    let (n_currency, sign) = context.phrase("currency", next + n_of)?;
    let n_tokens = amount.n_tokens + n_of + n_currency;
    if let Some(whole) = amount.whole {
        let link = context.low(at + n_tokens);
        let n_link = usize::from(matches!(link, "y" | "con"));
        let cents = SPEECH.number_below(context, at + n_tokens + n_link, 100);
        if let Some((n_cents, cents)) = cents {
            let end = n_tokens + n_link + n_cents;
            let has_unit = context.is("cent", at + end);
            if has_unit || link != "y" && cents >= 10 && context.ends_clause(at, end) {
                let text = format!("{sign}{whole},{cents:02}");
                return context.found(at, end + usize::from(has_unit), Kind::Money, text);
            }
        }
    }
    context.found(
        at,
        n_tokens,
        Kind::Money,
        format!("{sign}{}", amount.written()),
    )
}

/// `ocho coma cinco por ciento`.
pub(super) fn percent(context: &Context<'_>, at: usize) -> Option<Found> {
    SPEECH.percent(context, at)
}

/// `tres metros cúbicos`, `dos metros y medio`.
pub(super) fn measure(context: &Context<'_>, at: usize) -> Option<Found> {
    let amount = SPEECH.quantity(context, at)?;
    let unit = unit(context, at + amount.n_tokens, PowerWord::After)?;
    let mut n_tokens = amount.n_tokens + unit.n_tokens;
    let mut number = amount.written();
    if amount.whole.is_some() && context.says(at + n_tokens, &["y", "medio"]) {
        number.push_str(" 1/2");
        n_tokens += 2;
    }
    if unit.stays_a_word(amount.whole, SPEECH.last_small) && !context.is_whole(at, n_tokens) {
        return None;
    }
    let text = unit.after(&number);
    context.found(at, n_tokens, Kind::Measure, text)
}

/// `dos quintos`: tokens and text.
fn proper(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let (n_head, numerator) = SPEECH.number_below(context, at, 100)?;
    let next = at + n_head;
    let divisor: u128 = match context.get("part", next) {
        Some(divisor) => divisor.parse().ok()?,
        None => {
            let stem = context
                .low(next)
                .trim_end_matches('s')
                .strip_suffix("avo")?;
            let run = [stem, stem.strip_suffix('a').unwrap_or(stem)];
            run.iter().find_map(|word| {
                let part = context.lexicon.get("number", word)?;
                part.get(1..)?.parse().ok()
            })?
        }
    };
    // "un cuarto" is a room too.
    (numerator > 1 || divisor >= 5).then(|| (n_head + 1, format!("{numerator}/{divisor}")))
}

/// A fraction alone; inside a sentence only a mixed number is one.
pub(super) fn fraction(context: &Context<'_>, at: usize) -> Option<Found> {
    let sign = context.get("minus", at).unwrap_or_default();
    let start = at + usize::from(!sign.is_empty());
    if let Some((n_head, whole)) = SPEECH.number_below(context, start, 100)
        && context.low(start + n_head) == "y"
        && let Some((n_part, part)) = proper(context, start + n_head + 1)
    {
        let n_tokens = start + n_head + 1 + n_part - at;
        return context.found(
            at,
            n_tokens,
            Kind::Fraction,
            format!("{sign}{whole} {part}"),
        );
    }
    let (n_part, part) = proper(context, start)?;
    let n_tokens = start + n_part - at;
    context
        .is_whole(at, n_tokens)
        .then(|| context.found(at, n_tokens, Kind::Fraction, format!("{sign}{part}")))
        .flatten()
}
