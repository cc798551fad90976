//! What is said through an engine object to the field that has the focus.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use zbus::{Connection, OwnedObjectPath};

use crate::context::{CountingUnit, Focus, FocusSerial};
use crate::error::IbusError;
use crate::wire::{LookupTable, PropList, Property, Serializable, Text};

const ENGINE_INTERFACE: &str = "org.freedesktop.IBus.Engine";

/// Preedit mode `IBUS_ENGINE_PREEDIT_CLEAR`: what is still uncommitted when the focus leaves is dropped.
/// The other mode commits it, and Qt clients then get it twice, once in the wrong field.
const PREEDIT_CLEAR: u32 = 0;

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

    pub(crate) fn set_focus(&self, focus: Option<Focus>) -> Option<Focus> {
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
    /// ([`crate::EngineEventKind::FocusIn`] or [`crate::EngineEventKind::Reset`]).
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
        let unit = self.unit();
        let cursor = unit.count(text.as_str(), cursor as usize);
        let cursor = u32::try_from(cursor).unwrap_or(u32::MAX);
        let preedit = text.counted_in(unit).encode();
        self.emit(
            "UpdatePreeditText",
            &(preedit, cursor, !text.is_empty(), PREEDIT_CLEAR),
        )
        .await
    }

    fn unit(&self) -> CountingUnit {
        self.focus().map(|focus| focus.unit()).unwrap_or_default()
    }

    /// Takes the preedit away.
    ///
    /// # Errors
    ///
    /// Those of [`Self::set_preedit`].
    pub async fn clear_preedit(&self) -> Result<(), IbusError> {
        self.set_preedit(&Text::default(), 0).await
    }

    /// Deletes this text, which must stand right before the caret: read the surrounding text anew and compare first.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn delete_before(&self, text: &str) -> Result<(), IbusError> {
        let n_units = self.unit().count(text, usize::MAX);
        let n_units = i32::try_from(n_units).unwrap_or(i32::MAX);
        self.delete_surrounding(-n_units, n_units.unsigned_abs())
            .await
    }

    /// Deletes these texts, which must stand right before and right after the caret: read the surrounding text anew and
    /// compare first.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn delete_around(&self, before: &str, after: &str) -> Result<(), IbusError> {
        let unit = self.unit();
        let count = |text| i32::try_from(unit.count(text, usize::MAX)).unwrap_or(i32::MAX);
        let (n_before, n_after) = (count(before), count(after));
        self.delete_surrounding(-n_before, n_before.saturating_add(n_after).unsigned_abs())
            .await
    }

    /// Deletes `n_units`, the first of them `offset` from the caret (negative: before it), in the client's own unit:
    /// characters, and in Qt UTF-16 units.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn delete_surrounding(&self, offset: i32, n_units: u32) -> Result<(), IbusError> {
        self.emit("DeleteSurroundingText", &(offset, n_units)).await
    }

    /// Asks for the text around the caret. The request holds for one focus: repeat it on each
    /// [`crate::EngineEventKind::FocusIn`].
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn require_surrounding(&self) -> Result<(), IbusError> {
        self.emit("RequireSurroundingText", &()).await
    }

    /// Asks for the text around the caret, and sees to it that GTK looks at it now: it does when a preedit comes up, so
    /// an empty one comes and goes. No preedit may be shown at that time. A client tells only what it has not told
    /// before.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Send`].
    pub async fn read_surrounding(&self) -> Result<(), IbusError> {
        self.require_surrounding().await?;
        self.emit("ShowPreeditText", &()).await?;
        self.emit("HidePreeditText", &()).await
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
    /// [`crate::EngineEventKind::FocusIn`].
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
