//! E-mail and web addresses as spoken, for every language.
//!
//! `name at example dot com`, `h t t p s colon slash slash w w w dot …`, letters one by one or
//! in words. The words for the signs are the classes `at`, `dot` and `sign` of the language.

use super::Kind;
use super::compound::Part;
use super::context::{Context, Found};

/// Top-level names taken without `www`, `http` or `@` before them.
const TOP_LEVEL: [&str; 34] = [
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "io", "ai", "dev", "app", "co",
    "me", "tv", "eu", "uk", "us", "de", "at", "ch", "fr", "be", "es", "it", "nl", "pl", "pt", "ca",
    "au", "mx", "ar", "jp",
];

pub(super) fn rule(context: &Context<'_>, at: usize) -> Option<Found> {
    context.last_dot.filter(|dot| *dot > at)?;
    let (n_tokens, text) = email(context, at).or_else(|| web(context, at))?;
    context.found(at, n_tokens, Kind::Address, text)
}

/// A run of letters, digits and at most one trailing word, written without spaces.
fn label(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let mut text = String::new();
    let mut end = at;
    loop {
        if let Some(letter) = context.letter(end) {
            text.push_str(letter);
        } else if let Some((n_tokens, number)) = number(context, end) {
            text.push_str(&number);
            end += n_tokens - 1;
        } else {
            break;
        }
        end += 1;
        if context.tokens[end - 1].mark.is_some() {
            return Some((end - at, text));
        }
    }
    // `g mail`: one letter may lead up to a word, unless it is a word itself.
    let word = context.text(end);
    let follows_one_letter = end == at
        || end == at + 1
            && context.letter(at).is_some()
            && !matches!(context.low(at), "a" | "i" | "o" | "y" | "à");
    if follows_one_letter && is_word(context, end) {
        text.push_str(word);
        end += 1;
        while let Some((n_tokens, number)) = number(context, end)
            && context.is_unbroken(at, end - at + n_tokens)
        {
            text.push_str(&number);
            end += n_tokens;
        }
    }
    (end > at).then(|| (end - at, text))
}

/// A number of one or two digits.
fn number(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    if let Some(digit) = context.get("digit", at) {
        return Some((1, digit.to_owned()));
    }
    if let Some(teen) = context.get("teen", at) {
        return Some((1, teen.to_owned()));
    }
    if let Some(tens) = context.get("ten", at) {
        let digit = context.get("digit", at + 1).filter(|digit| *digit != "0");
        return Some(match digit {
            Some(digit) => (2, format!("{}{digit}", &tens[..1])),
            None => (1, tens.to_owned()),
        });
    }
    match context.parts.get(at)?.as_deref()? {
        [Part::Fixed(value) | Part::Ten(value)] => Some((1, value.to_string())),
        _ => None,
    }
}

fn is_word(context: &Context<'_>, at: usize) -> bool {
    let word = context.text(at);
    !word.is_empty()
        && !["at", "dot", "sign"]
            .iter()
            .any(|class| context.is(class, at))
        && word
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

/// `.`-separated labels; returns tokens, text, number of dots, and the last label.
fn domain(context: &Context<'_>, at: usize) -> Option<(usize, String, usize, String)> {
    let (mut n_tokens, mut text) = label(context, at)?;
    let mut last = text.clone();
    let mut n_dots = 0;
    while context.is("dot", at + n_tokens) && context.is_unbroken(at, n_tokens + 1) {
        let Some((more, part)) = label(context, at + n_tokens + 1) else {
            break;
        };
        n_tokens += 1 + more;
        text.push('.');
        text.push_str(&part);
        last = part;
        n_dots += 1;
    }
    Some((n_tokens, text, n_dots, last))
}

fn email(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let (mut n_tokens, mut text) = label(context, at)?;
    loop {
        let next = at + n_tokens;
        let sign = match context.get("dot", next) {
            Some(_) => ".",
            None => match context.get("sign", next) {
                Some(sign @ ("-" | "_" | "+")) => sign,
                _ => break,
            },
        };
        let (more, part) = label(context, next + 1)?;
        text.push_str(sign);
        text.push_str(&part);
        n_tokens += 1 + more;
    }
    if !context.is("at", at + n_tokens) || context.is("not-a-name", at + n_tokens - 1) {
        return None;
    }
    let (more, host, n_dots, _) = domain(context, at + n_tokens + 1)?;
    (n_dots > 0).then(|| (n_tokens + 1 + more, format!("{text}@{host}")))
}

/// `h t t p colon slash slash`, and whether it is there.
fn scheme(context: &Context<'_>, at: usize) -> Option<(usize, &'static str)> {
    let spoken = context.phrase("scheme", at);
    let (n_letters, scheme) = if let Some((n_tokens, scheme)) = spoken {
        (n_tokens, scheme)
    } else if context.says(at, &["h", "t", "t", "p", "s"]) {
        (5, "https://")
    } else if context.says(at, &["h", "t", "t", "p"]) {
        (4, "http://")
    } else {
        match context.low(at) {
            "https" => (1, "https://"),
            "http" => (1, "http://"),
            _ => return None,
        }
    };
    let mut signs = String::new();
    let mut end = at + n_letters;
    while let Some((n_tokens, sign)) = context.phrase("sign", end).filter(|_| signs.len() < 3) {
        signs.push_str(sign);
        end += n_tokens;
    }
    (signs == "://").then_some((end - at, scheme))
}

fn web(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let (mut n_tokens, mut text) = scheme(context, at)
        .map_or((0, String::new()), |(n_tokens, scheme)| {
            (n_tokens, scheme.to_owned())
        });
    let has_scheme = n_tokens > 0;
    let www = at + n_tokens;
    let spoken = context.phrase("www", www);
    let n_www = if let Some((n_tokens, _)) = spoken {
        n_tokens
    } else if context.says(www, &["w", "w", "w"]) {
        3
    } else {
        usize::from(context.low(www) == "www")
    };
    let has_www = n_www > 0 && context.is("dot", www + n_www);
    if has_www {
        text.push_str("www.");
        n_tokens += n_www + 1;
    }
    let (more, host, n_dots, last) = domain(context, at + n_tokens)?;
    n_tokens += more;
    text.push_str(&host);
    let path_start = n_tokens;
    while let Some((more, part)) = path(context, at + n_tokens) {
        n_tokens += more;
        text.push_str(&part);
    }
    let has_path = n_tokens > path_start;
    let last_low = last.to_lowercase();
    let is_known = TOP_LEVEL.contains(&last_low.as_str())
        && (context.lexicon.get("not-top-level", &last_low).is_none()
            || context.is_whole(at, n_tokens));
    let is_spelled = last.chars().count() <= 3 && (has_path || context.is_whole(at, n_tokens));
    (n_dots > 0 && (has_scheme || has_www || is_known || is_spelled)
        || has_www && n_dots == 0 && host.len() > 1)
        .then_some((n_tokens, text))
}

/// `slash a b`, `question mark x equals three`: signs and the label after each.
fn path(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let mut text = String::new();
    let mut end = at;
    if at > 0 && context.tokens[at - 1].mark.is_some() {
        return None;
    }
    while let Some((n_tokens, sign)) = context.phrase("sign", end) {
        text.push_str(sign);
        end += n_tokens;
    }
    if end == at {
        return None;
    }
    if let Some((n_tokens, part)) = label(context, end) {
        text.push_str(&part);
        end += n_tokens;
    }
    Some((end - at, text))
}
