//! Records from a microphone until a second of silence follows a sound, and tells what came, as JSON lines on stdout.
//!
//! usage: sotto-record HOST DEVICE SECONDS FILE — HOST is `auto` or a sound system's name, DEVICE is `default` or an id
//! of the list, SECONDS the longest recording; FILE receives mono 32-bit floats, little-endian. A line `listening`
//! comes once the microphone is open, `flowing` after a second of samples.
//! With the one argument `list`, lists the microphones.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;
use sotto_capture::{
    Capture, CaptureConfig, CaptureError, CaptureEvent, DeviceChoice, HostChoice, Read,
    list_devices,
};

/// Samples beyond this are a sound.
const LOUD: f32 = 0.01;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["list"] => list(),
        [host, device, seconds, file] => record(
            host,
            device,
            seconds.parse().expect("SECONDS is a number"),
            file,
        ),
        _ => panic!("usage: sotto-record HOST DEVICE SECONDS FILE"),
    };
    if let Err(error) = done {
        tell(
            &json!({"event": "failed", "kind": format!("{:?}", error.kind()), "error": error.chain()}),
        );
        std::process::exit(1);
    }
}

fn tell(event: &serde_json::Value) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{event}")
        .and_then(|()| stdout.flush())
        .expect("stdout is open");
}

fn list() -> Result<(), CaptureError> {
    for entry in list_devices(HostChoice::Automatic)? {
        tell(&json!({"id": entry.id, "name": entry.name, "default": entry.is_default}));
    }
    Ok(())
}

fn record(host: &str, device: &str, seconds: f64, file: &str) -> Result<(), CaptureError> {
    let host = if host == "auto" {
        HostChoice::Automatic
    } else {
        HostChoice::Only(host.parse()?)
    };
    let device = if device == "default" {
        DeviceChoice::Default
    } else {
        DeviceChoice::Id(device.to_owned())
    };
    let mut capture = Capture::open(&CaptureConfig {
        host,
        device,
        ..CaptureConfig::default()
    })?;
    let rate_hz = capture.sample_rate_hz();
    tell(&json!({"event": "listening", "device": capture.device(), "rate_hz": rate_hz}));

    let (mut samples, mut n_lost, mut n_blocks, mut ended) = (Vec::new(), 0, 0, None);
    let (mut n_quiet, mut heard, mut flowing) = (0usize, false, false);
    let second = rate_hz as usize;
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < seconds && ended.is_none() && !(heard && n_quiet > second)
    {
        match capture.read(usize::MAX) {
            Some(Read::Block(block)) => {
                n_blocks += 1;
                for sample in block.samples {
                    n_quiet = if sample.abs() > LOUD { 0 } else { n_quiet + 1 };
                    heard |= n_quiet == 0;
                    samples.push(sample);
                }
                if !flowing && samples.len() >= second {
                    flowing = true;
                    tell(&json!({"event": "flowing"}));
                }
            }
            Some(Read::Lost(loss)) => n_lost += loss.n_samples,
            None => std::thread::sleep(Duration::from_millis(2)),
        }
        while let Some(event) = capture.take_event() {
            tell(&json!({"event": "news", "news": format!("{event:?}")}));
            if let CaptureEvent::Ended(error) = event {
                ended = Some(format!("{:?}", error.kind()));
            }
        }
    }
    let bytes: Vec<u8> = samples.iter().copied().flat_map(f32::to_le_bytes).collect();
    fs::write(file, bytes).expect("FILE can be written");
    tell(&json!({
        "event": "done", "n_samples": samples.len(), "n_lost": n_lost, "n_blocks": n_blocks, "ended": ended,
    }));
    Ok(())
}
