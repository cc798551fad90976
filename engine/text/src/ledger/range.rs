//! Where a command's target lies, and the plan for changing it.

use super::{EditPlan, FieldText, Reach, Refused, signed};
use crate::command::{Target, last_place};
use crate::word::capitalize;

/// The target as offset from the caret, and its text.
pub(super) fn target_range(
    reach: &Reach<'_>,
    target: &Target,
    last_commit: Option<&str>,
) -> Result<(isize, String), Refused> {
    let before: String = reach.before.iter().collect();
    let n_before = reach.before.len();
    let range = match target {
        Target::That => {
            if let Some((offset, n_chars)) = reach.selection {
                return Ok((offset, reach.text_at(offset, n_chars)?));
            }
            let last = last_commit.ok_or(Refused::NothingDictated)?;
            let stem = before.strip_suffix(last).ok_or(Refused::TextChanged)?;
            // The space that joins a commit to the text before it is not what was said.
            let n_blank = last.chars().take_while(|c| c.is_whitespace()).count();
            stem.chars().count() + n_blank..n_before
        }
        Target::Text(words) => last_place(&before, words).ok_or(Refused::NotFound)?,
        Target::LastWord => {
            let start = last_start(&reach.before, char::is_whitespace);
            with_space_before(&reach.before, start)..n_before
        }
        Target::LastSentence => {
            let start = last_start(&reach.before, |c| matches!(c, '.' | '?' | '!' | '\n'));
            start..n_before
        }
    };
    if range.is_empty() {
        return Err(Refused::NotFound);
    }
    let text = reach.before[range.clone()].iter().collect();
    Ok((signed(range.start) - signed(n_before), text))
}

/// Where the last run without separators starts; separators at the very end are skipped.
fn last_start(text: &[char], is_separator: impl Fn(char) -> bool) -> usize {
    let n_trimmed = text
        .iter()
        .rposition(|c| !is_separator(*c) && !c.is_whitespace())
        .map_or(0, |last| last + 1);
    text[..n_trimmed]
        .iter()
        .rposition(|c| is_separator(*c))
        .map_or(0, |separator| separator + 1)
}

fn with_space_before(text: &[char], start: usize) -> usize {
    match start.checked_sub(1) {
        Some(space) if text[space] == ' ' => space,
        _ => start,
    }
}

/// Every word with a capital.
pub(super) fn capitalize_words(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(capitalize)
        .collect()
}

/// The new text with a capital where the old one had it.
pub(super) fn cased_like(old: &str, new: &str) -> String {
    if old.starts_with(char::is_uppercase) {
        capitalize(new)
    } else {
        new.to_owned()
    }
}

/// Whether one BackSpace takes this character and nothing else in every toolkit.
fn is_one_key(c: char) -> bool {
    let is_latin = u32::from(c) < 0x0300;
    is_latin && c != '\r' || matches!(c, '\u{1e00}'..='\u{1eff}' | '‐'..='…' | '€' | '\u{202f}')
}

impl Reach<'_> {
    fn text_at(&self, offset: isize, n_chars: usize) -> Result<String, Refused> {
        let FieldText { text, cursor, .. } = self.field.ok_or(Refused::OutOfReach)?;
        let start = cursor
            .checked_add_signed(offset)
            .ok_or(Refused::CaretOutOfRange)?;
        Ok(text.chars().skip(start).take(n_chars).collect())
    }

    /// Exchanges the text `now`, which `after` separates from the caret, for `then`.
    pub(super) fn exchange(&self, now: &str, after: &str, then: &str) -> Result<EditPlan, Refused> {
        let before: String = self.before.iter().collect();
        let is_there = before
            .strip_suffix(after)
            .is_some_and(|stem| stem.ends_with(now));
        if !is_there {
            return Err(Refused::TextChanged);
        }
        let n_now = now.chars().count();
        let offset = -signed(n_now + after.chars().count());
        self.replace(offset, n_now, then.to_owned())
    }

    /// Deletes a text, and the space that would stand doubled or before a mark.
    pub(super) fn delete(&self, offset: isize, n_chars: usize) -> Result<EditPlan, Refused> {
        let Some(start) = self.before.len().checked_add_signed(offset) else {
            return self.replace(offset, n_chars, String::new());
        };
        let follows_space = start
            .checked_sub(1)
            .is_some_and(|at| self.before[at] == ' ');
        let next = self.before.get(start + n_chars);
        let is_doubled =
            next.is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | '?' | '!'));
        if follows_space && is_doubled {
            return self.replace(offset - 1, n_chars + 1, String::new());
        }
        self.replace(offset, n_chars, String::new())
    }

    /// Replaces a text by another, through the surrounding text or by keys.
    pub(super) fn replace(
        &self,
        offset: isize,
        n_chars: usize,
        insert: String,
    ) -> Result<EditPlan, Refused> {
        if self.field.is_some() {
            return Ok(EditPlan::Replace {
                offset,
                n_chars,
                insert,
            });
        }
        let start = self
            .before
            .len()
            .checked_add_signed(offset)
            .ok_or(Refused::NotFound)?;
        let lost = &self.before[start..];
        if !lost.iter().copied().all(is_one_key) {
            return Err(Refused::OutOfReach);
        }
        let kept: String = lost.iter().skip(n_chars).collect();
        Ok(EditPlan::Keys {
            n_backspaces: lost.len(),
            insert: insert + &kept,
        })
    }

    /// What ends the sentence before the caret.
    pub(super) fn sentence_end(&self) -> &'static str {
        let last = self.before.iter().rev().find(|c| !c.is_whitespace());
        match last {
            Some('.' | '?' | '!' | ':' | '…') | None => "",
            Some(_) => ".",
        }
    }

    pub(super) fn insert(&self, text: &str) -> EditPlan {
        match self.field {
            Some(_) => EditPlan::Replace {
                offset: 0,
                n_chars: 0,
                insert: text.to_owned(),
            },
            None => EditPlan::Keys {
                n_backspaces: 0,
                insert: text.to_owned(),
            },
        }
    }
}
