//! Tab-separated tables: the shipped ones and the user's own.
//!
//! One row a line, cells separated by tabs, `#` starts a comment line.
//! A broken row is reported with its line number and left out; the rest of the table is used.

use thiserror::Error;

/// A row of a table that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{table}, line {line}: {fault}; the other lines are used")]
pub struct TableProblem {
    /// Name of the table, as the caller calls it (usually a file name).
    pub table: String,
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong and what is expected.
    pub fault: TableFault,
}

/// What is wrong with a row. No message holds what the row says: it may be private.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TableFault {
    /// The first cell is empty.
    #[error("the spoken words are missing")]
    NoSpokenWords,
    /// The cell with the text is empty.
    #[error("the text to write is missing")]
    NoText,
    /// A brace that belongs to no variable.
    #[error("a brace stands alone: write it twice for the sign itself")]
    LoneBrace,
    /// A variable that does not exist, such as another snippet.
    #[error("unknown variable: a snippet may use date and clipboard, and no other snippet")]
    UnknownVariable,
    /// A spoken form does something that does not exist.
    #[error("unknown action, write one of {known}")]
    UnknownAction {
        /// All actions.
        known: String,
    },
    /// A spoken form is guarded by something that does not exist.
    #[error("unknown guard, write noun, verb or nothing")]
    UnknownGuard,
    /// The first cell of a profile is empty.
    #[error("the client's name is missing")]
    NoClient,
    /// An application has a profile that does not exist.
    #[error("unknown profile, write one of {known}")]
    UnknownProfile {
        /// All profiles.
        known: String,
    },
    /// A word of the user's own has a weight that is no number.
    #[error("the weight is no number: write for example \"New York :2.0\"")]
    NoWeight,
    /// A word of the user's own needs letters that the model does not know.
    #[error("the model cannot write this: use other letters or remove the line")]
    NoSpelling,
    /// A correction lacks a cell.
    #[error("a correction needs what is wanted, a tab, and what was written first")]
    NoCorrection,
    /// The file cannot be read at all.
    #[error("the file cannot be read ({cause})")]
    Unreadable {
        /// What the system says.
        cause: String,
    },
}

/// One row with content.
pub(crate) struct Row<'a> {
    /// Line number, from 1.
    pub(crate) line: usize,
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// Cell `n_th` (from 0), trimmed; empty if absent.
    pub(crate) fn cell(&self, n_th: usize) -> &'a str {
        self.cells.get(n_th).map_or("", |cell| cell.trim())
    }

    /// Cell `n_th` with `\n`, `\t`, `\s` (space) and `\\` written out.
    pub(crate) fn text(&self, n_th: usize) -> String {
        unescape(self.cell(n_th))
    }

    /// All cells, trimmed.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a str> {
        self.cells.iter().map(|cell| cell.trim())
    }

    pub(crate) fn problem(&self, table: &str, fault: TableFault) -> TableProblem {
        TableProblem {
            table: table.to_owned(),
            line: self.line,
            fault,
        }
    }
}

/// The rows of a table, without comments and blank lines.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Row<'_>> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(line_idx, line)| Row {
            line: line_idx + 1,
            cells: line.split('\t').collect(),
        })
}

/// Writes out the escapes `\n`, `\t`, `\s` and `\\`.
pub(crate) fn unescape(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('s') => text.push(' '),
            Some(other) => text.push(other),
            None => text.push('\\'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_skips_comments() {
        let found: Vec<(usize, &str, &str)> = rows("\u{feff}# note\n\na\tb\r\n  c \t\n")
            .map(|row| (row.line, row.cell(0), row.cell(1)))
            .collect();
        assert_eq!(found, [(3, "a", "b"), (4, "c", "")]);
    }

    #[test]
    fn unescapes() {
        assert_eq!(unescape(r"\n•\s\\x\"), "\n• \\x\\");
    }
}
