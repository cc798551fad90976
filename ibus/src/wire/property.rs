//! `IBusProperty` and `IBusPropList`: entries in the panel's menu for the engine.

use zbus::Variant;

use super::{Decoder, Encoder, Serializable, Text, WireError};

/// One entry of the engine's menu.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Property {
    /// Name by which it comes back when the user activates it.
    pub key: String,
    /// What kind of entry.
    pub prop_type: PropType,
    /// The words of the entry.
    pub label: Text,
    /// Icon name or path.
    pub icon: String,
    /// A longer description.
    pub tooltip: Text,
    /// Whether it can be activated.
    pub sensitive: bool,
    /// Whether it is shown.
    pub visible: bool,
    /// Its check mark.
    pub state: PropState,
    /// The entries below it, for [`PropType::Menu`].
    pub sub_props: PropList,
    /// What a panel shows in place of the icon.
    pub symbol: Text,
}

/// A list of entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PropList(pub Vec<Property>);

/// Kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PropType {
    /// A plain entry.
    #[default]
    Normal,
    /// On or off.
    Toggle,
    /// One of several.
    Radio,
    /// A sub-menu.
    Menu,
    /// A line.
    Separator,
    /// A value this crate does not know.
    Unknown(u32),
}

/// Check mark of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PropState {
    /// Off.
    #[default]
    Unchecked,
    /// On.
    Checked,
    /// Neither.
    Inconsistent,
    /// A value this crate does not know.
    Unknown(u32),
}

impl From<u32> for PropType {
    fn from(value: u32) -> Self {
        match value {
            0 => Self::Normal,
            1 => Self::Toggle,
            2 => Self::Radio,
            3 => Self::Menu,
            4 => Self::Separator,
            other => Self::Unknown(other),
        }
    }
}

impl From<PropType> for u32 {
    fn from(value: PropType) -> Self {
        match value {
            PropType::Normal => 0,
            PropType::Toggle => 1,
            PropType::Radio => 2,
            PropType::Menu => 3,
            PropType::Separator => 4,
            PropType::Unknown(other) => other,
        }
    }
}

impl From<u32> for PropState {
    fn from(value: u32) -> Self {
        match value {
            0 => Self::Unchecked,
            1 => Self::Checked,
            2 => Self::Inconsistent,
            other => Self::Unknown(other),
        }
    }
}

impl From<PropState> for u32 {
    fn from(value: PropState) -> Self {
        match value {
            PropState::Unchecked => 0,
            PropState::Checked => 1,
            PropState::Inconsistent => 2,
            PropState::Unknown(other) => other,
        }
    }
}

impl Serializable for Property {
    const NAME: &'static str = "IBusProperty";

    fn encode(&self) -> Variant<'static> {
        Encoder::of::<Self>()
            .string(&self.key)
            .uint(self.prop_type.into())
            .object(&self.label)
            .string(&self.icon)
            .object(&self.tooltip)
            .boolean(self.sensitive)
            .boolean(self.visible)
            .uint(self.state.into())
            .object(&self.sub_props)
            .object(&self.symbol)
            .finish()
    }

    fn decode(value: &Variant<'_>) -> Result<Self, WireError> {
        let fields = Decoder::of::<Self>(value)?;
        Ok(Self {
            key: fields.string(2)?,
            prop_type: fields.uint(3)?.into(),
            label: fields.object(4)?,
            icon: fields.string(5)?,
            tooltip: fields.object(6)?,
            sensitive: fields.boolean(7)?,
            visible: fields.boolean(8)?,
            state: fields.uint(9)?.into(),
            sub_props: fields.object(10)?,
            symbol: fields.object(11)?,
        })
    }
}

impl Serializable for PropList {
    const NAME: &'static str = "IBusPropList";

    fn encode(&self) -> Variant<'static> {
        Encoder::of::<Self>().objects(&self.0).finish()
    }

    fn decode(value: &Variant<'_>) -> Result<Self, WireError> {
        Ok(Self(Decoder::of::<Self>(value)?.objects(2)?))
    }
}
