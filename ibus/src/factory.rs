//! Answers the daemon's calls: makes engine objects, keeps them, and turns what they hear into events.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::mpsc::UnboundedSender;
use zbus::message::{Flags, Header, Type};
use zbus::{
    Connection, Message, MessageStream, ObjectPath, OwnedObjectPath, OwnedVariant, Variant,
};

use crate::call::{Call, EngineCall, Refusal};
use crate::compose::{Compose, Composed};
use crate::engine::{Engine, EngineEvent, EngineEventKind, Focuses};
use crate::handle::EngineHandle;
use crate::keys::{KeyPolicy, Verdict};
use crate::register::{IBUS, IBUS_PATH, PROPERTIES};
use crate::wire::{Component, Text};

/// Where the daemon looks for the factory; fixed by IBus.
const FACTORY_PATH: &str = "/org/freedesktop/IBus/Factory";
/// Where the engine objects are; free to choose.
const ENGINE_PATH: &str = "/org/freedesktop/IBus/engine/sotto";

const ENGINE_INTERFACE: &str = "org.freedesktop.IBus.Engine";

/// Longest wait for the name of the focused context; keys of the user wait as long.
const FOCUS_TIMEOUT: Duration = Duration::from_millis(100);

/// Engine objects alive at once; the daemon uses one for each input context at most.
const MAX_ENGINES: usize = 256;

/// Serves the factory and the engine objects of one connection, one call after the other.
pub(crate) struct Factory {
    connection: Connection,
    component: Component,
    policy: Arc<KeyPolicy>,
    focuses: Arc<Focuses>,
    events: UnboundedSender<EngineEvent>,
    compose: Compose,
    engines: HashMap<OwnedObjectPath, Engine>,
    n_created: u64,
}

impl Factory {
    pub(crate) fn new(
        connection: Connection,
        component: Component,
        policy: Arc<KeyPolicy>,
        focuses: Arc<Focuses>,
        events: UnboundedSender<EngineEvent>,
    ) -> Self {
        Self {
            connection,
            component,
            policy,
            focuses,
            events,
            compose: Compose::of_process(),
            engines: HashMap::new(),
            n_created: 0,
        }
    }

    /// Answers until the connection ends; then every engine object ends too.
    pub(crate) async fn serve(mut self, mut messages: MessageStream) {
        while let Some(Ok(message)) = messages.next().await {
            if message.message_type() == Type::MethodCall {
                self.answer(&message).await;
            }
        }
        for engine in self.engines.values_mut() {
            let events = engine.end(&self.policy, &self.focuses);
            tell(&self.events, &engine.handle, events);
        }
    }

    async fn answer(&mut self, message: &Message) {
        let header = message.header();
        let path = header.path().map(|path| path.to_owned());
        let interface = header
            .interface()
            .map(|name| name.as_str().to_owned())
            .unwrap_or_default();
        let member = header
            .member()
            .map(|name| name.as_str().to_owned())
            .unwrap_or_default();
        let mut call = Call::read(&interface, &member, &message.body());
        if let Ok(Call::Engine(EngineCall::FocusIn(field))) = &mut call
            && field.context.is_none()
        {
            field.context = self.focused_context().await;
        }
        let answer = match (call, path) {
            (Ok(call), Some(path)) => self.take(call, &path),
            (Err(refusal), _) => Err(refusal),
            (Ok(_), None) => Err(Refusal::UnknownMethod),
        };
        // A reply that cannot be sent means the connection has ended, which the message stream tells next.
        let _ended = self.reply(&header, answer).await;
    }

    /// The input context that has the focus, asked for where the daemon did not tell: the first focus of an object
    /// comes before the daemon knows that this engine wants to be told.
    async fn focused_context(&self) -> Option<String> {
        let asked = self.connection.call_method(
            Some(IBUS),
            IBUS_PATH,
            Some(PROPERTIES),
            "Get",
            &(IBUS, "CurrentInputContext"),
        );
        let answer = tokio::time::timeout(FOCUS_TIMEOUT, asked)
            .await
            .ok()?
            .ok()?;
        let value: OwnedVariant = answer.body().deserialize().ok()?;
        match &*value {
            Variant::ObjectPath(path) => Some(path.as_str().to_owned()),
            _ => None,
        }
    }

    fn take(&mut self, call: Call, path: &ObjectPath<'_>) -> Result<Answer, Refusal> {
        match call {
            Call::Ping => Ok(Answer::Nothing),
            Call::CreateEngine(name) if path.as_str() == FACTORY_PATH => self.create(&name),
            Call::Destroy if path.as_str() == FACTORY_PATH => Ok(Answer::Nothing),
            Call::Destroy => {
                let mut engine = self.engines.remove(path).ok_or(Refusal::UnknownMethod)?;
                let events = engine.end(&self.policy, &self.focuses);
                tell(&self.events, &engine.handle, events);
                Ok(Answer::Nothing)
            }
            call => {
                let engine = self.engines.get_mut(path).ok_or(Refusal::UnknownMethod)?;
                match call {
                    Call::Engine(call) => {
                        let key = call.key();
                        if call.leaves_the_caret() {
                            self.compose.reset();
                        }
                        let (events, verdict) = engine.take(call, &self.policy, &self.focuses);
                        tell(&self.events, &engine.handle, events);
                        Ok(match (key, verdict) {
                            (Some(key), Some(Verdict::Pass)) => {
                                Answer::Key(self.compose.take(key), engine.handle.clone())
                            }
                            (_, Some(verdict)) => {
                                Answer::Key(Composed::alone(verdict), engine.handle.clone())
                            }
                            (_, None) => Answer::Nothing,
                        })
                    }
                    Call::GetFocusId => Ok(Answer::FocusId),
                    Call::GetAll(interface) if interface == ENGINE_INTERFACE => {
                        Ok(Answer::AllProperties)
                    }
                    Call::GetAll(_) => Ok(Answer::NoProperties),
                    Call::CreateEngine(_) | Call::Destroy | Call::Ping => {
                        Err(Refusal::UnknownMethod)
                    }
                }
            }
        }
    }

    fn create(&mut self, name: &str) -> Result<Answer, Refusal> {
        if !self.component.offers(name) || self.engines.len() >= MAX_ENGINES {
            return Err(Refusal::InvalidArgs);
        }
        self.n_created += 1;
        let path = ObjectPath::try_from(format!("{ENGINE_PATH}/{}", self.n_created))
            .expect("a fixed path and a number are an object path");
        let path = OwnedObjectPath::from(path);
        let handle = EngineHandle::new(self.connection.clone(), path.clone());
        tell(&self.events, &handle, vec![EngineEventKind::Created]);
        self.engines.insert(path.clone(), Engine::new(handle));
        Ok(Answer::Engine(path))
    }

    async fn reply(
        &self,
        header: &Header<'_>,
        answer: Result<Answer, Refusal>,
    ) -> zbus::Result<()> {
        if header.primary().flags().contains(Flags::NO_REPLY_EXPECTED) {
            return Ok(());
        }
        let connection = &self.connection;
        match answer {
            Ok(Answer::Nothing) => connection.reply(header, &()).await,
            Ok(Answer::Key(composed, engine)) => {
                if !composed.typed.is_empty() {
                    // What cannot be typed means the connection has ended, which the reply tells next.
                    let _ended = engine.commit(&Text::new(&composed.typed)).await;
                }
                connection
                    .reply(header, &(composed.verdict == Verdict::Swallow))
                    .await
            }
            Ok(Answer::Engine(path)) => connection.reply(header, &path).await,
            // A plain boolean, though IBus's introspection data say `(b)`: the daemon reads `b`.
            Ok(Answer::FocusId) => connection.reply(header, &Variant::Bool(true)).await,
            Ok(Answer::AllProperties) => {
                connection
                    .reply(header, &HashMap::from([("FocusId", Variant::Bool(true))]))
                    .await
            }
            Ok(Answer::NoProperties) => {
                connection
                    .reply(header, &HashMap::<&str, Variant<'_>>::new())
                    .await
            }
            Err(refusal) => {
                let (name, sentence) = refusal.error();
                connection.reply_error(header, name, &sentence).await
            }
        }
    }
}

enum Answer {
    Nothing,
    Key(Composed, EngineHandle),
    Engine(OwnedObjectPath),
    FocusId,
    AllProperties,
    NoProperties,
}

fn tell(events: &UnboundedSender<EngineEvent>, engine: &EngineHandle, kinds: Vec<EngineEventKind>) {
    for kind in kinds {
        // Nobody listens any more when the program is about to end.
        let _ended = events.send(EngineEvent {
            engine: engine.clone(),
            kind,
        });
    }
}
