//! The state machine: inputs and time in, effects out.

mod choosing;
mod course;
mod delivery;
mod editing;
mod expecting;
mod faults;
mod speech;
mod timeouts;
mod whereabouts;

use std::{collections::VecDeque, sync::Arc};

use sotto_text::{KnownWord, SnippetValues, TextRules};

use crate::{
    config::SessionConfig,
    dictation::Dictation,
    effect::{Cue, Effect, State, Unavailable, UserMessage},
    focus::Focus,
    input::{CaptureId, SessionInput},
    kept::Kept,
    key::Key,
    shaping::Shaping,
    spoken::Spoken,
    time::Millis,
    written::Written,
};
use choosing::Choosing;
use editing::Hold;

/// What keeps the microphone open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The key is down and its length not known yet.
    Key,
    /// Nothing but the user's next word on it, or silence.
    Latched,
}

/// What the end of a dictation waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaiting {
    /// The last words.
    Recognizer,
    /// Focus, to deliver.
    Focus,
}

#[derive(Debug)]
enum Phase {
    Unavailable(Unavailable),
    Idle,
    Opening {
        dictation: Dictation,
        deadline: Millis,
    },
    Listening {
        dictation: Dictation,
    },
    Finishing {
        dictation: Dictation,
        awaiting: Awaiting,
        deadline: Millis,
    },
}

/// Our engine, as the input method has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    /// The user's own engine is selected.
    Resting,
    /// The switch to ours is under way.
    Activating { deadline: Millis },
    /// Ours is selected.
    Active,
    /// The switch was refused, or is taking too long; it may still come.
    Refused,
    /// The user selected another engine: nothing to restore.
    Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bus {
    Down,
    Up,
}

/// Whether the preedit stands at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Preedit {
    Hidden,
    Shown { stable: Spoken, unstable: Spoken },
}

/// The dictation session of a process.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    now: Millis,
    phase: Phase,
    /// The state last told.
    reported: State,
    availability: Result<(), Unavailable>,
    bus: Bus,
    engine: Engine,
    focus: Focus,
    key: Key,
    /// A press during `Finishing`, to be served after it.
    again: Option<Mode>,
    /// Captures whose recognizer did not finish in time.
    late: Vec<CaptureId>,
    n_captures: u64,
    preedit: Preedit,
    /// What we wrote where focus is.
    written: Written,
    /// What the edit that is next waits for.
    hold: Hold,
    choosing: Option<Choosing>,
    known_words: Vec<KnownWord>,
    /// What was last said to be likely in this dictation: the application and the names there.
    expected: Option<(String, Vec<Spoken>)>,
    shaping: Shaping,
    kept: Kept,
    effects: VecDeque<Effect>,
}

impl Session {
    /// A session that knows of no model, no input method and no focus yet.
    #[must_use]
    pub fn new(config: SessionConfig) -> Self {
        Self {
            config,
            now: Millis(0),
            phase: Phase::Unavailable(Unavailable::Starting),
            reported: State::Unavailable(Unavailable::Starting),
            availability: Err(Unavailable::Starting),
            bus: Bus::Down,
            engine: Engine::Resting,
            focus: Focus::default(),
            key: Key::Up,
            again: None,
            late: Vec::new(),
            n_captures: 0,
            preedit: Preedit::Hidden,
            written: Written::default(),
            hold: Hold::Unasked,
            choosing: None,
            known_words: Vec::new(),
            expected: None,
            shaping: Shaping::default(),
            kept: Kept::default(),
            effects: VecDeque::new(),
        }
    }

    /// Takes other times and habits, from the next input on.
    pub fn set_config(&mut self, config: SessionConfig) {
        self.config = config;
    }

    /// Writes text by other rules; until told, by those of English.
    pub fn set_rules(&mut self, rules: Arc<TextRules>) {
        self.shaping.set_rules(rules);
    }

    /// What the variables of snippets stand for from now on.
    pub fn set_snippet_values(&mut self, values: SnippetValues) {
        self.shaping.set_values(values);
    }

    /// What the session is doing.
    #[must_use]
    pub const fn state(&self) -> State {
        match self.phase {
            Phase::Unavailable(why) => State::Unavailable(why),
            Phase::Idle => State::Idle,
            Phase::Opening { .. } => State::Opening,
            Phase::Listening { .. } => State::Listening,
            Phase::Finishing { .. } => State::Finishing,
        }
    }

    /// The next thing to do; effects are to be carried out in this order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), if nothing happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Millis> {
        let engine = match self.engine {
            Engine::Activating { deadline } => Some(deadline),
            Engine::Resting | Engine::Active | Engine::Refused | Engine::Lost => None,
        };
        let (phase, muted) = match &self.phase {
            Phase::Unavailable(_) | Phase::Idle => (None, None),
            Phase::Opening { deadline, .. } | Phase::Finishing { deadline, .. } => {
                (Some(*deadline), None)
            }
            Phase::Listening { dictation } => (
                self.silence_deadline(dictation),
                dictation
                    .muted_since
                    .map(|since| since + self.config.muted_after),
            ),
        };
        let key = self.key.deadline(self.config.release_grace);
        let hold = self.hold.deadline();
        [key, engine, phase, muted, self.settle_deadline(), hold]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Millis) {
        self.now = self.now.max(now);
        while self
            .next_deadline()
            .is_some_and(|deadline| deadline <= self.now)
        {
            self.expire();
            self.deliver();
        }
        self.deliver();
    }

    /// Takes one input at `now`, after what was due before it.
    pub fn handle(&mut self, now: Millis, input: SessionInput) {
        self.handle_timeout(now);
        match input {
            SessionInput::Press => self.press(),
            SessionInput::Release => self.key.release(self.now),
            SessionInput::KeyLost => self.key_lost(),
            SessionInput::Toggle => self.ask(Mode::Latched),
            SessionInput::Cancel => self.cancel(),
            SessionInput::FocusIn {
                context,
                client,
                capabilities,
            } => {
                self.focus_in(context, &client, capabilities);
            }
            SessionInput::FocusOut(context) => self.focus_out(&context),
            SessionInput::Reset(context) => self.reset(&context),
            SessionInput::ContentType(content_type) => self.content_type(content_type),
            SessionInput::Surrounding(surrounding) => self.surrounding(surrounding),
            SessionInput::Choose(choice) => self.choice(choice),
            SessionInput::KeyTyped => {
                self.stop_choosing();
                self.written.typed();
                self.focus.set_surrounding(None);
            }
            SessionInput::Speech(capture, event) => self.speech(capture, event),
            SessionInput::CaptureStarted(capture) => self.capture_started(capture),
            SessionInput::CaptureFailed(capture, failure) => self.capture_failed(capture, failure),
            SessionInput::ModelReady => self.set_availability(Ok(())),
            SessionInput::ModelMissing => self.set_availability(Err(Unavailable::NoModel)),
            SessionInput::EngineActivated => {
                self.engine_active();
                self.show_preedit();
            }
            SessionInput::ActivationFailed => self.activation_failed(),
            SessionInput::ActivationLost => self.activation_lost(),
            SessionInput::BusLost => self.bus_lost(),
            SessionInput::BusBack => self.bus_back(),
            SessionInput::ClockJump => self.clock_jump(),
            SessionInput::PasteLast => self.paste_last(),
            SessionInput::TypedOtherwise => self.kept.settle(),
            SessionInput::Quit => self.quit(),
        }
        self.deliver();
    }

    fn push(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    fn tell(&mut self, message: UserMessage) {
        self.push(Effect::Tell(message));
    }

    fn refuse(&mut self, message: UserMessage) {
        self.tell(message);
        self.push(Effect::PlayCue(Cue::Problem));
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        if self.state() != self.reported {
            self.reported = self.state();
            self.push(Effect::StatusChanged(self.reported));
        }
    }

    const fn dictation(&mut self) -> Option<&mut Dictation> {
        match &mut self.phase {
            Phase::Unavailable(_) | Phase::Idle => None,
            Phase::Opening { dictation, .. }
            | Phase::Listening { dictation }
            | Phase::Finishing { dictation, .. } => Some(dictation),
        }
    }

    fn take_phase(&mut self) -> Phase {
        std::mem::replace(&mut self.phase, Phase::Idle)
    }
}
