//! The service over a pair of connected sockets: the real object, the real proxy, no bus daemon.

use sotto_api::{DictationError, DictationProxy, DictationState};
use std::os::unix::net::UnixStream;

use tokio::sync::mpsc::unbounded_channel;
use zbus::{Connection, Guid, connection::Builder};

use super::{
    events::{Call, Event},
    service::{Board, SILENT_DBFS},
};

async fn pair() -> (Connection, Connection) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let server = Builder::unix_stream(ours)
        .server(Guid::generate())
        .p2p()
        .build();
    let client = Builder::unix_stream(theirs).p2p().build();
    let (server, client) = tokio::join!(server, client);
    (server.unwrap(), client.unwrap())
}

async fn proxy(client: &Connection) -> DictationProxy<'_> {
    DictationProxy::builder(client)
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await
        .unwrap()
}

#[tokio::test]
async fn every_call_becomes_its_event_and_brings_the_answer_back() {
    let (server, client) = pair().await;
    let (events, mut event) = unbounded_channel();
    let _board = Board::serve(&server, events).await.unwrap();
    let answering = tokio::spawn(async move {
        let mut calls = Vec::new();
        while let Some(Event::Call(call, reply)) = event.recv().await {
            calls.push(call);
            let answer = match call {
                Call::PasteLast => Err(DictationError::NothingToPaste("nothing yet".to_owned())),
                _ => Ok(()),
            };
            reply.send(answer).unwrap();
            if call == Call::Reattach {
                break;
            }
        }
        calls
    });
    let dictation = proxy(&client).await;
    dictation.press().await.unwrap();
    dictation.release().await.unwrap();
    dictation.toggle().await.unwrap();
    dictation.cancel().await.unwrap();
    let refused = dictation.paste_last().await.unwrap_err();
    assert_eq!(
        refused,
        DictationError::NothingToPaste("nothing yet".to_owned())
    );
    dictation.reattach().await.unwrap();
    let expected = [
        Call::Press,
        Call::Release,
        Call::Toggle,
        Call::Cancel,
        Call::PasteLast,
        Call::Reattach,
    ];
    assert_eq!(answering.await.unwrap(), expected);
    // The loop has ended.
    assert!(matches!(
        dictation.press().await,
        Err(DictationError::NotReady(_))
    ));
}

#[tokio::test]
async fn properties_follow_the_loop() {
    let (server, client) = pair().await;
    let (events, _event) = unbounded_channel();
    let board = Board::serve(&server, events).await.unwrap();
    let dictation = proxy(&client).await;
    assert_eq!(dictation.state().await.unwrap(), DictationState::Starting);
    assert_eq!(dictation.level().await.unwrap(), SILENT_DBFS);
    board.set_state(DictationState::Listening).await.unwrap();
    board.set_model("starter-en").await.unwrap();
    board
        .set_device("pulseaudio:sottomic.monitor")
        .await
        .unwrap();
    board.set_level(-23.0).await.unwrap();
    assert_eq!(dictation.state().await.unwrap(), DictationState::Listening);
    assert_eq!(dictation.model().await.unwrap(), "starter-en");
    assert_eq!(
        dictation.device().await.unwrap(),
        "pulseaudio:sottomic.monitor"
    );
    assert_eq!(dictation.level().await.unwrap(), -23.0);
    board.set_level(f64::NEG_INFINITY).await.unwrap();
    assert_eq!(dictation.level().await.unwrap(), SILENT_DBFS);
}

#[tokio::test]
async fn changes_are_signalled() {
    use futures_util::StreamExt as _;
    let (server, client) = pair().await;
    let (events, _event) = unbounded_channel();
    let board = Board::serve(&server, events).await.unwrap();
    let dictation = DictationProxy::builder(&client).build().await.unwrap();
    let mut changes = dictation.receive_state_changed().await;
    board.set_state(DictationState::Listening).await.unwrap();
    loop {
        let change = changes.next().await.unwrap();
        if change.get().await.unwrap() == DictationState::Listening {
            break;
        }
    }
}

#[tokio::test]
async fn the_state_may_change_before_the_answer() {
    let (server, client) = pair().await;
    let (events, mut event) = unbounded_channel();
    let board = Board::serve(&server, events).await.unwrap();
    tokio::spawn(async move {
        let Some(Event::Call(Call::Press, reply)) = event.recv().await else {
            return;
        };
        board.set_state(DictationState::Opening).await.unwrap();
        reply.send(Ok(())).unwrap();
    });
    let dictation = proxy(&client).await;
    dictation.press().await.unwrap();
    assert_eq!(dictation.state().await.unwrap(), DictationState::Opening);
}
