//! Units of measure, for every language: prefixes, squares and cubes, and rates.
//!
//! Symbols are those of the SI brochure (<https://www.bipm.org/en/publications/si-brochure>).

use super::context::Context;

/// A unit as spoken.
pub(super) struct Unit {
    pub(super) symbol: String,
    pub(super) n_tokens: usize,
    /// Whether it is a single everyday word such as `hours`.
    pub(super) is_everyday: bool,
}

impl Unit {
    /// The number with its unit; the sign of degrees stands without a space.
    pub(super) fn after(&self, number: &str) -> String {
        let space = if self.symbol == "°" { "" } else { " " };
        format!("{number}{space}{}", self.symbol)
    }

    /// Whether it stays a word inside a sentence: "three hours later", "a second time".
    /// Everyday units of numbers up to `last_small` do, and those of time and angle always:
    /// `20 minutes` reads better than `20 min`.
    pub(super) fn stays_a_word(&self, whole: Option<u128>, last_small: u128) -> bool {
        let is_clock_unit = matches!(self.symbol.as_str(), "h" | "min" | "s" | "°");
        self.is_everyday && whole.is_some_and(|value| value <= last_small || is_clock_unit)
    }
}

/// Whether the word for square or cube stands before or after its unit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PowerWord {
    Before,
    After,
}

/// `kilometers per hour`, `square feet`; or `per square kilometer` alone.
pub(super) fn unit(context: &Context<'_>, at: usize, power: PowerWord) -> Option<Unit> {
    if let Some((n_per, _)) = context.phrase("per", at) {
        let below = factor(context, at + n_per, power)?;
        return Some(Unit {
            symbol: format!("/{}", below.symbol),
            n_tokens: n_per + below.n_tokens,
            is_everyday: false,
        });
    }
    let mut unit = factor(context, at, power)?;
    if let Some((n_per, _)) = context.phrase("per", at + unit.n_tokens)
        && let Some(below) = factor(context, at + unit.n_tokens + n_per, power)
    {
        unit.n_tokens += n_per + below.n_tokens;
        unit.symbol = format!("{}/{}", unit.symbol, below.symbol);
        unit.is_everyday = false;
    }
    if let Some(usual) = context.lexicon.get("scale-unit", &unit.symbol) {
        usual.clone_into(&mut unit.symbol);
    }
    Some(unit)
}

/// One unit with its power.
fn factor(context: &Context<'_>, at: usize, power: PowerWord) -> Option<Unit> {
    let before = context
        .get("square", at)
        .filter(|_| power == PowerWord::Before);
    let n_before = usize::from(before.is_some());
    if n_before == 0
        && power == PowerWord::Before
        && let Some(squared) = fused_power(context, at)
    {
        return Some(squared);
    }
    let (n_tokens, symbol) = simple(context, at + n_before)?;
    let is_imperial = context.is("imperial", at + n_before);
    let end = n_before + n_tokens;
    if let Some(exponent) = before {
        let symbol = match (is_imperial, exponent) {
            (true, "²") => format!("sq {symbol}"),
            (true, _) => format!("cu {symbol}"),
            (false, _) => format!("{symbol}{exponent}"),
        };
        return Some(Unit {
            symbol,
            n_tokens: end,
            is_everyday: false,
        });
    }
    if power == PowerWord::After
        && let Some(exponent) = context.get("square", at + end)
    {
        return Some(Unit {
            symbol: format!("{symbol}{exponent}"),
            n_tokens: end + 1,
            is_everyday: false,
        });
    }
    Some(Unit {
        symbol,
        n_tokens: end,
        is_everyday: n_tokens == 1 && context.is("everyday", at),
    })
}

/// `quadratkilometer`: the power is part of the word.
fn fused_power(context: &Context<'_>, at: usize) -> Option<Unit> {
    let word = context.low(at);
    for split in [5, 7] {
        let (Some(power), Some(rest)) = (word.get(..split), word.get(split..)) else {
            continue;
        };
        if let Some(exponent) = context.lexicon.get("square", power)
            && let Some(symbol) = one_word(context, rest)
        {
            return Some(Unit {
                symbol: format!("{symbol}{exponent}"),
                n_tokens: 1,
                is_everyday: false,
            });
        }
    }
    None
}

/// The symbol of a unit in one word, with or without a prefix.
fn one_word(context: &Context<'_>, word: &str) -> Option<String> {
    if let Some(symbol) = context.lexicon.get("unit", word) {
        return Some(symbol.to_owned());
    }
    (3..=7).find_map(|split| {
        let prefix = context.lexicon.get("prefix", word.get(..split)?)?;
        let symbol = context.lexicon.get("unit", word.get(split..)?)?;
        Some(format!("{prefix}{symbol}"))
    })
}

/// A unit without power: plain, or with a prefix that is a word of its own or part of one.
fn simple(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let plain = ["plain", "unit"]
        .iter()
        .filter_map(|class| context.phrase(class, at))
        .max_by_key(|(n_tokens, _)| *n_tokens);
    if let Some((n_tokens, symbol)) = plain {
        return Some((n_tokens, symbol.to_owned()));
    }
    if let Some(prefix) = context.get("prefix", at) {
        let (n_tokens, symbol) = context.phrase("unit", at + 1)?;
        return Some((1 + n_tokens, format!("{prefix}{symbol}")));
    }
    prefixed(context, at)
}

/// `kilometers`, `kilowatt hours`: the prefix is part of the word.
fn prefixed(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let word = context.low(at);
    for split in 3..=7 {
        let (Some(prefix), Some(stem)) = (word.get(..split), word.get(split..)) else {
            continue;
        };
        let Some(prefix) = context.lexicon.get("prefix", prefix) else {
            continue;
        };
        let two_words = format!("{stem} {}", context.low(at + 1));
        if let Some(symbol) = context.lexicon.get("unit", &two_words) {
            return Some((2, format!("{prefix}{symbol}")));
        }
        if let Some(symbol) = context.lexicon.get("unit", stem) {
            return Some((1, format!("{prefix}{symbol}")));
        }
    }
    None
}
