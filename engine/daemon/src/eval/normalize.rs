//! What reference and hypothesis go through before they are compared.
//!
//! Both sides get the same treatment, in this order:
//!
//! 1. letters become lower case; curly apostrophes become straight;
//! 2. `&` becomes "and", `%` "percent", `+` "plus", `=` "equals", `@` "at";
//! 3. `$`, `£` or `€` before a number becomes "dollars", "pounds" or "euros" behind it;
//! 4. English only: digits become words. `1,234` loses its comma, `3.5` is "three point five",
//!    `21st` is "twenty first", `10:30` is "ten thirty", `1990s` is "nineteen nineties",
//!    a number of four digits from 1100 to 1999 or from 2010 to 2099 without comma is read in
//!    pairs ("nineteen forty five"), a number with a leading zero or of more than 15 digits is
//!    spelled digit by digit, any other is a cardinal without "and";
//! 5. hyphens, dashes, slashes and every other mark become spaces, except apostrophes between
//!    letters ("don't") and at the end of a word in -s, which is dropped;
//! 6. English only: "mr", "mrs", "dr", "st" before a name stay as they are except that
//!    "mister", "missus" and "doctor" become "mr", "mrs" and "dr"; "okay" becomes "ok";
//! 7. white space separates words.
//!
//! Fillers, spelling variants and contractions are not touched: they count as errors.
//! Scripts without spaces are compared by character (the character error rate), which counts the
//! letters and digits of the normalized text without spaces.

mod numbers;

/// Which rules apply beyond those for every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    English,
    AnyLanguage,
}

impl Rules {
    /// The rules for a BCP 47 tag.
    pub(crate) fn of_language(tag: &str) -> Self {
        match tag.split(['-', '_']).next() {
            Some("en") => Self::English,
            _ => Self::AnyLanguage,
        }
    }
}

/// The words that are compared.
pub(crate) fn words(text: &str, rules: Rules) -> Vec<String> {
    let mut words = Vec::new();
    for piece in text.split_whitespace() {
        let piece = piece.to_lowercase().replace(['’', 'ʼ', '‘'], "'");
        let mut rest = piece.as_str();
        while let Some(part) = next_part(&mut rest) {
            match part {
                Part::Number(number) if rules == Rules::English => {
                    words.extend(numbers::to_words(number));
                }
                Part::Money(number, unit) if rules == Rules::English => {
                    words.extend(numbers::to_words(number));
                    words.push(unit.to_owned());
                }
                Part::Number(number) | Part::Money(number, _) => words.push(number.to_owned()),
                Part::Symbol(word) if rules == Rules::English => words.push(word.to_owned()),
                Part::Symbol(_) => {}
                Part::Letters(letters) => words.push(word(letters, rules)),
            }
        }
    }
    words
}

/// The characters that are compared.
pub(crate) fn chars(words: &[String]) -> Vec<char> {
    words.iter().flat_map(|word| word.chars()).collect()
}

enum Part<'a> {
    Letters(&'a str),
    Number(&'a str),
    Money(&'a str, &'static str),
    Symbol(&'static str),
}

/// Takes the next word, number or symbol off a piece without white space.
fn next_part<'a>(rest: &mut &'a str) -> Option<Part<'a>> {
    loop {
        let first = rest.chars().next()?;
        let after = &rest[first.len_utf8()..];
        if first.is_ascii_digit() {
            return Some(Part::Number(take_number(rest)));
        }
        if first.is_alphanumeric() {
            return Some(Part::Letters(take_letters(rest)));
        }
        *rest = after;
        let unit = match first {
            '$' => "dollars",
            '£' => "pounds",
            '€' => "euros",
            '&' => return Some(Part::Symbol("and")),
            '%' => return Some(Part::Symbol("percent")),
            '+' => return Some(Part::Symbol("plus")),
            '=' => return Some(Part::Symbol("equals")),
            '@' => return Some(Part::Symbol("at")),
            _ => continue,
        };
        if after.starts_with(|c: char| c.is_ascii_digit()) {
            return Some(Part::Money(take_number(rest), unit));
        }
    }
}

/// Digits with commas and points between them and an ordinal ending or `s` behind them.
fn take_number<'a>(rest: &mut &'a str) -> &'a str {
    let bytes = rest.as_bytes();
    let digit_at = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut len = 0;
    while digit_at(len)
        || (matches!(bytes.get(len), Some(b',' | b'.'))
            && digit_at(len + 1)
            && (bytes[len] == b'.'
                || (digit_at(len + 2) && digit_at(len + 3) && !digit_at(len + 4))))
    {
        len += 1;
    }
    let is_word_end =
        |at: usize| !rest[at..].starts_with(|c: char| c.is_alphanumeric() || c == '\'');
    for ending in ["st", "nd", "rd", "th", "s"] {
        if rest[len..].starts_with(ending) && is_word_end(len + ending.len()) {
            len += ending.len();
            break;
        }
    }
    let (number, after) = rest.split_at(len);
    *rest = after;
    number
}

/// Letters with single apostrophes between them.
fn take_letters<'a>(rest: &mut &'a str) -> &'a str {
    let mut len = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let joins = c == '\'' && chars.peek().is_some_and(|(_, next)| next.is_alphabetic());
        if (c.is_alphanumeric() && !c.is_ascii_digit()) || joins || is_mark(c) {
            len = at + c.len_utf8();
        } else {
            break;
        }
    }
    let (letters, after) = rest.split_at(len);
    *rest = after;
    letters
}

/// Combining marks belong to the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}')
}

fn word(letters: &str, rules: Rules) -> String {
    let same = match (rules, letters) {
        (Rules::English, "mister") => "mr",
        (Rules::English, "missus") => "mrs",
        (Rules::English, "doctor") => "dr",
        (Rules::English, "okay") => "ok",
        _ => letters,
    };
    same.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(words(text, Rules::English).join(" "), expected);
    }

    #[test]
    fn case_and_marks_are_dropped() {
        check("HE COULD WAIT NO LONGER", "he could wait no longer");
        check("“Well,” she said — ‘no’.", "well she said no");
        check("Don't stop; the dogs' bowls", "don't stop the dogs bowls");
        check("don’t", "don't");
        check("rock 'n' roll", "rock n roll");
        check("well-known and/or e-mail", "well known and or e mail");
        check("U.S. army", "u s army");
        check("  \t ", "");
        check("Élan naïve", "élan naïve");
    }

    #[test]
    fn numbers_become_words() {
        check("3", "three");
        check("21 cats", "twenty one cats");
        check("1,234", "one thousand two hundred thirty four");
        check("3.5", "three point five");
        check("0.05", "zero point zero five");
        check("in 1945", "in nineteen forty five");
        check("in 1900", "in nineteen hundred");
        check("in 1905", "in nineteen oh five");
        check("in 2005", "in two thousand five");
        check("in 2015.", "in twenty fifteen");
        check("the 1990s", "the nineteen nineties");
        check("the 80s", "the eighties");
        check("21st", "twenty first");
        check("the 5th of May", "the fifth of may");
        check(
            "12th, 20th, 100th, 103rd",
            "twelfth twentieth one hundredth one hundred third",
        );
        check("10:30", "ten thirty");
        check("007", "zero zero seven");
        check("1000000", "one million");
        check("B2B", "b two b");
        check("$5 and £1,000", "five dollars and one thousand pounds");
        check("50% & more", "fifty percent and more");
        check(
            "12345678901234567890",
            "one two three four five six seven eight nine zero one two three four five six seven eight nine zero",
        );
        check("1,2,3", "one two three");
    }

    #[test]
    fn titles_are_one_word_in_either_spelling() {
        check("Mister Smith, Mr. Smith", "mr smith mr smith");
        check("Doctor No", "dr no");
        check("Okay OK", "ok ok");
    }

    #[test]
    fn other_languages_keep_their_digits() {
        assert_eq!(
            words("Il a 21 ans, n'est-ce pas ?", Rules::AnyLanguage).join(" "),
            "il a 21 ans n'est ce pas"
        );
        assert_eq!(Rules::of_language("en-GB"), Rules::English);
        assert_eq!(Rules::of_language("fr"), Rules::AnyLanguage);
        assert_eq!(Rules::of_language("enm"), Rules::AnyLanguage);
    }

    proptest! {
        #[test]
        fn normalizing_twice_changes_nothing(text in "[ -~’é]{0,60}") {
            let once = words(&text, Rules::English);
            let twice = words(&once.join(" "), Rules::English);
            prop_assert_eq!(once, twice);
        }

        #[test]
        fn every_text_is_normalized_without_panic(text in "\\PC{0,60}") {
            for rules in [Rules::English, Rules::AnyLanguage] {
                for word in words(&text, rules) {
                    prop_assert!(!word.is_empty() && !word.contains(char::is_whitespace));
                }
            }
        }
    }
}
