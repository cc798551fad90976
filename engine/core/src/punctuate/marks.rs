//! The marks and case classes that the punctuation network chooses from.

/// What stands after a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// Nothing.
    #[default]
    None,
    /// `,`
    Comma,
    /// `.`
    Period,
    /// `?`
    Question,
    /// `!`
    Exclamation,
    /// `:`
    Colon,
    /// `;`
    Semicolon,
}

impl Mark {
    /// As text; empty for none.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Comma => ",",
            Self::Period => ".",
            Self::Question => "?",
            Self::Exclamation => "!",
            Self::Colon => ":",
            Self::Semicolon => ";",
        }
    }

    /// Whether a sentence ends here.
    #[must_use]
    pub const fn ends_sentence(self) -> bool {
        matches!(self, Self::Period | Self::Question | Self::Exclamation)
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "none" => Self::None,
            "," => Self::Comma,
            "." => Self::Period,
            "?" => Self::Question,
            "!" => Self::Exclamation,
            ":" => Self::Colon,
            ";" => Self::Semicolon,
            _ => return None,
        })
    }
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WordCase {
    /// As recognized.
    #[default]
    Lower,
    /// First letter large.
    Capital,
    /// All letters large.
    Upper,
    /// As in the list of mixed-case words, else as [`WordCase::Capital`].
    Mixed,
}

/// The case classes in the order of the network's columns.
pub(super) const CASES: [WordCase; 4] = [
    WordCase::Lower,
    WordCase::Capital,
    WordCase::Upper,
    WordCase::Mixed,
];
