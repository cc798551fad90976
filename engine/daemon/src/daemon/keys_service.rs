//! The keys object on the session bus: what of the push-to-talk key arrived, and whether it counts.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use sotto_api::OBJECT_PATH;
use sotto_session::SessionInput;
use zbus::{Connection, object_server::InterfaceRef};

/// What arrived so far; the loop and the served object share it.
#[derive(Debug, Default)]
pub(crate) struct KeyCounts {
    presses: AtomicU32,
    releases: AtomicU32,
    toggles: AtomicU32,
    paused: AtomicBool,
}

/// One thing that the push-to-talk key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyAct {
    Press,
    Release,
    Toggle,
}

impl KeyAct {
    /// What an input of the session says about the key.
    pub(crate) const fn of(input: &SessionInput) -> Option<Self> {
        match input {
            SessionInput::Press => Some(Self::Press),
            SessionInput::Release | SessionInput::KeyLost => Some(Self::Release),
            SessionInput::Toggle => Some(Self::Toggle),
            _ => None,
        }
    }
}

impl KeyCounts {
    /// Whether presses are ignored.
    pub(crate) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }

    fn counter(&self, act: KeyAct) -> &AtomicU32 {
        match act {
            KeyAct::Press => &self.presses,
            KeyAct::Release => &self.releases,
            KeyAct::Toggle => &self.toggles,
        }
    }
}

/// The served object.
#[derive(Debug)]
pub(crate) struct KeysService(Arc<KeyCounts>);

/// The loop's end of the served object.
#[derive(Clone)]
pub(crate) struct KeyBoard {
    counts: Arc<KeyCounts>,
    served: InterfaceRef<KeysService>,
}

impl KeyBoard {
    /// Serves the counters.
    ///
    /// # Errors
    ///
    /// If the connection has ended.
    pub(crate) async fn serve(
        connection: &Connection,
        counts: Arc<KeyCounts>,
    ) -> zbus::Result<Self> {
        let server = connection.object_server();
        server
            .at(OBJECT_PATH, KeysService(Arc::clone(&counts)))
            .await?;
        let served = server.interface(OBJECT_PATH).await?;
        Ok(Self { counts, served })
    }

    /// Counts one act and tells so.
    pub(crate) async fn count(&self, act: KeyAct) -> zbus::Result<()> {
        self.counts.counter(act).fetch_add(1, Ordering::Relaxed);
        let object = self.served.get().await;
        let emitter = self.served.signal_emitter();
        match act {
            KeyAct::Press => object.presses_changed(emitter).await,
            KeyAct::Release => object.releases_changed(emitter).await,
            KeyAct::Toggle => object.toggles_changed(emitter).await,
        }
    }
}

#[zbus::interface(name = "io.github.sotto.Keys1", spawn = false)]
impl KeysService {
    #[zbus(property)]
    fn presses(&self) -> u32 {
        self.0.presses.load(Ordering::Relaxed)
    }

    #[zbus(property)]
    fn releases(&self) -> u32 {
        self.0.releases.load(Ordering::Relaxed)
    }

    #[zbus(property)]
    fn toggles(&self) -> u32 {
        self.0.toggles.load(Ordering::Relaxed)
    }

    #[zbus(property)]
    fn paused(&self) -> bool {
        self.0.is_paused()
    }

    #[zbus(property)]
    fn set_paused(&mut self, paused: bool) {
        self.0.paused.store(paused, Ordering::Relaxed);
    }
}
