//! English.

use super::context::Rule;
use super::{address, name};

mod amount;
mod date;
mod digits;
mod number;
mod time;

/// Earlier rules win among those that take as many words.
pub(super) const RULES: &[Rule] = &[
    name::name,
    name::title,
    name::abbreviation,
    digits::version,
    address::rule,
    digits::telephone,
    date::day_of_month,
    date::month_day,
    date::quarter,
    date::decade,
    date::year,
    time::clock,
    time::relative,
    time::bare,
    amount::money,
    amount::percent,
    amount::measure,
    number::fraction,
    number::decimal,
    digits::serial,
    number::ordinal,
    number::cardinal,
    number::short_hundreds,
    digits::digits,
];
