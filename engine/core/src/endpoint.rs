//! Has the utterance ended? Three rules as data and one pure check.
//!
//! Times are audio time since the utterance began. A rule fires when the utterance is long
//! enough and ends in enough silence; how much is enough depends on whether the words so far
//! sound finished: "send it to" deserves patience, "send it to Anna." does not.
//!
//! The shape is that of sherpa-onnx's endpoint rules (Kaldi's before it):
//! <https://k2-fsa.github.io/sherpa/onnx/python/real-time-speech-recongition-from-a-microphone-with-endpoint-detection.html>.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// Whether the words so far could be a whole sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoundsFinished {
    /// They sound complete.
    Finished,
    /// They sound cut off: "and", "to the".
    Unfinished,
    /// Nothing is known about it.
    #[default]
    Unknown,
}

/// Silence that must follow, by how the words sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailingSilence {
    /// After words that sound complete.
    pub finished: Millis,
    /// After words about which nothing is known.
    pub unknown: Millis,
    /// After words that sound cut off.
    pub unfinished: Millis,
}

impl TrailingSilence {
    /// The same silence however the words sound.
    #[must_use]
    pub const fn always(silence: Millis) -> Self {
        Self {
            finished: silence,
            unknown: silence,
            unfinished: silence,
        }
    }

    /// The silence asked for after words that sound so.
    #[must_use]
    pub const fn after(&self, sounds: SoundsFinished) -> Millis {
        match sounds {
            SoundsFinished::Finished => self.finished,
            SoundsFinished::Unknown => self.unknown,
            SoundsFinished::Unfinished => self.unfinished,
        }
    }
}

/// One way for an utterance to end; it ends when all of it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointRule {
    /// Whether something must have been decoded.
    pub must_contain_speech: bool,
    /// Least silence since the last decoded token.
    pub min_trailing_silence: TrailingSilence,
    /// Least length of the utterance, trailing silence included.
    pub min_utterance_length: Millis,
}

/// What the check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EndpointInput {
    /// Decoded audio since the utterance began.
    pub utterance_length: Millis,
    /// Decoded audio since the last token; all of it while there is none.
    pub trailing_silence: Millis,
    /// Whether there is a token.
    pub decoded_anything: bool,
    /// How the words so far sound.
    pub sounds_finished: SoundsFinished,
}

/// Which rule ended the utterance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Nothing was said.
    NoSpeech,
    /// A pause after speech.
    Pause,
    /// The utterance grew too long.
    Length,
}

/// The three rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointRules {
    /// Ends an utterance in which nothing is being said.
    pub no_speech: EndpointRule,
    /// Ends an utterance at a pause.
    pub pause: EndpointRule,
    /// Ends an utterance that never pauses.
    pub length: EndpointRule,
}

impl Default for EndpointRules {
    /// Suited to dictation: people stop to think, and a cut inside a sentence costs a capital.
    fn default() -> Self {
        Self {
            no_speech: EndpointRule {
                must_contain_speech: false,
                min_trailing_silence: TrailingSilence::always(Millis(2_400)),
                min_utterance_length: Millis(0),
            },
            pause: EndpointRule {
                must_contain_speech: true,
                min_trailing_silence: TrailingSilence {
                    finished: Millis(600),
                    unknown: Millis(1_000),
                    unfinished: Millis(1_500),
                },
                min_utterance_length: Millis(0),
            },
            length: EndpointRule {
                must_contain_speech: false,
                min_trailing_silence: TrailingSilence::always(Millis(0)),
                min_utterance_length: Millis(300_000),
            },
        }
    }
}

impl EndpointRule {
    /// Whether this rule ends the utterance.
    #[must_use]
    pub const fn fires(&self, input: &EndpointInput) -> bool {
        (input.decoded_anything || !self.must_contain_speech)
            && input.trailing_silence.0 >= self.min_trailing_silence.after(input.sounds_finished).0
            && input.utterance_length.0 >= self.min_utterance_length.0
    }
}

impl EndpointRules {
    /// The first rule that ends the utterance, if any does.
    #[must_use]
    pub fn check(&self, input: &EndpointInput) -> Option<Endpoint> {
        [
            (self.no_speech, Endpoint::NoSpeech),
            (self.pause, Endpoint::Pause),
            (self.length, Endpoint::Length),
        ]
        .into_iter()
        .find_map(|(rule, endpoint)| rule.fires(input).then_some(endpoint))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::SoundsFinished::{Finished, Unfinished, Unknown};
    use super::*;

    fn sounds() -> impl Strategy<Value = SoundsFinished> {
        prop::sample::select(vec![Finished, Unfinished, Unknown])
    }

    #[track_caller]
    fn check(
        length: u64,
        silence: u64,
        decoded: bool,
        sounds: SoundsFinished,
        expected: Option<Endpoint>,
    ) {
        let input = EndpointInput {
            utterance_length: Millis(length),
            trailing_silence: Millis(silence),
            decoded_anything: decoded,
            sounds_finished: sounds,
        };
        assert_eq!(
            EndpointRules::default().check(&input),
            expected,
            "{input:?}"
        );
    }

    #[test]
    fn the_defaults_in_a_table() {
        check(0, 0, false, Unknown, None);
        check(2_390, 2_390, false, Unknown, None);
        check(2_400, 2_400, false, Unknown, Some(Endpoint::NoSpeech));
        check(2_400, 2_400, false, Finished, Some(Endpoint::NoSpeech));
        check(3_000, 0, true, Finished, None);
        check(3_000, 590, true, Finished, None);
        check(3_000, 600, true, Finished, Some(Endpoint::Pause));
        check(3_000, 600, true, Unknown, None);
        check(3_000, 1_000, true, Unknown, Some(Endpoint::Pause));
        check(3_000, 1_000, true, Unfinished, None);
        check(3_000, 1_500, true, Unfinished, Some(Endpoint::Pause));
        check(9_000, 2_400, true, Unfinished, Some(Endpoint::NoSpeech));
        check(299_999, 0, true, Finished, None);
        check(300_000, 0, true, Unfinished, Some(Endpoint::Length));
    }

    #[test]
    fn rules_are_read_from_text_and_typos_are_refused() {
        let rules: EndpointRules = serde_json::from_str(
            r#"{"length": {"must_contain_speech": false,
                "min_trailing_silence": {"finished": 0, "unknown": 0, "unfinished": 0},
                "min_utterance_length": 20000}}"#,
        )
        .unwrap();
        assert_eq!(rules.length.min_utterance_length, Millis(20_000));
        assert_eq!(rules.pause, EndpointRules::default().pause);
        assert!(serde_json::from_str::<EndpointRules>(r#"{"lenght": 1}"#).is_err());
    }

    proptest! {
        #[test]
        fn more_silence_never_undoes_an_endpoint(
            length in 0_u64..400_000, silence in 0_u64..5_000, more in 0_u64..5_000,
            decoded: bool, sounds in sounds(),
        ) {
            let input = |more| EndpointInput {
                utterance_length: Millis(length + silence + more),
                trailing_silence: Millis(silence + more),
                decoded_anything: decoded,
                sounds_finished: sounds,
            };
            let rules = EndpointRules::default();
            prop_assert!(rules.check(&input(0)).is_none() || rules.check(&input(more)).is_some());
        }
    }
}
