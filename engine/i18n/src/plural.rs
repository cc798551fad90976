//! Which form of a message goes with a number: the `Plural-Forms` line of a catalogue.
//!
//! The rule is an expression of C over `n`
//! (<https://www.gnu.org/software/gettext/manual/html_node/Plural-forms.html>).

use thiserror::Error;

/// Longer rules than any language needs are refused, which bounds the depth of the parser too.
const MAX_RULE_BYTES: usize = 500;

/// Why a `Plural-Forms` line was refused.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("\"{0}\" is no plural rule of the form nplurals=…; plural=…;")]
pub struct RuleError(String);

/// Number of forms, and the choice among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluralRule {
    n_forms: usize,
    choice: Expression,
}

impl PluralRule {
    /// The rule of English: the second form for everything but 1.
    pub fn english() -> Self {
        Self {
            n_forms: 2,
            choice: Expression::Binary(
                Operator::NotEqual,
                Box::new([Expression::N, Expression::Number(1)]),
            ),
        }
    }

    /// Reads `nplurals=N; plural=EXPRESSION;`.
    ///
    /// # Errors
    ///
    /// If the text has another form.
    pub fn parse(line: &str) -> Result<Self, RuleError> {
        let refused = || RuleError(line.chars().take(80).collect());
        if line.len() > MAX_RULE_BYTES {
            return Err(refused());
        }
        let (mut n_forms, mut choice) = (None, None);
        for part in line.split(';') {
            match part.split_once('=') {
                Some((key, value)) if key.trim() == "nplurals" => {
                    n_forms = value.trim().parse().ok().filter(|n| (1..=6).contains(n));
                }
                Some((key, value)) if key.trim() == "plural" => choice = expression(value),
                _ => {}
            }
        }
        match (n_forms, choice) {
            (Some(n_forms), Some(choice)) => Ok(Self { n_forms, choice }),
            _ => Err(refused()),
        }
    }

    /// How many forms each message has.
    pub const fn n_forms(&self) -> usize {
        self.n_forms
    }

    /// The form that goes with `n`; a rule that names a form past the last gives the last.
    pub fn form(&self, n: u64) -> usize {
        usize::try_from(self.choice.value(n))
            .map_or(self.n_forms - 1, |form| form.min(self.n_forms - 1))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expression {
    N,
    Number(u64),
    Not(Box<Self>),
    Binary(Operator, Box<[Self; 2]>),
    Choice(Box<[Self; 3]>),
}

impl Expression {
    /// The value; what has none in C (a division by zero) is 0.
    fn value(&self, n: u64) -> u64 {
        match self {
            Self::N => n,
            Self::Number(number) => *number,
            Self::Not(inner) => u64::from(inner.value(n) == 0),
            Self::Choice(parts) => {
                let [condition, yes, no] = parts.as_ref();
                if condition.value(n) == 0 { no } else { yes }.value(n)
            }
            Self::Binary(operator, sides) => {
                let [left, right] = sides.each_ref().map(|side| side.value(n));
                match operator {
                    Operator::Or => u64::from(left != 0 || right != 0),
                    Operator::And => u64::from(left != 0 && right != 0),
                    Operator::Equal => u64::from(left == right),
                    Operator::NotEqual => u64::from(left != right),
                    Operator::LessOrEqual => u64::from(left <= right),
                    Operator::GreaterOrEqual => u64::from(left >= right),
                    Operator::Less => u64::from(left < right),
                    Operator::Greater => u64::from(left > right),
                    Operator::Add => left.wrapping_add(right),
                    Operator::Subtract => left.wrapping_sub(right),
                    Operator::Multiply => left.wrapping_mul(right),
                    Operator::Divide => left.checked_div(right).unwrap_or(0),
                    Operator::Remainder => left.checked_rem(right).unwrap_or(0),
                }
            }
        }
    }
}

/// Operators from the loosest to the tightest. Within a level the longer symbol comes first.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[("==", Operator::Equal), ("!=", Operator::NotEqual)],
    &[
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[
        ("*", Operator::Multiply),
        ("/", Operator::Divide),
        ("%", Operator::Remainder),
    ],
];

fn expression(text: &str) -> Option<Expression> {
    let (expression, rest) = choice(text)?;
    rest.trim().is_empty().then_some(expression)
}

fn after<'a>(text: &'a str, symbol: &str) -> Option<&'a str> {
    text.trim_start().strip_prefix(symbol)
}

fn choice(text: &str) -> Option<(Expression, &str)> {
    let (condition, rest) = level(text, 0)?;
    let Some(rest) = after(rest, "?") else {
        return Some((condition, rest));
    };
    let (yes, rest) = choice(rest)?;
    let (no, rest) = choice(after(rest, ":")?)?;
    Some((Expression::Choice(Box::new([condition, yes, no])), rest))
}

fn level(text: &str, level_idx: usize) -> Option<(Expression, &str)> {
    let Some(operators) = LEVELS.get(level_idx) else {
        return operand(text);
    };
    let (mut left, mut rest) = level(text, level_idx + 1)?;
    loop {
        let found = operators
            .iter()
            .find_map(|(symbol, operator)| Some((*operator, after(rest, symbol)?)));
        let Some((operator, behind)) = found else {
            return Some((left, rest));
        };
        let (right, behind) = level(behind, level_idx + 1)?;
        left = Expression::Binary(operator, Box::new([left, right]));
        rest = behind;
    }
}

fn operand(text: &str) -> Option<(Expression, &str)> {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix('n') {
        return Some((Expression::N, rest));
    }
    if let Some(rest) = text.strip_prefix('!') {
        let (inner, rest) = operand(rest)?;
        return Some((Expression::Not(Box::new(inner)), rest));
    }
    if let Some(rest) = text.strip_prefix('(') {
        let (inner, rest) = choice(rest)?;
        return Some((inner, after(rest, ")")?));
    }
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(n_digits);
    Some((Expression::Number(digits.parse().ok()?), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, numbers: &[u64], expected: &[usize]) {
        let rule = PluralRule::parse(line).unwrap();
        let forms: Vec<_> = numbers.iter().map(|n| rule.form(*n)).collect();
        assert_eq!(forms, expected, "{line}");
    }

    #[test]
    fn rules_choose_forms() {
        check("nplurals=1; plural=0;", &[0, 1, 2], &[0, 0, 0]);
        check(
            "nplurals=2; plural=(n != 1);",
            &[0, 1, 2, 21],
            &[1, 0, 1, 1],
        );
        check("nplurals=2; plural=n>1", &[0, 1, 2], &[0, 0, 1]);
        check(
            "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
            &[0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 24, 25, 102, 112, 1000],
            &[2, 0, 1, 1, 2, 2, 2, 2, 2, 1, 1, 2, 1, 2, 2],
        );
        check("nplurals=2; plural= ! n ", &[0, 1], &[1, 0]);
        check("nplurals=2; plural=n-1-1 == 1;", &[3, 1], &[1, 0]);
        assert_eq!(PluralRule::english().form(1), 0);
        assert_eq!(PluralRule::english().form(0), 1);
    }

    #[test]
    fn nonsense_is_refused_and_nothing_panics() {
        for line in [
            "",
            "nplurals=2",
            "plural=n",
            "nplurals=0; plural=0",
            "nplurals=7; plural=0",
            "nplurals=2; plural=n +",
            "nplurals=2; plural=(n",
            "nplurals=2; plural=m",
            "nplurals=2; plural=n 1",
            "nplurals=2; plural=n ? 1",
            "nplurals=2; plural=99999999999999999999",
        ] {
            PluralRule::parse(line).unwrap_err();
        }
        let deep = format!("nplurals=2; plural={}", "(".repeat(1_000_000));
        PluralRule::parse(&deep).unwrap_err();
        check("nplurals=2; plural=n%0 + n/0", &[0, 5], &[0, 0]);
        check("nplurals=2; plural=n*n*n", &[u64::MAX - 1], &[1]);
    }
}
