//! `IBusText`: a string with attributes over ranges of it.

use std::fmt;

use zbus::Variant;

use crate::context::CountingUnit;

use super::{Decoder, Encoder, Serializable, WireError};

/// Attribute type of an underline (`IBUS_ATTR_TYPE_UNDERLINE`).
const ATTR_TYPE_UNDERLINE: u32 = 1;
/// Attribute type of a text color (`IBUS_ATTR_TYPE_FOREGROUND`).
const ATTR_TYPE_FOREGROUND: u32 = 2;

/// Text for an application or a panel, or from an application.
///
/// Its [`Debug`] form says how long the text is and never what it says.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text {
    text: String,
    attributes: Vec<Attribute>,
}

/// How a range of text is drawn; offsets in characters, the end exclusive.
///
/// Kinds this crate has no name for are kept as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// `IBusAttrType`: 1 underline, 2 foreground, 3 background.
    pub kind: u32,
    /// An [`Underline`] or a color `0xRRGGBB`.
    pub value: u32,
    /// First character.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

/// Kind of underline (`IBusAttrUnderline`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Underline {
    /// One line.
    Single = 1,
    /// Two lines.
    Double = 2,
    /// One line, lower.
    Low = 3,
    /// The wavy line of a spelling error.
    Error = 4,
}

impl Text {
    /// Plain text. NUL characters, which D-Bus forbids, are left out.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: text.replace('\0', ""),
            attributes: Vec::new(),
        }
    }

    /// The same text with all of it underlined, as a preedit is usually shown.
    #[must_use]
    pub fn underlined(self, underline: Underline) -> Self {
        let n_chars = self.n_chars();
        self.underlined_range(underline, 0, n_chars)
    }

    /// The same text with the characters from `start` up to `end` underlined; nothing for an empty range.
    #[must_use]
    pub fn underlined_range(mut self, underline: Underline, start: u32, end: u32) -> Self {
        let end = end.min(self.n_chars());
        if start < end {
            self.attributes.push(Attribute {
                kind: ATTR_TYPE_UNDERLINE,
                value: underline as u32,
                start,
                end,
            });
        }
        self
    }

    /// The same text with the characters from `start` up to `end` in a color `0xRRGGBB`; nothing for an empty range.
    #[must_use]
    pub fn colored_range(mut self, color: u32, start: u32, end: u32) -> Self {
        let end = end.min(self.n_chars());
        if start < end {
            self.attributes.push(Attribute {
                kind: ATTR_TYPE_FOREGROUND,
                value: color,
                start,
                end,
            });
        }
        self
    }

    /// The same text with the offsets of its attributes counted in another unit.
    pub(crate) fn counted_in(&self, unit: CountingUnit) -> Self {
        let count = |n_chars: u32| {
            u32::try_from(unit.count(&self.text, n_chars as usize)).unwrap_or(u32::MAX)
        };
        let counted = |attribute: &Attribute| Attribute {
            start: count(attribute.start),
            end: count(attribute.end),
            ..*attribute
        };
        Self {
            text: self.text.clone(),
            attributes: self.attributes.iter().map(counted).collect(),
        }
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The attributes, in the order they were added.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Number of characters, the unit of IBus's offsets.
    #[must_use]
    pub fn n_chars(&self) -> u32 {
        u32::try_from(self.text.chars().count()).unwrap_or(u32::MAX)
    }

    /// Whether there is no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("n_chars", &self.n_chars())
            .field("n_attributes", &self.attributes.len())
            .finish()
    }
}

impl Serializable for Text {
    const NAME: &'static str = "IBusText";

    fn encode(&self) -> Variant<'static> {
        Encoder::of::<Self>()
            .string(&self.text)
            .object(&AttrList(self.attributes.clone()))
            .finish()
    }

    fn decode(value: &Variant<'_>) -> Result<Self, WireError> {
        let fields = Decoder::of::<Self>(value)?;
        let AttrList(attributes) = fields.object(3)?;
        Ok(Self {
            text: fields.string(2)?,
            attributes,
        })
    }
}

struct AttrList(Vec<Attribute>);

impl Serializable for AttrList {
    const NAME: &'static str = "IBusAttrList";

    fn encode(&self) -> Variant<'static> {
        Encoder::of::<Self>().objects(&self.0).finish()
    }

    fn decode(value: &Variant<'_>) -> Result<Self, WireError> {
        Ok(Self(Decoder::of::<Self>(value)?.objects(2)?))
    }
}

impl Serializable for Attribute {
    const NAME: &'static str = "IBusAttribute";

    fn encode(&self) -> Variant<'static> {
        Encoder::of::<Self>()
            .uint(self.kind)
            .uint(self.value)
            .uint(self.start)
            .uint(self.end)
            .finish()
    }

    fn decode(value: &Variant<'_>) -> Result<Self, WireError> {
        let fields = Decoder::of::<Self>(value)?;
        Ok(Self {
            kind: fields.uint(2)?,
            value: fields.uint(3)?,
            start: fields.uint(4)?,
            end: fields.uint(5)?,
        })
    }
}
