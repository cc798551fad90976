//! How words become the text that stands at the caret.

use std::{cell::OnceCell, sync::Arc};

use sotto_text::{Ending, FieldPurpose, Language, Place, SnippetValues, Surroundings, TextRules};

use crate::{
    caret::Around, dictation::Content, focus::Focused, heard::HeardWords, input::ContentType,
    spoken::Spoken,
};

/// The rules of a language and what snippets stand for at the moment.
#[derive(Debug, Default)]
pub(crate) struct Shaping {
    /// Rules are read when first needed, where nobody gave others.
    rules: OnceCell<Arc<TextRules>>,
    values: SnippetValues,
}

impl Shaping {
    /// The rules in use.
    pub(crate) fn rules(&self) -> &TextRules {
        self.rules
            .get_or_init(|| Arc::new(TextRules::shipped(Language::English)))
    }

    /// Writes by other rules.
    pub(crate) fn set_rules(&mut self, rules: Arc<TextRules>) {
        self.rules = OnceCell::from(rules);
    }

    /// What the variables of snippets stand for from now on.
    pub(crate) fn set_values(&mut self, values: SnippetValues) {
        self.values = values;
    }

    /// The text as it must be inserted into the focused field.
    pub(crate) fn written(
        &self,
        content: &Content,
        focused: &Focused,
        around: &Around,
        ending: Ending,
    ) -> Spoken {
        let place = self.place(focused, around, ending);
        Spoken::new(match content {
            Content::Words(words) => self.rules().shape(&words.marked(), &place, &self.values),
            Content::Text(text) => self.rules().fit(text.as_str(), &place),
            Content::Edit(_) => String::new(),
        })
    }

    /// An utterance in progress as it stands in the focused field: what stays, and the rest.
    pub(crate) fn partial(
        &self,
        stable: &HeardWords,
        unstable: &HeardWords,
        focused: &Focused,
        around: &Around,
    ) -> (Spoken, Spoken) {
        let place = self.place(focused, around, Ending::MoreFollows);
        let shape = |words: &HeardWords| self.rules().shape(&words.marked(), &place, &self.values);
        let whole = shape(&stable.followed_by(unstable));
        if stable.is_empty() {
            return (Spoken::default(), Spoken::new(whole));
        }
        if unstable.is_empty() {
            return (Spoken::new(whole), Spoken::default());
        }
        let (first, second) = whole.split_at(n_common(&shape(stable), &whole));
        (Spoken::new(first), Spoken::new(second))
    }

    /// The text for nowhere in particular.
    pub(crate) fn plain(&self, content: &Content) -> Spoken {
        match content {
            Content::Words(words) => {
                let place = Place::prose(None, None);
                Spoken::new(self.rules().shape(&words.marked(), &place, &self.values))
            }
            Content::Text(text) => text.clone(),
            Content::Edit(_) => Spoken::default(),
        }
    }

    fn place<'a>(&self, focused: &Focused, around: &'a Around, ending: Ending) -> Place<'a> {
        let purpose = purpose(focused.content_type);
        Place {
            surroundings: Surroundings {
                before: around.before.as_deref(),
                after: around.after.as_deref(),
            },
            purpose,
            profile: self.rules().profile(&focused.client, purpose),
            ending,
        }
    }
}

/// Length in bytes of what two texts have in common up to a space or the end of the first.
fn n_common(first: &str, second: &str) -> usize {
    let n_same: usize = first
        .chars()
        .zip(second.chars())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let ends_word = |text: &str| {
        text[n_same..]
            .chars()
            .next()
            .is_none_or(char::is_whitespace)
    };
    if ends_word(first) && ends_word(second) {
        return n_same;
    }
    first[..n_same].rfind(char::is_whitespace).unwrap_or(0)
}

/// What an IBus purpose says about a field; an unknown one holds any text.
const fn purpose(content_type: ContentType) -> FieldPurpose {
    match content_type.purpose {
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
    fn what_is_common_ends_at_a_word() {
        for (first, second, expected) in [
            ("one two", "one two three", 7),
            ("one two", "one 2,000", 3),
            ("two", "200", 0),
            ("one", "one", 3),
            ("one", "ones", 0),
            ("", "one", 0),
            ("é é", "é è", 2),
        ] {
            assert_eq!(n_common(first, second), expected, "{first}, {second}");
        }
    }
}
