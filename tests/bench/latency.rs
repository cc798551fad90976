//! How long a person waits: the real daemon, a virtual microphone, a text field of our own.
//!
//! `sotto-bench-latency [--rounds N] [--json FILE]` prints a Markdown table; `SOTTO_PROGRAM` names another program than
//! the one built beside it. Times are in milliseconds on the wall clock of this machine.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

mod figures;

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use futures_util::StreamExt as _;
use sotto_api::{DictationProxy, DictationState};
use sotto_tests::{
    field::{Field, Told},
    process::{Running, limited, status},
    scene::{Scene, sotto},
};

use figures::{Figures, Shown};

const SENTENCES: [&str; 5] = [
    "Please send the report by Friday.",
    "The weather is nice today.",
    "Can you call me in the morning?",
    "We should meet at the station.",
    "This is a short message for my friend.",
];
const SETTINGS: &str = "[feedback]\ncues = false\nnotifications = false\n";
const OWN_ENGINE: &str = "xkb:us::eng";

/// Sound above this is speech; the microphone is silent otherwise.
const LOUD: f32 = 0.02;
const MONITOR_RATE_HZ: usize = 16_000;
/// As much silence as must lie before speech that counts as begun.
const SILENCE: Duration = Duration::from_millis(300);

const N_KEYS: usize = 400;

/// How long to look at an idle daemon.
const IDLE: Duration = Duration::from_secs(10);

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut n_rounds = 4;
    let mut json = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--rounds", Some(number)) => n_rounds = number.parse()?,
            ("--json", Some(file)) => json = Some(PathBuf::from(file)),
            _ => return Err("usage: sotto-bench-latency [--rounds N] [--json FILE]".into()),
        }
    }
    let scene = Scene::open("sotto-bench-latency", SETTINGS).ok_or("programs are missing")?;
    scene.select_engine(OWN_ENGINE);
    let figures = measure(&scene, n_rounds).await?;
    println!("Program: {}\n", sotto().display());
    println!("{}", figures.markdown());
    if let Some(file) = json {
        std::fs::write(file, serde_json::to_string_pretty(&figures.json())? + "\n")?;
    }
    Ok(())
}

/// Everything that one run needs.
struct Bench<'a> {
    scene: &'a Scene,
    dictation: DictationProxy<'static>,
    field: Field,
    ears: Ears,
    figures: Figures,
}

async fn measure(scene: &Scene, n_rounds: usize) -> Result<Figures, Failure> {
    let session = zbus::connection::Builder::address(scene.desktop.bus_address())
        .build()
        .await?;
    let mut bench = Bench {
        scene,
        dictation: DictationProxy::new(&session).await?,
        field: Field::open(&scene.desktop),
        ears: Ears::open(scene),
        figures: Figures::default(),
    };
    let start_kib = memory_kib(scene);
    // The first dictation loads the model.
    bench.dictate(SENTENCES[0], None).await?;
    bench.figures = Figures::default();
    bench.figures.start_kib = start_kib;
    bench.figures.keys_without = bench.field.press_keys(N_KEYS).0;
    scene.select_engine("sotto");
    bench.figures.keys_idle = bench.field.press_keys(N_KEYS).0;
    scene.select_engine(OWN_ENGINE);
    for round in 0..n_rounds {
        for sentence in SENTENCES {
            let while_speaking = round % 2 == 1;
            bench.dictate(sentence, Some(while_speaking)).await?;
        }
    }
    bench.idle().await;
    Ok(bench.figures)
}

impl Bench<'_> {
    /// One held key; with `keys` the user also types while speaking, which spoils no other figure.
    async fn dictate(&mut self, sentence: &str, keys: Option<bool>) -> Result<(), Failure> {
        let recording = self.scene.recording(sentence);
        let first_word = sentence.split(' ').next().unwrap_or(sentence);
        let first_word = loud_part(&self.scene.recording(first_word))?;
        let mut states = self.dictation.receive_state_changed().await;
        self.field.drain();
        self.ears.forget();

        let pressed = Instant::now();
        self.dictation.press().await?;
        while self.dictation.state().await? != DictationState::Listening {
            states.next().await.ok_or("the daemon ended")?;
        }
        self.figures.press_to_listening.push(pressed.elapsed());

        let mut speech = self.scene.microphone.play(&recording);
        let mut shown = Vec::new();
        while speech.is_running() {
            if keys == Some(true) {
                let (times, meanwhile) = self.field.press_keys(1);
                self.figures.keys_recognizing.extend(times);
                shown.extend(meanwhile);
            } else {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            shown.extend(self.field.drain());
        }
        self.figures.dictating_kib = self.figures.dictating_kib.max(memory_kib(self.scene));
        let released = Instant::now();
        self.dictation.release().await?;
        while self.dictation.state().await? != DictationState::Idle {
            states.next().await.ok_or("the daemon ended")?;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        shown.extend(self.field.drain());

        let last_commit = shown
            .iter()
            .rev()
            .find(|(_, told)| matches!(told, Told::Commit(_)));
        if let Some((at, _)) = last_commit
            && *at > released
        {
            self.figures.release_to_commit.push(*at - released);
        }
        let begun = self.ears.begun().ok_or("the microphone heard nothing")?;
        self.figures.take(&Shown {
            told: &shown,
            begun,
            first_word_over: begun + first_word,
            released,
        });
        tokio::time::sleep(SILENCE).await;
        Ok(())
    }

    /// Memory and wake-ups once the model has left.
    async fn idle(&mut self) {
        let soon = self.scene.settings();
        self.scene
            .write_settings(&soon.replace("[model]\n", "[model]\nunload_after_s = 1\n"));
        tokio::time::sleep(Duration::from_secs(4)).await;
        self.figures.idle_kib = memory_kib(self.scene);
        let before = wake_ups(self.scene);
        tokio::time::sleep(IDLE).await;
        self.figures.idle_wake_ups = wake_ups(self.scene) - before;
        self.figures.idle_s = IDLE.as_secs();
    }
}

/// A second listener at the microphone, which tells when speech began.
struct Ears {
    _recorder: Running,
    begun: Receiver<Instant>,
}

impl Ears {
    fn open(scene: &Scene) -> Self {
        let mut recorder = Command::new("parec");
        recorder
            .args(["--device=sottomic.monitor", "--latency-msec=10", "--raw"])
            .args(["--format=float32le", "--channels=1"])
            .arg(format!("--rate={MONITOR_RATE_HZ}"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(scene.microphone.environment());
        let mut recorder = Running::start(
            limited(&recorder)
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let mut sound = recorder.stdout().expect("its output is piped");
        let (teller, begun) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; MONITOR_RATE_HZ / 100 * size_of::<f32>()];
            let mut quiet_since = Instant::now();
            while sound.read_exact(&mut bytes).is_ok() {
                let (samples, _) = bytes.as_chunks::<4>();
                let now = Instant::now();
                if !samples
                    .iter()
                    .any(|sample| f32::from_le_bytes(*sample).abs() > LOUD)
                {
                    continue;
                }
                if now - quiet_since > SILENCE && teller.send(now).is_err() {
                    break;
                }
                quiet_since = now;
            }
        });
        Self {
            _recorder: recorder,
            begun,
        }
    }

    fn forget(&self) {
        while self.begun.try_recv().is_ok() {}
    }

    /// When speech began since [`Self::forget`].
    fn begun(&self) -> Option<Instant> {
        self.begun.try_recv().ok()
    }
}

/// How long the speech in a recording of 16-bit mono lasts, without the silence around it.
fn loud_part(recording: &Path) -> Result<Duration, Failure> {
    const HEADER: usize = 44;
    let bytes = std::fs::read(recording)?;
    let rate = bytes.get(24..28).ok_or("the recording has no header")?;
    let rate_hz = u32::from_le_bytes(rate.try_into()?);
    let (samples, _) = bytes.get(HEADER..).unwrap_or_default().as_chunks::<2>();
    let loud = |sample: &[u8; 2]| f32::from(i16::from_le_bytes(*sample)).abs() > LOUD * 32_768.0;
    let first = samples.iter().position(loud).unwrap_or(0);
    let last = samples.iter().rposition(loud).unwrap_or(0);
    let n_samples = u32::try_from(last - first)?;
    Ok(Duration::from_secs_f64(
        f64::from(n_samples) / f64::from(rate_hz),
    ))
}

fn memory_kib(scene: &Scene) -> u64 {
    status(scene.daemon_pid(), None, "VmRSS:")
}

/// Times that any thread of the daemon went to sleep by itself, which is as often as it woke up.
fn wake_ups(scene: &Scene) -> u64 {
    let pid = scene.daemon_pid();
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the daemon runs");
    threads
        .flatten()
        .map(|thread| thread.file_name().to_string_lossy().into_owned())
        .map(|thread| status(pid, Some(&thread), "voluntary_ctxt_switches:"))
        .sum()
}
