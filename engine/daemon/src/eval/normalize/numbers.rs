//! English words for numbers in digits, as they are usually read aloud.

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const SCALES: [(u64, &str); 4] = [
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];
/// More digits than this are read one by one.
const MAX_CARDINAL_DIGITS: usize = 15;

/// Words for digits with optional commas, points and one of the endings st, nd, rd, th, s.
pub(super) fn to_words(number: &str) -> Vec<String> {
    let digits = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ending = &number[digits.len()..];
    let parts: Vec<_> = digits.split('.').collect();
    let [whole, fractions @ ..] = parts.as_slice() else {
        return Vec::new();
    };
    let mut words = whole_words(whole);
    for fraction in fractions {
        words.push("point");
        words.extend(spelled(fraction));
    }
    let mut words: Vec<_> = words.into_iter().map(str::to_owned).collect();
    if let Some(last) = words.pop() {
        words.push(match ending {
            "" => last,
            "s" => plural(&last),
            _ => ordinal(&last),
        });
    }
    words
}

fn whole_words(whole: &str) -> Vec<&'static str> {
    let has_comma = whole.contains(',');
    let digits = whole.replace(',', "");
    let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
    match digits.parse::<u64>() {
        Ok(value) if digits.len() <= MAX_CARDINAL_DIGITS && !has_leading_zero => {
            let is_read_in_pairs = matches!(value, 1100..=1999 | 2010..=2099);
            if is_read_in_pairs && !has_comma {
                pairs(value)
            } else {
                cardinal(value)
            }
        }
        _ => spelled(&digits),
    }
}

fn spelled(digits: &str) -> Vec<&'static str> {
    digits
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|digit| ONES[usize::from(digit - b'0')])
        .collect()
}

fn pairs(value: u64) -> Vec<&'static str> {
    let mut words = cardinal(value / 100);
    match value % 100 {
        0 => words.push("hundred"),
        last @ 1..=9 => {
            words.push("oh");
            words.extend(cardinal(last));
        }
        last => words.extend(cardinal(last)),
    }
    words
}

fn cardinal(value: u64) -> Vec<&'static str> {
    for (scale, name) in SCALES {
        if value >= scale {
            let mut words = cardinal(value / scale);
            words.push(name);
            match value % scale {
                0 => {}
                rest => words.extend(cardinal(rest)),
            }
            return words;
        }
    }
    let below_thousand = usize::try_from(value).expect("less than a thousand");
    let mut words = Vec::new();
    let (hundreds, rest) = (below_thousand / 100, below_thousand % 100);
    if hundreds > 0 {
        words.extend([ONES[hundreds], "hundred"]);
    }
    match rest {
        0 if hundreds > 0 => {}
        0..=19 => words.push(ONES[rest]),
        _ => {
            words.push(TENS[rest / 10]);
            if rest % 10 > 0 {
                words.push(ONES[rest % 10]);
            }
        }
    }
    words
}

fn ordinal(word: &str) -> String {
    match word {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        _ => word
            .strip_suffix('y')
            .map_or_else(|| format!("{word}th"), |stem| format!("{stem}ieth")),
    }
}

fn plural(word: &str) -> String {
    if let Some(stem) = word.strip_suffix('y') {
        format!("{stem}ies")
    } else if word.ends_with('x') {
        format!("{word}es")
    } else {
        format!("{word}s")
    }
}
