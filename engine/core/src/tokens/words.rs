//! Hypotheses to words with times and confidence.

use super::Tokenizer;
use super::script::{Joining, joining};
use crate::hypothesis::{Hypothesis, Token};
use crate::punctuate::Mark;
use crate::time::Millis;
use crate::transcript::{Transcript, Word};

/// A word under construction: its text and the tokens that show in it.
#[derive(Default)]
struct Piecing {
    text: String,
    first_idx: usize,
    last_idx: usize,
    n_tokens: u32,
    log_prob: f64,
    only_closing: bool,
}

impl Tokenizer {
    /// The words of a hypothesis; one encoder frame lasts `output_frame_ms` and the first one began
    /// at `offset`. A character whose last bytes have not come yet is held back.
    #[must_use]
    pub fn words(
        &self,
        hypothesis: &Hypothesis,
        output_frame_ms: u32,
        offset: Millis,
    ) -> Vec<Word> {
        self.words_of(&hypothesis.tokens, output_frame_ms, offset)
    }

    /// The words of a hypothesis whose first `stable_len` tokens will not change.
    ///
    /// The last word of that part may still grow, so it counts as unstable.
    #[must_use]
    pub fn transcript(
        &self,
        hypothesis: &Hypothesis,
        stable_len: usize,
        output_frame_ms: u32,
        offset: Millis,
    ) -> Transcript {
        let settled = hypothesis
            .tokens
            .get(..stable_len)
            .unwrap_or(&hypothesis.tokens);
        let n_stable = self
            .words_of(settled, output_frame_ms, offset)
            .len()
            .saturating_sub(1);
        let mut stable = self.words(hypothesis, output_frame_ms, offset);
        let unstable = stable.split_off(n_stable.min(stable.len()));
        Transcript { stable, unstable }
    }

    fn words_of(&self, tokens: &[Token], output_frame_ms: u32, offset: Millis) -> Vec<Word> {
        let mut bytes = Vec::new();
        let mut owners = Vec::new();
        for (idx, token) in tokens.iter().enumerate() {
            let token_bytes = self.token_bytes(token.id);
            bytes.extend_from_slice(token_bytes);
            owners.resize(bytes.len(), idx);
        }
        let pieced = cut(&bytes, &owners, tokens);
        let at = |frame: u64| Millis(offset.0 + frame * u64::from(output_frame_ms));
        let mut words: Vec<Word> = Vec::with_capacity(pieced.len());
        for piecing in pieced {
            let start = at(tokens[piecing.first_idx].encoder_frame);
            if let Some(previous) = words.last_mut() {
                previous.end = previous.end.min(start).max(previous.start);
            }
            words.push(Word {
                written: piecing.text.clone(),
                mark: Mark::None,
                text: piecing.text,
                start,
                end: at(tokens[piecing.last_idx].encoder_frame + 1),
                confidence: confidence(piecing.log_prob, piecing.n_tokens),
            });
        }
        words
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a probability fits an f32")]
fn confidence(log_prob: f64, n_tokens: u32) -> f32 {
    (log_prob / f64::from(n_tokens.max(1)))
        .exp()
        .clamp(0.0, 1.0) as f32
}

/// Cuts decoded text at spaces and around unspaced characters; `owners[i]` is the token of byte `i`.
fn cut(bytes: &[u8], owners: &[usize], tokens: &[Token]) -> Vec<Piecing> {
    let mut words: Vec<Piecing> = Vec::new();
    let mut open = false;
    let mut at = 0;
    let mut add = |character: char, span: &[usize]| {
        let joining = joining(character);
        match joining {
            Joining::Space => {
                open = false;
                return;
            }
            Joining::UnspacedClosing => open = !words.is_empty(),
            Joining::Unspaced => open = false,
            Joining::Closing | Joining::Spaced => {}
        }
        if !open {
            // A word of closing marks alone belongs to the one before it.
            merge_closing(&mut words);
            words.push(Piecing {
                first_idx: span[0],
                only_closing: true,
                ..Piecing::default()
            });
        }
        open = matches!(joining, Joining::Closing | Joining::Spaced);
        let word = words.last_mut().expect("a word was pushed or is open");
        word.text.push(character);
        word.only_closing &= joining == Joining::Closing;
        for &idx in span {
            if word.n_tokens == 0 || idx > word.last_idx {
                word.n_tokens += 1;
                word.log_prob += f64::from(tokens[idx].log_prob);
                word.last_idx = idx;
            }
        }
    };
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let len = character.len_utf8();
            add(character, &owners[at..at + len]);
            at += len;
        }
        let invalid = chunk.invalid();
        let incomplete = str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
        let held_back = incomplete && at + invalid.len() == bytes.len();
        if !invalid.is_empty() && !held_back {
            add(char::REPLACEMENT_CHARACTER, &owners[at..at + invalid.len()]);
        }
        at += invalid.len();
    }
    merge_closing(&mut words);
    words
}

/// Joins a last word of closing marks alone to the word before it.
fn merge_closing(words: &mut Vec<Piecing>) {
    if words.len() < 2 || !words[words.len() - 1].only_closing {
        return;
    }
    let marks = words.pop().expect("two words or more");
    let word = words.last_mut().expect("two words or more");
    word.text.push_str(&marks.text);
    word.last_idx = marks.last_idx;
    word.n_tokens += marks.n_tokens;
    word.log_prob += marks.log_prob;
}
