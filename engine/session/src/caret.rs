//! How a piece of text joins what stands around the caret.

use std::cell::OnceCell;

use sotto_text::{CaretFit, Ending, FieldPurpose, Language, Place, Profiles, Surroundings};

use crate::{
    input::{ContentType, Surrounding},
    spoken::Spoken,
};

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

/// The rules by which text is fitted, read when first needed.
#[derive(Debug)]
pub(crate) struct Fitting {
    language: Language,
    rules: OnceCell<(CaretFit, Profiles)>,
}

impl Fitting {
    pub(crate) const fn new(language: Language) -> Self {
        Self {
            language,
            rules: OnceCell::new(),
        }
    }

    /// The text as it must be inserted.
    pub(crate) fn fit(
        &self,
        text: &Spoken,
        around: &Around,
        client: &str,
        content_type: ContentType,
        ending: Ending,
    ) -> Spoken {
        let (fit, profiles) = self
            .rules
            .get_or_init(|| (CaretFit::new(self.language), Profiles::default()));
        let purpose = purpose(content_type.purpose);
        let place = Place {
            surroundings: Surroundings {
                before: around.before.as_deref(),
                after: around.after.as_deref(),
            },
            purpose,
            profile: profiles.select(client, purpose),
            ending,
        };
        Spoken::new(fit.fit(text.as_str(), &place))
    }
}

/// The purpose of that IBus number; an unknown one holds any text.
const fn purpose(ibus: u32) -> FieldPurpose {
    match ibus {
        1 => FieldPurpose::Alpha,
        2 => FieldPurpose::Digits,
        3 => FieldPurpose::Number,
        4 => FieldPurpose::Phone,
        5 => FieldPurpose::Url,
        6 => FieldPurpose::Email,
        7 => FieldPurpose::Name,
        8 => FieldPurpose::Password,
        9 => FieldPurpose::Pin,
        10 => FieldPurpose::Terminal,
        _ => FieldPurpose::FreeForm,
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
