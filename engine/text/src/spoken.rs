//! Spoken punctuation, layout, capitals, spelling and emoji.
//!
//! Each language has a table of spoken names; the user's table adds to it or replaces rows.
//! A name that is also an ordinary word (`period`, `point`) stays a word after a determiner or
//! before a follower such as `of`, and always after the word for "literal".
//! A spoken mark replaces the automatic mark beside it, so that none is doubled.

use std::collections::{HashMap, HashSet};

use crate::language::Language;
use crate::piece::join;
use crate::profile::CapitalPolicy;
use crate::table::{Row, TableFault, TableProblem, rows};
use crate::word::MarkedWord;

mod writer;

pub(crate) use writer::Writer;

/// What a spoken name does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Mark,
    Dash,
    Open,
    Close,
    Toggle,
    Join,
    Free,
    Line,
    BreakAfter,
    Space,
    NoSpace,
    NoSpaceOn,
    NoSpaceOff,
    TitleOn,
    TitleOff,
    UpperOn,
    UpperOff,
    UpperNext,
    CapitalNext,
    LowerNext,
    Literal,
    Spell,
    EndSpell,
}

const ACTIONS: [(&str, Action); 23] = [
    ("mark", Action::Mark),
    ("dash", Action::Dash),
    ("open", Action::Open),
    ("close", Action::Close),
    ("toggle", Action::Toggle),
    ("join", Action::Join),
    ("free", Action::Free),
    ("line", Action::Line),
    ("break-after", Action::BreakAfter),
    ("space", Action::Space),
    ("no-space", Action::NoSpace),
    ("no-space-on", Action::NoSpaceOn),
    ("no-space-off", Action::NoSpaceOff),
    ("title-on", Action::TitleOn),
    ("title-off", Action::TitleOff),
    ("upper-on", Action::UpperOn),
    ("upper-off", Action::UpperOff),
    ("upper-next", Action::UpperNext),
    ("capital-next", Action::CapitalNext),
    ("lower-next", Action::LowerNext),
    ("literal", Action::Literal),
    ("spell", Action::Spell),
    ("end-spell", Action::EndSpell),
];

impl Action {
    const fn needs_text(self) -> bool {
        matches!(
            self,
            Self::Mark
                | Self::Dash
                | Self::Open
                | Self::Close
                | Self::Toggle
                | Self::Join
                | Self::Free
                | Self::Line
                | Self::BreakAfter
        )
    }
}

/// When a name stays a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    Never,
    Noun,
    Verb,
}

#[derive(Debug, Clone)]
struct Form {
    words: Vec<String>,
    action: Action,
    text: String,
    guard: Guard,
}

impl Form {
    fn is_emoji(&self) -> bool {
        self.words.iter().any(|word| word == "emoji")
    }
}

/// The spoken forms of one language and of the user.
#[derive(Debug, Clone)]
pub struct SpokenForms {
    language: Language,
    /// By first word, longest form first.
    forms: HashMap<String, Vec<Form>>,
    determiners: HashSet<String>,
    pronouns: HashSet<String>,
    followers: HashSet<String>,
    letters: HashMap<String, String>,
}

impl SpokenForms {
    /// The shipped forms of a language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let (code, table) = match language {
            Language::English => ("en", include_str!("../data/spoken/en.tsv")),
            Language::German => ("de", include_str!("../data/spoken/de.tsv")),
            Language::French => ("fr", include_str!("../data/spoken/fr.tsv")),
            Language::Spanish => ("es", include_str!("../data/spoken/es.tsv")),
            Language::Other => ("", ""),
        };
        let mut forms = Self {
            language,
            forms: HashMap::new(),
            determiners: HashSet::new(),
            pronouns: HashSet::new(),
            followers: HashSet::new(),
            letters: rows(include_str!("../data/spoken/letters.tsv"))
                .filter(|row| row.cell(2).is_empty() || row.cell(2) == code)
                .map(|row| (row.cell(0).to_owned(), row.cell(1).to_owned()))
                .collect(),
        };
        let problems = forms.extend(code, table);
        debug_assert!(problems.is_empty(), "the shipped table is broken");
        forms.add_emoji(code);
        forms
    }

    /// No forms: every word is written as it is.
    #[must_use]
    pub fn none(language: Language) -> Self {
        Self {
            language,
            forms: HashMap::new(),
            determiners: HashSet::new(),
            pronouns: HashSet::new(),
            followers: HashSet::new(),
            letters: HashMap::new(),
        }
    }

    /// Adds rows of the user: `spoken`, tab, `action`, tab, `written`, tab, `guard`.
    ///
    /// A row replaces an earlier one of the same name; action `off` only removes it.
    pub fn extend(&mut self, table: &str, text: &str) -> Vec<TableProblem> {
        rows(text)
            .filter_map(|row| self.add_row(&row).err().map(|why| row.problem(table, why)))
            .collect()
    }

    /// Names of more than one word, without emoji: what a recognizer should know as a phrase.
    pub(crate) fn phrases(&self) -> impl Iterator<Item = String> + '_ {
        let forms = self.forms.values().flatten();
        forms
            .filter(|form| form.words.len() > 1 && !form.is_emoji())
            .map(|form| form.words.join(" "))
    }

    /// Words and forms written out, without regard to the caret.
    #[must_use]
    pub fn write(&self, words: &[MarkedWord]) -> String {
        let mut writer = Writer::new(self);
        writer.words(words);
        join(&writer.finish(), CapitalPolicy::Sentences)
    }

    fn add_row(&mut self, row: &Row<'_>) -> Result<(), TableFault> {
        let name = row.cell(0).to_lowercase();
        if name.is_empty() {
            return Err(TableFault::NoSpokenWords);
        }
        match row.cell(1) {
            "determiner" => self.determiners.insert(name),
            "pronoun" => self.pronouns.insert(name),
            "follower" => self.followers.insert(name),
            "off" => {
                self.remove(&name);
                true
            }
            action => {
                let form = Self::form(&name, action, row)?;
                self.remove(&name);
                self.insert(form);
                true
            }
        };
        Ok(())
    }

    fn form(name: &str, action: &str, row: &Row<'_>) -> Result<Form, TableFault> {
        let Some((_, action)) = ACTIONS.iter().find(|(known, _)| *known == action) else {
            let known = ACTIONS.map(|(name, _)| name).join(", ");
            return Err(TableFault::UnknownAction { known });
        };
        let text = row.text(2);
        if action.needs_text() && text.is_empty() {
            return Err(TableFault::NoText);
        }
        let guard = match row.cell(3) {
            "" => Guard::Never,
            "noun" => Guard::Noun,
            "verb" => Guard::Verb,
            _ => return Err(TableFault::UnknownGuard),
        };
        Ok(Form {
            words: name.split_whitespace().map(str::to_owned).collect(),
            action: *action,
            text,
            guard,
        })
    }

    fn insert(&mut self, form: Form) {
        let Some(first) = form.words.first().cloned() else {
            return;
        };
        let forms = self.forms.entry(first).or_default();
        forms.push(form);
        forms.sort_by_key(|form| std::cmp::Reverse(form.words.len()));
    }

    fn remove(&mut self, name: &str) {
        let words: Vec<&str> = name.split_whitespace().collect();
        if let Some(forms) = words.first().and_then(|first| self.forms.get_mut(*first)) {
            forms.retain(|form| form.words != words);
        }
    }

    fn add_emoji(&mut self, code: &str) {
        for row in rows(include_str!("../data/spoken/emoji.tsv")) {
            if row.cell(0) != code {
                continue;
            }
            let name = match self.language {
                Language::French | Language::Spanish => format!("emoji {}", row.cell(1)),
                _ => format!("{} emoji", row.cell(1)),
            };
            self.insert(Form {
                words: name.split_whitespace().map(str::to_owned).collect(),
                action: Action::Free,
                text: row.cell(2).to_owned(),
                guard: Guard::Never,
            });
        }
    }

    /// The longest form that starts at `words[at]`.
    fn form_at(&self, words: &[MarkedWord], at: usize) -> Option<&Form> {
        let first = words.get(at)?.text.to_lowercase();
        self.forms.get(&first)?.iter().find(|form| {
            words.get(at..at + form.words.len()).is_some_and(|spoken| {
                let inner_marks = &spoken[..spoken.len() - 1];
                spoken
                    .iter()
                    .zip(&form.words)
                    .all(|(word, expected)| word.text.to_lowercase() == *expected)
                    && inner_marks.iter().all(|word| word.mark.is_none())
            })
        })
    }

    /// Whether the words around a form make it an ordinary word.
    fn is_ordinary(&self, form: &Form, words: &[MarkedWord], at: usize) -> bool {
        if form.guard == Guard::Never {
            return false;
        }
        let before = at
            .checked_sub(1)
            .and_then(|before| words.get(before))
            .filter(|word| word.mark.is_none())
            .map(|word| word.text.to_lowercase());
        let after = words
            .get(at + form.words.len())
            .map(|word| word.text.to_lowercase());
        let ends_here = words
            .get(at + form.words.len() - 1)
            .is_some_and(|word| word.mark.is_some());
        before.is_some_and(|before| {
            self.determiners.contains(&before)
                || form.guard == Guard::Verb && self.pronouns.contains(&before)
        }) || !ends_here && after.is_some_and(|after| self.followers.contains(&after))
    }
}

#[cfg(test)]
mod tests;
