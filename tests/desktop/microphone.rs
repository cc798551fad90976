//! The microphone through a real sound server: what is played comes back, and the server's end is told.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a test may panic, and its signals are small"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;

use serde_json::Value;
use sotto_tests::process::{Running, limited};
use sotto_tests::sound::{Microphone, PROGRAMS};
use sotto_tests::{PATIENCE, requires};

const RATE_HZ: u32 = 48_000;

/// Windows over which recording and original are compared.
const WINDOW: usize = RATE_HZ as usize / 2;

/// How far a window may lie from where the first one lay: sound servers resample by some samples.
const MAX_SHIFT: usize = 480;

struct Recorder {
    lines: Receiver<String>,
    _process: Running,
}

impl Recorder {
    fn start(microphone: &Microphone, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sotto-record"));
        command
            .args(arguments)
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs(microphone.environment());
        let mut process = Running::start(
            limited(&command)
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        Self {
            lines: process.lines(),
            _process: process,
        }
    }

    #[track_caller]
    fn wait_for(&self, event: &str) -> Value {
        loop {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|error| panic!("waited for {event}: {error}"));
            let told: Value = serde_json::from_str(&line).unwrap();
            if told["event"] == event {
                return told;
            }
            assert_ne!(told["event"], "failed", "{told}");
        }
    }
}

/// A signal that is like itself nowhere else: noise with an envelope, from a fixed linear congruence.
fn signal(seconds: usize) -> Vec<i16> {
    let mut state = 12_345u32;
    let mut low = 0.0f32;
    (0..seconds * RATE_HZ as usize)
        .map(|index| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f32::from(i16::from_ne_bytes(((state >> 16) as u16).to_ne_bytes()));
            low += 0.2 * (noise - low);
            let envelope = 0.6 + 0.4 * (index as f32 / 4_000.0).sin();
            (low * envelope) as i16
        })
        .collect()
}

fn write_wav(file: &Path, samples: &[i16]) {
    let n_bytes = u32::try_from(samples.len() * 2).unwrap();
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + n_bytes).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16u32.to_le_bytes());
    wav.extend([1u16, 1].into_iter().flat_map(u16::to_le_bytes));
    wav.extend(
        [RATE_HZ, RATE_HZ * 2]
            .into_iter()
            .flat_map(u32::to_le_bytes),
    );
    wav.extend([2u16, 16].into_iter().flat_map(u16::to_le_bytes));
    wav.extend(b"data");
    wav.extend(n_bytes.to_le_bytes());
    wav.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    fs::write(file, wav).unwrap();
}

fn read_floats(file: &Path) -> Vec<f32> {
    fs::read(file)
        .unwrap()
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect()
}

fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let dot = |x: &[f32], y: &[f32]| {
        x.iter()
            .zip(y)
            .map(|(x, y)| f64::from(*x) * f64::from(*y))
            .sum::<f64>()
    };
    let norm = (dot(a, a) * dot(b, b)).sqrt();
    if norm == 0.0 {
        0.0
    } else {
        (dot(a, b) / norm) as f32
    }
}

/// The offset at which `window` correlates best with `recording`, and how well.
fn best_offset(
    window: &[f32],
    recording: &[f32],
    offsets: impl Iterator<Item = usize>,
) -> (usize, f32) {
    // A part of the window finds the place, the whole judges it.
    let probe = &window[..2_400];
    let place = offsets
        .filter(|offset| offset + window.len() <= recording.len())
        .max_by(|a, b| {
            let score =
                |offset: usize| correlation(probe, &recording[offset..offset + probe.len()]);
            score(*a).total_cmp(&score(*b))
        })
        .expect("the recording is longer than a window");
    (
        place,
        correlation(window, &recording[place..place + window.len()]),
    )
}

fn hears_what_is_played(host: &str) {
    let test = format!("hears_what_is_played through {host}");
    if !requires(&test, &PROGRAMS) {
        return;
    }
    let microphone = Microphone::start();
    let (wav, recorded) = (
        microphone.path("played.wav"),
        microphone.path("recorded.f32"),
    );
    let original = signal(3);
    write_wav(&wav, &original);
    let recorder = Recorder::start(
        &microphone,
        &[host, "default", "18", recorded.to_str().unwrap()],
    );
    let listening = recorder.wait_for("listening");
    assert_eq!(listening["device"], format!("{host}:default"));
    let rate_hz = listening["rate_hz"].as_u64().unwrap();
    assert!(
        rate_hz == u64::from(RATE_HZ) || rate_hz == 44_100,
        "{rate_hz}"
    );
    // The first half second of a new stream is not always recorded.
    recorder.wait_for("flowing");
    let _player = microphone.play(&wav);
    let done = recorder.wait_for("done");
    assert_eq!(done["n_lost"], 0);
    assert_eq!(done["ended"], Value::Null);

    let recording = read_floats(&recorded);
    let original: Vec<f32> = original
        .iter()
        .map(|sample| f32::from(*sample) / 32_768.0)
        .collect();
    if rate_hz != u64::from(RATE_HZ) {
        // Another rate cannot be compared sample by sample: the loudness must be there.
        let loud = recording
            .iter()
            .filter(|sample| sample.abs() > 0.05)
            .count();
        assert!(loud > RATE_HZ as usize / 2, "{loud} loud samples");
        return;
    }
    let windows: Vec<&[f32]> = original.chunks_exact(WINDOW).collect();
    let loud = recording.iter().position(|sample| sample.abs() > 0.01);
    let loud = loud.expect("the sound was recorded");
    let nearby = loud.saturating_sub(MAX_SHIFT)..loud + MAX_SHIFT;
    let (first, score) = best_offset(windows[0], &recording, nearby);
    let mut scores = vec![(first, score)];
    for (index, window) in windows.iter().enumerate().skip(1) {
        let expected = first + index * WINDOW;
        let nearby = expected.saturating_sub(MAX_SHIFT)..expected + MAX_SHIFT;
        scores.push(best_offset(window, &recording, nearby));
    }
    assert!(
        scores.iter().all(|(_, score)| *score > 0.9),
        "{host}: {scores:?}"
    );
    // The numbers are worth seeing in a log of the tests.
    println!(
        "{host}: {} blocks, windows (offset, correlation) {scores:?}",
        done["n_blocks"]
    );
}

#[test]
fn hears_what_is_played_through_alsa() {
    hears_what_is_played("alsa");
}

#[test]
fn hears_what_is_played_through_pulseaudio() {
    hears_what_is_played("pulseaudio");
}

#[test]
fn lists_microphones_and_selects_one() {
    if !requires("lists_microphones_and_selects_one", &PROGRAMS) {
        return;
    }
    let microphone = Microphone::start();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sotto-record"));
    let output = command
        .arg("list")
        .env_clear()
        .envs(microphone.environment())
        .output()
        .unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    let entries: Vec<Value> = list
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let monitor = entries
        .iter()
        .find(|entry| entry["id"].as_str().unwrap().contains("sottomic.monitor"));
    let monitor = monitor.unwrap_or_else(|| panic!("{list}"));
    assert_eq!(monitor["default"], true, "{list}");

    let recorded = microphone.path("recorded.f32");
    let id = monitor["id"].as_str().unwrap();
    let recorder = Recorder::start(&microphone, &["auto", id, "1", recorded.to_str().unwrap()]);
    assert_eq!(recorder.wait_for("listening")["device"], id);
    recorder.wait_for("done");
    let gone = id.replace("sottomic", "unplugged");
    let recorder = Recorder::start(
        &microphone,
        &["auto", &gone, "1", recorded.to_str().unwrap()],
    );
    let failed = recorder.lines.recv_timeout(PATIENCE).unwrap();
    assert!(failed.contains("DeviceGone"), "{failed}");
}

#[test]
fn the_end_of_the_sound_server_is_told() {
    if !requires("the_end_of_the_sound_server_is_told", &PROGRAMS) {
        return;
    }
    for host in ["alsa", "pulseaudio"] {
        let mut microphone = Microphone::start();
        let recorded = microphone.path("recorded.f32");
        let recorder = Recorder::start(
            &microphone,
            &[host, "default", "15", recorded.to_str().unwrap()],
        );
        recorder.wait_for("listening");
        microphone.kill();
        let done = recorder.wait_for("done");
        assert_ne!(done["ended"], Value::Null, "{host}: {done}");
    }
}

#[test]
fn without_a_sound_server_the_failure_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sotto-record"));
    let recorded = folder.path().join("recorded.f32");
    let nowhere = format!("unix:{}/nowhere", folder.path().display());
    command
        .args(["pulseaudio", "default", "1"])
        .arg(&recorded)
        .env_clear();
    command
        .env("PULSE_SERVER", nowhere)
        .env("HOME", folder.path());
    let output = command.stderr(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["kind"], "NoSoundSystem", "{told}");
}
