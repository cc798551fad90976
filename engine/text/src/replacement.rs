//! The user's own words: replacements, snippets and hotwords.
//!
//! Replacements and snippets are tables of spoken words and what is written for them.
//! A snippet may have several lines and the variables `{date}` and `{clipboard}`; it is written
//! as it stands and never searched for further names, so none can call itself.

use std::collections::HashMap;
use std::fmt;

use crate::caret::SmallWords;
use crate::language::Language;
use crate::piece::Piece;
use crate::table::{TableFault, TableProblem, rows, unescape};
use crate::word::MarkedWord;

/// What a snippet's variables stand for at this moment.
///
/// `Debug` shows no text.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SnippetValues {
    /// Today's date as the user writes it.
    pub date: String,
    /// The clipboard's text, if it holds any.
    pub clipboard: Option<String>,
}

impl fmt::Debug for SnippetValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnippetValues")
            .field("has_clipboard", &self.clipboard.is_some())
            .finish_non_exhaustive()
    }
}

/// Which variables snippets use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SnippetVariables {
    /// `{date}`
    pub date: bool,
    /// `{clipboard}`
    pub clipboard: bool,
}

#[derive(Clone)]
struct Entry {
    words: Vec<String>,
    parts: Vec<Part>,
}

#[derive(Clone)]
enum Part {
    Text(String),
    Date,
    Clipboard,
}

/// Spoken words and what is written for them. `Debug` shows no text.
#[derive(Clone, Default)]
pub struct Replacements {
    /// By first word in small letters, longest first.
    entries: HashMap<String, Vec<Entry>>,
}

impl fmt::Debug for Replacements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replacements")
            .field("n_first_words", &self.entries.len())
            .finish()
    }
}

impl Replacements {
    /// Adds rows: `spoken`, tab, `written` with `\n` for a line break.
    pub fn extend(&mut self, table: &str, text: &str) -> Vec<TableProblem> {
        let mut problems = Vec::new();
        for row in rows(text) {
            let words: Vec<String> = row
                .cell(0)
                .to_lowercase()
                .split_whitespace()
                .map(str::to_owned)
                .collect();
            let Some(first) = words.first().cloned() else {
                problems.push(row.problem(table, TableFault::NoSpokenWords));
                continue;
            };
            if row.cell(1).is_empty() {
                problems.push(row.problem(table, TableFault::NoText));
                continue;
            }
            match parts(row.cell(1)) {
                Ok(parts) => {
                    let entries = self.entries.entry(first).or_default();
                    entries.retain(|entry| entry.words != words);
                    entries.push(Entry { words, parts });
                    entries.sort_by_key(|entry| std::cmp::Reverse(entry.words.len()));
                }
                Err(fault) => problems.push(row.problem(table, fault)),
            }
        }
        problems
    }

    /// The variables that any entry uses.
    #[must_use]
    pub fn variables(&self) -> SnippetVariables {
        let parts = self
            .entries
            .values()
            .flatten()
            .flat_map(|entry| &entry.parts);
        parts.fold(SnippetVariables::default(), |used, part| SnippetVariables {
            date: used.date || matches!(part, Part::Date),
            clipboard: used.clipboard || matches!(part, Part::Clipboard),
        })
    }

    /// What is written for the longest entry at `words[at]`, and how many words it takes.
    pub(crate) fn at(
        &self,
        words: &[MarkedWord],
        at: usize,
        values: &SnippetValues,
    ) -> Option<(usize, Piece)> {
        if self.entries.is_empty() {
            return None;
        }
        let entries = self.entries.get(&words.get(at)?.text.to_lowercase())?;
        let entry = entries.iter().find(|entry| {
            words.get(at..at + entry.words.len()).is_some_and(|spoken| {
                spoken
                    .iter()
                    .zip(&entry.words)
                    .all(|(word, expected)| word.text.to_lowercase() == *expected)
                    && spoken[..spoken.len() - 1]
                        .iter()
                        .all(|word| word.mark.is_none())
            })
        })?;
        let mut text = String::new();
        for part in &entry.parts {
            text.push_str(match part {
                Part::Text(text) => text,
                Part::Date => &values.date,
                Part::Clipboard => values.clipboard.as_deref().unwrap_or_default(),
            });
        }
        Some((entry.words.len(), Piece::verbatim(text)))
    }
}

/// Splits `{date}` and `{clipboard}` off; `{{` and `}}` are braces.
fn parts(cell: &str) -> Result<Vec<Part>, TableFault> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = cell;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
            text.push_str(&tail[..1]);
            rest = after;
            continue;
        }
        let (name, after) = tail
            .strip_prefix('{')
            .and_then(|tail| tail.split_once('}'))
            .ok_or(TableFault::LoneBrace)?;
        parts.push(Part::Text(unescape(&std::mem::take(&mut text))));
        parts.push(match name {
            "date" => Part::Date,
            "clipboard" => Part::Clipboard,
            _ => return Err(TableFault::UnknownVariable),
        });
        rest = after;
    }
    text.push_str(rest);
    parts.push(Part::Text(unescape(&text)));
    Ok(parts)
}

/// A word or name that the search is to prefer.
#[derive(Clone, PartialEq)]
pub struct Hotword {
    /// As it is to be written.
    pub text: String,
    /// How strongly, in the search's own scale of log-probability; 1 if not given.
    pub weight: f32,
}

impl fmt::Debug for Hotword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hotword")
            .field("n_chars", &self.text.chars().count())
            .field("weight", &self.weight)
            .finish()
    }
}

/// The most names that are taken from a text.
const MAX_NAMES: usize = 50;

/// Names in the text around the caret, as hotwords: words that keep a capital inside a sentence.
///
/// To be held for one utterance and never stored.
#[must_use]
pub fn names_around(text: &str, language: Language) -> Vec<Hotword> {
    let small = SmallWords::new(language);
    let mut names: Vec<Hotword> = Vec::new();
    let mut at_start = true;
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_capital = bare.starts_with(char::is_uppercase) && bare.chars().count() > 1;
        // German nouns are capital too; those that are common are not worth a hotword.
        let is_name = is_capital && !at_start && !small.contains(bare);
        let has_inner_capital = bare.chars().skip(1).any(char::is_uppercase);
        if (is_name || is_capital && has_inner_capital)
            && !names.iter().any(|known| known.text == bare)
        {
            names.push(Hotword {
                text: bare.to_owned(),
                weight: 1.0,
            });
        }
        at_start = word.ends_with(['.', '?', '!', ':', '“', '"', '…']);
    }
    // The nearest to the end of the text are the likeliest to be said again.
    let n_far = names.len().saturating_sub(MAX_NAMES);
    names.split_off(n_far)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(table: &str, spoken: &str) -> String {
        let mut replacements = Replacements::default();
        assert_eq!(replacements.extend("snippets.tsv", table), []);
        let values = SnippetValues {
            date: "22 November 2026".into(),
            clipboard: Some("{date} my closing".into()),
        };
        let words = MarkedWord::from_written(spoken);
        let (n_words, piece) = replacements.at(&words, 0, &values).unwrap();
        assert_eq!(n_words, words.len());
        piece.text
    }

    #[test]
    fn writes_snippets_once() {
        assert_eq!(write("my closing\tBest\\nJo", "My closing"), "Best\nJo");
        assert_eq!(
            write("today\t{date}: {{x}}", "today"),
            "22 November 2026: {x}"
        );
        assert_eq!(
            write("paste\t[{clipboard}]", "paste"),
            "[{date} my closing]"
        );
        assert_eq!(write("a\tno\na b\tyes", "a b"), "yes");
        let mut replacements = Replacements::default();
        assert_eq!(replacements.variables(), SnippetVariables::default());
        replacements.extend("snippets.tsv", "today\t{date}");
        assert!(replacements.variables().date && !replacements.variables().clipboard);
    }

    #[test]
    fn reports_broken_rows() {
        let mut replacements = Replacements::default();
        let table = "good\tyes\nself\t{self}\nopen\t{date\n\tx\nempty\nclose\ta } b";
        let problems = replacements.extend("snippets.tsv", table);
        let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6]);
        assert_eq!(problems[0].fault, TableFault::UnknownVariable);
        let words = MarkedWord::from_written("good");
        assert!(
            replacements
                .at(&words, 0, &SnippetValues::default())
                .is_some()
        );
    }

    #[test]
    fn takes_names_from_the_text_around() {
        let text =
            "Yesterday I met Siobhán O'Neill. The kubectl of NATO and McDonald, said Siobhán. 1 A";
        let names: Vec<String> = names_around(text, Language::English)
            .into_iter()
            .map(|name| name.text)
            .collect();
        assert_eq!(names, ["Siobhán", "O'Neill", "NATO", "McDonald"]);
        assert_eq!(names_around("", Language::Other), []);
        let many: String = (0..80).map(|n| format!("x Name{n} ")).collect();
        let names = names_around(&many, Language::English);
        assert_eq!(names.len(), 50);
        assert_eq!(names[49].text, "Name79");
    }
}
