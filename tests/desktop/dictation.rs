//! The whole program: speech into the microphone, words at the caret of a real window.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use sotto_tests::desktop::{Desktop, PROGRAMS};
use sotto_tests::probe::{PASSWORD_FIELD, Probe, Toolkit};
use sotto_tests::process::{Running, limited};
use sotto_tests::sound::{self, Microphone};
use sotto_tests::{requires, requires_python, source_root, wait_for};

const SPOKEN: &str = "Please send the report by Friday.";

/// The desktop, the microphone, the daemon, and a window to write into. Fields end in the order in
/// which they stand here.
struct Scene {
    probe: Probe,
    _daemon: Running,
    microphone: Microphone,
    desktop: Desktop,
}

/// The program of the same build as this test.
fn sotto() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("sotto")
}

impl Scene {
    /// Opens everything, or tells that `test` is skipped.
    fn open(test: &str) -> Option<Self> {
        let programs = [&PROGRAMS[..], &sound::PROGRAMS[..], &["espeak-ng"]].concat();
        if !requires(test, &programs) || !requires_python(test, &[Toolkit::Gtk3.python_module()]) {
            return None;
        }
        let desktop = Desktop::start();
        let microphone = Microphone::start();
        let folder = desktop.path("config/sotto");
        std::fs::create_dir_all(&folder).unwrap();
        let model = source_root().join("models/starter/en");
        let config = format!("[model]\nid = {:?}\n", model.to_str().unwrap());
        std::fs::write(folder.join("config.toml"), config).unwrap();
        let probe = Probe::start(&desktop, Toolkit::Gtk3);
        let mut daemon = desktop.command(sotto().to_str().unwrap());
        let sound = microphone.environment();
        daemon.arg("daemon").envs(
            sound
                .into_iter()
                .filter(|(name, _)| name.starts_with("PULSE")),
        );
        let daemon = Running::start(limited(&daemon).stdout(Stdio::null()).stderr(Stdio::null()));
        let scene = Self {
            probe,
            _daemon: daemon,
            microphone,
            desktop,
        };
        scene.wait_for_state("idle");
        Some(scene)
    }

    fn sotto(&self, verb: &str) -> Command {
        let mut command = self.desktop.command(sotto().to_str().unwrap());
        command.arg(verb);
        command
    }

    fn tell(&self, verb: &str) {
        let output = self.sotto(verb).output().unwrap();
        assert!(output.status.success(), "{verb}: {output:?}");
    }

    #[track_caller]
    fn wait_for_state(&self, state: &str) {
        wait_for(&format!("the state {state}"), || {
            let output = self.sotto("status").output().ok()?;
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            told.lines()
                .any(|line| line.split_whitespace().eq(["state", state]))
                .then_some(())
        });
    }

    /// Holds the key while the sentence is spoken.
    fn dictate(&mut self) {
        self.tell("press");
        self.wait_for_state("listening");
        let speech = self.microphone.path("speech.wav");
        let said = Command::new("espeak-ng")
            .args(["-v", "en-us", "-s", "150", "-w"])
            .arg(&speech)
            .arg(SPOKEN)
            .status();
        assert!(said.unwrap().success());
        self.microphone.play(&speech).wait();
    }
}

#[test]
fn a_spoken_sentence_stands_in_the_text_field() {
    let Some(mut scene) = Scene::open("a spoken sentence into GTK 3") else {
        return;
    };
    scene.probe.focus(0);
    scene.dictate();
    scene
        .probe
        .wait_for("words while the key is held", |event| {
            event["event"] == "preedit" && event["text"].as_str().is_some_and(|text| text.len() > 4)
        });
    scene.tell("release");
    let event = scene.probe.wait_for("the sentence", |event| {
        event["event"] == "text" && event["field"] == 0 && event["text"] != ""
    });
    let text = event["text"].as_str().unwrap().to_lowercase();
    assert!(text.contains("the report by friday"), "{text}");
    scene.wait_for_state("idle");
    assert_eq!(scene.probe.read(0).to_lowercase(), text);
}

#[test]
fn a_password_field_hears_nothing() {
    let Some(mut scene) = Scene::open("a password field hears nothing") else {
        return;
    };
    scene.probe.focus(PASSWORD_FIELD);
    let _ = scene.sotto("press").output();
    let _ = scene.sotto("release").output();
    scene.wait_for_state("idle");
    assert_eq!(scene.probe.read(PASSWORD_FIELD), "");
}
