//! German.

use super::compound::{Grouping, Part, Speech, Words};
use super::context::{Context, Found, Rule};
use super::digit_run::digits;
use super::{address, name};

mod amount;
mod date;
mod time;

/// Earlier rules win among those that take as many words.
pub(super) const RULES: &[Rule] = &[
    name::title,
    name::abbreviation,
    address::rule,
    date::day_month,
    date::year,
    time::clock,
    time::relative,
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
    words: Words::Fused,
    last_small: 9,
    grouping: Grouping::None,
};

/// `zweiundzwanzig`: the unit comes first.
fn below_hundred(parts: &[Part]) -> Option<u128> {
    match parts {
        [Part::Zero] => Some(0),
        [Part::Unit(value) | Part::Fixed(value) | Part::Ten(value)] => Some(*value),
        [Part::Unit(units), Part::And, Part::Ten(tens)] => Some(tens + units),
        _ => None,
    }
}

fn cardinal(context: &Context<'_>, at: usize) -> Option<Found> {
    SPEECH.cardinal(context, at)
}

fn decimal(context: &Context<'_>, at: usize) -> Option<Found> {
    SPEECH.decimal(context, at)
}
