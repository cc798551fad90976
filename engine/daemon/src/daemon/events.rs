//! Everything the daemon's loop can hear.

use sotto_api::DictationError;
use sotto_ibus::{EngineEvent, LinkEvent};
use sotto_text::SnippetValues;
use tokio::sync::oneshot;

use crate::daemon::{push_to_talk::Edge, recognizer_thread::Report};

/// What a caller on the session bus asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Press,
    Release,
    Toggle,
    Cancel,
    PasteLast,
    Reattach,
}

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// A call on the session bus, and where its answer goes.
    Call(Call, oneshot::Sender<Result<(), DictationError>>),
    /// The connection to the input method.
    Link(LinkEvent),
    /// Our engine in the input method.
    Engine(EngineEvent),
    /// What became of switching engines.
    Activation(Activated),
    /// The push-to-talk key, seen outside the input method.
    PushToTalk(Edge),
    /// The recognizer thread.
    Recognizer(Report),
    /// The settings file changed.
    ConfigFile,
    /// Text that the input method could not insert was typed by the portal.
    Typed,
    /// A model came or went.
    Models,
    /// What the variables of snippets stand for now.
    SnippetValues(SnippetValues),
    /// A notification's button asks for the last text.
    PasteLast,
    /// The process is asked to end.
    Quit,
    /// The session's deadline.
    Deadline,
}

/// What became of switching engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activated {
    /// Ours is selected.
    Yes,
    /// The input method refused.
    Refused,
    /// Our engine is selected but was disabled: a release of the key may not come.
    Paused,
    /// Somebody selected another engine.
    Lost,
}
