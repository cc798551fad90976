//! Spanish.

use super::compound::{Grouping, Part, Speech, Words};
use super::context::{Context, Found, Rule};
use super::digit_run::digits;
use super::{address, name};

mod amount;
mod date;
mod telephone;
mod time;

/// Earlier rules win among those that take as many words.
pub(super) const RULES: &[Rule] = &[
    name::abbreviation,
    address::rule,
    telephone::telephone,
    date::day_of_month,
    date::century,
    time::with_article,
    time::before_hour,
    time::day_part,
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
    grouping: Grouping::None,
};

/// `cincuenta y uno`.
fn below_hundred(parts: &[Part]) -> Option<u128> {
    match parts {
        [Part::Zero] => Some(0),
        [Part::Unit(value) | Part::Fixed(value) | Part::Ten(value)] => Some(*value),
        [Part::Ten(tens), Part::And, Part::Unit(units)] => Some(tens + units),
        _ => None,
    }
}

fn cardinal(context: &Context<'_>, at: usize) -> Option<Found> {
    SPEECH.cardinal(context, at)
}

fn decimal(context: &Context<'_>, at: usize) -> Option<Found> {
    SPEECH.decimal(context, at)
}
