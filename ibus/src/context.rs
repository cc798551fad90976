//! What an application tells about the field that has focus: identity, capabilities, purpose, text around the caret.

use std::fmt;
use std::sync::Arc;

/// The field that has focus, as far as IBus tells.
///
/// Two focus events never have the same serial, also where the field is the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Focus {
    /// Number of the focus event, counted over the connection.
    pub serial: FocusSerial,
    /// Object path of the input context, where the daemon tells it (`FocusInId`).
    pub context: Option<Arc<str>>,
    /// Name of the client, such as `gtk3-im:gedit` or `QIBusInputContext`, where the daemon tells it.
    pub client: Option<Arc<str>>,
}

/// Number of a focus event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FocusSerial(pub u64);

/// The input context that the daemon makes for itself before any client's.
const FAKE_CONTEXT: &str = "/org/freedesktop/IBus/InputContext_1";

/// Whether there is a text field behind a focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// A text field of an application.
    Real,
    /// The daemon's stand-in while no text field has focus: what is committed there is lost.
    /// It also passes by for about a millisecond between two fields.
    Fake,
}

impl Focus {
    /// The unit in which the client counts, where its name tells.
    pub(crate) fn unit(&self) -> CountingUnit {
        match self.client.as_deref() {
            Some("QIBusInputContext") => CountingUnit::Utf16,
            _ => CountingUnit::Untold,
        }
    }

    /// Whether there is a text field.
    #[must_use]
    pub fn field(&self) -> Field {
        let fake = match (self.client.as_deref(), self.context.as_deref()) {
            (Some(client), _) => client == "fake",
            (None, context) => context == Some(FAKE_CONTEXT),
        };
        if fake { Field::Fake } else { Field::Real }
    }
}

impl fmt::Debug for Focus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Focus({}, {}, {})",
            self.serial.0,
            self.context.as_deref().unwrap_or("-"),
            self.client.as_deref().unwrap_or("-")
        )
    }
}

/// What the client can do (`IBusCapabilite`), as it claims; Chromium and Electron claim surrounding text without
/// giving it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities(pub u32);

impl Capabilities {
    /// The client draws the preedit at the caret.
    #[must_use]
    pub fn preedit(self) -> bool {
        self.0 & 1 != 0
    }

    /// The client tells when it gets and loses the focus.
    #[must_use]
    pub fn focus(self) -> bool {
        self.0 & 1 << 3 != 0
    }

    /// The client gives the text around the caret.
    #[must_use]
    pub fn surrounding_text(self) -> bool {
        self.0 & 1 << 5 != 0
    }
}

/// What a field is for (`IBusInputPurpose`) and hints about it (`IBusInputHints`).
///
/// It comes some calls after the focus, and Qt clients never send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContentType {
    /// What the field is for.
    pub purpose: Purpose,
    /// Hints, as bits.
    pub hints: u32,
}

/// What a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// Any text.
    #[default]
    FreeForm,
    /// Letters.
    Alpha,
    /// Digits.
    Digits,
    /// A number.
    Number,
    /// A telephone number.
    Phone,
    /// An address on the web.
    Url,
    /// A mail address.
    Email,
    /// A person's name.
    Name,
    /// A password: nothing is dictated here.
    Password,
    /// A personal number: nothing is dictated here.
    Pin,
    /// A terminal.
    Terminal,
    /// A value this crate does not know.
    Unknown(u32),
}

/// The hint that the content is private (`IBUS_INPUT_HINT_PRIVATE`).
const HINT_PRIVATE: u32 = 1 << 11;

impl ContentType {
    /// Whether the field is for a secret.
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(self.purpose, Purpose::Password | Purpose::Pin)
    }

    /// Whether the application asks not to keep anything of what is entered.
    #[must_use]
    pub fn is_private(self) -> bool {
        self.is_secret() || self.hints & HINT_PRIVATE != 0
    }
}

impl From<u32> for Purpose {
    fn from(value: u32) -> Self {
        match value {
            0 => Self::FreeForm,
            1 => Self::Alpha,
            2 => Self::Digits,
            3 => Self::Number,
            4 => Self::Phone,
            5 => Self::Url,
            6 => Self::Email,
            7 => Self::Name,
            8 => Self::Password,
            9 => Self::Pin,
            10 => Self::Terminal,
            other => Self::Unknown(other),
        }
    }
}

/// The text around the caret; positions in characters.
///
/// Its [`Debug`] form says how long the text is and never what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct SurroundingText {
    /// The text; clients give as much of it as they like.
    pub text: String,
    /// The caret, counted in characters from the start of `text`; `None` if the client's number fits no reading.
    pub cursor: Option<usize>,
    /// The other end of the selection; the caret itself where nothing is selected.
    pub anchor: Option<usize>,
    /// How sure the positions are.
    pub certainty: Certainty,
}

/// How sure the positions of a surrounding text are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The unit in which the client counts is known, or makes no difference here.
    Certain,
    /// Taken for characters, but they would also fit in another unit.
    Guessed,
    /// They fit in no unit.
    Unknown,
}

/// The unit in which one client counts, as far as it is known.
///
/// IBus counts in characters; Qt counts in UTF-16 units and GNOME Shell 43 in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum CountingUnit {
    #[default]
    Untold,
    Characters,
    Utf16,
    Bytes,
}

impl CountingUnit {
    /// The units that clients are known to count in, the right one first.
    const ALL: [Self; 3] = [Self::Characters, Self::Utf16, Self::Bytes];

    /// The position in characters of what this unit counts as `position`.
    fn to_chars(self, text: &str, position: usize) -> Option<usize> {
        match self {
            Self::Untold => None,
            Self::Characters => (position <= text.chars().count()).then_some(position),
            Self::Bytes => text.get(..position).map(|before| before.chars().count()),
            Self::Utf16 => {
                let mut n_units = 0;
                let n_chars = text.chars().take_while(|character| {
                    n_units += character.len_utf16();
                    n_units <= position
                });
                let n_chars = n_chars.count();
                (self.count(text, n_chars) == position).then_some(n_chars)
            }
        }
    }

    /// What this unit counts for the first `n_chars` characters.
    pub(crate) fn count(self, text: &str, n_chars: usize) -> usize {
        let before = text.chars().take(n_chars);
        match self {
            Self::Untold | Self::Characters => before.count(),
            Self::Utf16 => before.map(char::len_utf16).sum(),
            Self::Bytes => before.map(char::len_utf8).sum(),
        }
    }
}

impl SurroundingText {
    /// Reads positions that a client counted in its own unit, and remembers what gave the unit away.
    pub(crate) fn interpret(
        text: String,
        cursor: u32,
        anchor: u32,
        unit: &mut CountingUnit,
    ) -> Self {
        let (cursor, anchor) = (cursor as usize, anchor as usize);
        let read = |unit: CountingUnit| {
            unit.to_chars(&text, cursor)
                .zip(unit.to_chars(&text, anchor))
        };
        let fitting: Vec<_> = CountingUnit::ALL
            .into_iter()
            .filter_map(|unit| Some((unit, read(unit)?)))
            .collect();
        let same = fitting
            .iter()
            .all(|(_, positions)| *positions == fitting[0].1);
        let (positions, certainty) = match (fitting.as_slice(), read(*unit)) {
            ([], _) => (None, Certainty::Unknown),
            (_, Some(positions)) => (Some(positions), Certainty::Certain),
            ([(only, positions)], None) => {
                *unit = *only;
                (Some(*positions), Certainty::Certain)
            }
            ([(_, positions), ..], None) => {
                let certainty = if same {
                    Certainty::Certain
                } else {
                    Certainty::Guessed
                };
                (Some(*positions), certainty)
            }
        };
        let (cursor, anchor) = positions.unzip();
        Self {
            text,
            cursor,
            anchor,
            certainty,
        }
    }

    /// The text before the caret, where the caret is known.
    #[must_use]
    pub fn before_cursor(&self) -> Option<&str> {
        let cursor = self.cursor?;
        let end = self
            .text
            .char_indices()
            .nth(cursor)
            .map_or(self.text.len(), |(byte, _)| byte);
        self.text.get(..end)
    }

    /// Whether a range is selected.
    #[must_use]
    pub fn has_selection(&self) -> bool {
        self.cursor != self.anchor
    }
}

impl fmt::Debug for SurroundingText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SurroundingText")
            .field("n_chars", &self.text.chars().count())
            .field("cursor", &self.cursor)
            .field("anchor", &self.anchor)
            .field("certainty", &self.certainty)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_in_characters_and_in_bytes() {
        use Certainty::{Certain, Guessed, Unknown};
        use CountingUnit::{Bytes, Characters, Untold, Utf16};
        let russian = "Привет GNOME "; // 13 characters, 19 bytes
        for (text, cursor, before, expected, certainty, after) in [
            ("hello", 5, Untold, Some(5), Certain, Untold),
            ("hello", 6, Untold, None, Unknown, Untold),
            ("ab🍏c", 5, Untold, Some(4), Certain, Utf16),
            ("ab🍏cd", 6, Untold, Some(5), Guessed, Untold),
            ("ab🍏cd", 5, Utf16, Some(4), Certain, Utf16),
            ("ab🍏cd", 5, Untold, Some(5), Guessed, Untold),
            ("ab🍏cd", 3, Utf16, Some(3), Certain, Characters),
            ("", 0, Untold, Some(0), Certain, Untold),
            ("", u32::MAX, Untold, None, Unknown, Untold),
            (russian, 19, Untold, Some(13), Certain, Bytes),
            (russian, 13, Untold, Some(13), Guessed, Untold),
            (russian, 13, Bytes, Some(7), Certain, Bytes),
            (russian, 13, Characters, Some(13), Certain, Characters),
            (russian, 5, Untold, Some(5), Certain, Untold),
            (russian, 0, Untold, Some(0), Certain, Untold),
            (russian, 20, Untold, None, Unknown, Untold),
        ] {
            let mut unit = before;
            let read = SurroundingText::interpret(text.to_owned(), cursor, cursor, &mut unit);
            assert_eq!(
                (read.cursor, read.certainty, unit),
                (expected, certainty, after),
                "{cursor} in {text:?}"
            );
        }
    }

    #[test]
    fn text_never_shows_in_debug() {
        let mut unit = CountingUnit::Untold;
        let read = SurroundingText::interpret("my secret".to_owned(), 2, 9, &mut unit);
        assert!(!format!("{read:?}").contains("secret"));
        assert!(!format!("{:?}", crate::Text::new("my secret")).contains("secret"));
        assert!(read.has_selection());
        assert_eq!(read.before_cursor(), Some("my"));
    }

    proptest::proptest! {
        #[test]
        fn any_position_is_read(text in ".*", cursor: u32, anchor: u32, small in 0u32..40) {
            let mut unit = CountingUnit::Untold;
            for (cursor, anchor) in [(cursor, anchor), (small, small), (small, anchor)] {
                let read = SurroundingText::interpret(text.clone(), cursor, anchor, &mut unit);
                let n_chars = read.text.chars().count();
                proptest::prop_assert!(read.cursor.is_none_or(|cursor| cursor <= n_chars));
                proptest::prop_assert_eq!(read.before_cursor().is_some(), read.cursor.is_some());
            }
        }
    }
}
