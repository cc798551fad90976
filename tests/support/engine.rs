//! Our engine in a [`Desktop`](crate::desktop::Desktop), as a test's own process serves it.

use std::sync::Arc;

use sotto_ibus::{
    Component, EngineDesc, EngineEvent, EngineEventKind, KeyPolicy, Link, LinkEvent, Start,
    Surroundings, keep_linked,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::PATIENCE;

/// Name of the engine.
pub const ENGINE: &str = "sotto";

/// The engine and all it has heard.
#[derive(Debug)]
pub struct TestEngine {
    /// The policy its keys follow.
    pub policy: Arc<KeyPolicy>,
    /// Every event taken so far.
    pub taken: Vec<EngineEvent>,
    events: UnboundedReceiver<EngineEvent>,
    links: UnboundedReceiver<LinkEvent>,
}

/// The component that the test engine registers.
#[must_use]
pub fn component() -> Component {
    Component {
        name: "org.freedesktop.IBus.Sotto".to_owned(),
        description: "Dictation".to_owned(),
        engines: vec![EngineDesc {
            name: ENGINE.to_owned(),
            longname: "Sotto".to_owned(),
            symbol: "🎙".to_owned(),
            ..EngineDesc::default()
        }],
        ..Component::default()
    }
}

impl TestEngine {
    /// Starts to serve; [`Self::link`] waits for the connection.
    #[must_use]
    pub fn start(surroundings: Surroundings, start: Start) -> Self {
        let policy = Arc::new(KeyPolicy::new());
        let (event_sender, events) = unbounded_channel();
        let (link_sender, links) = unbounded_channel();
        let kept = keep_linked(
            surroundings,
            component(),
            start,
            Arc::clone(&policy),
            event_sender,
            link_sender,
        );
        // A thread of its own, so that it answers the daemon while a test waits for a program.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime
                .expect("the system gives a thread its event loop")
                .block_on(kept);
        });
        Self {
            policy,
            taken: Vec::new(),
            events,
            links,
        }
    }

    /// The next news of the connection.
    ///
    /// # Panics
    ///
    /// After [`PATIENCE`].
    pub async fn link_event(&mut self) -> LinkEvent {
        timeout(PATIENCE, self.links.recv())
            .await
            .expect("news of the connection")
            .expect("the engine serves")
    }

    /// Waits until there is a connection.
    ///
    /// # Panics
    ///
    /// After [`PATIENCE`].
    pub async fn link(&mut self) -> Arc<Link> {
        loop {
            if let LinkEvent::Up(link) = self.link_event().await {
                return link;
            }
        }
    }

    /// Waits for an event that was not waited for before.
    ///
    /// # Panics
    ///
    /// After [`PATIENCE`], with all that came.
    pub async fn wait_for<T>(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(&EngineEventKind) -> Option<T>,
    ) -> (EngineEvent, T) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let event = match tokio::time::timeout_at(deadline, self.events.recv()).await {
                Ok(event) => event.expect("the engine serves"),
                Err(_) => panic!("waited for {what}; so far: {:#?}", self.taken),
            };
            self.taken.push(event.clone());
            if let Some(answer) = wanted(&event.kind) {
                return (event, answer);
            }
        }
    }

    /// Takes what has come so far, without waiting.
    pub fn take_all(&mut self) -> Vec<EngineEventKind> {
        let mut kinds = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            kinds.push(event.kind.clone());
            self.taken.push(event);
        }
        kinds
    }
}
