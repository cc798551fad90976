//! The daemon as the tray sees it: its properties, kept up to date by its signals.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use sotto_api::{BUS_NAME, OBJECT_PATH};
use tokio::sync::{mpsc::UnboundedSender, watch};
use zbus::{Connection, MatchRule, Message, MessageStream, Variant, fdo, message::Type};

/// Interfaces whose properties are kept.
const INTERFACES: [&str; 3] = [
    "io.github.sotto.Dictation1",
    "io.github.sotto.Keys1",
    "io.github.sotto.Microphones1",
];

/// Every property of the daemon, by interface and name, such as `Dictation1.State`.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub(crate) struct Status {
    /// Whether the daemon is there.
    pub(crate) reachable: bool,
    #[serde(flatten)]
    properties: BTreeMap<String, Value>,
}

impl Status {
    fn text(&self, key: &str) -> &str {
        self.properties
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// What the session is doing, as its word on the bus; empty without a daemon.
    pub(crate) fn state(&self) -> &str {
        self.text("Dictation1.State")
    }

    pub(crate) fn model(&self) -> &str {
        self.text("Dictation1.Model")
    }

    /// Peak while listening, in dB of full scale.
    pub(crate) fn level_dbfs(&self) -> f64 {
        self.properties
            .get("Dictation1.Level")
            .and_then(Value::as_f64)
            .unwrap_or(-120.0)
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.properties.get("Keys1.Paused") == Some(&Value::Bool(true))
    }

    #[cfg(test)]
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.reachable = true;
        self.properties.insert(key.to_owned(), value);
        self
    }

    fn take(&mut self, interface: &str, changed: HashMap<String, zbus::OwnedVariant>) {
        let interface = interface.trim_start_matches("io.github.sotto.");
        for (name, value) in changed {
            self.properties
                .insert(format!("{interface}.{name}"), json(&value));
        }
    }
}

/// Values of properties: words, numbers, switches.
fn json(value: &Variant<'_>) -> Value {
    match value {
        Variant::Bool(flag) => (*flag).into(),
        Variant::U32(number) => (*number).into(),
        Variant::I32(number) => (*number).into(),
        Variant::U64(number) => (*number).into(),
        Variant::I64(number) => (*number).into(),
        Variant::F64(number) => (*number).into(),
        Variant::Str(text) => text.as_str().into(),
        _ => Value::Null,
    }
}

/// Something that a list hangs on is another now: the interface that told so.
pub(crate) type ListChange = String;

/// Keeps the status up to date until the bus ends. A daemon that the bus can start is started.
///
/// # Errors
///
/// If the bus has ended.
pub(crate) async fn watch(
    connection: Connection,
    status: watch::Sender<Status>,
    lists: UnboundedSender<ListChange>,
) -> anyhow::Result<()> {
    let context = "session bus";
    let of_daemon = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(BUS_NAME)
        .path(OBJECT_PATH)
        .build()
        .context(context)?;
    let owner = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface("org.freedesktop.DBus")
        .member("NameOwnerChanged")
        .arg(0, BUS_NAME)
        .build()
        .context(context)?;
    let signals = MessageStream::for_match_rule(of_daemon, &connection, None)
        .await
        .context(context)?;
    let owners = MessageStream::for_match_rule(owner, &connection, None)
        .await
        .context(context)?;
    let mut messages = futures_util::stream::select(signals, owners);
    status.send_replace(read_all(&connection).await);
    while let Some(message) = messages.next().await {
        let message = message.context(context)?;
        let header = message.header();
        let member = header.member().map(|member| member.as_str().to_owned());
        match member.as_deref() {
            Some("PropertiesChanged") => properties_changed(&message, &status),
            Some("NameOwnerChanged") => {
                status.send_replace(read_all(&connection).await);
                // The receiver ends with the process.
                let _ended = lists.send("Owner".to_owned());
            }
            _ => {
                if let Some(interface) = header.interface() {
                    let interface = interface.as_str().trim_start_matches("io.github.sotto.");
                    let _ended = lists.send(interface.to_owned());
                }
            }
        }
    }
    Ok(())
}

fn properties_changed(message: &Message, status: &watch::Sender<Status>) {
    type Body = (String, HashMap<String, zbus::OwnedVariant>, Vec<String>);
    let Ok((interface, changed, _)) = message.body().deserialize::<Body>() else {
        return;
    };
    status.send_if_modified(|status| {
        let before = status.clone();
        status.take(&interface, changed);
        *status != before
    });
}

async fn read_all(connection: &Connection) -> Status {
    let mut status = Status::default();
    for interface in INTERFACES {
        match read(connection, interface).await {
            Ok(properties) => {
                status.reachable = true;
                status.take(interface, properties);
            }
            Err(fdo::Error::ServiceUnknown(_)) => return Status::default(),
            // An older daemon has no such interface.
            Err(_) => {}
        }
    }
    status
}

async fn read(
    connection: &Connection,
    interface: &'static str,
) -> fdo::Result<HashMap<String, zbus::OwnedVariant>> {
    let properties = fdo::PropertiesProxy::builder(connection)
        .destination(BUS_NAME)
        .path(OBJECT_PATH)
        .build()
        .await?;
    let interface = zbus::names::InterfaceName::from_static_str(interface)
        .map_err(|error| fdo::Error::Failed(error.to_string()))?;
    properties.get_all(interface).await
}
