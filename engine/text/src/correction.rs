//! What may have been said instead of a text that was written.
//!
//! Alternatives come from other hypotheses of the recognizer, from the user's own words that sound
//! alike, from tables of words that sound the same, and from other capitals, in this order.

use std::fmt;

use crate::correction::sound::sound_distance;
use crate::language::Language;
use crate::table::rows;
use crate::word::{Case, MarkedWord, capitalize, uncapitalize};

mod sound;

/// The most alternatives that are offered: one for each digit key.
pub const MAX_ALTERNATIVES: usize = 9;

/// A word of the user, and what it was taken for. `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownWord {
    /// As it is written.
    pub text: String,
    /// What was written for it once, where the user corrected that.
    pub taken_for: Option<String>,
}

impl fmt::Debug for KnownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownWord")
            .field("n_chars", &self.text.chars().count())
            .finish_non_exhaustive()
    }
}

/// One utterance with its other hypotheses.
#[derive(Debug, Clone, Copy)]
pub struct Hypotheses<'a> {
    /// The words that were written.
    pub best: &'a [MarkedWord],
    /// Other words for the same sound, the likelier first.
    pub others: &'a [Vec<MarkedWord>],
}

/// Words of one language that sound the same.
#[derive(Debug, Clone)]
pub struct Homophones {
    groups: Vec<Vec<&'static str>>,
}

impl Homophones {
    /// The shipped table; empty for [`Language::Other`].
    #[must_use]
    pub fn new(language: Language) -> Self {
        let table = match language {
            Language::English => include_str!("../data/homophones/en.tsv"),
            Language::German => include_str!("../data/homophones/de.tsv"),
            Language::French => include_str!("../data/homophones/fr.tsv"),
            Language::Spanish => include_str!("../data/homophones/es.tsv"),
            Language::Other => "",
        };
        let groups = rows(table).map(|row| row.cells().collect()).collect();
        Self { groups }
    }

    fn of(&self, word: &str) -> impl Iterator<Item = &'static str> {
        let word = word.to_lowercase();
        let groups = self
            .groups
            .iter()
            .filter(move |group| group.contains(&word.as_str()));
        groups.flatten().copied()
    }
}

/// Alternatives for `target`, the likeliest first; the target itself is none.
#[must_use]
pub fn alternatives(
    target: &str,
    utterances: &[Hypotheses<'_>],
    known: &[KnownWord],
    homophones: &Homophones,
) -> Vec<String> {
    let mut found = Found {
        target,
        texts: Vec::new(),
    };
    let is_target = |text: &String| text.to_lowercase() == target.to_lowercase();
    for word in known {
        if word.taken_for.as_ref().is_some_and(is_target) {
            found.exact(&word.text);
        }
    }
    for utterance in utterances {
        for place in places(target, utterance.best) {
            for other in utterance.others {
                found.like_target(&opposite(utterance.best, other, &place));
            }
        }
    }
    let mut alike: Vec<(usize, &str)> = known
        .iter()
        .filter_map(|word| Some((sound_distance(target, &word.text)?, word.text.as_str())))
        .collect();
    alike.sort_by_key(|(distance, _)| *distance);
    for (_, text) in alike {
        found.exact(text);
    }
    for text in swapped(target, homophones) {
        found.like_target(&text);
    }
    for text in [
        capitalize(target),
        uncapitalize(target),
        target.to_uppercase(),
    ] {
        found.exact(&text);
    }
    found.texts
}

struct Found<'a> {
    target: &'a str,
    texts: Vec<String>,
}

impl Found<'_> {
    fn exact(&mut self, text: &str) {
        let is_new = text != self.target && !self.texts.iter().any(|known| known == text);
        if !text.is_empty() && is_new && self.texts.len() < MAX_ALTERNATIVES {
            self.texts.push(text.to_owned());
        }
    }

    /// Takes a text with a capital where the target has one.
    fn like_target(&mut self, text: &str) {
        if self.target.starts_with(char::is_uppercase) {
            self.exact(&capitalize(text));
        } else {
            self.exact(text);
        }
    }
}

/// The target with one of its words exchanged for another of the same sound.
fn swapped(target: &str, homophones: &Homophones) -> Vec<String> {
    let words: Vec<&str> = target.split(' ').collect();
    let mut texts = Vec::new();
    for (at, word) in words.iter().enumerate() {
        for other in homophones.of(word) {
            if other == word.to_lowercase() {
                continue;
            }
            let mut words = words.clone();
            words[at] = other;
            texts.push(words.join(" "));
        }
    }
    texts
}

fn fold(word: &str) -> String {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    bare.to_lowercase()
}

/// Where the target's words stand among the words, the last place first.
fn places(target: &str, words: &[MarkedWord]) -> Vec<std::ops::Range<usize>> {
    let wanted: Vec<String> = target.split_whitespace().map(fold).collect();
    if wanted.is_empty() || wanted.len() > words.len() {
        return Vec::new();
    }
    (0..=words.len() - wanted.len())
        .rev()
        .filter(|start| {
            let there = &words[*start..start + wanted.len()];
            there
                .iter()
                .zip(&wanted)
                .all(|(word, wanted)| fold(&word.text) == *wanted)
        })
        .map(|start| start..start + wanted.len())
        .collect()
}

/// What the other words have in place of a range of the best ones, by the least edits.
fn opposite(best: &[MarkedWord], other: &[MarkedWord], place: &std::ops::Range<usize>) -> String {
    let (n_best, n_other) = (best.len(), other.len());
    let same = |i: usize, j: usize| fold(&best[i].text) == fold(&other[j].text);
    // costs[i][j]: edits between what is left of both from i and j on
    let mut costs = vec![vec![0_usize; n_other + 1]; n_best + 1];
    for i in (0..=n_best).rev() {
        for j in (0..=n_other).rev() {
            costs[i][j] = match (i == n_best, j == n_other) {
                (true, _) => n_other - j,
                (_, true) => n_best - i,
                _ if same(i, j) => costs[i + 1][j + 1],
                _ => {
                    1 + costs[i + 1][j + 1]
                        .min(costs[i + 1][j])
                        .min(costs[i][j + 1])
                }
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut opposite = Vec::new();
    while i < n_best || j < n_other {
        let is_inside = place.contains(&i)
            || i == place.end && i > place.start && j < n_other && {
                // Words that the other hypothesis has more, right behind the range, belong to it
                // only where the range's last word was split.
                i < n_best && costs[i][j] == 1 + costs[i][j + 1] && !same(i, j)
            };
        if i < n_best && j < n_other && (same(i, j) || costs[i][j] == 1 + costs[i + 1][j + 1]) {
            if is_inside && place.contains(&i) {
                opposite.push(other[j].text.as_str());
            }
            (i, j) = (i + 1, j + 1);
        } else if j < n_other && costs[i][j] == 1 + costs[i][j + 1] {
            if is_inside {
                opposite.push(other[j].text.as_str());
            }
            j += 1;
        } else {
            i += 1;
        }
    }
    let text = opposite.join(" ");
    match best.get(place.start).map(|word| word.case) {
        Some(Case::Upper) => text.to_uppercase(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str, taken_for: Option<&str>) -> KnownWord {
        KnownWord {
            text: text.to_owned(),
            taken_for: taken_for.map(str::to_owned),
        }
    }

    #[track_caller]
    fn check(target: &str, best: &str, others: &[&str], known: &[KnownWord], expected: &[&str]) {
        let best = MarkedWord::from_written(best);
        let others: Vec<_> = others
            .iter()
            .map(|other| MarkedWord::from_written(other))
            .collect();
        let utterance = Hypotheses {
            best: &best,
            others: &others,
        };
        let homophones = Homophones::new(Language::English);
        let found = alternatives(target, &[utterance], known, &homophones);
        assert_eq!(found, expected, "{target}");
    }

    #[test]
    fn other_hypotheses_come_first() {
        check(
            "cat",
            "the cat sat.",
            &["the cut sat", "the cat sad", "a cap sat"],
            &[],
            &["cut", "cap", "Cat", "CAT"],
        );
        check(
            "their",
            "over their",
            &["over there"],
            &[],
            &["there", "they're", "Their", "THEIR"],
        );
        check("Cat", "Cat sat", &["cut sat"], &[], &["Cut", "cat", "CAT"]);
        check(
            "recognize speech",
            "to recognize speech now",
            &["to wreck a nice beach now"],
            &[],
            &["wreck a nice beach", "Recognize speech", "RECOGNIZE SPEECH"],
        );
    }

    #[test]
    fn own_words_that_sound_alike() {
        let words = [
            known("Kubernetes", None),
            known("Siobhan", Some("chevron")),
            known("Shevaun", None),
        ];
        check(
            "chevron",
            "a chevron",
            &[],
            &words,
            &["Siobhan", "Shevaun", "Chevron", "CHEVRON"],
        );
        check(
            "cooper netties",
            "run cooper netties",
            &[],
            &words,
            &["Kubernetes", "Cooper netties", "COOPER NETTIES"],
        );
    }

    #[test]
    fn no_more_than_there_are_digits() {
        let others: Vec<String> = (0..30).map(|n| format!("word{n}")).collect();
        let others: Vec<Vec<MarkedWord>> = others
            .iter()
            .map(|text| MarkedWord::from_written(text))
            .collect();
        let best = MarkedWord::from_written("word");
        let utterance = Hypotheses {
            best: &best,
            others: &others,
        };
        let homophones = Homophones::new(Language::Other);
        let found = alternatives("word", &[utterance], &[], &homophones);
        assert_eq!(found.len(), MAX_ALTERNATIVES);
        assert_eq!(
            alternatives("", &[], &[], &homophones),
            Vec::<String>::new()
        );
    }

    #[test]
    fn shows_no_text() {
        assert!(!format!("{:?}", known("secret", None)).contains("secret"));
    }
}
