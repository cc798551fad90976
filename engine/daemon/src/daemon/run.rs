//! The loop: events become session inputs, effects are carried out.

use std::{collections::VecDeque, path::PathBuf, sync::Arc};

use sotto_api::{DictationError, DictationState};
use sotto_ibus::{EngineEvent, Escape, KeyPolicy, LinkEvent};
use sotto_session::{
    Effect, KeepReason, Session, SessionInput, SpeechEvent, State, Unavailable, UserMessage,
};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::daemon::{
    clock::Clock,
    config::Config,
    events::{Activated, Call, Event},
    history::History,
    input_method::InputMethod,
    keys_service::{KeyAct, KeyCounts},
    ladder::Ladder,
    log::note,
    messages,
    offer::Offer,
    push_to_talk::{Edge, PushToTalk},
    recognizer_thread::{Control, RecognizerThread, Report, Settings},
    run_text::TextDesk,
    service::{Board, SILENT_DBFS},
    services::Services,
};

/// Where events come from.
pub(crate) struct Sources {
    pub(crate) events: UnboundedReceiver<Event>,
    pub(crate) links: UnboundedReceiver<LinkEvent>,
    pub(crate) engines: UnboundedReceiver<EngineEvent>,
}

/// Keeps the connection to the input method; called anew when asked to attach again.
pub(crate) type Attach = Box<dyn FnMut() -> tokio::task::JoinHandle<()>>;

/// Everything the loop owns.
pub(crate) struct Daemon {
    pub(crate) session: Session,
    pub(crate) clock: Clock,
    pub(crate) config: Config,
    pub(crate) config_path: PathBuf,
    pub(crate) policy: Arc<KeyPolicy>,
    pub(crate) input_method: InputMethod,
    pub(crate) recognizer: RecognizerThread,
    pub(crate) board: Option<Board>,
    pub(crate) services: Option<Services>,
    pub(crate) counts: Arc<KeyCounts>,
    pub(crate) history: History,
    pub(crate) offer: Offer,
    pub(crate) ladder: Ladder,
    pub(crate) text: TextDesk,
    pub(crate) push_to_talk: PushToTalk,
    pub(crate) attach: Attach,
    pub(crate) attached: tokio::task::JoinHandle<()>,
}

/// Whether the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continue,
    Quit,
}

impl Sources {
    async fn next(&mut self, clock: &Clock, session: &Session) -> Event {
        tokio::select! {
            Some(event) = self.events.recv() => event,
            Some(link) = self.links.recv() => Event::Link(link),
            Some(engine) = self.engines.recv() => Event::Engine(engine),
            () = clock.sleep_until(session.next_deadline()) => Event::Deadline,
        }
    }
}

impl Daemon {
    /// Runs until asked to end.
    pub(crate) async fn run(mut self, mut sources: Sources) {
        loop {
            let event = sources.next(&self.clock, &self.session).await;
            if self.clock.has_jumped() {
                self.input(SessionInput::ClockJump).await;
            }
            if self.take(event).await == Flow::Quit {
                break;
            }
        }
        self.recognizer.quit();
    }

    async fn take(&mut self, event: Event) -> Flow {
        match event {
            Event::Call(call, reply) => {
                let answer = self.call(call).await;
                // A caller that did not wait for the answer needs none.
                let _gone = reply.send(answer);
            }
            Event::Link(link) => self.link(link).await,
            Event::Engine(event) => {
                if let Some(input) = self.input_method.hear(event).await {
                    self.input(input).await;
                }
            }
            Event::Activation(activated) => {
                let input = match activated {
                    Activated::Yes => SessionInput::EngineActivated,
                    Activated::Refused => SessionInput::ActivationFailed,
                    Activated::Paused => SessionInput::Release,
                    Activated::Lost => SessionInput::ActivationLost,
                };
                self.input(input).await;
            }
            Event::PushToTalk(edge) => {
                let input = match edge {
                    Edge::Press => SessionInput::Press,
                    Edge::Release => SessionInput::Release,
                    Edge::Lost => SessionInput::KeyLost,
                };
                self.input(input).await;
            }
            Event::Recognizer(report) => self.report(report).await,
            Event::ConfigFile => self.read_config().await,
            Event::Typed => {
                self.input(SessionInput::TypedOtherwise).await;
            }
            Event::Models => {
                self.recognizer.ask(Control::LookAgain);
                if let Some(services) = &self.services {
                    services.models_changed().await;
                }
            }
            Event::SnippetValues(values) => self.session.set_snippet_values(values),
            Event::PasteLast => {
                self.input(SessionInput::PasteLast).await;
            }
            Event::Deadline => {
                self.session.handle_timeout(self.clock.now());
                self.carry_out().await;
            }
            Event::Quit => {
                self.input(SessionInput::Quit).await;
                return Flow::Quit;
            }
        }
        Flow::Continue
    }

    async fn call(&mut self, call: Call) -> Result<(), DictationError> {
        let input = match call {
            Call::Press => SessionInput::Press,
            Call::Release => SessionInput::Release,
            Call::Toggle => SessionInput::Toggle,
            Call::Cancel => SessionInput::Cancel,
            Call::PasteLast => SessionInput::PasteLast,
            Call::Reattach => {
                self.attached.abort();
                self.attached = (self.attach)();
                return Ok(());
            }
        };
        let is_paused = self.counts.is_paused();
        match self.input(input).await {
            _ if is_paused && matches!(call, Call::Press | Call::Toggle) => {
                Err(DictationError::NotReady(messages::paused()))
            }
            Some(refusal) => Err(refused(refusal)),
            None => Ok(()),
        }
    }

    async fn link(&mut self, link: LinkEvent) {
        match link {
            LinkEvent::Up(link) => {
                self.input_method.connected(link);
                self.input(SessionInput::BusBack).await;
            }
            LinkEvent::Down => {
                self.input_method.disconnected();
                self.input(SessionInput::BusLost).await;
            }
            LinkEvent::Absent(error) => note!("no input method: {error}"),
        }
    }

    async fn report(&mut self, report: Report) {
        let input = match report {
            Report::ModelFound(found) => {
                self.hear_language(found.language);
                self.show(async |board| board.set_model(&found.id).await)
                    .await;
                SessionInput::ModelReady
            }
            Report::ModelMissing => {
                self.show(async |board| board.set_model("").await).await;
                SessionInput::ModelMissing
            }
            Report::Started(capture, device) => {
                self.show(async |board| board.set_device(&device).await)
                    .await;
                SessionInput::CaptureStarted(capture)
            }
            Report::Failed(capture, failure) => SessionInput::CaptureFailed(capture, failure),
            Report::Speech(capture, event) => {
                self.level(&event).await;
                SessionInput::Speech(capture, event)
            }
        };
        self.input(input).await;
    }

    async fn level(&self, event: &SpeechEvent) {
        if let SpeechEvent::Level { peak_dbfs } = event
            && self.session.state() == State::Listening
        {
            let peak_dbfs = f64::from(peak_dbfs.round());
            self.show(async |board| board.set_level(peak_dbfs).await)
                .await;
        }
    }

    /// Hands one input to the session; answers with what it told the user, if it refused.
    async fn input(&mut self, input: SessionInput) -> Option<UserMessage> {
        if let Some(act) = KeyAct::of(&input) {
            if let Some(services) = &self.services {
                services.count(act).await;
            }
            if act != KeyAct::Release && self.counts.is_paused() {
                return None;
            }
        }
        self.session.handle(self.clock.now(), input);
        self.carry_out().await
    }

    async fn carry_out(&mut self) -> Option<UserMessage> {
        let mut told = None;
        let mut effects: VecDeque<Effect> =
            std::iter::from_fn(|| self.session.poll_effect()).collect();
        while let Some(effect) = effects.pop_front() {
            if let Effect::Tell(message) = effect {
                told = Some(message);
            }
            self.carry_out_one(effect).await;
        }
        told
    }

    async fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::ActivateEngine => self.input_method.activate(),
            Effect::RestoreEngine => self.input_method.restore(),
            Effect::StartCapture(capture) => {
                self.begin_text();
                self.recognizer.ask(Control::Listen(capture));
            }
            Effect::StopCapture(capture, flush) => {
                self.recognizer.ask(Control::Stop(capture, flush));
                self.quiet().await;
            }
            Effect::SetPreedit {
                context,
                stable,
                unstable,
            } => {
                if let Err(error) = self
                    .input_method
                    .set_preedit(&context, &stable, &unstable)
                    .await
                {
                    note!("the preedit cannot be shown: {error}");
                }
            }
            Effect::ClearPreedit => {
                if let Err(error) = self.input_method.clear_preedit().await {
                    note!("the preedit cannot be cleared: {error}");
                }
            }
            Effect::Commit { context, text } => {
                if let Err(error) = self.input_method.commit(&context, &text).await {
                    note!("the text cannot be inserted: {error}");
                    self.ladder.send(text, KeepReason::FocusMoved, &self.offer);
                } else {
                    self.history.keep(&self.config.history, &text);
                }
            }
            Effect::KeepUndelivered { text, reason } => {
                self.ladder.send(text, reason, &self.offer);
            }
            Effect::Field { context, act } => self.act(&context, &act).await,
            Effect::HideChoices => self.hide_choices().await,
            Effect::Learn { heard, chosen } => self.learn(&heard, &chosen),
            Effect::Expect { client, names } => self.expect(&client, &names),
            Effect::SwitchLanguage(language) => self.switch_language(language),
            Effect::StatusChanged(state) => self.status(state).await,
            Effect::Tell(message) => self.offer.tell(message),
            Effect::PlayCue(cue) => self.offer.play(cue),
        }
    }

    async fn status(&self, state: State) {
        self.policy.set_escape(match state {
            State::Opening | State::Listening | State::Finishing => Escape::Cancels,
            State::Idle | State::Unavailable(_) => Escape::Passes,
        });
        self.show(async |board| board.set_state(on_the_bus(state)).await)
            .await;
    }

    /// The microphone is closed.
    async fn quiet(&self) {
        self.show(async |board| {
            board.set_level(SILENT_DBFS).await?;
            board.set_device("").await
        })
        .await;
    }

    async fn show(&self, change: impl AsyncFnOnce(&Board) -> zbus::Result<()>) {
        if let Some(board) = &self.board
            && let Err(error) = change(board).await
        {
            note!("the session bus does not take a change of state: {error}");
        }
    }

    async fn read_config(&mut self) {
        match Config::read(&self.config_path) {
            Ok(config) => {
                if config != self.config {
                    self.config = config;
                    self.apply_config();
                    if let Some(services) = &self.services {
                        services.settings_changed().await;
                    }
                    note!("the settings in {} are in use", self.config_path.display());
                }
            }
            Err(error) => self
                .offer
                .tell_sentence(tr::tr!("{}; the former settings stay in use.", error)),
        }
        self.write_by_rules();
    }

    fn apply_config(&mut self) {
        self.session.set_config(self.config.session());
        self.policy.set_push_to_talk(self.config.key.push_to_talk);
        self.push_to_talk.watch(&self.config.key);
        self.offer.feedback = self.config.feedback.clone();
        self.offer.delivery = self.config.delivery.clone();
        self.recognizer
            .ask(Control::Configure(Settings::from(&self.config)));
    }
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        let unload_after_s = config.model.unload_after_s;
        Self {
            device: config.microphone.device.clone(),
            model: config.model.id.clone(),
            unload_after: (unload_after_s > 0)
                .then(|| std::time::Duration::from_secs(unload_after_s)),
        }
    }
}

/// The state as the session bus has it.
pub(crate) const fn on_the_bus(state: State) -> DictationState {
    match state {
        State::Unavailable(Unavailable::Starting) => DictationState::Starting,
        State::Unavailable(Unavailable::NoModel) => DictationState::NoModel,
        State::Unavailable(Unavailable::ModelBroken) => DictationState::ModelBroken,
        State::Unavailable(Unavailable::Quitting) => DictationState::Quitting,
        State::Idle => DictationState::Idle,
        State::Opening => DictationState::Opening,
        State::Listening => DictationState::Listening,
        State::Finishing => DictationState::Finishing,
    }
}

fn refused(message: UserMessage) -> DictationError {
    let sentence = messages::sentence(message);
    match message {
        UserMessage::CannotStart(Unavailable::NoModel | Unavailable::ModelBroken)
        | UserMessage::ModelBroken => DictationError::NoModel(sentence),
        UserMessage::PasswordField => DictationError::PasswordField(sentence),
        UserMessage::NothingToPaste => DictationError::NothingToPaste(sentence),
        _ => DictationError::NotReady(sentence),
    }
}
