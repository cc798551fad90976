//! The dictation object on the session bus: calls become events, the loop's state becomes properties.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sotto_api::{BUS_NAME, DictationError, DictationState, OBJECT_PATH};
use tokio::sync::{mpsc::UnboundedSender, oneshot};
use zbus::{
    Connection,
    fdo::{RequestNameFlags, RequestNameReply},
    object_server::InterfaceRef,
};

use crate::daemon::events::{Call, Event};

/// Peak told while nothing is heard, in dB of full scale.
pub(crate) const SILENT_DBFS: f64 = -120.0;

/// The served object.
///
/// What it shows lies behind a lock of its own: a call in progress holds the object while the loop
/// that answers it changes what is shown.
pub(crate) struct Dictation {
    events: UnboundedSender<Event>,
    shown: Mutex<Shown>,
}

/// The properties.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    state: DictationState,
    model: String,
    device: String,
    level_dbfs: f64,
}

impl Dictation {
    /// An object that knows of nothing yet.
    pub(crate) const fn new(events: UnboundedSender<Event>) -> Self {
        let shown = Shown {
            state: DictationState::Starting,
            model: String::new(),
            device: String::new(),
            level_dbfs: SILENT_DBFS,
        };
        Self {
            events,
            shown: Mutex::new(shown),
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is shown; the answer is whether anything changed.
    fn show(&self, change: impl FnOnce(&mut Shown)) -> bool {
        let mut shown = self.shown();
        let before = shown.clone();
        change(&mut shown);
        *shown != before
    }

    async fn ask(&self, call: Call) -> Result<(), DictationError> {
        let ending = || DictationError::NotReady(tr::tr!("Sotto is ending: start it again."));
        let (reply, answer) = oneshot::channel();
        self.events
            .send(Event::Call(call, reply))
            .map_err(|_closed| ending())?;
        answer.await.unwrap_or_else(|_closed| Err(ending()))
    }
}

#[zbus::interface(name = "io.github.sotto.Dictation1", spawn = false)]
impl Dictation {
    async fn press(&self) -> Result<(), DictationError> {
        self.ask(Call::Press).await
    }

    async fn release(&self) -> Result<(), DictationError> {
        self.ask(Call::Release).await
    }

    async fn toggle(&self) -> Result<(), DictationError> {
        self.ask(Call::Toggle).await
    }

    async fn cancel(&self) -> Result<(), DictationError> {
        self.ask(Call::Cancel).await
    }

    async fn paste_last(&self) -> Result<(), DictationError> {
        self.ask(Call::PasteLast).await
    }

    async fn reattach(&self) -> Result<(), DictationError> {
        self.ask(Call::Reattach).await
    }

    #[zbus(property)]
    fn state(&self) -> DictationState {
        self.shown().state
    }

    #[zbus(property)]
    fn model(&self) -> String {
        self.shown().model.clone()
    }

    #[zbus(property)]
    fn device(&self) -> String {
        self.shown().device.clone()
    }

    #[zbus(property)]
    fn level(&self) -> f64 {
        self.shown().level_dbfs
    }
}

/// The loop's end of the served object.
#[derive(Clone)]
pub(crate) struct Board(InterfaceRef<Dictation>);

impl Board {
    /// Serves the object on a connection.
    ///
    /// # Errors
    ///
    /// If the connection has ended.
    pub(crate) async fn serve(
        connection: &Connection,
        events: UnboundedSender<Event>,
    ) -> zbus::Result<Self> {
        let server = connection.object_server();
        server.at(OBJECT_PATH, Dictation::new(events)).await?;
        Ok(Self(server.interface(OBJECT_PATH).await?))
    }

    /// Says what the session is doing.
    pub(crate) async fn set_state(&self, state: DictationState) -> zbus::Result<()> {
        let object = self.0.get().await;
        if object.show(|shown| shown.state = state) {
            object.state_changed(self.0.signal_emitter()).await?;
        }
        Ok(())
    }

    /// Says which model is used.
    pub(crate) async fn set_model(&self, model: &str) -> zbus::Result<()> {
        let object = self.0.get().await;
        if object.show(|shown| model.clone_into(&mut shown.model)) {
            object.model_changed(self.0.signal_emitter()).await?;
        }
        Ok(())
    }

    /// Says which microphone is open.
    pub(crate) async fn set_device(&self, device: &str) -> zbus::Result<()> {
        let object = self.0.get().await;
        if object.show(|shown| device.clone_into(&mut shown.device)) {
            object.device_changed(self.0.signal_emitter()).await?;
        }
        Ok(())
    }

    /// Says how loud it is.
    pub(crate) async fn set_level(&self, peak_dbfs: f64) -> zbus::Result<()> {
        let object = self.0.get().await;
        if object.show(|shown| shown.level_dbfs = peak_dbfs.max(SILENT_DBFS)) {
            object.level_changed(self.0.signal_emitter()).await?;
        }
        Ok(())
    }
}

/// Whether this process is the one that dictates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instance {
    First,
    Second,
}

/// Takes the well-known name, if no other process has it.
///
/// # Errors
///
/// If the bus refuses.
pub(crate) async fn take_name(connection: &Connection) -> zbus::Result<Instance> {
    let flags = RequestNameFlags::DO_NOT_QUEUE;
    match connection.request_name_with_flags(BUS_NAME, flags).await {
        Ok(RequestNameReply::PrimaryOwner | RequestNameReply::AlreadyOwner) => Ok(Instance::First),
        Ok(RequestNameReply::InQueue | RequestNameReply::Exists) | Err(zbus::Error::NameTaken) => {
            Ok(Instance::Second)
        }
        Err(error) => Err(error),
    }
}
