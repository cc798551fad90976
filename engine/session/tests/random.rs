//! Ten thousand random scripts: no order of inputs types into the wrong window, loses words,
//! panics, hangs in `Finishing`, or moves deadlines back.
//!
//! The fields of the trial hold what was committed to them, some tell their text and some do not; the
//! user types into them, seen by the engine and unseen. Every edit must hit exactly what stands there.
//!
//! The judge below knows nothing of the session's insides: it watches which contexts had focus
//! while each utterance was spoken, and what became of each final text.
//!
//! Longer than 400 lines because the judge is one rule book, and its scripts are made for it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use proptest::{collection, prelude::*, test_runner::Config};
use sotto_session::{
    Capabilities, CaptureFailure, CaptureId, Choice, ContentType, ContextId, EditKey, Effect,
    FieldAct, Flush, HeardWords, Millis, Session, SessionConfig, SessionInput, SpeechEvent, State,
    Surrounding,
};
use sotto_text::{Language, TextRules};

static RULES: LazyLock<Arc<TextRules>> =
    LazyLock::new(|| Arc::new(TextRules::shipped(Language::English)));

/// Speech is heard by the recognizer at most this long after it began.
const RECOGNIZER_LATENCY_MS: u64 = 700;

/// Focus that stays for less only passes through.
const PASSING_MS: u64 = 50;

/// How soon after the press focus may still be on its way.
const ADOPTION_MS: u64 = 500;

/// Commands that are said; `f1` and the like name texts that may stand there.
const COMMANDS: &[&str] = &[
    "scratch that",
    "undo that",
    "redo that",
    "select f1",
    "delete f2",
    "delete last word",
    "capitalize that",
    "replace f1 with r",
    "correct f1",
    "correct that",
    "choose one",
    "go to end",
    "new sentence",
    "stop dictation",
];

/// What happens next, with the capture left to be the one running or an older one.
#[derive(Debug, Clone)]
enum Step {
    Input(SessionInput),
    Speech {
        age: u64,
        event: Said,
    },
    /// The focused field tells its text, if it is one that does.
    Tell,
    /// The user types while another engine is selected.
    TypeUnseen,
    CaptureStarted,
    CaptureFailed,
}

#[derive(Debug, Clone, Copy)]
enum Said {
    Started,
    Partial,
    Final,
    Lost,
    Failed,
    Ended,
    Silence,
    Command(&'static str),
}

/// Whether the application of this context tells its text.
fn tells(context: &ContextId) -> bool {
    context.as_str() != "context-2"
}

fn context(n: u8) -> ContextId {
    ContextId::new(&format!("context-{n}"))
}

fn focus_in(context: ContextId, client: &str) -> Step {
    Step::Input(SessionInput::FocusIn {
        context,
        client: client.into(),
        capabilities: Capabilities(0xa9),
    })
}

fn step() -> impl Strategy<Value = Step> {
    let input = |input| Just(Step::Input(input));
    let keys = prop_oneof![
        6 => input(SessionInput::Press),
        6 => input(SessionInput::Release),
        1 => input(SessionInput::KeyLost),
        2 => input(SessionInput::Toggle),
        1 => input(SessionInput::Cancel),
    ];
    let focus = prop_oneof![
        6 => (0..3u8).prop_map(|n| focus_in(context(n), "gtk3-im:editor")),
        4 => (0..3u8).prop_map(|n| Step::Input(SessionInput::FocusOut(context(n)))),
        2 => Just(focus_in(ContextId::new("InputContext_1"), "fake")),
        1 => (0..3u8).prop_map(|n| Step::Input(SessionInput::Reset(context(n)))),
        1 => prop_oneof![Just(0u32), Just(8), Just(9)].prop_map(|purpose| {
            Step::Input(SessionInput::ContentType(ContentType { purpose, hints: 0 }))
        }),
        1 => input(SessionInput::KeyTyped),
    ];
    let said = prop_oneof![
        2 => Just(Said::Started),
        6 => Just(Said::Partial),
        6 => Just(Said::Final),
        1 => Just(Said::Lost),
        1 => Just(Said::Failed),
        4 => Just(Said::Ended),
        1 => Just(Said::Silence),
        5 => proptest::sample::select(COMMANDS).prop_map(Said::Command),
    ];
    let speech = (prop_oneof![9 => Just(0u64), 1 => Just(1)], said)
        .prop_map(|(age, event)| Step::Speech { age, event });
    let capture = prop_oneof![5 => Just(Step::CaptureStarted), 1 => Just(Step::CaptureFailed)];
    let world = prop_oneof![
        8 => input(SessionInput::EngineActivated),
        1 => input(SessionInput::ActivationFailed),
        1 => input(SessionInput::ActivationLost),
        1 => input(SessionInput::BusLost),
        3 => input(SessionInput::BusBack),
        1 => input(SessionInput::ClockJump),
        3 => input(SessionInput::ModelReady),
        1 => input(SessionInput::ModelMissing),
        2 => input(SessionInput::PasteLast),
        3 => Just(Step::Tell),
        1 => Just(Step::TypeUnseen),
        1 => (0..3usize).prop_map(|at| Step::Input(SessionInput::Choose(Choice::Number(at)))),
        1 => input(SessionInput::Choose(Choice::Next)),
    ];
    prop_oneof![4 => keys, 6 => focus, 8 => speech, 3 => capture, 3 => world]
}

fn script() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let pause = prop_oneof![4 => 0..60u64, 4 => 60..1_000u64, 1 => 1_000..12_000u64];
    collection::vec((pause, step()), 1..80)
}

/// A dictation that is under way, with more to edit than to wait for.
fn editing_script() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let speech = |event| Step::Speech { age: 0, event };
    let step = prop_oneof![
        6 => Just(speech(Said::Final)),
        8 => proptest::sample::select(COMMANDS).prop_map(move |said| speech(Said::Command(said))),
        4 => Just(Step::Tell),
        1 => Just(Step::TypeUnseen),
        1 => Just(Step::Input(SessionInput::KeyTyped)),
        1 => Just(Step::Input(SessionInput::Choose(Choice::Accept))),
        2 => step(),
    ];
    let field = prop_oneof![2 => Just(0u8), 1 => Just(2)];
    let pause = prop_oneof![2 => 0..60u64, 3 => 60..300u64];
    (field, collection::vec((pause, step), 1..40)).prop_map(|(field, steps)| {
        let start = [
            Step::Input(SessionInput::Toggle),
            Step::CaptureStarted,
            focus_in(context(field), "gtk3-im:editor"),
        ];
        let start = start.into_iter().map(|step| (10, step));
        start.chain(steps).collect()
    })
}

/// Where the words of a capture may go.
#[derive(Debug, Default)]
struct Utterance {
    /// Text fields that had focus while it was spoken.
    places: HashSet<ContextId>,
    /// Whether a place it was spoken in was given up while it was spoken or waited.
    spoiled: bool,
    /// Whether the only field it can have been spoken to turned out to be secret.
    secret: bool,
}

#[derive(Debug, Default)]
struct Judge {
    focused: Option<ContextId>,
    secret: bool,
    /// The field that lost focus last, if it was secret.
    left_secret: Option<ContextId>,
    now: Millis,
    /// Which text field had focus, from when until when.
    history: Vec<(ContextId, Millis, Option<Millis>)>,
    /// The capture whose microphone is open.
    open: Option<CaptureId>,
    opened_at: HashMap<CaptureId, Millis>,
    closed_at: HashMap<CaptureId, Millis>,
    discarded: HashSet<CaptureId>,
    speaking: HashMap<CaptureId, Utterance>,
    finals: HashMap<String, (CaptureId, Utterance)>,
    committed: HashMap<String, usize>,
    kept: HashSet<String>,
    n_pastes: usize,
    cancelled: bool,
    /// Commands said so far: they may write a text again.
    n_commands: usize,
    fields: HashMap<ContextId, Field>,
    /// Whether keys of the user pass through our engine.
    is_selected: bool,
}

/// A text field, with the caret at its end.
#[derive(Debug, Default)]
struct Field {
    text: String,
    /// What the application told last.
    told: Option<String>,
    /// How much of the text was there when the caret was moved by a key.
    is_moved: bool,
    /// Everything that was ever committed to it.
    written: String,
}

impl Judge {
    /// Somebody was heard: an utterance that was not heard before may have begun a while ago.
    fn hear(&mut self, capture: CaptureId) {
        if self.speaking.contains_key(&capture) {
            return;
        }
        let opened_at = self.opened_at.get(&capture).copied().unwrap_or(self.now);
        let closed_at = self.closed_at.get(&capture).copied().unwrap_or(self.now);
        let began_at = Millis(self.now.0.saturating_sub(RECOGNIZER_LATENCY_MS)).max(opened_at);
        let began_at = began_at.min(Millis(closed_at.0.saturating_sub(1)));
        let next_from = self.history.iter().skip(1).map(|(_, from, _)| Some(*from));
        let places = self.history.iter().zip(next_from.chain([None])).filter(
            |((_, from, to), next_from)| {
                // Where focus only passed through, right after the press, nobody spoke to.
                let passed = next_from.is_some_and(|next| {
                    *from >= opened_at
                        && next.0 < from.0 + PASSING_MS
                        && next.0 <= opened_at.0 + ADOPTION_MS
                });
                !passed && *from < closed_at && to.is_none_or(|to| to > began_at)
            },
        );
        let utterance = Utterance {
            places: places.map(|((context, ..), _)| context.clone()).collect(),
            ..Utterance::default()
        };
        self.speaking.insert(capture, utterance);
    }

    fn set_focused(&mut self, focused: Option<ContextId>) {
        if self.focused == focused {
            return;
        }
        if let Some((_, _, to)) = self.history.last_mut() {
            to.get_or_insert(self.now);
        }
        self.history
            .extend(focused.clone().map(|context| (context, self.now, None)));
        if let Some(left) = self.focused.take() {
            self.left_secret = self.secret.then_some(left);
        }
        // a field that comes back is what it was until it says otherwise
        self.secret = focused.is_some() && focused == self.left_secret;
        self.focused = focused;
        self.note_secret();
    }

    /// What was spoken to no other field than the secret one that has focus is not owed to anybody.
    fn note_secret(&mut self) {
        if !self.secret {
            return;
        }
        for (_, utterance) in self.finals.values_mut() {
            let elsewhere = |place| self.focused.as_ref() != Some(place);
            utterance.secret |= !utterance.places.iter().any(elsewhere);
        }
    }

    fn close(&mut self, capture: CaptureId) {
        if self.open == Some(capture) {
            self.open = None;
            self.closed_at.insert(capture, self.now);
        }
    }

    fn input(&mut self, input: &SessionInput) {
        match input {
            SessionInput::FocusIn {
                context, client, ..
            } if client != "fake" => {
                self.set_focused(Some(context.clone()));
            }
            SessionInput::FocusIn { .. } => self.set_focused(None),
            SessionInput::ActivationLost | SessionInput::BusLost => {
                self.set_focused(None);
                self.left_secret = None;
            }
            SessionInput::FocusOut(context) if self.focused.as_ref() == Some(context) => {
                self.set_focused(None);
            }
            SessionInput::ContentType(content_type) => {
                self.secret = self.focused.is_some() && content_type.is_secret();
                self.note_secret();
            }
            SessionInput::PasteLast => self.n_pastes += 1,
            SessionInput::Cancel => self.cancelled = true,
            SessionInput::KeyTyped => self.type_key('#'),
            SessionInput::Reset(context) => {
                let texts = self.finals.iter_mut().filter_map(|(text, (_, utterance))| {
                    (!self.committed.contains_key(text)).then_some(utterance)
                });
                for utterance in self.speaking.values_mut().chain(texts) {
                    utterance.spoiled |= utterance.places.contains(context);
                }
            }
            SessionInput::Speech(capture, SpeechEvent::Final { words, .. }) => {
                let text = words.words()[0].word.text.clone();
                self.hear(*capture);
                let utterance = self.speaking.remove(capture).unwrap_or_default();
                if !text.starts_with('F') {
                    self.n_commands += 1;
                    return;
                }
                self.finals.insert(text, (*capture, utterance));
            }
            SessionInput::Speech(capture, SpeechEvent::Started | SpeechEvent::Partial { .. }) => {
                self.hear(*capture);
            }
            _ => {}
        }
    }

    /// After the session answered: what is still heard is spoken to what has focus now.
    fn answered(&mut self) {
        for (capture, utterance) in &mut self.speaking {
            if self.open == Some(*capture) {
                utterance.places.extend(self.focused.clone());
            }
        }
    }

    fn effect(&mut self, effect: &Effect) {
        match effect {
            Effect::StartCapture(capture) => {
                assert_eq!(self.open, None, "two microphones");
                assert!(!self.secret, "a secret field started the microphone");
                self.open = Some(*capture);
                self.opened_at.insert(*capture, self.now);
            }
            Effect::StopCapture(capture, flush) => {
                self.close(*capture);
                if *flush == Flush::Discard {
                    self.discarded.insert(*capture);
                }
            }
            Effect::ActivateEngine => self.is_selected = true,
            Effect::RestoreEngine => self.is_selected = false,
            Effect::Field { context, act } => {
                assert_eq!(self.focused.as_ref(), Some(context), "edit without focus");
                assert!(!self.secret, "edit in a secret field");
                self.act(context, act);
            }
            Effect::SetPreedit { context, .. } => {
                assert_eq!(
                    self.focused.as_ref(),
                    Some(context),
                    "preedit in another window"
                );
                assert!(!self.secret, "preedit in a secret field");
            }
            Effect::Commit { context, text } => {
                assert_eq!(self.focused.as_ref(), Some(context), "commit without focus");
                assert!(!self.secret, "commit into a secret field");
                self.committed_text(context, text.as_str());
                let field = self.fields.entry(context.clone()).or_default();
                field.text.push_str(text.as_str());
            }
            Effect::KeepUndelivered { text, .. } => {
                self.kept
                    .extend(text.as_str().split_whitespace().map(str::to_owned));
            }
            _ => {}
        }
    }

    fn type_key(&mut self, key: char) {
        if let Some(context) = &self.focused {
            self.fields
                .entry(context.clone())
                .or_default()
                .text
                .push(key);
        }
    }

    fn act(&mut self, context: &ContextId, act: &FieldAct) {
        let field = self.fields.entry(context.clone()).or_default();
        match act {
            FieldAct::Read | FieldAct::ShowChoices { .. } => {}
            FieldAct::Delete { before, after } => {
                assert!(tells(context), "an edit of text that was never told");
                assert_eq!(after.as_str(), "", "the caret stands at the end");
                let stem = field.text.strip_suffix(before.as_str());
                field.text = stem.expect("what is deleted stands there").to_owned();
            }
            FieldAct::Press { key, n_times } => match key {
                EditKey::BackSpace => {
                    for _ in 0..*n_times {
                        let deleted = field.text.pop();
                        let typed = deleted.is_none_or(|c| matches!(c, '~' | '#'));
                        // Text that was told may be deleted and written again.
                        let may_be_known = tells(context);
                        assert!(may_be_known || !typed, "a key deleted what the user typed");
                    }
                }
                // A selection is not followed: nothing is told of this field any more.
                EditKey::Left | EditKey::SelectRight => field.is_moved = true,
                EditKey::TextEnd => field.is_moved = false,
            },
        }
    }

    fn committed_text(&mut self, context: &ContextId, text: &str) {
        let field = self.fields.entry(context.clone()).or_default();
        field.written.push(' ');
        field.written.push_str(text);
        let field_words: HashSet<String> = field
            .written
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        for word in text.split_whitespace() {
            *self.committed.entry(word.to_owned()).or_default() += 1;
            let Some((_, utterance)) = self.finals.get(word) else {
                continue;
            };
            // A command that was prose wrote its small form here; an edit may have capitalized it.
            let small = word.to_lowercase();
            if field_words.contains(&small) {
                continue;
            }
            if self.n_pastes == 0 {
                assert!(
                    !utterance.spoiled,
                    "{word} was committed after its field changed"
                );
                let elsewhere = utterance.places.iter().any(|place| place != context);
                assert!(
                    !elsewhere,
                    "{word} was spoken to {utterance:?}, committed to {context:?}"
                );
            }
        }
    }

    /// Final texts that `paste-last` must know; a partial may have been replaced by its final.
    fn owed(&self) -> Vec<String> {
        let kept = self
            .kept
            .iter()
            .filter(|text| self.finals.contains_key(*text));
        kept.filter(|text| !self.committed.contains_key(*text))
            .cloned()
            .collect()
    }

    fn verdict(&self) {
        for (text, (capture, utterance)) in &self.finals {
            let n_commits = self.committed.get(text).copied().unwrap_or(0);
            assert!(
                n_commits <= 1 + self.n_pastes + self.n_commands,
                "{text} was committed {n_commits} times"
            );
            let dropped = utterance.secret || self.discarded.contains(capture) || self.cancelled;
            assert!(
                dropped || n_commits > 0 || self.kept.contains(text),
                "{text} was lost"
            );
        }
    }
}

struct Trial {
    session: Session,
    judge: Judge,
    now: Millis,
    capture: u64,
    ended: HashSet<u64>,
    n_texts: usize,
}

impl Trial {
    fn drain(&mut self) {
        let mut read = None;
        while let Some(effect) = self.session.poll_effect() {
            if let Effect::Field {
                context,
                act: FieldAct::Read,
            } = &effect
            {
                read = Some(context.clone());
            }
            if let Effect::StartCapture(capture) = effect {
                self.capture = capture.0;
            }
            self.judge.effect(&effect);
        }
        if let Some(context) = read {
            self.tell(&context);
        }
    }

    /// The application tells its text, if it is another than it told last.
    fn tell(&mut self, context: &ContextId) {
        if !tells(context) || self.judge.focused.as_ref() != Some(context) {
            return;
        }
        let field = self.judge.fields.entry(context.clone()).or_default();
        if field.told.as_ref() == Some(&field.text) || field.is_moved {
            return;
        }
        field.told = Some(field.text.clone());
        let text = field.text.clone();
        let cursor = u32::try_from(text.chars().count()).expect("a short text");
        self.input(SessionInput::Surrounding(Surrounding {
            text,
            cursor,
            anchor: cursor,
        }));
    }

    /// Lets deadlines pass until `end`, or until none is left.
    fn wait(&mut self, end: Option<Millis>) {
        while let Some(deadline) = self.session.next_deadline() {
            assert!(deadline > self.now, "a deadline that is over is still set");
            if end.is_some_and(|end| deadline > end) {
                break;
            }
            self.now = deadline;
            self.judge.now = deadline;
            self.session.handle_timeout(deadline);
            self.drain();
        }
        self.now = end.unwrap_or(self.now);
    }

    fn input(&mut self, input: SessionInput) {
        self.judge.now = self.now;
        self.judge.input(&input);
        self.session.handle(self.now, input);
        self.drain();
        self.judge.answered();
        let deadline = self.session.next_deadline();
        assert!(
            deadline.is_none_or(|deadline| deadline > self.now),
            "a deadline in the past"
        );
    }

    fn speech(&mut self, capture: u64, said: Said) {
        // A recognizer says nothing after `Ended`, and nothing about captures never started.
        if capture == 0 || self.ended.contains(&capture) {
            return;
        }
        let event = match said {
            Said::Started => SpeechEvent::Started,
            Said::Partial => SpeechEvent::Partial {
                stable: HeardWords::from_written(&format!("P{}", self.n_texts)),
                unstable: HeardWords::default(),
            },
            Said::Final => {
                self.n_texts += 1;
                SpeechEvent::Final {
                    words: HeardWords::from_written(&format!("F{}", self.n_texts)),
                    alternatives: Vec::new(),
                }
            }
            Said::Command(command) => SpeechEvent::Final {
                words: HeardWords::from_written(command),
                alternatives: Vec::new(),
            },
            Said::Lost => SpeechEvent::Lost,
            Said::Failed => SpeechEvent::Failed,
            Said::Ended => SpeechEvent::Ended,
            Said::Silence => SpeechEvent::Level {
                peak_dbfs: f32::NEG_INFINITY,
            },
        };
        if matches!(said, Said::Ended | Said::Failed) {
            self.ended.insert(capture);
            self.judge.now = self.now;
            self.judge.close(CaptureId(capture));
        }
        self.input(SessionInput::Speech(CaptureId(capture), event));
    }

    /// What was kept can be had again, wherever focus is then.
    fn paste_the_rest(&mut self) {
        let owed = self.judge.owed();
        if owed.is_empty() || self.judge.n_pastes > 0 || self.judge.cancelled {
            return;
        }
        self.input(SessionInput::BusBack);
        let context = context(9);
        let client = "gtk4-im:editor".to_owned();
        let capabilities = Capabilities::default();
        self.input(SessionInput::FocusIn {
            context,
            client,
            capabilities,
        });
        self.input(SessionInput::PasteLast);
        self.input(SessionInput::EngineActivated);
        self.wait(None);
        for text in owed {
            assert!(
                self.judge.committed.contains_key(&text),
                "{text} was kept, and is gone"
            );
        }
    }

    fn run(script: Vec<(u64, Step)>) {
        let mut session = Session::new(SessionConfig::default());
        session.set_rules(Arc::clone(&RULES));
        let mut trial = Self {
            session,
            judge: Judge::default(),
            now: Millis(0),
            capture: 0,
            ended: HashSet::new(),
            n_texts: 0,
        };
        trial.input(SessionInput::ModelReady);
        trial.input(SessionInput::BusBack);
        for (pause, step) in script {
            let end = trial.now + Millis(pause);
            trial.wait(Some(end));
            match step {
                Step::Input(input) => trial.input(input),
                Step::Speech { age, event } => {
                    trial.speech(trial.capture.saturating_sub(age), event);
                }
                Step::Tell => {
                    if let Some(context) = trial.judge.focused.clone() {
                        trial.tell(&context);
                    }
                }
                Step::TypeUnseen => {
                    if !trial.judge.is_selected {
                        trial.judge.type_key('~');
                    }
                }
                Step::CaptureStarted => {
                    trial.input(SessionInput::CaptureStarted(CaptureId(trial.capture)));
                }
                Step::CaptureFailed => trial.input(SessionInput::CaptureFailed(
                    CaptureId(trial.capture),
                    CaptureFailure::Lost,
                )),
            }
        }
        trial.wait(None);
        let state = trial.session.state();
        assert!(
            !matches!(state, State::Opening | State::Listening | State::Finishing),
            "{state:?}"
        );
        trial.judge.verdict();
        trial.paste_the_rest();
    }
}

proptest! {
    #![proptest_config(Config { cases: 10_000, ..Config::default() })]

    #[test]
    fn no_script_breaks_the_promises(script in script()) {
        Trial::run(script);
    }

}

proptest! {
    #![proptest_config(Config { cases: 4_000, ..Config::default() })]

    #[test]
    fn edits_hit_what_stands_there(script in editing_script()) {
        Trial::run(script);
    }
}
