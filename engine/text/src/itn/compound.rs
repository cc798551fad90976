//! Number words of languages that build them from parts: German, French, Spanish.
//!
//! A table gives the parts (class `number`); a run of words is read as the longest sequence of
//! parts that is one number. What is below a hundred differs by language, the rest does not.

use super::Kind;
use super::context::{Context, Found};
use super::lexicon::Lexicon;

/// A part of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Zero,
    /// 1 to 9.
    Unit(u128),
    /// A word of its own between 10 and 29, which takes no unit.
    Fixed(u128),
    /// 20 to 90, which may take a unit.
    Ten(u128),
    Hundred,
    /// 200 to 900 in one word.
    Hundreds(u128),
    Thousand,
    And,
    /// Power of ten from the sixth.
    Scale(u32),
}

impl Part {
    fn read(value: &str) -> Option<Self> {
        let number = value.get(1..).unwrap_or_default();
        Some(match value.chars().next()? {
            '0' => Self::Zero,
            'u' => Self::Unit(number.parse().ok()?),
            'f' => Self::Fixed(number.parse().ok()?),
            't' => Self::Ten(number.parse().ok()?),
            'H' => Self::Hundred,
            'h' => Self::Hundreds(number.parse().ok()?),
            'K' => Self::Thousand,
            '&' => Self::And,
            's' => Self::Scale(number.parse().ok()?),
            _ => return None,
        })
    }
}

/// How a language says numbers.
pub(super) struct Speech {
    /// Value of parts below a hundred.
    pub(super) small: fn(&[Part]) -> Option<u128>,
    pub(super) words: Words,
    /// Whole numbers up to this stay words.
    pub(super) last_small: u128,
    /// Whether digits are set in groups of three with spaces in amounts.
    pub(super) grouping: Grouping,
}

/// Whether one word may hold several parts, or only with hyphens between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    Fused,
    Separate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    None,
    Spaces,
}

/// A number that may have decimals and a large scale in words: `5.2 million`.
#[derive(Debug, Clone)]
pub(super) struct Quantity {
    /// Digits, decimal mark and sign.
    pub(super) digits: String,
    /// `million`, as spoken.
    pub(super) scale: Option<String>,
    pub(super) n_tokens: usize,
    pub(super) is_decimal: bool,
    /// The value, where it is whole, positive and without scale.
    pub(super) whole: Option<u128>,
}

impl Quantity {
    /// Digits and scale.
    pub(super) fn written(&self) -> String {
        match &self.scale {
            Some(scale) => format!("{} {scale}", self.digits),
            None => self.digits.clone(),
        }
    }
}

/// The parts of a word, if it is made of nothing else.
pub(super) fn parts_of(lexicon: &Lexicon, word: &str, words: Words) -> Option<Vec<Part>> {
    if let Some(value) = lexicon.get("number", word) {
        return Some(vec![Part::read(value)?]);
    }
    if words == Words::Separate && !word.contains('-') {
        return None;
    }
    // The longest first part whose rest can be read too.
    for (end, _) in word.char_indices().rev() {
        let (Some(first), Some(rest)) = (word.get(..end), word.get(end..)) else {
            continue;
        };
        if words == Words::Separate && !rest.starts_with('-') {
            continue;
        }
        let Some(part) = lexicon.get("number", first).and_then(Part::read) else {
            continue;
        };
        if let Some(more) = parts_of(lexicon, rest.trim_start_matches('-'), words) {
            return Some([vec![part], more].concat());
        }
    }
    None
}

impl Speech {
    fn hundreds(&self, parts: &[Part]) -> Option<u128> {
        let at = parts
            .iter()
            .position(|part| matches!(part, Part::Hundred | Part::Hundreds(_)));
        let Some(at) = at else {
            return (self.small)(parts);
        };
        let head = match (parts[at], &parts[..at]) {
            (Part::Hundreds(value), []) => value,
            (Part::Hundred, []) => 100,
            (Part::Hundred, before) => (self.small)(before)?.checked_mul(100)?,
            _ => return None,
        };
        match &parts[at + 1..] {
            [] => Some(head),
            [Part::And, rest @ ..] | rest => {
                let rest = (self.small)(rest).filter(|rest| *rest > 0)?;
                Some(head + rest)
            }
        }
    }

    fn thousands(&self, parts: &[Part]) -> Option<u128> {
        let Some(at) = parts.iter().position(|part| *part == Part::Thousand) else {
            return self.hundreds(parts);
        };
        let head = match &parts[..at] {
            [] => 1,
            before => self
                .hundreds(before)
                .filter(|head| *head > 0 && *head < 1000)?,
        };
        let rest = match &parts[at + 1..] {
            [] => 0,
            [Part::And, rest @ ..] | rest => self
                .hundreds(rest)
                .filter(|rest| *rest > 0 && *rest < 1000)?,
        };
        Some(head * 1000 + rest)
    }

    /// The value of parts that are one number.
    pub(super) fn value(&self, parts: &[Part]) -> Option<u128> {
        let at = parts
            .iter()
            .enumerate()
            .filter_map(|(at, part)| match part {
                Part::Scale(exponent) => Some((*exponent, at)),
                _ => None,
            })
            .max_by_key(|(exponent, at)| (*exponent, usize::MAX - at));
        let Some((exponent, at)) = at else {
            return self.thousands(parts);
        };
        let head = match &parts[..at] {
            [] => return None,
            before => self.value(before).filter(|head| *head > 0)?,
        };
        let rest = match &parts[at + 1..] {
            [] => 0,
            [Part::And, rest @ ..] | rest => self.value(rest).filter(|rest| *rest > 0)?,
        };
        let scale = 10_u128.checked_pow(exponent)?;
        (rest < scale).then_some(())?;
        head.checked_mul(scale)?.checked_add(rest)
    }

    /// The longest number that starts here: tokens and value.
    pub(super) fn number(&self, context: &Context<'_>, at: usize) -> Option<(usize, u128)> {
        self.number_below(context, at, u128::MAX)
    }

    /// The longest number below `limit` that starts here.
    pub(super) fn number_below(
        &self,
        context: &Context<'_>,
        at: usize,
        limit: u128,
    ) -> Option<(usize, u128)> {
        let runs = self.run(context, at);
        (1..=runs.len()).rev().find_map(|n_tokens| {
            let parts = runs[..n_tokens].concat();
            // `dieciséis mil y dieciocho | mil`: the rest must not go on with the same number.
            let goes_on = limit == u128::MAX
                && runs.get(n_tokens).is_some_and(|next| {
                    matches!(next.first(), Some(Part::Thousand | Part::Scale(_)))
                });
            let ends_open = goes_on || parts.last() == Some(&Part::And);
            let value = if ends_open { None } else { self.value(&parts) }?;
            (value < limit).then_some((n_tokens, value))
        })
    }

    /// The parts of each token that may belong to a number from here on.
    pub(super) fn run(&self, context: &Context<'_>, at: usize) -> Vec<Vec<Part>> {
        let mut runs = Vec::new();
        while runs.len() < 48 {
            let token = at + runs.len();
            let Some(parts) = context.parts.get(token).and_then(Clone::clone) else {
                break;
            };
            if runs.is_empty() && parts == [Part::And] {
                break;
            }
            runs.push(parts);
            if context.tokens[token].mark.is_some() {
                break;
            }
        }
        runs
    }

    /// Digits after the decimal mark: numbers below a thousand, one after another.
    fn decimals(&self, context: &Context<'_>, at: usize) -> Option<(usize, String)> {
        let mut digits = String::new();
        let mut end = at;
        while let Some((n_tokens, value)) = self.number_below(context, end, 1000) {
            digits.push_str(&value.to_string());
            end += n_tokens;
            if context.tokens[end - 1].mark.is_some() {
                break;
            }
        }
        (end > at).then(|| (end - at, digits))
    }

    /// A number with sign, decimals, and a scale that stays a word.
    pub(super) fn quantity(&self, context: &Context<'_>, at: usize) -> Option<Quantity> {
        // "au moins une" is no sign.
        let is_less = at > 0 && context.is("before-less", at - 1);
        let sign = context
            .get("minus", at)
            .filter(|_| !is_less)
            .unwrap_or_default();
        let start = at + usize::from(!sign.is_empty());
        let head = self.number(context, start);
        let n_head = head.map_or(0, |(n_tokens, _)| n_tokens);
        let mark = start + n_head;
        let breaks = n_head > 0 && context.tokens[mark - 1].mark.is_some();
        if let Some(decimal_mark) = context.get("decimal", mark).filter(|_| !breaks)
            && let Some((more, decimals)) = self.decimals(context, mark + 1)
        {
            let mut n_tokens = mark + 1 + more - at;
            let scale = self.scale_word(context, at + n_tokens);
            n_tokens += usize::from(scale.is_some());
            let whole = head
                .map(|(_, value)| self.grouped(value))
                .unwrap_or_default();
            let decimals = match self.grouping {
                Grouping::Spaces => group_from_left(&decimals),
                Grouping::None => decimals,
            };
            return context.is_unbroken(at, n_tokens).then(|| Quantity {
                digits: format!("{sign}{whole}{decimal_mark}{decimals}"),
                scale,
                n_tokens,
                is_decimal: true,
                whole: None,
            });
        }
        let (n_tokens, value) = head?;
        let last = start + n_tokens - 1;
        // `deux-millions` is one word with the scale in it.
        let (front, scale) = match context.low(last).rsplit_once('-') {
            Some((front, _)) if n_tokens == 1 => (
                parts_of(context.lexicon, front, self.words),
                context.text(last).rsplit('-').next().map(str::to_owned),
            ),
            _ if n_tokens > 1 => (
                Some(self.run(context, start)[..n_tokens - 1].concat()),
                Some(context.text(last).to_owned()),
            ),
            _ => (None, None),
        };
        let front = front.and_then(|front| self.thousands(&front));
        if let (Some(front), Some(scale)) = (front, scale)
            && self.is_scale(context, &scale)
        {
            return Some(Quantity {
                digits: format!("{sign}{front}"),
                scale: Some(scale),
                n_tokens: last + 1 - at,
                is_decimal: false,
                whole: None,
            });
        }
        Some(Quantity {
            digits: format!("{sign}{value}"),
            scale: None,
            n_tokens: last + 1 - at,
            is_decimal: false,
            whole: sign.is_empty().then_some(value),
        })
    }

    fn is_scale(&self, context: &Context<'_>, word: &str) -> bool {
        let value = context.lexicon.get("number", &word.to_lowercase());
        value.is_some_and(|value| value.starts_with('s'))
    }

    fn scale_word(&self, context: &Context<'_>, at: usize) -> Option<String> {
        let word = context.text(at);
        self.is_scale(context, word).then(|| word.to_owned())
    }

    /// The value as amounts show it.
    pub(super) fn grouped(&self, value: u128) -> String {
        let digits = value.to_string();
        match self.grouping {
            Grouping::Spaces if digits.len() > 3 => {
                let head = digits.len() % 3;
                let (head, tail) = digits.split_at(head);
                format!("{head} {}", group_from_left(tail))
                    .trim()
                    .to_owned()
            }
            _ => digits,
        }
    }

    /// As [`Quantity::written`], with digits in groups.
    pub(super) fn amount(&self, quantity: &Quantity) -> String {
        match quantity.whole {
            Some(value) => self.grouped(value),
            None => quantity.written(),
        }
    }

    pub(super) fn cardinal(&self, context: &Context<'_>, at: usize) -> Option<Found> {
        let number = self.quantity(context, at)?;
        // "tausend Dank": a lone round word is not meant as a figure.
        let is_round = matches!(
            context.parts.get(at).and_then(Option::as_deref),
            Some([Part::Hundred | Part::Thousand | Part::Hundreds(100)])
        ) && number.n_tokens == 1
            && !context.is_whole(at, 1);
        let is_small = is_round || number.whole.is_some_and(|value| value <= self.last_small);
        if number.is_decimal || number.scale.is_some() || is_small {
            return None;
        }
        context.found(at, number.n_tokens, Kind::Cardinal, number.digits)
    }

    pub(super) fn decimal(&self, context: &Context<'_>, at: usize) -> Option<Found> {
        let number = self.quantity(context, at)?;
        let is_headless = number.digits.starts_with(['.', ',']);
        let is_wanted = number.is_decimal || number.scale.is_some();
        if !is_wanted || is_headless && !context.is_whole(at, number.n_tokens) {
            return None;
        }
        context.found(at, number.n_tokens, Kind::Decimal, number.written())
    }

    pub(super) fn percent(&self, context: &Context<'_>, at: usize) -> Option<Found> {
        let amount = self.quantity(context, at)?;
        let (more, sign) = context.phrase("percent", at + amount.n_tokens)?;
        let text = format!("{} {sign}", self.amount(&amount));
        context.found(at, amount.n_tokens + more, Kind::Percent, text)
    }
}

fn group_from_left(digits: &str) -> String {
    let mut grouped = String::new();
    for (digit_idx, digit) in digits.chars().enumerate() {
        if digit_idx > 0 && digit_idx % 3 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}
