//! Scripts: one line per input with its time, effects written below the line that caused them.
//!
//! `0 press` … see [`parse`] for the words. Deadlines between two lines fire at their own time and
//! appear as `<time> timeout`; a script ends when no deadline is left.

use std::sync::{Arc, LazyLock};

use sotto_session::{
    Capabilities, CaptureFailure, CaptureId, Choice, ContentType, ContextId, Effect, FieldAct,
    HeardWord, HeardWords, Millis, Session, SessionConfig, SessionInput, SpeechEvent, Spoken,
    Surrounding,
};
use sotto_text::{Language, MarkedWord, TextRules};

static RULES: LazyLock<Arc<TextRules>> =
    LazyLock::new(|| Arc::new(TextRules::shipped(Language::English)));

/// Runs a script on a session that has a model and an input method; returns what happened.
#[track_caller]
pub(crate) fn run(script: &str) -> String {
    run_with(SessionConfig::default(), script)
}

/// Runs a script with other times and habits.
#[track_caller]
pub(crate) fn run_with(config: SessionConfig, script: &str) -> String {
    let mut session = Session::new(config);
    session.set_rules(Arc::clone(&RULES));
    session.handle(Millis(0), SessionInput::ModelReady);
    session.handle(Millis(0), SessionInput::BusBack);
    while session.poll_effect().is_some() {}
    let mut log = String::new();
    for line in script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let (time, words) = line.split_once(' ').expect("a line is a time and an input");
        let now = Millis(time.parse().expect("a line begins with milliseconds"));
        fire_until(&mut session, Some(now), &mut log);
        log.push_str(&format!("{line}\n"));
        session.handle(now, parse(words));
        write_effects(&mut session, &mut log);
    }
    fire_until(&mut session, None, &mut log);
    log
}

fn fire_until(session: &mut Session, end: Option<Millis>, log: &mut String) {
    while let Some(deadline) = session.next_deadline() {
        if end.is_some_and(|end| deadline > end) {
            return;
        }
        session.handle_timeout(deadline);
        assert!(session.next_deadline() > Some(deadline) || session.next_deadline().is_none());
        let mut effects = String::new();
        write_effects(session, &mut effects);
        if !effects.is_empty() {
            log.push_str(&format!("{} timeout\n{effects}", deadline.0));
        }
    }
}

fn write_effects(session: &mut Session, log: &mut String) {
    while let Some(effect) = session.poll_effect() {
        let shown = match effect {
            Effect::StartCapture(id) => format!("start capture {}", id.0),
            Effect::StopCapture(id, flush) => format!("stop capture {}, {flush:?}", id.0),
            Effect::SetPreedit {
                context,
                stable,
                unstable,
            } => {
                format!(
                    "preedit {}: {:?} {:?}",
                    context.as_str(),
                    stable.as_str(),
                    unstable.as_str()
                )
            }
            Effect::Commit { context, text } => {
                format!("commit {}: {:?}", context.as_str(), text.as_str())
            }
            Effect::KeepUndelivered { text, reason } => {
                format!("keep {:?}, {reason:?}", text.as_str())
            }
            Effect::StatusChanged(state) => format!("state {state:?}"),
            Effect::Tell(message) => format!("tell {message:?}"),
            Effect::PlayCue(cue) => format!("cue {cue:?}"),
            Effect::ActivateEngine => "activate engine".into(),
            Effect::RestoreEngine => "restore engine".into(),
            Effect::ClearPreedit => "clear preedit".into(),
            Effect::Field { context, act } => {
                let name = context.as_str();
                match act {
                    FieldAct::Read => format!("read {name}"),
                    FieldAct::Delete { before, after } => {
                        let (before, after) = (before.as_str(), after.as_str());
                        format!("delete {name}: {before:?} {after:?}")
                    }
                    FieldAct::Press { key, n_times } => format!("key {name}: {key:?} {n_times}"),
                    FieldAct::ShowChoices {
                        choices,
                        highlighted,
                    } => {
                        let choices: Vec<&str> = choices.iter().map(Spoken::as_str).collect();
                        format!("choices {name}: {choices:?} {highlighted}")
                    }
                }
            }
            Effect::HideChoices => "hide choices".into(),
            Effect::Learn { heard, chosen } => {
                format!("learn {:?} for {:?}", chosen.as_str(), heard.as_str())
            }
            Effect::Expect { client, names } => {
                let names: Vec<&str> = names.iter().map(Spoken::as_str).collect();
                if names.is_empty() {
                    continue;
                }
                format!("expect {client}: {names:?}")
            }
            Effect::SwitchLanguage(language) => format!("switch to {language:?}"),
        };
        log.push_str(&format!("    {shown}\n"));
    }
}

/// The words of a text; `//` stands for a pause of 900 ms.
fn heard(text: &str) -> HeardWords {
    let mut gap_ms = 0;
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        if word == "//" {
            gap_ms = 900;
            continue;
        }
        let word = MarkedWord::from_written(word).remove(0);
        words.push(HeardWord { word, gap_ms });
        gap_ms = 0;
    }
    HeardWords::new(words)
}

/// One input. Texts stand between bars: `partial 1 |stable|unstable|`, `final 1 |text|`.
fn parse(words: &str) -> SessionInput {
    let mut bars = words.split('|').map(str::to_owned).skip(1);
    let mut text = || bars.next().expect("a text between bars");
    let mut parts = words.split_whitespace();
    let word = parts.next().expect("an input");
    let mut part = || parts.next().expect("an argument");
    let number = |digits: &str| digits.parse::<u32>().expect("a number");
    let speech = |capture: &str, event| {
        SessionInput::Speech(CaptureId(capture.parse().expect("a capture")), event)
    };
    match word {
        "press" => SessionInput::Press,
        "release" => SessionInput::Release,
        "key-lost" => SessionInput::KeyLost,
        "toggle" => SessionInput::Toggle,
        "cancel" => SessionInput::Cancel,
        "in" => SessionInput::FocusIn {
            context: ContextId::new(part()),
            client: parts.next().unwrap_or("gtk3-im:editor").into(),
            capabilities: Capabilities(0xa9),
        },
        "fake" => SessionInput::FocusIn {
            context: ContextId::new("InputContext_1"),
            client: "fake".into(),
            capabilities: Capabilities(0x29),
        },
        "out" => SessionInput::FocusOut(ContextId::new(part())),
        "reset" => SessionInput::Reset(ContextId::new(part())),
        "purpose" => SessionInput::ContentType(ContentType {
            purpose: number(part()),
            hints: 0,
        }),
        "hints" => SessionInput::ContentType(ContentType {
            purpose: 0,
            hints: number(part()),
        }),
        "around" => {
            let text = text();
            let cursor = u32::try_from(text.chars().count()).expect("a short text");
            SessionInput::Surrounding(Surrounding {
                text,
                cursor,
                anchor: cursor,
            })
        }
        "typed" => SessionInput::KeyTyped,
        "choose" => SessionInput::Choose(match part() {
            "next" => Choice::Next,
            "previous" => Choice::Previous,
            "accept" => Choice::Accept,
            digit => Choice::Number(number(digit) as usize - 1),
        }),
        "started" => speech(part(), SpeechEvent::Started),
        "partial" => {
            let (stable, unstable) = (heard(&text()), heard(&text()));
            speech(part(), SpeechEvent::Partial { stable, unstable })
        }
        "final" => {
            let capture = part();
            let words = heard(&text());
            let others = bars.filter(|text| !text.is_empty());
            let alternatives = others.map(|text| heard(&text)).collect();
            speech(
                capture,
                SpeechEvent::Final {
                    words,
                    alternatives,
                },
            )
        }
        "lost" => speech(part(), SpeechEvent::Lost),
        "failed" => speech(part(), SpeechEvent::Failed),
        "ended" => speech(part(), SpeechEvent::Ended),
        "level" => {
            let capture = part();
            speech(
                capture,
                SpeechEvent::Level {
                    peak_dbfs: part().parse().expect("a level"),
                },
            )
        }
        "capture-started" => SessionInput::CaptureStarted(CaptureId(number(part()).into())),
        "capture-failed" => SessionInput::CaptureFailed(
            CaptureId(number(part()).into()),
            match part() {
                "no-device" => CaptureFailure::NoDevice,
                "busy" => CaptureFailure::Busy,
                "denied" => CaptureFailure::Denied,
                "lost" => CaptureFailure::Lost,
                other => panic!("no such failure: {other}"),
            },
        ),
        "model-ready" => SessionInput::ModelReady,
        "model-missing" => SessionInput::ModelMissing,
        "activated" => SessionInput::EngineActivated,
        "activation-failed" => SessionInput::ActivationFailed,
        "activation-lost" => SessionInput::ActivationLost,
        "bus-lost" => SessionInput::BusLost,
        "bus-back" => SessionInput::BusBack,
        "clock-jump" => SessionInput::ClockJump,
        "paste-last" => SessionInput::PasteLast,
        "typed-otherwise" => SessionInput::TypedOtherwise,
        "quit" => SessionInput::Quit,
        other => panic!("no such input: {other}"),
    }
}
