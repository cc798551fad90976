//! The connection to one running `ibus-daemon`: registration, the selected engine, the end of the connection.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use zbus::fdo::{self, RequestNameFlags, RequestNameReply};
use zbus::{Connection, DynamicType, MessageStream, OwnedVariant};

use crate::context::{Field, Focus};
use crate::engine::{EngineEvent, Focuses};
use crate::error::IbusError;
use crate::factory::Factory;
use crate::keys::KeyPolicy;
use crate::wire::{Component, EngineDesc, Serializable};

pub(crate) const IBUS: &str = "org.freedesktop.IBus";
pub(crate) const IBUS_PATH: &str = "/org/freedesktop/IBus";
pub(crate) const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// Longest wait for an answer; the daemon itself waits up to 5 s for an engine to start.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(6);

/// How the daemon came to know our component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// By its XML file: the daemon started this program (`--ibus`) and waits for the component's bus name.
    ByFile,
    /// By `RegisterComponent`, for as long as the connection lasts. Such an engine is not listed in settings.
    AtRunTime,
}

/// A connection to `ibus-daemon` on which our engines are served.
#[derive(Debug)]
pub struct Link {
    connection: Connection,
    component: Component,
    focus: watch::Receiver<Option<Focus>>,
}

impl Link {
    /// Connects, serves the component's engines and makes them known. Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`IbusError::Connect`], [`IbusError::NameTaken`] for [`Start::ByFile`], [`IbusError::Refused`].
    pub async fn connect(
        address: &str,
        component: Component,
        start: Start,
        policy: Arc<KeyPolicy>,
        events: UnboundedSender<EngineEvent>,
    ) -> Result<Self, IbusError> {
        let refused = |source| IbusError::Connect {
            address: address.to_owned(),
            source,
        };
        let connection = zbus::connection::Builder::address(address)
            .method_timeout(ANSWER_TIMEOUT)
            .build()
            .await
            .map_err(refused)?;
        // The daemon calls us only once it knows the component, so nothing comes before the stream is there.
        let messages = MessageStream::from(&connection);
        let focuses = Arc::new(Focuses::new());
        let focus = focuses.subscribe();
        policy.forget_held();
        let factory = Factory::new(
            connection.clone(),
            component.clone(),
            policy,
            focuses,
            events,
        );
        tokio::spawn(factory.serve(messages));
        let link = Self {
            connection,
            component,
            focus,
        };
        match start {
            Start::ByFile => link.take_name().await?,
            Start::AtRunTime => link.register().await?,
        }
        Ok(link)
    }

    async fn take_name(&self) -> Result<(), IbusError> {
        let name = self.component.name.as_str();
        match self
            .connection
            .request_name_with_flags(name, RequestNameFlags::DO_NOT_QUEUE)
            .await
        {
            Ok(RequestNameReply::PrimaryOwner | RequestNameReply::AlreadyOwner) => Ok(()),
            Ok(RequestNameReply::InQueue | RequestNameReply::Exists)
            | Err(zbus::Error::NameTaken) => Err(IbusError::NameTaken {
                name: name.to_owned(),
            }),
            Err(source) => Err(IbusError::Refused {
                call: "RequestName",
                source,
            }),
        }
    }

    async fn register(&self) -> Result<(), IbusError> {
        self.call(
            "RegisterComponent",
            IBUS,
            "RegisterComponent",
            &(self.component.encode(),),
        )
        .await
        .map(drop)
    }

    /// Selects an engine for all applications.
    ///
    /// # Errors
    ///
    /// [`IbusError::Refused`] where the daemon knows no such engine or cannot start it.
    pub async fn set_global_engine(&self, name: &str) -> Result<(), IbusError> {
        self.call("SetGlobalEngine", IBUS, "SetGlobalEngine", &(name,))
            .await
            .map(drop)
    }

    /// The engine that is selected, or `None` where none is.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Answer`].
    pub async fn global_engine(&self) -> Result<Option<EngineDesc>, IbusError> {
        const CALL: &str = "GlobalEngine";
        let answer = match self.call(CALL, PROPERTIES, "Get", &(IBUS, CALL)).await {
            Ok(answer) => answer,
            Err(IbusError::Refused {
                source: zbus::Error::FDO(error),
                ..
            }) if matches!(*error, fdo::Error::Failed(_)) => {
                // "No global engine."
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let value: OwnedVariant = answer
            .body()
            .deserialize()
            .map_err(|source| IbusError::Refused { call: CALL, source })?;
        EngineDesc::decode(&value)
            .map(|desc| (!desc.name.is_empty()).then_some(desc))
            .map_err(|source| IbusError::Answer { call: CALL, source })
    }

    /// Whether the daemon would find an engine of that name in its component files.
    ///
    /// # Errors
    ///
    /// [`IbusError::Closed`] and [`IbusError::Refused`].
    pub async fn is_installed(&self, engine: &str) -> Result<bool, IbusError> {
        const CALL: &str = "GetEnginesByNames";
        let answer = self.call(CALL, IBUS, CALL, &([engine].as_slice(),)).await?;
        let found: Vec<OwnedVariant> = answer
            .body()
            .deserialize()
            .map_err(|source| IbusError::Refused { call: CALL, source })?;
        Ok(found
            .iter()
            .any(|desc| EngineDesc::decode(desc).is_ok_and(|desc| desc.name == engine)))
    }

    /// The component served here.
    #[must_use]
    pub fn component(&self) -> &Component {
        &self.component
    }

    /// The focus over all our engine objects, at each moment.
    #[must_use]
    pub fn focus(&self) -> watch::Receiver<Option<Focus>> {
        self.focus.clone()
    }

    /// Waits until a text field has the focus through one of our engines.
    /// Only then does a commit arrive: being enabled is not enough.
    pub async fn wait_for_field(&self, timeout: Duration) -> Option<Focus> {
        let mut focus = self.focus.clone();
        let real = |focus: &Option<Focus>| {
            focus
                .as_ref()
                .is_some_and(|focus| focus.field() == Field::Real)
        };
        let found = tokio::time::timeout(timeout, focus.wait_for(real)).await;
        found.ok()?.ok()?.clone()
    }

    /// Waits until the connection ends, by either side.
    pub async fn closed(&self) {
        self.connection.closed().await;
    }

    /// Whether the connection has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.connection.is_closed()
    }

    /// Ends the connection; the daemon then forgets a component registered at run time.
    pub async fn close(&self) {
        // An error here means that it has ended already.
        let _ended = self.connection.clone().close().await;
    }

    async fn call<B>(
        &self,
        call: &'static str,
        interface: &str,
        method: &str,
        body: &B,
    ) -> Result<zbus::Message, IbusError>
    where
        B: serde::Serialize + DynamicType,
    {
        if self.connection.is_closed() {
            return Err(IbusError::Closed);
        }
        self.connection
            .call_method(Some(IBUS), IBUS_PATH, Some(interface), method, body)
            .await
            .map_err(|source| IbusError::Refused { call, source })
    }
}
