//! What can fail between this program and `ibus-daemon`.

use crate::address::AddressError;
use crate::wire::WireError;

/// A failure of the connection to IBus.
#[derive(Debug, thiserror::Error)]
pub enum IbusError {
    /// The bus cannot be found.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The bus was found but not reached.
    #[error("cannot connect to IBus at {address}: start ibus-daemon in this session")]
    Connect {
        /// The address that was tried.
        address: String,
        /// What the transport said.
        #[source]
        source: zbus::Error,
    },
    /// The connection ended.
    #[error("the connection to IBus has ended: wait until ibus-daemon runs again")]
    Closed,
    /// The daemon did not answer, or refused.
    #[error("ibus-daemon refused {call}: see the cause")]
    Refused {
        /// The D-Bus method.
        call: &'static str,
        /// What the daemon said.
        #[source]
        source: zbus::Error,
    },
    /// The daemon's answer has another form than IBus's.
    #[error("ibus-daemon's answer to {call} has an unknown form: check the version of IBus")]
    Answer {
        /// The D-Bus method.
        call: &'static str,
        /// What is wrong with it.
        #[source]
        source: WireError,
    },
    /// Another program already owns the component's bus name.
    #[error("another program already answers for {name} on IBus: end it first")]
    NameTaken {
        /// The component's name.
        name: String,
    },
    /// The focus is no longer where the text was meant to go; nothing was sent.
    #[error(
        "the focus moved before the text was sent: put the caret back and ask for the text again"
    )]
    FocusMoved,
    /// A message could not be put together or sent.
    #[error("cannot send {signal} to IBus: see the cause")]
    Send {
        /// The signal.
        signal: &'static str,
        /// What the transport said.
        #[source]
        source: zbus::Error,
    },
}
