//! Latency and steadiness of partial results, in audio time.
//!
//! Audio time is how much audio had been pushed when an event came out, so the figures do not
//! depend on the speed of the machine.
//!
//! * *First partial*: audio time of the first event of an utterance that shows a word, minus the
//!   start of the first word of its final transcript.
//! * *Final*: audio time of the final event, minus the end of its last word. Where the file ends
//!   before the endpoint rule fires, this is the silence left in the file.
//! * *Revision rate*: of all updates that follow an update of the same utterance, the share that
//!   changes or removes a word already shown. The final counts as an update. A last word that
//!   merely grows was unfinished, not wrong: that is no revision.

use sotto_core::{
    time::Millis,
    transcript::{Transcript, Word},
};

/// Collects the figures over any number of utterances.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timing {
    shown: Vec<String>,
    first_shown_at: Option<Millis>,
    first_partials_ms: Vec<i64>,
    finals_ms: Vec<i64>,
    n_updates: u64,
    n_revisions: u64,
}

impl Timing {
    /// A partial result came out when this much audio had been pushed.
    pub(crate) fn partial(&mut self, transcript: &Transcript, audio_time: Millis) {
        self.update(transcript.words(), audio_time);
    }

    /// A final result came out when this much audio had been pushed; the utterance is over.
    pub(crate) fn finish_utterance(&mut self, words: &[Word], audio_time: Millis) {
        self.update(words.iter(), audio_time);
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            if let Some(first_shown_at) = self.first_shown_at {
                self.first_partials_ms
                    .push(difference_ms(first_shown_at, first.start));
            }
            self.finals_ms.push(difference_ms(audio_time, last.end));
        }
        self.shown.clear();
        self.first_shown_at = None;
    }

    fn update<'a>(&mut self, words: impl Iterator<Item = &'a Word>, audio_time: Millis) {
        let words: Vec<_> = words.map(|word| word.text.clone()).collect();
        if self.first_shown_at.is_none() {
            if words.is_empty() {
                return;
            }
            self.first_shown_at = Some(audio_time);
        } else {
            self.n_updates += 1;
            self.n_revisions += u64::from(!continues(&words, &self.shown));
        }
        self.shown = words;
    }

    /// Adds the figures of another collection of whole utterances.
    pub(crate) fn add(&mut self, other: &Self) {
        self.first_partials_ms.extend(&other.first_partials_ms);
        self.finals_ms.extend(&other.finals_ms);
        self.n_updates += other.n_updates;
        self.n_revisions += other.n_revisions;
    }

    /// A percentile of the first-partial latency, in milliseconds.
    pub(crate) fn first_partial_ms(&self, percent: usize) -> Option<i64> {
        percentile(&self.first_partials_ms, percent)
    }

    /// A percentile of the final latency, in milliseconds.
    pub(crate) fn final_ms(&self, percent: usize) -> Option<i64> {
        percentile(&self.finals_ms, percent)
    }

    /// Share of updates that change a word already shown; none without updates.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub(crate) fn revision_rate(&self) -> Option<f64> {
        (self.n_updates > 0).then(|| self.n_revisions as f64 / self.n_updates as f64)
    }
}

/// Whether `words` say everything that was `shown`, the last word of it perhaps at more length.
fn continues(words: &[String], shown: &[String]) -> bool {
    let Some((last, before)) = shown.split_last() else {
        return true;
    };
    words.starts_with(before)
        && words
            .get(before.len())
            .is_some_and(|word| word.starts_with(last.as_str()))
}

fn difference_ms(later: Millis, earlier: Millis) -> i64 {
    let to_i64 = |time: Millis| i64::try_from(time.0).unwrap_or(i64::MAX);
    to_i64(later) - to_i64(earlier)
}

/// Nearest-rank percentile.
fn percentile(values: &[i64], percent: usize) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Word> {
        text.split_whitespace()
            .enumerate()
            .map(|(word_idx, text)| {
                let start = Millis(500 + 400 * word_idx as u64);
                Word {
                    text: text.to_owned(),
                    start,
                    end: Millis(start.0 + 300),
                    ..Word::default()
                }
            })
            .collect()
    }

    fn transcript(stable: &str, unstable: &str) -> Transcript {
        Transcript {
            stable: words(stable),
            unstable: words(unstable),
        }
    }

    #[test]
    fn latencies_are_taken_in_audio_time() {
        let mut timing = Timing::default();
        timing.partial(&transcript("", ""), Millis(700));
        timing.partial(&transcript("", "he"), Millis(900));
        timing.partial(&transcript("", "he was"), Millis(1_200));
        timing.finish_utterance(&words("he was"), Millis(2_000));
        assert_eq!(timing.first_partial_ms(50), Some(400));
        assert_eq!(timing.final_ms(50), Some(800));
        assert_eq!(timing.revision_rate(), Some(0.0));
    }

    #[test]
    fn only_changed_words_count_as_revisions() {
        let mut timing = Timing::default();
        timing.partial(&transcript("", "he"), Millis(100));
        timing.partial(&transcript("", "hello"), Millis(200));
        timing.partial(&transcript("hello", "word"), Millis(300));
        timing.partial(&transcript("hello", "word here"), Millis(400));
        timing.finish_utterance(&words("hello world here"), Millis(500));
        timing.partial(&transcript("", "next"), Millis(600));
        timing.finish_utterance(&words("next"), Millis(700));
        assert_eq!(timing.revision_rate(), Some(0.2));
    }

    #[test]
    fn an_utterance_without_words_counts_nothing() {
        let mut timing = Timing::default();
        timing.finish_utterance(&[], Millis(500));
        assert_eq!(timing.first_partial_ms(50), None);
        assert_eq!(timing.final_ms(50), None);
        assert_eq!(timing.revision_rate(), None);
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[5], 90), Some(5));
        assert_eq!(percentile(&[4, 1, 3, 2], 50), Some(2));
        assert_eq!(percentile(&[4, 1, 3, 2], 90), Some(4));
    }
}
