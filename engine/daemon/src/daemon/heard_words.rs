//! The core's words as the session takes them.

use sotto_core::{
    punctuate,
    time::Millis,
    tokens::Tokenizer,
    transcript::{Final, Word},
};
use sotto_session::{HeardWord, HeardWords, SpeechEvent};
use sotto_text::{Case, Mark, MarkedWord};

/// Words with their marks, case and silences; characters of unspaced scripts become one word.
pub(crate) fn heard_words(words: &[Word]) -> HeardWords {
    let mut heard: Vec<HeardWord> = Vec::with_capacity(words.len());
    let mut before: Option<&Word> = None;
    for word in words {
        let marked = marked_word(word);
        if let (Some(before), Some(last)) = (before, heard.last_mut())
            && word.joins(before)
        {
            last.word
                .text
                .extend(last.word.mark.take().map(Mark::as_char));
            last.word.text.push_str(&marked.text);
            last.word.mark = marked.mark;
        } else {
            let gap_ms = before.map_or(0, |before| word.start.0.saturating_sub(before.end.0));
            heard.push(HeardWord {
                word: marked,
                gap_ms: u32::try_from(gap_ms).unwrap_or(u32::MAX),
            });
        }
        before = Some(word);
    }
    HeardWords::new(heard)
}

/// A final with the words of its other hypotheses.
pub(crate) fn final_words(last: &Final, tokenizer: Option<&Tokenizer>) -> SpeechEvent {
    let words = heard_words(&last.transcript.stable);
    let mut alternatives: Vec<HeardWords> = Vec::new();
    if let Some(tokenizer) = tokenizer {
        for hypothesis in last.n_best.iter().skip(1) {
            let other = heard_words(&tokenizer.words(hypothesis, 1, Millis(0)));
            if !alternatives.contains(&other) {
                alternatives.push(other);
            }
        }
    }
    SpeechEvent::Final {
        words,
        alternatives,
    }
}

/// A word as the shaping chain takes it. A model that writes marks itself has them in the word.
fn marked_word(word: &Word) -> MarkedWord {
    let mark = mark(word.mark);
    if mark.is_none()
        && word.written == word.text
        && let [written] = MarkedWord::from_written(&word.written).as_slice()
    {
        return written.clone();
    }
    let cases = [Case::AsWritten, Case::Capital, Case::Upper];
    let case = cases
        .into_iter()
        .find(|case| case.apply(&word.text) == word.written);
    MarkedWord {
        text: match case {
            Some(_) => word.text.clone(),
            None => word.written.clone(),
        },
        mark,
        case: case.unwrap_or_default(),
    }
}

const fn mark(mark: punctuate::Mark) -> Option<Mark> {
    Some(match mark {
        punctuate::Mark::None => return None,
        punctuate::Mark::Comma => Mark::Comma,
        punctuate::Mark::Period => Mark::Period,
        punctuate::Mark::Question => Mark::Question,
        punctuate::Mark::Exclamation => Mark::Exclamation,
        punctuate::Mark::Colon => Mark::Colon,
        punctuate::Mark::Semicolon => Mark::Semicolon,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, written: &str, mark: punctuate::Mark, start: u64, end: u64) -> Word {
        Word {
            text: text.to_owned(),
            written: written.to_owned(),
            mark,
            start: Millis(start),
            end: Millis(end),
            confidence: 1.0,
        }
    }

    #[track_caller]
    fn check(words: &[Word], expected: &[(&str, Case, Option<Mark>, u32)]) {
        let heard = heard_words(words);
        let found: Vec<(&str, Case, Option<Mark>, u32)> = heard
            .words()
            .iter()
            .map(|heard| {
                let MarkedWord { text, mark, case } = &heard.word;
                (text.as_str(), *case, *mark, heard.gap_ms)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn marks_case_and_silence_come_along() {
        use punctuate::Mark::{Comma, None as Nothing};
        let words = [
            word("hello", "Hello", Comma, 0, 300),
            word("nato", "NATO", Nothing, 1_200, 1_500),
            word("iphone", "iPhone", Nothing, 1_500, 1_900),
        ];
        let expected = [
            ("hello", Case::Capital, Some(Mark::Comma), 0),
            ("nato", Case::Upper, None, 900),
            ("iPhone", Case::AsWritten, None, 0),
        ];
        check(&words, &expected);
    }

    #[test]
    fn marks_that_the_model_wrote_are_found() {
        let written = |text, start| word(text, text, punctuate::Mark::None, start, start + 1);
        let expected = [
            ("Yes", Case::AsWritten, Some(Mark::Comma), 0),
            ("25", Case::AsWritten, None, 1),
        ];
        check(&[written("Yes,", 0), written("25", 2)], &expected);
    }

    #[test]
    fn unspaced_scripts_make_one_word() {
        let written = |text| word(text, text, punctuate::Mark::None, 0, 0);
        let expected = [
            ("你好。", Case::AsWritten, None, 0),
            ("ok", Case::AsWritten, None, 0),
        ];
        check(
            &[written("你"), written("好"), written("。"), written("ok")],
            &expected,
        );
    }
}
