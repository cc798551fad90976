//! The whole chain: recognized words in, the text to insert out.
//!
//! Order of the stages, each on what the one before has left:
//!
//! 1. marks and case of the punctuation model, as far as the profile takes them;
//! 2. the user's replacements and snippets, closed to every later rewriting;
//! 3. numbers ([`Itn`]), before spoken marks, because `point` and `Komma` stand inside numbers;
//! 4. spoken punctuation, layout and capitals ([`SpokenForms`]);
//! 5. joining, with capitals after sentence ends;
//! 6. fit to the caret ([`CaretFit`]).

use crate::caret::{CaretFit, Ending, Place};
use crate::itn::{Extent, Itn, Kinds};
use crate::language::Language;
use crate::piece::{Piece, Side, join};
use crate::profile::{AutomaticMarks, CapitalPolicy, FieldPurpose};
use crate::replacement::{Replacements, SnippetValues, SnippetVariables};
use crate::rules::{Switch, TextChoices};
use crate::spoken::{SpokenForms, Writer};
use crate::table::TableProblem;
use crate::word::{Case, Mark, MarkedWord};

/// Shapes the words of utterances into text for the caret.
#[derive(Debug)]
pub struct TextShaper {
    spoken: SpokenForms,
    itn: Itn,
    replacements: Replacements,
    caret: CaretFit,
    automatic_marks: AutomaticMarks,
}

/// A run of words, or a piece that stands for some.
enum Part {
    Words(Vec<MarkedWord>),
    Fixed(Piece, Option<Mark>),
}

impl TextShaper {
    /// The shipped tables of a language, with these kinds of numbers.
    #[must_use]
    pub fn new(language: Language, kinds: Kinds) -> Self {
        let choices = TextChoices {
            numbers: kinds,
            ..TextChoices::default()
        };
        Self::with_choices(language, choices)
    }

    /// The shipped tables of a language, as far as the user wants them.
    #[must_use]
    pub fn with_choices(language: Language, choices: TextChoices) -> Self {
        Self {
            spoken: match choices.spoken_forms {
                Switch::On => SpokenForms::new(language),
                Switch::Off => SpokenForms::none(language),
            },
            itn: Itn::new(language, choices.numbers),
            replacements: Replacements::default(),
            caret: CaretFit::new(language),
            automatic_marks: choices.automatic_marks,
        }
    }

    /// Spoken names of marks and layout, as phrases.
    pub(crate) fn spoken_phrases(&self) -> impl Iterator<Item = String> + '_ {
        self.spoken.phrases()
    }

    /// The variables that the user's snippets use.
    #[must_use]
    pub fn variables(&self) -> SnippetVariables {
        self.replacements.variables()
    }

    /// A text that is written already, as it must be inserted at `place`.
    #[must_use]
    pub fn fit(&self, text: &str, place: &Place<'_>) -> String {
        self.caret.fit(text, place)
    }

    /// Adds the user's spoken forms; see [`SpokenForms::extend`].
    pub fn extend_spoken(&mut self, table: &str, text: &str) -> Vec<TableProblem> {
        self.spoken.extend(table, text)
    }

    /// Adds the user's replacements or snippets; see [`Replacements::extend`].
    pub fn extend_replacements(&mut self, table: &str, text: &str) -> Vec<TableProblem> {
        self.replacements.extend(table, text)
    }

    /// The text to insert at `place` for the words of one utterance.
    #[must_use]
    pub fn shape(&self, words: &[MarkedWord], place: &Place<'_>, values: &SnippetValues) -> String {
        if place.profile.refuses_dictation() {
            return String::new();
        }
        let words: Vec<MarkedWord> = words
            .iter()
            .map(|word| self.profiled(word, place))
            .filter(|word| !word.text.is_empty())
            .collect();
        let mut writer = Writer::new(&self.spoken);
        let parts = self.replaced(&words, values);
        let extent = match parts.as_slice() {
            // What more words may follow is not the whole yet: a partial must not flicker.
            [Part::Words(_)] if place.ending == Ending::Final => Extent::Utterance,
            _ => Extent::Part,
        };
        for part in parts {
            match part {
                Part::Words(words) => {
                    let words = self.itn.apply_to(&words, extent);
                    writer.words(&self.digits(words, place.purpose));
                }
                Part::Fixed(piece, mark) => writer.fixed(piece, mark),
            }
        }
        let mut pieces = writer.finish();
        if place.profile.is_technical() {
            pieces.iter_mut().for_each(as_option_sign);
        }
        let text = join(&pieces, place.profile.capitals());
        self.caret.fit(&text, place)
    }

    fn replaced(&self, words: &[MarkedWord], values: &SnippetValues) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut run = Vec::new();
        let mut at = 0;
        while at < words.len() {
            if let Some((n_words, piece)) = self.replacements.at(words, at, values) {
                if !run.is_empty() {
                    parts.push(Part::Words(std::mem::take(&mut run)));
                }
                at += n_words;
                parts.push(Part::Fixed(piece, words[at - 1].mark));
            } else {
                run.push(words[at].clone());
                at += 1;
            }
        }
        if !run.is_empty() {
            parts.push(Part::Words(run));
        }
        parts
    }

    /// Fields for numbers take the small ones as digits too.
    fn digits(&self, mut words: Vec<MarkedWord>, purpose: FieldPurpose) -> Vec<MarkedWord> {
        let takes_digits = matches!(
            purpose,
            FieldPurpose::Digits | FieldPurpose::Number | FieldPurpose::Phone
        );
        if takes_digits {
            for word in &mut words {
                if let Some(digit) = self.itn.digit(&word.text) {
                    word.text = digit.to_owned();
                }
            }
        }
        words
    }

    /// The word with the model's case written out and its mark, as far as the user and the
    /// profile take them.
    fn profiled(&self, word: &MarkedWord, place: &Place<'_>) -> MarkedWord {
        let case = match place.profile.capitals() {
            CapitalPolicy::Sentences => word.case,
            CapitalPolicy::Never => Case::AsWritten,
        };
        let takes_marks = self.automatic_marks == AutomaticMarks::Keep
            && place.profile.automatic_marks() == AutomaticMarks::Keep;
        MarkedWord {
            text: case.apply(word.text.trim()),
            mark: word.mark.filter(|_| takes_marks),
            case: Case::AsWritten,
        }
    }
}

/// Where commands are written, a dash starts an option: `-m`, `--help`.
fn as_option_sign(piece: &mut Piece) {
    if matches!(piece.text.as_str(), "—" | "–") {
        "-".clone_into(&mut piece.text);
        piece.right = Side::Tight;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::profile::Profile;

    static SHAPERS: LazyLock<Vec<TextShaper>> = LazyLock::new(|| {
        Language::WITH_TABLES
            .iter()
            .map(|language| TextShaper::new(*language, Kinds::ALL))
            .collect()
    });

    fn shaper() -> TextShaper {
        let mut shaper = TextShaper::new(Language::English, Kinds::default());
        let table = "my address\t5 Main Street\\nSpringfield\nsotto\tSotto\ntwenty one pilots\tTwenty One Pilots";
        assert_eq!(shaper.extend_replacements("snippets.tsv", table), []);
        shaper
    }

    #[track_caller]
    fn check_in(
        profile: Profile,
        purpose: FieldPurpose,
        before: &str,
        spoken: &str,
        expected: &str,
    ) {
        let place = Place {
            profile,
            purpose,
            ..Place::prose(Some(before), Some(""))
        };
        let words = MarkedWord::from_written(spoken);
        let text = shaper().shape(&words, &place, &SnippetValues::default());
        assert_eq!(text, expected, "{spoken}");
    }

    #[track_caller]
    fn check(before: &str, spoken: &str, expected: &str) {
        check_in(
            Profile::Prose,
            FieldPurpose::FreeForm,
            before,
            spoken,
            expected,
        );
    }

    #[test]
    fn stages_follow_one_another() {
        check(
            "",
            "We met on July twenty fifth two thousand twelve.",
            "We met on July 25 2012.",
        );
        check(
            "I said",
            "We paid two hundred dollars comma twice.",
            " we paid $200, twice.",
        );
        check(
            "",
            "new paragraph twenty five people period they left",
            "\n\n25 people. They left",
        );
        check(
            "Hi.",
            "send it to my address period sotto works",
            " Send it to 5 Main Street\nSpringfield. Sotto works",
        );
        check("", "I like twenty one pilots.", "I like Twenty One Pilots.");
        check(
            "",
            "write literal period and spell a b nine",
            "Write period and ab9",
        );
        check("", "open quote twenty twelve close quote", "“2012”");
        check("", "", "");
    }

    #[test]
    fn a_partial_is_not_a_whole_utterance() {
        let shape = |ending| {
            let place = Place {
                ending,
                ..Place::prose(Some(""), Some(""))
            };
            let words = MarkedWord::from_written("second");
            shaper().shape(&words, &place, &SnippetValues::default())
        };
        assert_eq!(shape(Ending::MoreFollows), "Second");
        assert_eq!(shape(Ending::Final), "2nd");
    }

    #[test]
    fn profiles_and_fields() {
        let free = FieldPurpose::FreeForm;
        check_in(
            Profile::Terminal,
            free,
            "$ ",
            "Git, commit. Dash m. Dash dash all",
            "git commit -m --all",
        );
        check_in(Profile::Chat, free, "", "See you. Bye.", "See you. Bye");
        check_in(Profile::Code, free, "x = ", "Twenty five", "25");
        check_in(Profile::Password, free, "", "secret", "");
        check_in(
            Profile::Prose,
            FieldPurpose::Digits,
            "",
            "five o seven two",
            "5072",
        );
        check_in(
            Profile::Prose,
            FieldPurpose::Email,
            "",
            "Jane dot doe at example dot org.",
            "jane.doe@example.org",
        );
        check_in(
            Profile::Prose,
            FieldPurpose::Url,
            "",
            "Example dot com slash help",
            "example.com/help",
        );
    }

    proptest! {
        #[test]
        fn any_words_are_taken(
            text in any::<String>(),
            before in proptest::option::of(any::<String>()),
            language in 0_usize..4,
        ) {
            let shaper = &SHAPERS[language];
            let words = MarkedWord::from_written(&text);
            let place = Place::prose(before.as_deref(), None);
            let _ = shaper.shape(&words, &place, &SnippetValues::default());
        }

        #[test]
        fn typed_text_is_shaped_once(
            words in proptest::collection::vec("[a-z]{1,7}x[,.?!]?|[0-9]{2,5}", 0..12),
        ) {
            let shaper = &SHAPERS[0];
            let place = Place::prose(Some(""), Some(""));
            let shape = |text: &str| {
                shaper.shape(&MarkedWord::from_written(text), &place, &SnippetValues::default())
            };
            let once = shape(&words.join(" "));
            prop_assert_eq!(shape(&once), once);
        }

        #[test]
        fn no_spoken_letter_is_lost(words in proptest::collection::vec("[a-zäßé]{1,7}x", 0..12)) {
            let shaper = &SHAPERS[0];
            let spoken = words.join(" ");
            let place = Place::prose(Some("and"), Some("so on"));
            let written =
                shaper.shape(&MarkedWord::from_written(&spoken), &place, &SnippetValues::default());
            let letters = |text: &str| text.to_lowercase().replace(char::is_whitespace, "");
            prop_assert_eq!(letters(&written), letters(&spoken));
        }
    }
}
