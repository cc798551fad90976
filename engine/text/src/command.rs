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
mod tests;
