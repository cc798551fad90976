//! `IBusLookupTable`: candidates that the panel shows at the caret.

use zbus::Variant;

use super::{Decoder, Encoder, Serializable, Text, WireError};

/// A list of candidates with a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookupTable {
    /// The candidates, best first.
    pub candidates: Vec<Text>,
    /// What stands before each candidate; the panel's own numbers where there is none.
    pub labels: Vec<Text>,
    /// Candidates shown at once.
    pub page_size: u32,
    /// Index of the highlighted candidate.
    pub cursor_pos: u32,
    /// Whether a candidate is highlighted.
    pub cursor_visible: bool,
    /// Whether the cursor goes from the last candidate to the first.
    pub round: bool,
    /// Direction of the list.
    pub orientation: Orientation,
}

/// Direction of a lookup table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    /// Side by side.
    Horizontal,
    /// One below the other.
    Vertical,
    /// As the user set it for the panel.
    #[default]
    System,
    /// A value this crate does not know.
    Unknown(i32),
}

impl From<i32> for Orientation {
    fn from(value: i32) -> Self {
        match value {
            0 => Self::Horizontal,
            1 => Self::Vertical,
            2 => Self::System,
            other => Self::Unknown(other),
        }
    }
}

impl From<Orientation> for i32 {
    fn from(orientation: Orientation) -> Self {
        match orientation {
            Orientation::Horizontal => 0,
            Orientation::Vertical => 1,
            Orientation::System => 2,
            Orientation::Unknown(other) => other,
        }
    }
}

impl Serializable for LookupTable {
    const NAME: &'static str = "IBusLookupTable";

    fn encode(&self) -> Variant<'static> {
        Encoder::of::<Self>()
            .uint(self.page_size)
            .uint(self.cursor_pos)
            .boolean(self.cursor_visible)
            .boolean(self.round)
            .int(self.orientation.into())
            .objects(&self.candidates)
            .objects(&self.labels)
            .finish()
    }

    fn decode(value: &Variant<'_>) -> Result<Self, WireError> {
        let fields = Decoder::of::<Self>(value)?;
        Ok(Self {
            page_size: fields.uint(2)?,
            cursor_pos: fields.uint(3)?,
            cursor_visible: fields.boolean(4)?,
            round: fields.boolean(5)?,
            orientation: fields.int(6)?.into(),
            candidates: fields.objects(7)?,
            labels: fields.objects(8)?,
        })
    }
}
