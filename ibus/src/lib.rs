//! An IBus input-method engine over D-Bus: finds the bus, registers, serves engine objects, types text.
//!
//! This crate knows IBus and nothing of dictation. It does not decide when to type; see [`EngineHandle`].
//!
//! # How it is used
//!
//! Inside a tokio runtime, [`keep_linked`] is spawned with two channels and a shared [`KeyPolicy`].
//!
//! * [`LinkEvent::Up`] brings a [`Link`]: first [`RememberedEngine::mend`], then [`Activation::begin`] when a dictation
//!   starts, [`Link::wait_for_field`], and [`Activation::end`] when it is over.
//! * [`EngineEvent`]s come in the order in which the daemon sent them. Each carries the [`EngineHandle`] to answer on.
//! * [`KeyPolicy`] decides about keys at once: set the push-to-talk key once, and
//!   [`Escape::Cancels`] for as long as there is something to cancel.
//!
//! ```no_run
//! # async fn run() {
//! use std::sync::Arc;
//! use sotto_ibus::{
//!     Component, EngineDesc, EngineEventKind, KeyPolicy, LinkEvent, Start, Surroundings, Text, Underline, keep_linked,
//! };
//! let component = Component {
//!     name: "org.freedesktop.IBus.Sotto".to_owned(),
//!     engines: vec![EngineDesc { name: "sotto".to_owned(), ..EngineDesc::default() }],
//!     ..Component::default()
//! };
//! let (events, mut event) = tokio::sync::mpsc::unbounded_channel();
//! let (links, mut link) = tokio::sync::mpsc::unbounded_channel();
//! let policy = Arc::new(KeyPolicy::new());
//! let surroundings = Surroundings::of_process();
//! tokio::spawn(keep_linked(surroundings, component, Start::AtRunTime, policy, events, links));
//! if let Some(LinkEvent::Up(link)) = link.recv().await {
//!     link.set_global_engine("sotto").await.expect("IBus selects the engine");
//! }
//! while let Some(event) = event.recv().await {
//!     if let EngineEventKind::FocusIn(focus) = event.kind {
//!         event.engine.require_surrounding().await.expect("IBus is there");
//!         event.engine.set_preedit(&Text::new("hel").underlined(Underline::Single), 3).await.expect("IBus is there");
//!         event.engine.clear_preedit().await.expect("IBus is there");
//!         event.engine.commit_to(focus.serial, &Text::new("hello")).await.expect("IBus is there");
//!     }
//! }
//! # }
//! ```
//!
//! # What a session should know
//!
//! * A [`Focus`] whose [`Focus::field`] is [`Field::Fake`] means that no text field has the focus; it also passes by
//!   for about a millisecond between two fields, so decide after some 50 ms.
//! * [`EngineEventKind::ContentType`] comes a few calls after [`EngineEventKind::FocusIn`], and never from Qt.
//!   Qt password fields give their content as surrounding text; commits land there.
//! * [`EngineEventKind::Reset`] may mean that the caret is in another field; the focus then has a new serial.
//! * A held push-to-talk key gives one [`KeyEdge::Press`], then [`KeyEdge::Repeat`]s, then [`KeyEdge::Release`]; X11 may
//!   repeat by releases and presses instead, some 30 ms apart. After [`EngineEventKind::Disabled`] or
//!   [`EngineEventKind::Destroyed`] the release no longer comes.
//! * Text, surrounding text and keys do not show in any `Debug` form of this crate.

mod activation;
mod address;
mod call;
mod compose;
mod context;
mod engine;
mod error;
mod factory;
mod handle;
mod keys;
mod reconnect;
mod register;
pub mod wire;

pub use activation::{Activation, ActivationError, Previous, RememberedEngine, Restored};
pub use address::{AddressError, AddressFile, Sandbox, Surroundings};
pub use context::{
    Capabilities, Certainty, ContentType, Field, Focus, FocusSerial, Purpose, SurroundingText,
};
pub use engine::{EngineEvent, EngineEventKind};
pub use error::IbusError;
pub use handle::EngineHandle;
pub use keys::{
    Candidates, ChoiceKey, Escape, KeyChord, KeyEdge, KeyEvent, KeyPolicy, KeyRole, Modifiers,
    RELEASE_MASK, Verdict,
};
pub use reconnect::{LinkEvent, keep_linked};
pub use register::{Link, Start};
pub use wire::{
    Attribute, Component, EngineDesc, LookupTable, Orientation, PropList, PropState, PropType,
    Property, Serializable, Text, Underline, WireError,
};
