//! What we have committed to the focused field, and edits planned against it.
//!
//! An edit is planned from the field's text as read just now, compared with the ledger first; a
//! text that does not hold what we wrote is refused, never guessed at. Without that text the
//! ledger alone serves, by key events, where every character is one key press.
//! All positions count characters (Unicode scalar values), as the input method does.

use std::fmt;

use crate::command::{Command, Target};
use crate::ledger::range::target_range;

mod plan;
mod range;

pub use plan::{EditPlan, Refused};

/// The most edits that are remembered.
const MAX_CHANGES: usize = 50;

/// A change of the field that we made. `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
struct Change {
    removed: String,
    inserted: String,
    /// What stood between the change and the caret.
    after: String,
    kind: ChangeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeKind {
    Commit,
    Scratch,
    Edit,
}

/// Our own changes to the focused field since the user last typed or moved. `Debug` shows no text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    changes: Vec<Change>,
    undone: Vec<Change>,
    /// Commits that still stand, oldest first.
    commits: Vec<String>,
    /// The text that our changes have left before the caret.
    tail: String,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("n_changes", &self.changes.len())
            .field("n_undone", &self.undone.len())
            .finish_non_exhaustive()
    }
}

/// The field's text as the application reports it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FieldText<'a> {
    /// The text around the caret.
    pub text: &'a str,
    /// Position of the caret in characters.
    pub cursor: usize,
    /// The other end of the selection; the cursor if nothing is selected.
    pub anchor: usize,
}

impl fmt::Debug for FieldText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldText")
            .field("n_bytes", &self.text.len())
            .field("cursor", &self.cursor)
            .field("anchor", &self.anchor)
            .finish()
    }
}

/// Whether key events can be sent to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// They can.
    Available,
    /// They cannot.
    Unavailable,
}

/// The text before the caret, checked, and how it may be edited.
pub(crate) struct Reach<'a> {
    /// Characters before the caret.
    pub(crate) before: Vec<char>,
    /// The selection, as offset and length.
    pub(crate) selection: Option<(isize, usize)>,
    field: Option<FieldText<'a>>,
}

impl Ledger {
    /// Notes a text that was committed at the caret.
    pub fn committed(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.tail.push_str(text);
        self.commits.push(text.to_owned());
        self.push(Change {
            removed: String::new(),
            inserted: text.to_owned(),
            after: String::new(),
            kind: ChangeKind::Commit,
        });
        self.undone.clear();
    }

    /// Notes a plan that was carried out for a command.
    pub fn edited(&mut self, command: &Command, plan: &EditPlan, field: Option<FieldText<'_>>) {
        let (n_deleted, n_after, insert) = match plan {
            EditPlan::Replace { offset, .. } if *offset > 0 => return self.forget(),
            EditPlan::Replace {
                offset,
                n_chars,
                insert,
            } => {
                let n_back = offset.unsigned_abs();
                (*n_chars, n_back.saturating_sub(*n_chars), insert)
            }
            EditPlan::Keys {
                n_backspaces,
                insert,
            } => (*n_backspaces, 0, insert),
            EditPlan::MoveToEnd => return self.forget(),
            EditPlan::Select { .. } | EditPlan::Correct { .. } | EditPlan::Stop => return,
        };
        let before: Vec<char> = match field.and_then(|field| before_caret(field).ok()) {
            Some(before) => before,
            None => self.tail.chars().collect(),
        };
        let Some(start) = before.len().checked_sub(n_deleted + n_after) else {
            return self.forget();
        };
        let after: String = before[start + n_deleted..].iter().collect();
        let change = Change {
            removed: before[start..start + n_deleted].iter().collect(),
            inserted: insert.clone(),
            after: after.clone(),
            kind: match command {
                Command::ScratchThat => ChangeKind::Scratch,
                _ => ChangeKind::Edit,
            },
        };
        let n_kept = self
            .tail
            .chars()
            .count()
            .saturating_sub(n_deleted + n_after);
        self.tail = self.tail.chars().take(n_kept).collect();
        self.tail.push_str(insert);
        self.tail.push_str(&after);
        match command {
            Command::Undo => {
                if let Some(change) = self.changes.pop() {
                    match change.kind {
                        ChangeKind::Commit => drop(self.commits.pop()),
                        ChangeKind::Scratch => self.commits.push(change.removed.clone()),
                        ChangeKind::Edit => {}
                    }
                    self.undone.push(change);
                }
            }
            Command::Redo => {
                if let Some(change) = self.undone.pop() {
                    match change.kind {
                        ChangeKind::Commit => self.commits.push(change.inserted.clone()),
                        ChangeKind::Scratch => drop(self.commits.pop()),
                        ChangeKind::Edit => {}
                    }
                    self.push(change);
                }
            }
            _ => {
                if change.kind == ChangeKind::Scratch {
                    self.commits.pop();
                }
                self.undone.clear();
                self.push(change);
            }
        }
    }

    /// Forgets everything: the user typed, the caret moved, or the focus did.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The text that our changes have left before the caret, for want of the application's own.
    #[must_use]
    pub fn tail(&self) -> &str {
        &self.tail
    }

    fn push(&mut self, change: Change) {
        if self.changes.len() == MAX_CHANGES {
            self.changes.remove(0);
        }
        self.changes.push(change);
    }

    /// What `command` does to the field now, or why nothing is done.
    ///
    /// # Errors
    ///
    /// [`Refused`], whenever the text before the caret is not certain.
    pub fn plan_edit(
        &self,
        command: &Command,
        field: Option<FieldText<'_>>,
        keys: Keys,
    ) -> Result<EditPlan, Refused> {
        match command {
            Command::StopDictation => return Ok(EditPlan::Stop),
            Command::GoToEnd if keys == Keys::Available => return Ok(EditPlan::MoveToEnd),
            Command::GoToEnd => return Err(Refused::OutOfReach),
            _ => {}
        }
        let reach = self.reach(field, keys)?;
        match command {
            Command::ScratchThat => {
                let last = self.commits.last().ok_or(Refused::NothingDictated)?;
                reach.exchange(last, "", "")
            }
            Command::Undo => {
                let last = self.changes.last().ok_or(Refused::NothingDictated)?;
                reach.exchange(&last.inserted, &last.after, &last.removed)
            }
            Command::Redo => {
                let last = self.undone.last().ok_or(Refused::NothingDictated)?;
                reach.exchange(&last.removed, &last.after, &last.inserted)
            }
            Command::NewSentence => Ok(reach.insert(reach.sentence_end())),
            Command::Select(target) => {
                let (offset, text) = self.find(&reach, target)?;
                Ok(EditPlan::Select {
                    offset,
                    n_chars: text.chars().count(),
                })
            }
            Command::Correct(target) => {
                let (offset, text) = self.find(&reach, target)?;
                Ok(EditPlan::Correct { offset, text })
            }
            Command::Delete(target) => {
                let (offset, text) = self.find(&reach, target)?;
                reach.delete(offset, text.chars().count())
            }
            Command::Capitalize(target) => {
                let (offset, text) = self.find(&reach, target)?;
                reach.replace(offset, text.chars().count(), range::capitalize_words(&text))
            }
            Command::Replace { target, with } => {
                let (offset, text) = self.find(&reach, target)?;
                let insert = range::cased_like(&text, with);
                reach.replace(offset, text.chars().count(), insert)
            }
            Command::StopDictation | Command::GoToEnd | Command::SwitchLanguage(_) => {
                Err(Refused::OutOfReach)
            }
        }
    }

    fn find(&self, reach: &Reach<'_>, target: &Target) -> Result<(isize, String), Refused> {
        target_range(reach, target, self.commits.last().map(String::as_str))
    }

    /// The text before the caret: the application's if it can be trusted, else the ledger's.
    fn reach<'a>(&self, field: Option<FieldText<'a>>, keys: Keys) -> Result<Reach<'a>, Refused> {
        let Some(field) = field else {
            return match keys {
                _ if self.tail.is_empty() => Err(Refused::NothingDictated),
                Keys::Available => Ok(Reach {
                    before: self.tail.chars().collect(),
                    selection: None,
                    field: None,
                }),
                Keys::Unavailable => Err(Refused::OutOfReach),
            };
        };
        let before = before_caret(field)?;
        let tail: Vec<char> = self.tail.chars().collect();
        let n_shown = before.len().min(tail.len());
        let is_same = before[before.len() - n_shown..] == tail[tail.len() - n_shown..];
        // Some toolkits show the caret's own line only, which is empty behind a line break.
        let is_hidden = before.is_empty() && !tail.is_empty() && tail.last() != Some(&'\n');
        if !is_same || is_hidden {
            let in_bytes = field
                .text
                .get(..field.cursor)
                .is_some_and(|text| !self.tail.is_empty() && text.ends_with(&self.tail));
            return Err(if in_bytes {
                Refused::CaretInBytes
            } else {
                Refused::TextChanged
            });
        }
        let (start, end) = (
            field.cursor.min(field.anchor),
            field.cursor.max(field.anchor),
        );
        let selection = (start < end).then(|| (signed(start) - signed(field.cursor), end - start));
        Ok(Reach {
            before,
            selection,
            field: Some(field),
        })
    }
}

/// The characters before the caret.
fn before_caret(field: FieldText<'_>) -> Result<Vec<char>, Refused> {
    let text: Vec<char> = field.text.chars().collect();
    if field.cursor > text.len() || field.anchor > text.len() {
        let is_bytes = field.cursor.max(field.anchor) <= field.text.len();
        return Err(if is_bytes {
            Refused::CaretInBytes
        } else {
            Refused::CaretOutOfRange
        });
    }
    Ok(text[..field.cursor].to_vec())
}

/// A count of characters as an offset; no text in memory is longer.
fn signed(n_chars: usize) -> isize {
    isize::try_from(n_chars).expect("a text holds fewer characters than isize counts")
}

#[cfg(test)]
mod tests;
