//! Applications with text fields that tell what happens in them; the programs are in `probes/`.

use std::io::Write as _;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use serde_json::Value;

use crate::desktop::Desktop;
use crate::process::{Running, limited};
use crate::{PATIENCE, source_root};

/// The field of a probe that is for a password.
pub const PASSWORD_FIELD: usize = 3;

/// A toolkit with a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolkit {
    /// GTK 3.
    Gtk3,
    /// GTK 4.
    Gtk4,
    /// Qt 5.
    Qt5,
    /// Qt 6.
    Qt6,
}

impl Toolkit {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gtk3, Self::Gtk4, Self::Qt5, Self::Qt6];

    /// Name of the probe.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gtk3 => "gtk3",
            Self::Gtk4 => "gtk4",
            Self::Qt5 => "qt5",
            Self::Qt6 => "qt6",
        }
    }

    /// The Python module without which the probe does not run.
    #[must_use]
    pub fn python_module(self) -> &'static str {
        match self {
            Self::Gtk3 | Self::Gtk4 => "gi",
            Self::Qt5 => "PyQt5.QtWidgets",
            Self::Qt6 => "PyQt6.QtWidgets",
        }
    }
}

/// A running probe.
#[derive(Debug)]
pub struct Probe {
    commands: ChildStdin,
    lines: Receiver<String>,
    /// Everything it has told so far.
    pub events: Vec<Value>,
    _process: Running,
}

impl Probe {
    /// Opens the window and puts the caret into field 0.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    #[track_caller]
    #[must_use]
    pub fn start(desktop: &Desktop, toolkit: Toolkit) -> Self {
        let mut python = desktop.command("/usr/bin/python3");
        python.arg("-B").arg(
            source_root()
                .join("tests/probes")
                .join(format!("{}.py", toolkit.name())),
        );
        let mut process = Running::start(
            limited(&python)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped()),
        );
        let commands = process.stdin().expect("stdin is piped");
        let lines = process.lines();
        let mut probe = Self {
            commands,
            lines,
            events: Vec::new(),
            _process: process,
        };
        probe.wait_for("the window", |event| event["event"] == "ready");
        probe
    }

    /// Puts the caret into a field.
    #[track_caller]
    pub fn focus(&mut self, field: usize) {
        self.say(&format!("focus {field}"));
        self.wait_for("the focus", |event| {
            event["event"] == "focused" && event["field"] == field
        });
    }

    /// Asks to put the caret into a field, without waiting for it to get there.
    pub fn ask_focus(&mut self, field: usize) {
        self.say(&format!("focus {field}"));
    }

    /// Empties a field.
    pub fn clear(&mut self, field: usize) {
        self.say(&format!("clear {field}"));
    }

    /// The text in a field.
    #[track_caller]
    #[must_use]
    pub fn read(&mut self, field: usize) -> String {
        self.say(&format!("read {field}"));
        let event = self.wait_for("the text", |event| {
            event["event"] == "read" && event["field"] == field
        });
        event["text"]
            .as_str()
            .expect("a text is a string")
            .to_owned()
    }

    /// Waits until a field holds exactly this text.
    #[track_caller]
    pub fn wait_for_text(&mut self, field: usize, text: &str) {
        self.wait_for(&format!("{text:?} in field {field}"), |event| {
            event["event"] == "text" && event["field"] == field && event["text"] == text
        });
    }

    /// Waits until a field shows exactly this preedit.
    #[track_caller]
    pub fn wait_for_preedit(&mut self, field: usize, text: &str) {
        self.wait_for(&format!("preedit {text:?} in field {field}"), |event| {
            event["event"] == "preedit" && event["field"] == field && event["text"] == text
        });
    }

    /// Waits for an event that was not waited for before.
    ///
    /// # Panics
    ///
    /// After [`PATIENCE`] or when the probe ends, with all it told.
    #[track_caller]
    pub fn wait_for(&mut self, what: &str, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            match self
                .lines
                .recv_timeout(PATIENCE.saturating_sub(start.elapsed()))
            {
                Ok(line) => {
                    let event: Value = serde_json::from_str(&line)
                        .unwrap_or_else(|error| panic!("{line}: {error}"));
                    self.events.push(event.clone());
                    if wanted(&event) {
                        return event;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("waited for {what}; so far: {:#?}", self.events)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the probe ended before {what}: {:#?}", self.events)
                }
            }
        }
    }

    fn say(&mut self, command: &str) {
        writeln!(self.commands, "{command}").expect("the probe listens");
    }
}
