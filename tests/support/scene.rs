//! The real daemon on a private desktop with a private microphone.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::desktop::{self, Desktop};
use crate::process::{Running, limited};
use crate::sound::{self, Microphone};
use crate::{requires, source_root, wait_for};

/// The name of IBus on its own bus, and of its interface.
const IBUS: &str = "org.freedesktop.IBus";

/// A sentence that the built-in model gets right when `espeak-ng` says it.
pub const SENTENCE: &str = "Please send the report by Friday.";

/// What of it is recognized whatever the mood of the model, in small letters.
pub const HEARD: &str = "send the report";

/// Desktop, microphone and daemon. Fields end in the order in which they stand here.
#[derive(Debug)]
pub struct Scene {
    daemon: Option<Running>,
    /// What the daemon finds in its environment besides the desktop's.
    environment: Vec<(&'static str, &'static str)>,
    /// The microphone that the daemon hears.
    pub microphone: Microphone,
    /// The desktop that it types into.
    pub desktop: Desktop,
}

/// The program of the same build as the test that asks, or the one that the variable `SOTTO_PROGRAM` names.
///
/// # Panics
///
/// Where the test was not built by Cargo.
#[must_use]
pub fn sotto() -> PathBuf {
    if let Some(given) = std::env::var_os("SOTTO_PROGRAM") {
        return given.into();
    }
    let running = std::env::current_exe().expect("the system names the running program");
    let folder = running.parent().expect("a program lies in a folder");
    // Tests lie one folder deeper than programs.
    let folder = folder
        .parent()
        .filter(|_| folder.ends_with("deps"))
        .unwrap_or(folder);
    folder.join("sotto")
}

impl Scene {
    /// Opens everything, with these settings beside the model's, and waits until the daemon is ready; or tells that
    /// `test` is skipped.
    ///
    /// # Panics
    ///
    /// Where a part does not start.
    #[track_caller]
    #[must_use]
    pub fn open(test: &str, settings: &str) -> Option<Self> {
        Self::open_with_model(test, Some("models/starter/en"), settings)
    }

    /// As [`Self::open`], with a model of the source tree, or one that does not exist.
    ///
    /// # Panics
    ///
    /// Where a part does not start.
    #[track_caller]
    #[must_use]
    pub fn open_with_model(test: &str, model: Option<&str>, settings: &str) -> Option<Self> {
        if !requires(test, &desktop::PROGRAMS) || !requires(test, &["xdotool"]) {
            return None;
        }
        Self::on(Desktop::start, test, model, settings)
    }

    /// As [`Self::open_with_model`], on another desktop.
    ///
    /// # Panics
    ///
    /// Where a part does not start.
    #[track_caller]
    #[must_use]
    pub fn on(
        desktop: impl FnOnce() -> Desktop,
        test: &str,
        model: Option<&str>,
        settings: &str,
    ) -> Option<Self> {
        let programs = [&sound::PROGRAMS[..], &["espeak-ng"]].concat();
        if !requires(test, &programs) {
            return None;
        }
        let mut scene = Self {
            daemon: None,
            environment: Vec::new(),
            microphone: Microphone::start(),
            desktop: desktop(),
        };
        let id = match model {
            Some(model) => source_root().join(model).display().to_string(),
            None => "no-such-model".to_owned(),
        };
        scene.write_settings(&format!("{settings}\n[model]\nid = {id:?}\n"));
        scene.start_daemon();
        scene.wait_for_state(if model.is_some() { "idle" } else { "no model" });
        Some(scene)
    }

    /// Starts the daemon anew with these variables in its environment.
    ///
    /// # Panics
    ///
    /// Where it does not get ready.
    #[track_caller]
    pub fn restart_daemon_with(&mut self, environment: &[(&'static str, &'static str)]) {
        self.kill_daemon();
        self.environment = environment.to_vec();
        self.start_daemon();
        self.wait_for_state("idle");
    }

    /// Replaces the settings file as an editor would.
    ///
    /// # Panics
    ///
    /// Where it cannot be written.
    pub fn write_settings(&self, settings: &str) {
        let folder = self.desktop.path("config/sotto");
        fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let unfinished = folder.join("unfinished");
        fs::write(&unfinished, settings).expect("the temporary folder is writable");
        fs::rename(unfinished, folder.join("config.toml"))
            .expect("the temporary folder is writable");
    }

    /// The settings file as it stands.
    ///
    /// # Panics
    ///
    /// Where it cannot be read.
    #[must_use]
    pub fn settings(&self) -> String {
        fs::read_to_string(self.desktop.path("config/sotto/config.toml"))
            .expect("the settings were written before")
    }

    /// Starts the daemon, anew after [`Self::kill_daemon`].
    ///
    /// # Panics
    ///
    /// Where it does not start.
    #[track_caller]
    pub fn start_daemon(&mut self) {
        let mut daemon = self.sotto("daemon");
        daemon.envs(self.environment.iter().copied());
        let sound = self.microphone.environment().into_iter();
        daemon.envs(sound.filter(|(name, _)| name.starts_with("PULSE")));
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.desktop.path("daemon.log"))
            .expect("the temporary folder is writable");
        self.daemon = Some(Running::start(
            limited(&daemon).stdout(Stdio::null()).stderr(log),
        ));
    }

    /// Ends the daemon as a crash would.
    pub fn kill_daemon(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill();
        }
    }

    /// The daemon's own process id.
    ///
    /// # Panics
    ///
    /// Where it does not run.
    #[must_use]
    pub fn daemon_pid(&self) -> u32 {
        let daemon = self.daemon.as_ref().expect("the daemon was started");
        daemon.child_pid().expect("timeout runs the daemon")
    }

    /// What the daemon has written for the journal.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.desktop.path("daemon.log")).unwrap_or_default()
    }

    /// Starts the tray application without its window.
    ///
    /// # Panics
    ///
    /// Where it was not built.
    #[track_caller]
    #[must_use]
    pub fn start_tray(&self) -> Running {
        let program = sotto().with_file_name("sotto-tray");
        let mut tray = self.desktop.command(&program.display().to_string());
        tray.arg("--background")
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        let log = fs::File::create(self.desktop.path("tray.log"))
            .expect("the temporary folder is writable");
        Running::start(limited(&tray).stdout(Stdio::null()).stderr(log))
    }

    /// The program with a verb, in the desktop's environment.
    #[must_use]
    pub fn sotto(&self, verb: &str) -> Command {
        let mut command = self.desktop.command(&sotto().display().to_string());
        command.arg(verb);
        command
    }

    /// Asks the daemon.
    ///
    /// # Panics
    ///
    /// Where it refuses.
    #[track_caller]
    pub fn tell(&self, verb: &str) {
        let output = self.sotto(verb).output().expect("the program was built");
        assert!(
            output.status.success(),
            "{verb}: {output:?}; the daemon said:\n{}",
            self.log()
        );
    }

    /// What the daemon says it is doing.
    #[must_use]
    pub fn state(&self) -> Option<String> {
        let output = self.sotto("status").output().ok()?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = told.lines().find_map(|line| line.strip_prefix("state"))?;
        Some(line.trim().to_owned())
    }

    /// Waits until the daemon says that it does this.
    ///
    /// # Panics
    ///
    /// After [`crate::PATIENCE`].
    #[track_caller]
    pub fn wait_for_state(&self, state: &str) {
        wait_for(&format!("the state {state}"), || {
            (self.state()? == state).then_some(())
        });
    }

    /// A recording of a synthetic voice that says this.
    ///
    /// # Panics
    ///
    /// Where `espeak-ng` fails.
    #[track_caller]
    #[must_use]
    pub fn recording(&self, words: &str) -> PathBuf {
        let name: String = words.chars().filter(char::is_ascii_alphanumeric).collect();
        let recording = self.microphone.path(&format!("{name}.wav"));
        if !recording.exists() {
            let said = Command::new("espeak-ng")
                .args(["-v", "en-us", "-s", "150", "-w"])
                .arg(&recording)
                .arg(words)
                .status();
            assert!(said.is_ok_and(|status| status.success()), "espeak-ng");
        }
        recording
    }

    /// Begins to say this into the microphone.
    #[track_caller]
    #[must_use]
    pub fn say(&self, words: &str) -> Running {
        self.microphone.play(&self.recording(words))
    }

    /// The input engine that is selected.
    #[must_use]
    pub fn engine(&self) -> String {
        let output = self.desktop.command("ibus").arg("engine").output();
        let told = output.map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&told).trim().to_owned()
    }

    /// Selects an input engine, as the user would, as soon as there is one of this name.
    ///
    /// # Panics
    ///
    /// After [`crate::PATIENCE`].
    #[track_caller]
    pub fn select_engine(&self, engine: &str) {
        wait_for(&format!("IBus to select {engine}"), || {
            let mut ibus = self.desktop.command("ibus");
            ibus.args(["engine", engine]).stderr(Stdio::null());
            // For an engine that was registered at run time its exit status says nothing.
            let _status = ibus.status();
            (self.engine() == engine).then_some(())
        });
    }

    /// Waits until a text field has focus for IBus too, which learns of it some time after the application.
    ///
    /// # Panics
    ///
    /// After [`crate::PATIENCE`].
    #[track_caller]
    pub fn wait_for_field(&self) {
        let address = self.desktop.command("ibus").arg("address").output();
        let address = address.expect("ibus runs").stdout;
        let address = String::from_utf8_lossy(&address);
        wait_for("a text field to have focus", || {
            let mut ask = self.desktop.command("gdbus");
            ask.args(["call", "--address", address.trim()])
                .args(["--dest", IBUS, "--object-path", "/org/freedesktop/IBus"])
                .args(["--method", "org.freedesktop.DBus.Properties.Get"])
                .args([IBUS, "CurrentInputContext"])
                .stderr(Stdio::null());
            let told = String::from_utf8(ask.output().ok()?.stdout).ok()?;
            // The first context stands for "no text field".
            (told.contains("InputContext_") && !told.contains("InputContext_1'")).then_some(())
        });
    }

    /// Waits until this input engine is selected.
    ///
    /// # Panics
    ///
    /// After [`crate::PATIENCE`].
    #[track_caller]
    pub fn wait_for_engine(&self, engine: &str) {
        wait_for(&format!("the input engine {engine}"), || {
            (self.engine() == engine).then_some(())
        });
    }
}

impl Drop for Scene {
    #[expect(
        clippy::print_stderr,
        reason = "a failed test shows what the daemon said"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the daemon said:\n{}", self.log());
        }
    }
}
