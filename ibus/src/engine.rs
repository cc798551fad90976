//! Engine objects: what the session hears from them ([`EngineEvent`]) and says through them ([`EngineHandle`]).
//!
//! Longer than 400 lines because the handle, the objects and their focus are one state machine.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use zbus::{Connection, OwnedObjectPath};

use crate::call::EngineCall;
use crate::context::{
    Capabilities, ContentType, CountingUnit, Focus, FocusSerial, SurroundingText,
};
use crate::error::IbusError;
use crate::keys::{KeyEdge, KeyPolicy, KeyRole, Verdict};
use crate::wire::{LookupTable, PropList, PropState, Property, Serializable, Text};

const ENGINE_INTERFACE: &str = "org.freedesktop.IBus.Engine";

/// Preedit mode `IBUS_ENGINE_PREEDIT_CLEAR`: what is still uncommitted when the focus leaves is dropped.
/// The other mode commits it, and Qt clients then get it twice, once in the wrong field.
const PREEDIT_CLEAR: u32 = 0;

/// Something that happened to one of our engine objects; events come in the daemon's order.
#[derive(Debug, Clone)]
pub struct EngineEvent {
    /// The object, on which to answer.
    pub engine: EngineHandle,
    /// What happened.
    pub kind: EngineEventKind,
}

/// What happened to an engine object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineEventKind {
    /// The daemon made the object; it has no focus yet.
    Created,
    /// A field, or the daemon's stand-in for none, got the focus.
    FocusIn(Focus),
    /// The field lost the focus.
    FocusOut(Focus),
    /// The user selected this engine.
    Enabled,
    /// The user selected another engine; held keys will not be released to us.
    Disabled,
    /// The target changed under us: the preedit is gone, and Qt may have moved to another field without any
    /// other sign. The focus, if there is one, has a new serial.
    Reset(Option<Focus>),
    /// What the client can do.
    Capabilities(Capabilities),
    /// What the field is for; comes after [`Self::FocusIn`], and never from Qt.
    ContentType(ContentType),
    /// The text around the caret, after [`EngineHandle::require_surrounding`] and then on each change.
    Surrounding(SurroundingText),
    /// A key went down or up. Which one is told only of ours.
    Key {
        /// What the key is for.
        role: KeyRole,
        /// What happened to it.
        edge: KeyEdge,
    },
    /// The user chose an entry of the engine's menu.
    PropertyActivated {
        /// Key of the [`Property`].
        key: String,
        /// Its state after that.
        state: PropState,
    },
    /// The user clicked a candidate of the lookup table.
    CandidateClicked {
        /// Index of the candidate on the page shown.
        index: u32,
        /// Mouse button, 1 the left one.
        button: u32,
        /// Modifiers held.
        state: u32,
    },
    /// The user asked for the previous page of candidates.
    PageUp,
    /// The user asked for the next page of candidates.
    PageDown,
    /// The user asked for the previous candidate.
    CursorUp,
    /// The user asked for the next candidate.
    CursorDown,
    /// The daemon dropped the object; a [`Self::FocusOut`] has come before if it had the focus.
    Destroyed,
}

/// One of our engine objects. Cheap to clone; what is said through it reaches the field that has the focus when the
/// daemon passes it on.
#[derive(Clone)]
pub struct EngineHandle(Arc<Shared>);

struct Shared {
    connection: Connection,
    path: OwnedObjectPath,
    focus: Mutex<Option<Focus>>,
}

impl EngineHandle {
    pub(crate) fn new(connection: Connection, path: OwnedObjectPath) -> Self {
        Self(Arc::new(Shared {
            connection,
            path,
            focus: Mutex::new(None),
        }))
    }

    /// The object's path, which names it for as long as the connection lasts.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path.as_str()
    }

    /// The focus this object has at this moment, which may be ahead of the events read so far.
    #[must_use]
    pub fn focus(&self) -> Option<Focus> {
        self.0
            .focus
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_focus(&self, focus: Option<Focus>) -> Option<Focus> {
        std::mem::replace(
            &mut *self.0.focus.lock().unwrap_or_else(PoisonError::into_inner),
            focus,
        )
    }

    /// Types text into the field that has the focus. The preedit stays: clear it first.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`]: nothing was typed.
    pub async fn commit(&self, text: &Text) -> Result<(), IbusError> {
        self.emit("CommitText", &(text.encode(),)).await
    }

    /// Types text, but only if the focus has not moved since the event that carried `serial`
    /// ([`EngineEventKind::FocusIn`] or [`EngineEventKind::Reset`]).
    ///
    /// # Errors
    ///
    /// [`IbusError::FocusMoved`], and those of [`Self::commit`]: nothing was typed.
    pub async fn commit_to(&self, serial: FocusSerial, text: &Text) -> Result<(), IbusError> {
        if self.focus().is_none_or(|focus| focus.serial != serial) {
            return Err(IbusError::FocusMoved);
        }
        self.commit(text).await
    }

    /// Shows text at the caret that is not yet part of the document, with the caret after `cursor` characters of it.
    /// It vanishes when the focus leaves; GTK drops it, Qt commits it by itself.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn set_preedit(&self, text: &Text, cursor: u32) -> Result<(), IbusError> {
        let cursor = cursor.min(text.n_chars());
        self.emit(
            "UpdatePreeditText",
            &(text.encode(), cursor, !text.is_empty(), PREEDIT_CLEAR),
        )
        .await
    }

    /// Takes the preedit away.
    ///
    /// # Errors
    ///
    /// Those of [`Self::set_preedit`].
    pub async fn clear_preedit(&self) -> Result<(), IbusError> {
        self.set_preedit(&Text::default(), 0).await
    }

    /// Deletes `n_chars` characters, the first of them `offset` characters from the caret (negative: before it).
    /// Read the surrounding text anew and compare before deleting.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn delete_surrounding(&self, offset: i32, n_chars: u32) -> Result<(), IbusError> {
        self.emit("DeleteSurroundingText", &(offset, n_chars)).await
    }

    /// Asks for the text around the caret. The request holds for one focus: repeat it on each
    /// [`EngineEventKind::FocusIn`].
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn require_surrounding(&self) -> Result<(), IbusError> {
        self.emit("RequireSurroundingText", &()).await
    }

    /// Shows a line beside the caret, or hides it where the text is empty.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn set_auxiliary(&self, text: &Text) -> Result<(), IbusError> {
        self.emit("UpdateAuxiliaryText", &(text.encode(), !text.is_empty()))
            .await
    }

    /// Shows candidates beside the caret, or hides them where there are none.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn set_lookup_table(&self, table: &LookupTable) -> Result<(), IbusError> {
        self.emit(
            "UpdateLookupTable",
            &(table.encode(), !table.candidates.is_empty()),
        )
        .await
    }

    /// Gives a key to the application as if the user had typed it; `state` has [`crate::RELEASE_MASK`] for a release.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn forward_key(
        &self,
        keyval: u32,
        keycode: u32,
        state: u32,
    ) -> Result<(), IbusError> {
        self.emit("ForwardKeyEvent", &(keyval, keycode, state))
            .await
    }

    /// Sets the engine's menu. The panel forgets it when the focus leaves: repeat on each
    /// [`EngineEventKind::FocusIn`].
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn register_properties(&self, properties: &PropList) -> Result<(), IbusError> {
        self.emit("RegisterProperties", &(properties.encode(),))
            .await
    }

    /// Changes one entry of the engine's menu.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn update_property(&self, property: &Property) -> Result<(), IbusError> {
        self.emit("UpdateProperty", &(property.encode(),)).await
    }

    async fn emit<B>(&self, signal: &'static str, body: &B) -> Result<(), IbusError>
    where
        B: serde::Serialize + zbus::wire::DynamicType,
    {
        let shared = &self.0;
        if shared.connection.is_closed() {
            return Err(IbusError::Closed);
        }
        shared
            .connection
            .emit_signal(
                None::<zbus::names::BusName<'_>>,
                &shared.path,
                ENGINE_INTERFACE,
                signal,
                body,
            )
            .await
            .map_err(|source| IbusError::Send { signal, source })
    }
}

impl fmt::Debug for EngineHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EngineHandle({})", self.path())
    }
}

impl PartialEq for EngineHandle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for EngineHandle {}

/// What all engine objects of a connection share.
pub(crate) struct Focuses {
    next_serial: AtomicU64,
    current: watch::Sender<Option<Focus>>,
}

impl Focuses {
    pub(crate) fn new() -> Self {
        Self {
            next_serial: AtomicU64::new(1),
            current: watch::Sender::new(None),
        }
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<Focus>> {
        self.current.subscribe()
    }

    fn next_serial(&self) -> FocusSerial {
        FocusSerial(self.next_serial.fetch_add(1, Ordering::Relaxed))
    }

    fn next(&self, context: Option<String>, client: Option<String>) -> Focus {
        Focus {
            serial: self.next_serial(),
            context: context.map(Into::into),
            client: client.map(Into::into),
        }
    }
}

/// The state behind one engine object.
pub(crate) struct Engine {
    pub(crate) handle: EngineHandle,
    unit: CountingUnit,
}

impl Engine {
    pub(crate) fn new(handle: EngineHandle) -> Self {
        Self {
            handle,
            unit: CountingUnit::default(),
        }
    }

    /// Turns a call into events, in order, and the answer to `ProcessKeyEvent`.
    pub(crate) fn take(
        &mut self,
        call: EngineCall,
        policy: &KeyPolicy,
        focuses: &Focuses,
    ) -> (Vec<EngineEventKind>, Option<Verdict>) {
        let mut verdict = None;
        let events = match call {
            EngineCall::FocusIn => self.focus_in(focuses.next(None, None), focuses),
            EngineCall::FocusInId { context, client } => {
                self.focus_in(focuses.next(Some(context), Some(client)), focuses)
            }
            EngineCall::FocusOut | EngineCall::FocusOutId => self.focus_out(focuses),
            EngineCall::Enable => vec![EngineEventKind::Enabled],
            EngineCall::Disable => {
                policy.forget_held();
                vec![EngineEventKind::Disabled]
            }
            EngineCall::Reset => vec![EngineEventKind::Reset(self.renew_focus(focuses))],
            EngineCall::SetCapabilities(capabilities) => {
                vec![EngineEventKind::Capabilities(Capabilities(capabilities))]
            }
            EngineCall::SetSurroundingText {
                text,
                cursor,
                anchor,
            } => {
                let text = text.as_str().to_owned();
                let surrounding = SurroundingText::interpret(text, cursor, anchor, &mut self.unit);
                vec![EngineEventKind::Surrounding(surrounding)]
            }
            EngineCall::SetContentType { purpose, hints } => {
                vec![EngineEventKind::ContentType(ContentType {
                    purpose: purpose.into(),
                    hints,
                })]
            }
            EngineCall::ProcessKeyEvent(key) => {
                let (role, edge, answer) = policy.decide(key);
                verdict = Some(answer);
                vec![EngineEventKind::Key { role, edge }]
            }
            EngineCall::PropertyActivate { key, state } => {
                vec![EngineEventKind::PropertyActivated {
                    key,
                    state: state.into(),
                }]
            }
            EngineCall::CandidateClicked {
                index,
                button,
                state,
            } => {
                vec![EngineEventKind::CandidateClicked {
                    index,
                    button,
                    state,
                }]
            }
            EngineCall::PageUp => vec![EngineEventKind::PageUp],
            EngineCall::PageDown => vec![EngineEventKind::PageDown],
            EngineCall::CursorUp => vec![EngineEventKind::CursorUp],
            EngineCall::CursorDown => vec![EngineEventKind::CursorDown],
            EngineCall::Unused => Vec::new(),
        };
        (events, verdict)
    }

    /// The events of an object that goes away.
    pub(crate) fn end(&mut self, policy: &KeyPolicy, focuses: &Focuses) -> Vec<EngineEventKind> {
        policy.forget_held();
        let mut events = self.focus_out(focuses);
        events.push(EngineEventKind::Destroyed);
        events
    }

    fn focus_in(&mut self, focus: Focus, focuses: &Focuses) -> Vec<EngineEventKind> {
        self.unit = CountingUnit::default();
        let before = self.handle.set_focus(Some(focus.clone()));
        focuses.current.send_replace(Some(focus.clone()));
        before
            .map(EngineEventKind::FocusOut)
            .into_iter()
            .chain([EngineEventKind::FocusIn(focus)])
            .collect()
    }

    fn renew_focus(&mut self, focuses: &Focuses) -> Option<Focus> {
        let renewed = Focus {
            serial: focuses.next_serial(),
            ..self.handle.focus()?
        };
        self.handle.set_focus(Some(renewed.clone()));
        focuses.current.send_replace(Some(renewed.clone()));
        Some(renewed)
    }

    fn focus_out(&mut self, focuses: &Focuses) -> Vec<EngineEventKind> {
        let Some(focus) = self.handle.set_focus(None) else {
            return Vec::new();
        };
        focuses.current.send_if_modified(|current| {
            let ours = current.as_ref() == Some(&focus);
            if ours {
                *current = None;
            }
            ours
        });
        vec![EngineEventKind::FocusOut(focus)]
    }
}

#[cfg(test)]
mod tests;
