//! Cuts the words of an utterance into subtitle cues.
//!
//! The limits are the ones that subtitlers use: two lines of 42 characters, seconds on screen
//! between 1 and 7, and no more than 17 characters a second where there is room to stay longer
//! (Netflix Timed Text Style Guide, English; BBC Subtitle Guidelines).

use sotto_core::{
    time::Millis,
    transcript::{Transcript, Word},
};

/// Characters in a line.
const LINE_CHARS: usize = 42;
/// Lines in a cue.
const MAX_LINES: usize = 2;
/// Longest time from the first to the last word of a cue.
const MAX_DURATION: Millis = Millis(7_000);
/// A cue stays at least this long, unless the next one comes earlier.
const MIN_DURATION: Millis = Millis(1_000);
/// Time for one character to be read: 17 characters a second.
const READ_CHAR: Millis = Millis(59);
/// A pause this long between words starts a cue.
const PAUSE: Millis = Millis(700);

/// One subtitle.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Cue {
    pub(crate) start: Millis,
    pub(crate) end: Millis,
    pub(crate) lines: Vec<String>,
}

/// The cues of an utterance, in order, never overlapping.
pub(crate) fn cues(words: &[Word]) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let (cue_words, after) = rest.split_at(cue_len(rest));
        cues.push(cue(cue_words, after.first()));
        rest = after;
    }
    cues
}

/// How many words go into the first cue; at least one.
fn cue_len(words: &[Word]) -> usize {
    let mut n_fitting = 1;
    while n_fitting < words.len()
        && words[n_fitting].start.0 < words[n_fitting - 1].end.0 + PAUSE.0
        && words[n_fitting].end.0 <= words[0].start.0 + MAX_DURATION.0
        && break_lines(&words[..=n_fitting]).len() <= MAX_LINES
    {
        n_fitting += 1;
    }
    if n_fitting == words.len() {
        return n_fitting;
    }
    // A cue that is full ends with a sentence or a clause, where one ends behind its first third.
    let fewest = n_fitting.div_ceil(3);
    let ends_with = |marks: &[char]| {
        (fewest..=n_fitting)
            .rev()
            .find(|n_words| text(&words[n_words - 1..*n_words]).ends_with(marks))
    };
    ends_with(&['.', '?', '!', '…'])
        .or_else(|| ends_with(&[',', ';', ':']))
        .unwrap_or(n_fitting)
}

fn cue(words: &[Word], next: Option<&Word>) -> Cue {
    let lines = balance(words);
    let n_chars: u64 = lines.iter().map(|line| n_chars(line) as u64).sum();
    let (start, spoken_end) = (words[0].start, words[words.len() - 1].end);
    let wanted_end = spoken_end.max(Millis(start.0 + MIN_DURATION.0.max(n_chars * READ_CHAR.0)));
    let limit = next.map_or(spoken_end.0 + 2 * MIN_DURATION.0, |word| word.start.0);
    Cue {
        start,
        end: Millis(wanted_end.0.min(limit).max(start.0 + 1)),
        lines,
    }
}

/// One line if the words fit, else two of about the same length, the second one the longer.
fn balance(words: &[Word]) -> Vec<String> {
    let lines = break_lines(words);
    if lines.len() != MAX_LINES {
        return lines;
    }
    (1..words.len())
        .map(|n_first| vec![text(&words[..n_first]), text(&words[n_first..])])
        .filter(|lines| lines.iter().all(|line| n_chars(line) <= LINE_CHARS))
        .min_by_key(|lines| {
            let (first, second) = (n_chars(&lines[0]), n_chars(&lines[1]));
            (first > second, first.abs_diff(second))
        })
        .unwrap_or(lines)
}

/// Fills line after line; a word longer than a line has one of its own.
fn break_lines(words: &[Word]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut first = 0;
    for word_idx in 0..words.len() {
        if word_idx > first && n_chars(&text(&words[first..=word_idx])) > LINE_CHARS {
            lines.push(text(&words[first..word_idx]));
            first = word_idx;
        }
    }
    lines.push(text(&words[first..]));
    lines
}

/// Words as they are written, joined as their script joins them.
pub(crate) fn text(words: &[Word]) -> String {
    Transcript {
        stable: words.to_vec(),
        unstable: Vec::new(),
    }
    .text()
}

fn n_chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words of 300 ms, one after the other; `|` is a pause of a second.
    fn spoken(text: &str) -> Vec<Word> {
        let mut now = 0;
        let mut words = Vec::new();
        for part in text.split(' ') {
            if part == "|" {
                now += 1_000;
            } else {
                let (start, end) = (Millis(now), Millis(now + 300));
                words.push(Word {
                    text: part.to_owned(),
                    written: part.to_owned(),
                    start,
                    end,
                    ..Word::default()
                });
                now += 300;
            }
        }
        words
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let shown: Vec<_> = cues(&spoken(text))
            .iter()
            .map(|cue| format!("{}-{} {}", cue.start.0, cue.end.0, cue.lines.join(" / ")))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn words_become_cues() {
        check("yes", &["0-1000 yes"]);
        check("one two | three", &["0-1000 one two", "1600-2600 three"]);
        check(
            "the quick brown fox jumps over the lazy dog and runs away",
            &["0-3600 the quick brown fox jumps / over the lazy dog and runs away"],
        );
        check(
            "Here is one sentence that ends here. Then another begins which goes on for quite a while yes",
            &[
                "0-2100 Here is one sentence that ends here.",
                "2100-5400 Then another begins which / goes on for quite a while yes",
            ],
        );
    }

    #[test]
    fn a_cue_lasts_seven_seconds_at_most() {
        let text = ["a"; 60].join(" ");
        let cues = cues(&spoken(&text));
        assert!(cues.len() >= 3);
        assert!(cues.iter().all(|cue| cue.end.0 - cue.start.0 <= 7_000));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_overlaps(
            parts in prop::collection::vec("[a-z]{1,50}[.,]?|\\|", 1..80),
        ) {
            let words = spoken(&parts.join(" "));
            let cues = cues(&words);
            let shown: Vec<_> =
                cues.iter().flat_map(|cue| &cue.lines).flat_map(|line| line.split(' ')).collect();
            let said: Vec<_> = words.iter().map(|word| word.written.as_str()).collect();
            prop_assert_eq!(shown, said);
            for cue in &cues {
                prop_assert!(cue.start < cue.end);
                prop_assert!(cue.lines.len() <= MAX_LINES);
                for line in &cue.lines {
                    prop_assert!(n_chars(line) <= LINE_CHARS || !line.contains(' '));
                }
            }
            for pair in cues.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
        }
    }
}
