//! Engine objects: what the session hears from them ([`EngineEvent`]).

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use crate::call::{EngineCall, FocusedField};
use crate::context::{
    Capabilities, ContentType, CountingUnit, Focus, FocusSerial, SurroundingText,
};
use crate::handle::EngineHandle;
use crate::keys::{KeyEdge, KeyPolicy, KeyRole, Verdict};
use crate::wire::PropState;

/// Something that happened to one of our engine objects; events come in the daemon's order.
#[derive(Debug, Clone)]
pub struct EngineEvent {
    /// The object, on which to answer.
    pub engine: EngineHandle,
    /// What happened.
    pub kind: EngineEventKind,
}

/// What happened to an engine object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineEventKind {
    /// The daemon made the object; it has no focus yet.
    Created,
    /// A field, or the daemon's stand-in for none, got the focus.
    FocusIn(Focus),
    /// The field lost the focus.
    FocusOut(Focus),
    /// The user selected this engine.
    Enabled,
    /// The user selected another engine; held keys will not be released to us.
    Disabled,
    /// The target changed under us: the preedit is gone, and Qt may have moved to another field without any
    /// other sign. The focus, if there is one, has a new serial.
    Reset(Option<Focus>),
    /// What the client can do.
    Capabilities(Capabilities),
    /// What the field is for; comes after [`Self::FocusIn`], and never from Qt.
    ContentType(ContentType),
    /// The text around the caret, after [`EngineHandle::require_surrounding`] and then on each change.
    Surrounding(SurroundingText),
    /// A key went down or up. Which one is told only of ours.
    Key {
        /// What the key is for.
        role: KeyRole,
        /// What happened to it.
        edge: KeyEdge,
    },
    /// The user chose an entry of the engine's menu.
    PropertyActivated {
        /// Key of the [`crate::Property`].
        key: String,
        /// Its state after that.
        state: PropState,
    },
    /// The user clicked a candidate of the lookup table.
    CandidateClicked {
        /// Index of the candidate on the page shown.
        index: u32,
        /// Mouse button, 1 the left one.
        button: u32,
        /// Modifiers held.
        state: u32,
    },
    /// The user asked for the previous page of candidates.
    PageUp,
    /// The user asked for the next page of candidates.
    PageDown,
    /// The user asked for the previous candidate.
    CursorUp,
    /// The user asked for the next candidate.
    CursorDown,
    /// The daemon dropped the object; a [`Self::FocusOut`] has come before if it had the focus.
    Destroyed,
}

/// What all engine objects of a connection share.
pub(crate) struct Focuses {
    next_serial: AtomicU64,
    current: watch::Sender<Option<Focus>>,
}

impl Focuses {
    pub(crate) fn new() -> Self {
        Self {
            next_serial: AtomicU64::new(1),
            current: watch::Sender::new(None),
        }
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<Focus>> {
        self.current.subscribe()
    }

    fn next_serial(&self) -> FocusSerial {
        FocusSerial(self.next_serial.fetch_add(1, Ordering::Relaxed))
    }

    fn next(&self, field: FocusedField) -> Focus {
        Focus {
            serial: self.next_serial(),
            context: field.context.map(Into::into),
            client: field.client.map(Into::into),
        }
    }
}

/// The state behind one engine object.
pub(crate) struct Engine {
    pub(crate) handle: EngineHandle,
    unit: CountingUnit,
}

impl Engine {
    pub(crate) fn new(handle: EngineHandle) -> Self {
        Self {
            handle,
            unit: CountingUnit::default(),
        }
    }

    /// Turns a call into events, in order, and the answer to `ProcessKeyEvent`.
    pub(crate) fn take(
        &mut self,
        call: EngineCall,
        policy: &KeyPolicy,
        focuses: &Focuses,
    ) -> (Vec<EngineEventKind>, Option<Verdict>) {
        let mut verdict = None;
        let events = match call {
            EngineCall::FocusIn(field) => self.focus_in(focuses.next(field), focuses),
            EngineCall::FocusOut | EngineCall::FocusOutId => self.focus_out(focuses),
            EngineCall::Enable => vec![EngineEventKind::Enabled],
            EngineCall::Disable => {
                policy.forget_held();
                vec![EngineEventKind::Disabled]
            }
            EngineCall::Reset => vec![EngineEventKind::Reset(self.renew_focus(focuses))],
            EngineCall::SetCapabilities(capabilities) => {
                vec![EngineEventKind::Capabilities(Capabilities(capabilities))]
            }
            EngineCall::SetSurroundingText {
                text,
                cursor,
                anchor,
            } => {
                let text = text.as_str().to_owned();
                let surrounding = SurroundingText::interpret(text, cursor, anchor, &mut self.unit);
                vec![EngineEventKind::Surrounding(surrounding)]
            }
            EngineCall::SetContentType { purpose, hints } => {
                vec![EngineEventKind::ContentType(ContentType {
                    purpose: purpose.into(),
                    hints,
                })]
            }
            EngineCall::ProcessKeyEvent(key) => {
                let (role, edge, answer) = policy.decide(key);
                verdict = Some(answer);
                vec![EngineEventKind::Key { role, edge }]
            }
            EngineCall::PropertyActivate { key, state } => {
                vec![EngineEventKind::PropertyActivated {
                    key,
                    state: state.into(),
                }]
            }
            EngineCall::CandidateClicked {
                index,
                button,
                state,
            } => {
                vec![EngineEventKind::CandidateClicked {
                    index,
                    button,
                    state,
                }]
            }
            EngineCall::PageUp => vec![EngineEventKind::PageUp],
            EngineCall::PageDown => vec![EngineEventKind::PageDown],
            EngineCall::CursorUp => vec![EngineEventKind::CursorUp],
            EngineCall::CursorDown => vec![EngineEventKind::CursorDown],
            EngineCall::Unused => Vec::new(),
        };
        (events, verdict)
    }

    /// The events of an object that goes away.
    pub(crate) fn end(&mut self, policy: &KeyPolicy, focuses: &Focuses) -> Vec<EngineEventKind> {
        policy.forget_held();
        let mut events = self.focus_out(focuses);
        events.push(EngineEventKind::Destroyed);
        events
    }

    fn focus_in(&mut self, focus: Focus, focuses: &Focuses) -> Vec<EngineEventKind> {
        self.unit = focus.unit();
        let before = self.handle.set_focus(Some(focus.clone()));
        focuses.current.send_replace(Some(focus.clone()));
        before
            .map(EngineEventKind::FocusOut)
            .into_iter()
            .chain([EngineEventKind::FocusIn(focus)])
            .collect()
    }

    fn renew_focus(&mut self, focuses: &Focuses) -> Option<Focus> {
        let renewed = Focus {
            serial: focuses.next_serial(),
            ..self.handle.focus()?
        };
        self.handle.set_focus(Some(renewed.clone()));
        focuses.current.send_replace(Some(renewed.clone()));
        Some(renewed)
    }

    fn focus_out(&mut self, focuses: &Focuses) -> Vec<EngineEventKind> {
        let Some(focus) = self.handle.set_focus(None) else {
            return Vec::new();
        };
        focuses.current.send_if_modified(|current| {
            let ours = current.as_ref() == Some(&focus);
            if ours {
                *current = None;
            }
            ours
        });
        vec![EngineEventKind::FocusOut(focus)]
    }
}

#[cfg(test)]
mod tests;
