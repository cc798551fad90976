//! The text around the caret, as far as it is known.

use crate::input::Surrounding;

/// Text on both sides of the caret; `None` where it is not known.
#[derive(Clone, Default)]
pub(crate) struct Around {
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Around {
    /// What the client told. A caret beyond the text's characters is taken as a byte offset, which
    /// some clients send, and else as the end.
    pub(crate) fn told(surrounding: &Surrounding) -> Self {
        let Surrounding {
            text,
            cursor,
            anchor,
        } = surrounding;
        let n_chars = text.chars().count();
        let byte = |position: u32| {
            let position = position as usize;
            if position <= n_chars {
                text.char_indices()
                    .nth(position)
                    .map_or(text.len(), |(byte, _)| byte)
            } else if text.is_char_boundary(position) {
                position
            } else {
                text.len()
            }
        };
        let (start, end) = (byte(*cursor.min(anchor)), byte(*cursor.max(anchor)));
        Self {
            before: Some(text[..start].to_owned()),
            after: Some(text[end..].to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caret_in_characters_bytes_or_nonsense() {
        for (text, cursor, anchor, before, after) in [
            ("", 0, 0, "", ""),
            ("ab", 0, 0, "", "ab"),
            ("ab", 1, 1, "a", "b"),
            ("abc", 2, 1, "a", "c"),
            ("мир", 3, 3, "мир", ""),
            ("мир", 6, 6, "мир", ""),
            ("мир", 4, 4, "ми", "р"),
            ("мир", 5, 5, "мир", ""),
            ("ab", u32::MAX, u32::MAX, "ab", ""),
        ] {
            let surrounding = Surrounding {
                text: text.into(),
                cursor,
                anchor,
            };
            let around = Around::told(&surrounding);
            assert_eq!(around.before.as_deref(), Some(before), "{text} {cursor}");
            assert_eq!(around.after.as_deref(), Some(after), "{text} {cursor}");
        }
    }
}
