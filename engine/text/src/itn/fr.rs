//! French.

use super::compound::{Grouping, Part, Speech, Words};
use super::context::{Context, Found, Rule};
use super::digit_run::digits;
use super::{address, name};

mod amount;
mod date;
mod digits_in_pairs;
mod time;

pub(super) use date::roman;

/// Earlier rules win among those that take as many words.
pub(super) const RULES: &[Rule] = &[
    name::abbreviation,
    address::rule,
    digits_in_pairs::telephone,
    date::day_month,
    date::century,
    time::clock,
    amount::money,
    amount::percent,
    amount::measure,
    amount::fraction,
    decimal,
    date::ordinal,
    cardinal,
    digits,
];

const SPEECH: Speech = Speech {
    small: below_hundred,
    words: Words::Separate,
    last_small: 9,
    grouping: Grouping::Spaces,
};

/// `soixante et onze`, `quatre-vingt-dix-huit`, with or without hyphens.
fn below_hundred(parts: &[Part]) -> Option<u128> {
    match parts {
        [Part::Zero] => Some(0),
        [Part::Unit(value) | Part::Fixed(value) | Part::Ten(value)] => Some(*value),
        [Part::Fixed(10), Part::Unit(units @ 7..=9)] => Some(10 + units),
        [Part::Unit(4), Part::Ten(20), rest @ ..] => below_twenty(rest).map(|rest| 80 + rest),
        [Part::Ten(tens @ (60 | 80)), Part::And, rest @ ..]
        | [Part::Ten(tens @ (60 | 80)), rest @ ..] => below_twenty(rest).map(|rest| tens + rest),
        [Part::Ten(tens), Part::And, Part::Unit(units)] | [Part::Ten(tens), Part::Unit(units)] => {
            Some(tens + units)
        }
        _ => None,
    }
}

/// Nothing, or 1 to 19.
fn below_twenty(parts: &[Part]) -> Option<u128> {
    match parts {
        [] => Some(0),
        [Part::Unit(value) | Part::Fixed(value)] => Some(*value),
        [Part::Fixed(10), Part::Unit(units @ 7..=9)] => Some(10 + units),
        _ => None,
    }
}

fn cardinal(context: &Context<'_>, at: usize) -> Option<Found> {
    SPEECH.cardinal(context, at)
}

fn decimal(context: &Context<'_>, at: usize) -> Option<Found> {
    SPEECH.decimal(context, at)
}
