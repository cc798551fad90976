//! Marks and case on the words of one utterance, kept from partial to partial.
//!
//! The punctuation network looks a bounded number of words to either side, so each partial
//! re-reads only the words whose neighbourhood changed. A word is *stable* once the search will not
//! change it and the network has seen everything it looks at to the right.

use crate::encoder::InferenceError;
use crate::punctuate::{Following, Punctuation, Punctuator};
use crate::transcript::{Transcript, Word};

/// The marks of one utterance so far.
#[derive(Default)]
pub(crate) struct Writing {
    /// Lower-case words that the marks below were found for.
    words: Vec<String>,
    marks: Vec<Punctuation>,
    /// Words already reported stable.
    n_stable: usize,
}

impl Writing {
    pub(crate) fn clear(&mut self) {
        self.words.clear();
        self.marks.clear();
        self.n_stable = 0;
    }

    /// Writes marks and case into `transcript` and moves the stable border to where both the words
    /// and their marks are settled. Returns the probability that a sentence ends after the last word.
    pub(crate) fn apply(
        &mut self,
        punctuator: &Punctuator,
        transcript: &mut Transcript,
        following: Following,
    ) -> Result<Option<f32>, InferenceError> {
        let n_settled = transcript.stable.len();
        let mut words = std::mem::take(&mut transcript.stable);
        words.append(&mut transcript.unstable);
        let lower: Vec<String> = words.iter().map(|word| word.text.to_lowercase()).collect();
        self.update(punctuator, lower, following)?;
        let mut sentence_start = true;
        for (word, mark) in words.iter_mut().zip(&self.marks) {
            let lower = word.text.to_lowercase();
            word.written = punctuator.write(&lower, mark.case);
            word.mark = mark.mark;
            if sentence_start {
                capitalize(word);
            }
            sentence_start = mark.mark.ends_sentence();
        }
        let n_stable = match following {
            Following::End => words.len(),
            Following::Unknown => n_settled.saturating_sub(punctuator.right_words()),
        };
        self.n_stable = self.n_stable.max(n_stable).min(words.len());
        transcript.unstable = words.split_off(self.n_stable);
        transcript.stable = words;
        Ok(self.marks.last().map(|mark| mark.sentence_end))
    }

    /// Probability that a sentence would end after the last word if speech ended now.
    pub(crate) fn sentence_end_if_over(
        &self,
        punctuator: &Punctuator,
    ) -> Result<Option<f32>, InferenceError> {
        let from = self.words.len().saturating_sub(punctuator.left_words() + 1);
        let tail: Vec<&str> = self.words[from..].iter().map(String::as_str).collect();
        let marks = punctuator.apply(&tail, Following::End)?;
        Ok(marks.last().map(|mark| mark.sentence_end))
    }

    fn update(
        &mut self,
        punctuator: &Punctuator,
        words: Vec<String>,
        following: Following,
    ) -> Result<(), InferenceError> {
        let n_same = words
            .iter()
            .zip(&self.words)
            .take_while(|(a, b)| a == b)
            .count();
        // a mark is kept once it has seen all it looks at, and none of that changed
        let n_kept = n_same
            .saturating_sub(punctuator.right_words())
            .max(self.n_stable)
            .min(words.len());
        let from = n_kept.saturating_sub(punctuator.left_words());
        let tail: Vec<&str> = words[from..].iter().map(String::as_str).collect();
        let found = punctuator.apply(&tail, following)?;
        self.marks.truncate(n_kept);
        self.marks.extend(found.into_iter().skip(n_kept - from));
        self.words = words;
        Ok(())
    }
}

fn capitalize(word: &mut Word) {
    let mut letters = word.written.chars();
    if let Some(first) = letters.next().filter(|first| first.is_lowercase()) {
        word.written = first.to_uppercase().chain(letters).collect();
    }
}
