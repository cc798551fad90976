//! What `ibus-daemon` asks of us, read from D-Bus method calls.
//!
//! The calls of all interfaces are read here from one stream of messages, because their order matters:
//! `ContentType` is a property, and a handler that took properties in another task than methods could lay the
//! purpose of one field on the next.
//! A body that does not fit its method is answered with an error.

use zbus::message::Body;
use zbus::{OwnedVariant, Variant};

use crate::keys::KeyEvent;
use crate::wire::{Serializable, Text};

const FACTORY: &str = "org.freedesktop.IBus.Factory";
const ENGINE: &str = "org.freedesktop.IBus.Engine";
const SERVICE: &str = "org.freedesktop.IBus.Service";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const PEER: &str = "org.freedesktop.DBus.Peer";

/// A method call that was understood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Call {
    /// `Factory.CreateEngine`: the name of the engine.
    CreateEngine(String),
    /// A call to an engine object.
    Engine(EngineCall),
    /// `Service.Destroy`.
    Destroy,
    /// `Properties.Get` of a property this object has.
    GetFocusId,
    /// `Properties.GetAll` of an interface.
    GetAll(String),
    /// `Peer.Ping`.
    Ping,
}

/// A call to an engine object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum EngineCall {
    FocusIn(FocusedField),
    FocusOut,
    FocusOutId,
    Enable,
    Disable,
    Reset,
    SetCapabilities(u32),
    SetSurroundingText {
        text: Text,
        cursor: u32,
        anchor: u32,
    },
    SetContentType {
        purpose: u32,
        hints: u32,
    },
    ProcessKeyEvent(KeyEvent),
    PropertyActivate {
        key: String,
        state: u32,
    },
    CandidateClicked {
        index: u32,
        button: u32,
        state: u32,
    },
    PageUp,
    PageDown,
    CursorUp,
    CursorDown,
    /// A call of IBus's interface that dictation has no use for; acknowledged.
    Unused,
}

/// What the daemon tells about the field that gets the focus: nothing with `FocusIn`, all with `FocusInId`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FocusedField {
    pub(crate) context: Option<String>,
    pub(crate) client: Option<String>,
}

/// Why a call was not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    UnknownMethod,
    UnknownProperty,
    PropertyReadOnly,
    InvalidArgs,
}

impl Refusal {
    /// The D-Bus name of the error and a sentence for a person who watches the bus.
    pub(crate) fn error(self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownMethod => (
                "org.freedesktop.DBus.Error.UnknownMethod",
                "This object has no such method.",
            ),
            Self::UnknownProperty => (
                "org.freedesktop.DBus.Error.UnknownProperty",
                "This object has no such property.",
            ),
            Self::PropertyReadOnly => (
                "org.freedesktop.DBus.Error.PropertyReadOnly",
                "This property cannot be set.",
            ),
            Self::InvalidArgs => (
                "org.freedesktop.DBus.Error.InvalidArgs",
                "The arguments do not fit the method.",
            ),
        }
    }
}

impl Call {
    pub(crate) fn read(interface: &str, member: &str, body: &Body) -> Result<Self, Refusal> {
        match (interface, member) {
            (FACTORY, "CreateEngine") => Ok(Self::CreateEngine(arguments(body)?)),
            (SERVICE, "Destroy") => Ok(Self::Destroy),
            (PEER, "Ping") => Ok(Self::Ping),
            (PROPERTIES, "Get") => {
                let (interface, property): (String, String) = arguments(body)?;
                match (interface.as_str(), property.as_str()) {
                    (ENGINE, "FocusId") => Ok(Self::GetFocusId),
                    _ => Err(Refusal::UnknownProperty),
                }
            }
            (PROPERTIES, "GetAll") => Ok(Self::GetAll(arguments(body)?)),
            (PROPERTIES, "Set") => {
                let (interface, property, value): (String, String, OwnedVariant) = arguments(body)?;
                match (interface.as_str(), property.as_str()) {
                    (ENGINE, "ContentType") => {
                        let (purpose, hints) = pair(&value).ok_or(Refusal::InvalidArgs)?;
                        Ok(Self::Engine(EngineCall::SetContentType { purpose, hints }))
                    }
                    (ENGINE, "FocusId") => Err(Refusal::PropertyReadOnly),
                    _ => Err(Refusal::UnknownProperty),
                }
            }
            (ENGINE, _) => EngineCall::read(member, body).map(Self::Engine),
            _ => Err(Refusal::UnknownMethod),
        }
    }
}

impl EngineCall {
    /// The key, where one is brought.
    pub(crate) const fn key(&self) -> Option<KeyEvent> {
        match self {
            Self::ProcessKeyEvent(key) => Some(*key),
            _ => None,
        }
    }

    /// Whether what was typed so far belongs to another place than what follows.
    pub(crate) const fn leaves_the_caret(&self) -> bool {
        matches!(
            self,
            Self::FocusIn(_) | Self::FocusOut | Self::FocusOutId | Self::Disable | Self::Reset
        )
    }

    fn read(member: &str, body: &Body) -> Result<Self, Refusal> {
        Ok(match member {
            "FocusIn" => Self::FocusIn(FocusedField::default()),
            "FocusOut" => Self::FocusOut,
            "FocusInId" => {
                let (context, client): (String, String) = arguments(body)?;
                Self::FocusIn(FocusedField {
                    context: Some(context),
                    client: Some(client),
                })
            }
            "FocusOutId" => Self::FocusOutId,
            "Enable" => Self::Enable,
            "Disable" => Self::Disable,
            "Reset" => Self::Reset,
            "SetCapabilities" => Self::SetCapabilities(arguments(body)?),
            "SetSurroundingText" => {
                let (text, cursor, anchor): (OwnedVariant, u32, u32) = arguments(body)?;
                let text = Text::decode(&text).map_err(|_| Refusal::InvalidArgs)?;
                Self::SetSurroundingText {
                    text,
                    cursor,
                    anchor,
                }
            }
            "ProcessKeyEvent" => {
                let (keyval, keycode, state) = arguments(body)?;
                Self::ProcessKeyEvent(KeyEvent {
                    keyval,
                    keycode,
                    state,
                })
            }
            "PropertyActivate" => {
                let (key, state) = arguments(body)?;
                Self::PropertyActivate { key, state }
            }
            "CandidateClicked" => {
                let (index, button, state) = arguments(body)?;
                Self::CandidateClicked {
                    index,
                    button,
                    state,
                }
            }
            "PageUp" => Self::PageUp,
            "PageDown" => Self::PageDown,
            "CursorUp" => Self::CursorUp,
            "CursorDown" => Self::CursorDown,
            "SetCursorLocation"
            | "PropertyShow"
            | "PropertyHide"
            | "ProcessHandWritingEvent"
            | "CancelHandWriting"
            | "PanelExtensionReceived"
            | "PanelExtensionRegisterKeys" => Self::Unused,
            _ => return Err(Refusal::UnknownMethod),
        })
    }
}

fn arguments<T>(body: &Body) -> Result<T, Refusal>
where
    T: for<'d> zbus::wire::DynamicDeserialize<'d>,
{
    body.deserialize().map_err(|_| Refusal::InvalidArgs)
}

/// The two numbers of a `(uu)`, also where a client wrapped it in more variants.
fn pair(value: &Variant<'_>) -> Option<(u32, u32)> {
    match value {
        Variant::Variant(inner) => pair(inner),
        Variant::Structure(structure) => match structure.fields() {
            [Variant::U32(first), Variant::U32(second)] => Some((*first, *second)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
