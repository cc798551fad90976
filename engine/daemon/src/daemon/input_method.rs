//! The input method, from the loop's side: who has focus, and what is shown and typed there.
//!
//! Switching engines waits for `ibus-daemon`, so it happens in a task of its own, one switch after
//! the other; preedit and commits are signals and are sent from the loop.

mod field;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sotto_ibus::{
    Activation, EngineEvent, EngineEventKind, EngineHandle, Field, Focus, FocusSerial, IbusError,
    KeyEdge, KeyRole, Link, Purpose, RememberedEngine, SurroundingText, Text, Underline,
};
use sotto_session::{
    Capabilities, Choice, ContentType, ContextId, PLACEHOLDER_CLIENT, SessionInput, Spoken,
    Surrounding,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::daemon::{
    events::{Activated, Event},
    log::note,
};

/// The name of our engine.
pub(crate) const ENGINE: &str = "sotto";

/// The color of words that may change: a gray that is legible on light and on dark.
const MAY_CHANGE: u32 = 0x80_80_80;

/// A window that gets focus while IBus switches brings the former engine back. So soon after the
/// key nobody chose it: ours is selected again, once.
const DISPLACED_WITHIN: Duration = Duration::from_secs(1);

/// What the switching task is asked for.
#[derive(Debug)]
enum Switch {
    Connected(Arc<Link>),
    Disconnected,
    ToOurs,
    Back,
    /// Our engine was disabled: is another one selected?
    Check,
}

/// The context that has focus, and the engine object that speaks to it.
#[derive(Debug, Clone)]
struct Attended {
    context: ContextId,
    engine: EngineHandle,
    serial: FocusSerial,
}

/// Text that could not be typed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    #[error("focus left before the text was sent")]
    FocusMoved,
    #[error(transparent)]
    Ibus(#[from] IbusError),
}

/// The loop's end of the input method.
#[derive(Debug)]
pub(crate) struct InputMethod {
    switches: UnboundedSender<Switch>,
    attended: Option<Attended>,
    /// Where the preedit stands.
    shown_on: Option<EngineHandle>,
    /// Where alternatives are shown.
    choices_on: Option<EngineHandle>,
}

impl InputMethod {
    /// Starts the switching task; `kept` is the file that remembers the user's engine.
    pub(crate) fn new(kept: RememberedEngine, events: UnboundedSender<Event>) -> Self {
        let (switches, switch) = unbounded_channel();
        tokio::spawn(switch_engines(switch, kept, events));
        Self {
            switches,
            attended: None,
            shown_on: None,
            choices_on: None,
        }
    }

    fn switch(&self, switch: Switch) {
        self.switches
            .send(switch)
            .expect("the switching task lives as long as this sender");
    }

    /// The input method can be reached.
    pub(crate) fn connected(&self, link: Arc<Link>) {
        self.switch(Switch::Connected(link));
    }

    /// The input method is gone.
    pub(crate) fn disconnected(&mut self) {
        self.attended = None;
        self.shown_on = None;
        self.choices_on = None;
        self.switch(Switch::Disconnected);
    }

    /// Switches to our engine; the answer is an [`Event::Activation`].
    pub(crate) fn activate(&self) {
        self.switch(Switch::ToOurs);
    }

    /// Switches back to the user's engine.
    pub(crate) fn restore(&self) {
        self.switch(Switch::Back);
    }

    /// What an engine event means to the session.
    pub(crate) async fn hear(&mut self, event: EngineEvent) -> Option<SessionInput> {
        let EngineEvent { engine, kind } = event;
        match kind {
            EngineEventKind::FocusIn(focus) => {
                if let Err(error) = engine.read_surrounding().await {
                    note!("the text around the caret cannot be asked for: {error}");
                }
                let context = ContextId::new(focus.context.as_deref().unwrap_or(engine.path()));
                let client = client_name(&focus).to_owned();
                self.attended = Some(Attended {
                    context: context.clone(),
                    engine,
                    serial: focus.serial,
                });
                self.shown_on = None;
                Some(SessionInput::FocusIn {
                    context,
                    client,
                    capabilities: Capabilities(0),
                })
            }
            EngineEventKind::FocusOut(focus) => {
                let context = ContextId::new(focus.context.as_deref().unwrap_or(engine.path()));
                if self
                    .attended
                    .take_if(|attended| attended.context == context)
                    .is_some()
                {
                    self.shown_on = None;
                }
                Some(SessionInput::FocusOut(context))
            }
            EngineEventKind::Reset(focus) => {
                let context = match focus {
                    Some(focus) => {
                        let context =
                            ContextId::new(focus.context.as_deref().unwrap_or(engine.path()));
                        if let Some(attended) = &mut self.attended
                            && attended.context == context
                        {
                            attended.serial = focus.serial;
                        }
                        context
                    }
                    None => self.attended.as_ref()?.context.clone(),
                };
                Some(SessionInput::Reset(context))
            }
            EngineEventKind::ContentType(content_type) => {
                Some(SessionInput::ContentType(ContentType {
                    purpose: purpose(content_type.purpose),
                    hints: content_type.hints,
                }))
            }
            EngineEventKind::Surrounding(surrounding) => {
                around(surrounding).map(SessionInput::Surrounding)
            }
            EngineEventKind::Key { role, edge } => match (role, edge) {
                (KeyRole::PushToTalk, KeyEdge::Press) => Some(SessionInput::Press),
                (KeyRole::PushToTalk, KeyEdge::Release) => Some(SessionInput::Release),
                (KeyRole::Cancel, KeyEdge::Press) => Some(SessionInput::Cancel),
                (KeyRole::Choose(key), KeyEdge::Press | KeyEdge::Repeat) => {
                    Some(SessionInput::Choose(field::choice(key)))
                }
                (KeyRole::Typed, KeyEdge::Press | KeyEdge::Repeat) => Some(SessionInput::KeyTyped),
                _ => None,
            },
            EngineEventKind::CandidateClicked { index, .. } => {
                Some(SessionInput::Choose(Choice::Number(index as usize)))
            }
            EngineEventKind::CursorUp => Some(SessionInput::Choose(Choice::Previous)),
            EngineEventKind::CursorDown => Some(SessionInput::Choose(Choice::Next)),
            EngineEventKind::Disabled | EngineEventKind::Destroyed => {
                self.switch(Switch::Check);
                None
            }
            _ => None,
        }
    }

    /// Shows an utterance in progress.
    pub(crate) async fn set_preedit(
        &mut self,
        context: &ContextId,
        stable: &Spoken,
        unstable: &Spoken,
    ) -> Result<(), IbusError> {
        let Some(attended) = self
            .attended
            .clone()
            .filter(|attended| attended.context == *context)
        else {
            return Ok(());
        };
        let text = Text::new(&format!("{}{}", stable.as_str(), unstable.as_str()));
        let (n_stable, cursor) = (Text::new(stable.as_str()).n_chars(), text.n_chars());
        self.shown_on = Some(attended.engine.clone());
        let text = text
            .underlined(Underline::Single)
            .colored_range(MAY_CHANGE, n_stable, cursor);
        attended.engine.set_preedit(&text, cursor).await
    }

    /// Shows nothing.
    pub(crate) async fn clear_preedit(&mut self) -> Result<(), IbusError> {
        match self.shown_on.take() {
            Some(engine) => engine.clear_preedit().await,
            None => Ok(()),
        }
    }

    /// Types text, if the context still has focus.
    pub(crate) async fn commit(
        &self,
        context: &ContextId,
        text: &Spoken,
    ) -> Result<(), DeliveryError> {
        let attended = self
            .attended
            .as_ref()
            .filter(|attended| attended.context == *context)
            .ok_or(DeliveryError::FocusMoved)?;
        match attended
            .engine
            .commit_to(attended.serial, &Text::new(text.as_str()))
            .await
        {
            Err(IbusError::FocusMoved) => Err(DeliveryError::FocusMoved),
            Err(error) => Err(error.into()),
            Ok(()) => Ok(()),
        }
    }
}

/// The client as the session names it: `ibus-daemon` tells none to an engine that it just made.
fn client_name(focus: &Focus) -> &str {
    match focus.field() {
        Field::Fake => PLACEHOLDER_CLIENT,
        Field::Real => focus.client.as_deref().unwrap_or_default(),
    }
}

const fn purpose(purpose: Purpose) -> u32 {
    match purpose {
        Purpose::FreeForm => 0,
        Purpose::Alpha => 1,
        Purpose::Digits => 2,
        Purpose::Number => 3,
        Purpose::Phone => 4,
        Purpose::Url => 5,
        Purpose::Email => 6,
        Purpose::Name => 7,
        Purpose::Password => 8,
        Purpose::Pin => 9,
        Purpose::Terminal => 10,
        Purpose::Unknown(raw) => raw,
    }
}

fn around(surrounding: SurroundingText) -> Option<Surrounding> {
    let cursor = u32::try_from(surrounding.cursor?).ok()?;
    let anchor = surrounding
        .anchor
        .and_then(|anchor| u32::try_from(anchor).ok());
    Some(Surrounding {
        text: surrounding.text,
        cursor,
        anchor: anchor.unwrap_or(cursor),
    })
}

async fn another_is_selected(link: &Link) -> bool {
    matches!(link.global_engine().await, Ok(Some(selected)) if selected.name != ENGINE)
}

/// Switches engines, one request after the other.
async fn switch_engines(
    mut switches: UnboundedReceiver<Switch>,
    kept: RememberedEngine,
    events: UnboundedSender<Event>,
) {
    let mut link: Option<Arc<Link>> = None;
    let mut activation: Option<Activation> = None;
    let mut selected_at: Option<Instant> = None;
    let tell = |activated| {
        // The loop has ended when nobody listens.
        let _ended = events.send(Event::Activation(activated));
    };
    while let Some(switch) = switches.recv().await {
        match switch {
            Switch::Connected(connected) => {
                activation = None;
                if let Err(error) = kept.mend(&connected).await {
                    note!(
                        "the input source from before cannot be selected again: {:#}",
                        anyhow::Error::new(error)
                    );
                }
                link = Some(connected);
            }
            Switch::Disconnected => {
                link = None;
                activation = None;
                selected_at = None;
            }
            Switch::ToOurs => {
                let Some(link) = &link else {
                    tell(Activated::Refused);
                    continue;
                };
                if activation.is_none() {
                    match Activation::begin(link, ENGINE, &kept).await {
                        Ok(begun) => {
                            activation = Some(begun);
                            selected_at = Some(Instant::now());
                        }
                        Err(error) => {
                            note!(
                                "the input method does not switch to Sotto: {:#}",
                                anyhow::Error::new(error)
                            );
                            tell(Activated::Refused);
                            continue;
                        }
                    }
                }
                tell(Activated::Yes);
            }
            Switch::Back => {
                selected_at = None;
                if let (Some(link), Some(activation)) = (&link, activation.take())
                    && let Err(error) = activation.end(link, &kept).await
                {
                    note!(
                        "the input source from before cannot be selected again: {:#}",
                        anyhow::Error::new(error)
                    );
                }
            }
            Switch::Check => {
                let Some(link) = &link else { continue };
                if !another_is_selected(link).await {
                    tell(Activated::Paused);
                    continue;
                }
                let displaced = selected_at
                    .take_if(|at| at.elapsed() < DISPLACED_WITHIN)
                    .is_some();
                if !(displaced && link.set_global_engine(ENGINE).await.is_ok()) {
                    tell(Activated::Lost);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_is_known_where_its_client_is_not_told() {
        let named = |number: u8, client: Option<&str>| {
            let focus = Focus {
                serial: FocusSerial(1),
                context: Some(format!("/org/freedesktop/IBus/InputContext_{number}").into()),
                client: client.map(Into::into),
            };
            client_name(&focus).to_owned()
        };
        assert_eq!(named(1, None), PLACEHOLDER_CLIENT);
        assert_eq!(named(3, Some("fake")), PLACEHOLDER_CLIENT);
        assert_eq!(named(2, None), "");
        assert_eq!(named(2, Some("gtk4-im:x")), "gtk4-im:x");
    }
}
