use zbus::ObjectPath;
use zbus::connection::Builder;
use zbus::connection::socket::Channel;

use super::*;
use crate::error::IbusError;
use crate::keys::KeyEvent;
use crate::wire::Text;

/// An engine on a connection that goes nowhere, and what it shares.
struct Fixture {
    engine: Engine,
    policy: KeyPolicy,
    focuses: Focuses,
}

impl Fixture {
    async fn new() -> Self {
        let (ours, _theirs) = Channel::pair();
        let builder = Builder::authenticated_socket(ours, zbus::Guid::generate()).p2p();
        let connection = builder.build().await.unwrap();
        let path = ObjectPath::try_from("/engine/1").unwrap().into();
        let engine = Engine::new(EngineHandle::new(connection, path));
        Self {
            engine,
            policy: KeyPolicy::new(),
            focuses: Focuses::new(),
        }
    }

    fn take(&mut self, call: EngineCall) -> Vec<EngineEventKind> {
        self.engine.take(call, &self.policy, &self.focuses).0
    }

    fn focus_in(&mut self, context: &str) -> Vec<EngineEventKind> {
        let (context, client) = (Some(context.to_owned()), Some("gtk3-im:probe".to_owned()));
        self.take(EngineCall::FocusIn(FocusedField { context, client }))
    }

    fn current(&self) -> Option<u64> {
        self.focuses
            .subscribe()
            .borrow()
            .as_ref()
            .map(|focus| focus.serial.0)
    }
}

fn focus(serial: u64, context: &str) -> Focus {
    let context = Some(context.into());
    Focus {
        serial: FocusSerial(serial),
        context,
        client: Some("gtk3-im:probe".into()),
    }
}

#[tokio::test]
async fn every_focus_has_its_own_serial() {
    let mut it = Fixture::new().await;
    assert_eq!(
        it.focus_in("/a"),
        [EngineEventKind::FocusIn(focus(1, "/a"))]
    );
    assert_eq!(it.current(), Some(1));
    let moved = it.focus_in("/b");
    assert_eq!(
        moved,
        [
            EngineEventKind::FocusOut(focus(1, "/a")),
            EngineEventKind::FocusIn(focus(2, "/b"))
        ]
    );
    assert_eq!(
        it.take(EngineCall::Reset),
        [EngineEventKind::Reset(Some(focus(3, "/b")))]
    );
    assert_eq!(
        (it.current(), it.engine.handle.focus()),
        (Some(3), Some(focus(3, "/b")))
    );
    assert_eq!(
        it.take(EngineCall::FocusOutId),
        [EngineEventKind::FocusOut(focus(3, "/b"))]
    );
    assert_eq!((it.current(), it.engine.handle.focus()), (None, None));
    assert_eq!(it.take(EngineCall::FocusOut), []);
    assert_eq!(it.take(EngineCall::Reset), [EngineEventKind::Reset(None)]);
}

#[tokio::test]
async fn the_end_of_an_object_takes_its_focus_away() {
    let mut it = Fixture::new().await;
    it.focus_in("/a");
    let events = it.engine.end(&it.policy, &it.focuses);
    assert_eq!(
        events,
        [
            EngineEventKind::FocusOut(focus(1, "/a")),
            EngineEventKind::Destroyed
        ]
    );
    assert_eq!(it.current(), None);
}

#[tokio::test]
async fn text_for_a_focus_that_is_gone_is_refused() {
    let mut it = Fixture::new().await;
    let handle = it.engine.handle.clone();
    let text = Text::new("late");
    assert!(matches!(
        handle.commit_to(FocusSerial(1), &text).await,
        Err(IbusError::FocusMoved)
    ));
    it.focus_in("/a");
    it.focus_in("/b");
    assert!(matches!(
        handle.commit_to(FocusSerial(1), &text).await,
        Err(IbusError::FocusMoved)
    ));
    // The serial is right and the other end of the connection is gone.
    let sent = handle.commit_to(FocusSerial(2), &text).await;
    assert!(
        matches!(sent, Err(IbusError::Closed | IbusError::Send { .. })),
        "{sent:?}"
    );
}

#[tokio::test]
async fn keys_are_answered_and_told_without_their_names() {
    let mut it = Fixture::new().await;
    let key = KeyEvent {
        keyval: 0x61,
        keycode: 38,
        state: 0,
    };
    let (events, verdict) =
        it.engine
            .take(EngineCall::ProcessKeyEvent(key), &it.policy, &it.focuses);
    assert_eq!(verdict, Some(Verdict::Pass));
    assert_eq!(
        events,
        [EngineEventKind::Key {
            role: KeyRole::Typed,
            edge: KeyEdge::Press
        }]
    );
}
