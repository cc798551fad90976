//! A text field as `ibus-daemon` sees one: an input context that tells what it is shown and given, and when.
//!
//! It is a Python program, because the daemon's signals to a client carry a sender that is no bus name, which zbus refuses.

use std::io::Write as _;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desktop::Desktop;
use crate::process::{Running, limited};
use crate::{PATIENCE, source_root};

/// What happened in the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Text in progress is shown; empty for none.
    Preedit {
        /// All of it.
        text: String,
        /// Its beginning that is drawn as if it would stay.
        stable: String,
    },
    /// Text was inserted.
    Commit(String),
}

/// The field, which has the focus.
#[derive(Debug)]
pub struct Field {
    commands: ChildStdin,
    told: Receiver<(Instant, Value)>,
    _process: Running,
}

impl Field {
    /// Opens a field on the input method's bus.
    ///
    /// # Panics
    ///
    /// Where `ibus-daemon` cannot be reached.
    #[track_caller]
    #[must_use]
    pub fn open(desktop: &Desktop) -> Self {
        let address = desktop.surroundings().find().expect("ibus-daemon runs");
        let mut python = desktop.command("/usr/bin/python3");
        let program = source_root().join("tests/probes/field.py");
        python.arg("-B").arg(program).arg(address);
        let mut process = Running::start(
            limited(&python)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped()),
        );
        let commands = process.stdin().expect("stdin is piped");
        let lines = process.lines();
        let (teller, told) = channel();
        std::thread::spawn(move || {
            for line in lines {
                let news = serde_json::from_str(&line).unwrap_or(Value::Null);
                if teller.send((Instant::now(), news)).is_err() {
                    break;
                }
            }
        });
        let field = Self {
            commands,
            told,
            _process: process,
        };
        let ready = field.told.recv_timeout(PATIENCE);
        assert!(ready.is_ok_and(|(_, news)| news["event"] == "ready"));
        field
    }

    /// What happened since the last question, and when.
    pub fn drain(&mut self) -> Vec<(Instant, Told)> {
        std::iter::from_fn(|| self.told.try_recv().ok())
            .filter_map(|(at, news)| Some((at, read(&news)?)))
            .collect()
    }

    /// Presses and releases Shift so many times; how long the input method took for each, and what happened meanwhile.
    ///
    /// # Panics
    ///
    /// Where it does not answer.
    #[track_caller]
    pub fn press_keys(&mut self, n_keys: usize) -> (Vec<Duration>, Vec<(Instant, Told)>) {
        let command = format!("keys {n_keys}\n");
        let sent = self.commands.write_all(command.as_bytes());
        sent.expect("the field listens");
        let mut meanwhile = Vec::new();
        loop {
            let (at, news) = self.told.recv_timeout(PATIENCE).expect("the field answers");
            match &news["us"] {
                Value::Array(times) => {
                    let times = times.iter().filter_map(Value::as_f64);
                    let times = times.map(|us| Duration::from_secs_f64(us / 1e6));
                    return (times.collect(), meanwhile);
                }
                _ => meanwhile.extend(read(&news).map(|told| (at, told))),
            }
        }
    }
}

fn read(news: &Value) -> Option<Told> {
    let text = news["text"].as_str()?.to_owned();
    match news["event"].as_str()? {
        "preedit" => {
            let n_stable = usize::try_from(news["stable"].as_u64()?).ok()?;
            let stable = text.chars().take(n_stable).collect();
            Some(Told::Preedit { text, stable })
        }
        "commit" => Some(Told::Commit(text)),
        _ => None,
    }
}
