//! How a commit joins what stands before the caret.

use crate::input::Surrounding;

/// The character before the caret, if the client told what is there.
///
/// A caret beyond the text's characters is taken as a byte offset, which some clients send.
pub(crate) fn char_before(surrounding: &Surrounding) -> Option<char> {
    let start = surrounding.cursor.min(surrounding.anchor) as usize;
    let n_chars = surrounding.text.chars().count();
    if start <= n_chars {
        return start
            .checked_sub(1)
            .and_then(|idx| surrounding.text.chars().nth(idx));
    }
    let bytes = start.min(surrounding.text.len());
    surrounding
        .text
        .get(..bytes)
        .unwrap_or(&surrounding.text)
        .chars()
        .next_back()
}

/// The text with one space in front where the character before the caret asks for it.
pub(crate) fn join(before: Option<char>, text: &str) -> String {
    let text = text.trim();
    let closes = text.starts_with(['.', ',', ';', ':', '!', '?', ')', ']', '}', '…']);
    match before {
        Some(before) if !closes && !before.is_whitespace() && !"([{\"'“‘«¿¡/".contains(before) =>
        {
            format!(" {text}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(text: &str, cursor: u32, anchor: u32) -> Surrounding {
        Surrounding {
            text: text.into(),
            cursor,
            anchor,
        }
    }

    #[test]
    fn caret_in_characters_bytes_or_nonsense() {
        for (text, cursor, anchor, expected) in [
            ("", 0, 0, None),
            ("ab", 0, 0, None),
            ("ab", 1, 1, Some('a')),
            ("ab", 2, 1, Some('a')),
            ("мир", 3, 3, Some('р')),
            ("мир", 6, 6, Some('р')),
            ("мир", 5, 5, Some('р')),
            ("ab", u32::MAX, u32::MAX, Some('b')),
        ] {
            assert_eq!(
                char_before(&around(text, cursor, anchor)),
                expected,
                "{text} {cursor}"
            );
        }
    }

    #[test]
    fn one_space_only_where_words_would_touch() {
        for (before, text, expected) in [
            (None, "hello", "hello"),
            (Some('a'), "hello", " hello"),
            (Some(' '), "hello", "hello"),
            (Some('('), "hello", "hello"),
            (Some('a'), ", yes", ", yes"),
            (Some('.'), " Hello ", " Hello"),
        ] {
            assert_eq!(join(before, text), expected);
        }
    }
}
