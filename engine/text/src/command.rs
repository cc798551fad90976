//! Editing commands by voice.
//!
//! A command is a whole utterance, or what is said after a pause; words inside a sentence never
//! are one. A command that names a text is one only if that text stands before the caret, so that
//! "replace the battery with a new one" is prose unless "the battery" is there to be replaced.

use std::fmt;

use crate::language::Language;
use crate::table::{Row, rows};
use crate::word::{Mark, MarkedWord};

/// The pause before a command inside an utterance, in milliseconds.
///
/// Longer than the pauses between sentences of running speech, which are 300 to 600 ms.
pub const COMMAND_PAUSE_MS: u32 = 700;

/// The most words a command may name.
const MAX_NAMED_WORDS: usize = 6;

/// What a command is about. `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// The selection, or else what was dictated last.
    That,
    /// The word before the caret.
    LastWord,
    /// The sentence before the caret.
    LastSentence,
    /// The nearest place before the caret where this stands.
    Text(String),
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::That => "That",
            Self::LastWord => "LastWord",
            Self::LastSentence => "LastSentence",
            Self::Text(_) => "Text",
        })
    }
}

/// An editing command. `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub enum Command {
    /// Take back what was dictated last; repeatable.
    ScratchThat,
    /// Take back the last edit.
    Undo,
    /// Make the last edit taken back again.
    Redo,
    /// Select.
    Select(Target),
    /// Delete.
    Delete(Target),
    /// Give every word a capital.
    Capitalize(Target),
    /// Replace one text by another.
    Replace {
        /// What is replaced.
        target: Target,
        /// What is written instead, as spoken.
        with: String,
    },
    /// Show alternatives.
    Correct(Target),
    /// Move the caret to the end of the field.
    GoToEnd,
    /// End the sentence before the caret.
    NewSentence,
    /// Stop dictating.
    StopDictation,
    /// Hear and write another language.
    SwitchLanguage(Language),
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::ScratchThat => "ScratchThat",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::Select(_) => "Select",
            Self::Delete(_) => "Delete",
            Self::Capitalize(_) => "Capitalize",
            Self::Replace { .. } => "Replace",
            Self::Correct(_) => "Correct",
            Self::GoToEnd => "GoToEnd",
            Self::NewSentence => "NewSentence",
            Self::StopDictation => "StopDictation",
            Self::SwitchLanguage(_) => "SwitchLanguage",
        };
        f.write_str(name)
    }
}

#[derive(Debug, Clone)]
struct Pattern {
    words: Vec<&'static str>,
    action: &'static str,
    argument: &'static str,
}

/// The commands of one language.
#[derive(Debug, Clone)]
pub struct Commands {
    patterns: Vec<Pattern>,
    /// What chooses one of several shown alternatives; nothing else is said then.
    choices: Vec<Pattern>,
}

impl Commands {
    /// The shipped commands; none for [`Language::Other`].
    #[must_use]
    pub fn new(language: Language) -> Self {
        let table = match language {
            Language::English => include_str!("../data/commands/en.tsv"),
            Language::German => include_str!("../data/commands/de.tsv"),
            Language::French => include_str!("../data/commands/fr.tsv"),
            Language::Spanish => include_str!("../data/commands/es.tsv"),
            Language::Other => "",
        };
        let pattern = |row: Row<'static>| Pattern {
            words: row.cell(0).split(' ').collect(),
            action: row.cell(1),
            argument: row.cell(2),
        };
        let (choices, patterns) = rows(table)
            .map(pattern)
            .partition(|pattern| pattern.action == "choose");
        Self { patterns, choices }
    }

    /// The command that these words are, if they are one and nothing else.
    ///
    /// `before` is the text before the caret, from the application or the ledger.
    #[must_use]
    pub fn recognize(&self, words: &[MarkedWord], before: Option<&str>) -> Option<Command> {
        let (last, inner) = words.split_last()?;
        let is_prose = inner
            .iter()
            .any(|word| word.mark.is_some_and(|mark| mark != Mark::Comma))
            || matches!(last.mark, Some(Mark::Question | Mark::Colon));
        if is_prose {
            return None;
        }
        let spoken: Vec<String> = words.iter().map(|word| word.text.to_lowercase()).collect();
        self.patterns.iter().find_map(|pattern| {
            let (target, with) = slots(&pattern.words, &spoken)?;
            let original = |range: std::ops::Range<usize>| {
                let texts: Vec<&str> = words[range].iter().map(|word| word.text.as_str()).collect();
                texts.join(" ")
            };
            let target = target.map(original);
            if let Some(named) = &target {
                last_place(before?, named)?;
            }
            command(pattern, target, with.map(original))
        })
    }

    /// What commands begin with, as phrases: a recognizer that expects them hears them better.
    pub(crate) fn phrases(&self) -> impl Iterator<Item = String> + '_ {
        let patterns = self.patterns.iter().chain(&self.choices);
        patterns.filter_map(|pattern| {
            let fixed: Vec<&str> = pattern
                .words
                .iter()
                .copied()
                .take_while(|word| !word.starts_with('{'))
                .collect();
            // A number alone is as likely in any sentence.
            let is_number = pattern.action == "choose" && fixed.len() == 1;
            (!is_number).then(|| fixed.join(" "))
        })
    }

    /// The alternative that these words choose, counted from 0, while some are shown.
    #[must_use]
    pub fn recognize_choice(&self, words: &[MarkedWord]) -> Option<usize> {
        let spoken: Vec<String> = words.iter().map(|word| word.text.to_lowercase()).collect();
        let pattern = self
            .choices
            .iter()
            .find(|pattern| pattern.words.iter().eq(&spoken))?;
        pattern.argument.parse::<usize>().ok()?.checked_sub(1)
    }

    /// The command at the end of an utterance, after a pause: where it starts, and which it is.
    ///
    /// `gaps_ms[n]` is the silence before word `n`; the first word always begins anew.
    #[must_use]
    pub fn recognize_last(
        &self,
        words: &[MarkedWord],
        gaps_ms: &[u32],
        before: Option<&str>,
    ) -> Option<(usize, Command)> {
        let starts = (1..words.len())
            .filter(|at| gaps_ms.get(*at).is_some_and(|gap| *gap >= COMMAND_PAUSE_MS));
        std::iter::once(0)
            .chain(starts)
            .find_map(|at| Some((at, self.recognize(&words[at..], before)?)))
    }
}

type Slot = Option<std::ops::Range<usize>>;

/// Where the slots of a pattern lie in the spoken words, if it fits them all.
fn slots(pattern: &[&str], spoken: &[String]) -> Option<(Slot, Slot)> {
    let (mut target, mut with): (Slot, Slot) = (None, None);
    let mut at = 0;
    for (word_idx, word) in pattern.iter().enumerate() {
        if !word.starts_with('{') {
            (spoken.get(at)? == word).then_some(())?;
            at += 1;
            continue;
        }
        // The slot ends before the next fixed words; without any, at the end.
        let fixed: Vec<&&str> = pattern[word_idx + 1..]
            .iter()
            .take_while(|word| !word.starts_with('{'))
            .collect();
        let end = if fixed.is_empty() {
            spoken.len()
        } else {
            (at + 1..spoken.len()).find(|end| {
                fixed.iter().enumerate().all(|(offset, word)| {
                    spoken.get(end + offset).is_some_and(|said| said == **word)
                })
            })?
        };
        (end > at && end - at <= MAX_NAMED_WORDS).then_some(())?;
        if *word == "{x}" {
            target = Some(at..end);
        } else {
            with = Some(at..end);
        }
        at = end;
    }
    (at == spoken.len()).then_some((target, with))
}

fn command(
    &Pattern {
        action, argument, ..
    }: &Pattern,
    target: Option<String>,
    with: Option<String>,
) -> Option<Command> {
    let text = target.map(Target::Text);
    Some(match action {
        "scratch" => Command::ScratchThat,
        "undo" => Command::Undo,
        "redo" => Command::Redo,
        "select-that" => Command::Select(Target::That),
        "select" => Command::Select(text?),
        "delete-that" => Command::Delete(Target::That),
        "delete-word" => Command::Delete(Target::LastWord),
        "delete-sentence" => Command::Delete(Target::LastSentence),
        "delete" => Command::Delete(text?),
        "capitalize-that" => Command::Capitalize(Target::That),
        "capitalize" => Command::Capitalize(text?),
        "replace" => Command::Replace {
            target: text?,
            with: with?,
        },
        "correct-that" => Command::Correct(Target::That),
        "correct" => Command::Correct(text?),
        "end" => Command::GoToEnd,
        "sentence" => Command::NewSentence,
        "stop" => Command::StopDictation,
        "language" => Command::SwitchLanguage(Language::from_tag(argument)),
        _ => return None,
    })
}

/// The nearest place before the caret where the words stand as words, case aside: chars of
/// `before` from and to.
pub(crate) fn last_place(before: &str, words: &str) -> Option<std::ops::Range<usize>> {
    let fold = |c: char| c.to_lowercase().next().unwrap_or(c);
    let text: Vec<char> = before.chars().map(fold).collect();
    let wanted: Vec<char> = words.chars().map(fold).collect();
    if wanted.is_empty() || wanted.len() > text.len() {
        return None;
    }
    (0..=text.len() - wanted.len()).rev().find_map(|start| {
        let end = start + wanted.len();
        let starts_word = start == 0 || !text[start - 1].is_alphanumeric();
        let ends_word = text.get(end).is_none_or(|c| !c.is_alphanumeric());
        (starts_word && ends_word && text[start..end] == wanted[..]).then_some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: Language, spoken: &str, before: &str, expected: Option<Command>) {
        let words = MarkedWord::from_written(spoken);
        let found = Commands::new(language).recognize(&words, Some(before));
        assert!(found == expected, "{spoken}: {found:?}");
    }

    fn text(words: &str) -> Target {
        Target::Text(words.into())
    }

    #[test]
    fn whole_utterances() {
        use Language::{English, French, German, Other, Spanish};
        check(English, "Scratch that.", "", Some(Command::ScratchThat));
        check(
            English,
            "select red house",
            "The Red house,",
            Some(Command::Select(text("red house"))),
        );
        check(
            English,
            "Delete cats.",
            "two cats",
            Some(Command::Delete(text("cats"))),
        );
        check(
            English,
            "delete last word",
            "",
            Some(Command::Delete(Target::LastWord)),
        );
        let replace = Command::Replace {
            target: text("cats"),
            with: "big dogs".into(),
        };
        check(
            English,
            "Replace cats with big dogs.",
            "two cats",
            Some(replace),
        );
        check(
            German,
            "Lösche das letzte Wort",
            "",
            Some(Command::Delete(Target::LastWord)),
        );
        check(
            German,
            "schreibe haus groß",
            "das haus",
            Some(Command::Capitalize(text("haus"))),
        );
        check(
            French,
            "corrige ça",
            "",
            Some(Command::Correct(Target::That)),
        );
        check(Spanish, "ve al final", "", Some(Command::GoToEnd));
        check(Other, "scratch that", "", None);
    }

    #[test]
    fn prose_survives() {
        let cases = [
            "please scratch that itch",
            "Undo that?",
            "Scratch that. And then",
            "select cats and dogs",
            "delete dogs",
            "Replace the battery with a new one.",
            "",
        ];
        for spoken in cases {
            check(Language::English, spoken, "two cats", None);
        }
    }

    #[test]
    fn every_row_is_a_command() {
        let languages = [
            (Language::English, include_str!("../data/commands/en.tsv")),
            (Language::German, include_str!("../data/commands/de.tsv")),
            (Language::French, include_str!("../data/commands/fr.tsv")),
            (Language::Spanish, include_str!("../data/commands/es.tsv")),
        ];
        for (language, table) in languages {
            let commands = Commands::new(language);
            for row in rows(table) {
                if row.cell(1) == "choose" {
                    let words = MarkedWord::from_written(row.cell(0));
                    assert_eq!(commands.recognize(&words, None), None, "{}", row.cell(0));
                    assert!(commands.recognize_choice(&words).is_some());
                    continue;
                }
                let spoken = row.cell(0).replace("{x}", "foo bar").replace("{y}", "baz");
                let words = MarkedWord::from_written(&spoken);
                assert!(
                    commands.recognize(&words, Some("a foo bar")).is_some(),
                    "{spoken}"
                );
                let inside = MarkedWord::from_written(&format!("qux {spoken} qux"));
                assert!(
                    commands.recognize(&inside, Some("a foo bar")).is_none(),
                    "{spoken}"
                );
            }
        }
    }

    #[test]
    fn choices() {
        for (language, spoken, expected) in [
            (Language::English, "Choose two.", Some(1)),
            (Language::English, "nine", Some(8)),
            (Language::English, "choose ten", None),
            (Language::German, "Nimm drei", Some(2)),
            (Language::French, "choisis un", Some(0)),
            (Language::Spanish, "elige dos", Some(1)),
            (Language::Other, "choose two", None),
        ] {
            let words = MarkedWord::from_written(spoken);
            let chosen = Commands::new(language).recognize_choice(&words);
            assert_eq!(chosen, expected, "{spoken}");
        }
    }

    #[test]
    fn after_a_pause() {
        let commands = Commands::new(Language::English);
        let words = MarkedWord::from_written("the end scratch that");
        let found = commands.recognize_last(&words, &[0, 50, 900, 80], None);
        assert_eq!(found, Some((2, Command::ScratchThat)));
        assert_eq!(
            commands.recognize_last(&words, &[0, 50, 300, 80], None),
            None
        );
        assert_eq!(commands.recognize_last(&words, &[], None), None);
    }

    #[test]
    fn finds_the_nearest_place() {
        assert_eq!(last_place("cat Cat cats", "cat"), Some(4..7));
        assert_eq!(last_place("é Été", "été"), Some(2..5));
        assert_eq!(last_place("cats", "cat"), None);
        assert_eq!(last_place("", "cat"), None);
    }
}
