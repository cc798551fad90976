//! One dictation that goes on and on in real time: the real daemon, a virtual microphone, a text field of our own.
//!
//! `sotto-bench-soak [--minutes N] [--json FILE]` holds the key for N minutes, says one sentence after the other, and
//! prints how the daemon's memory and processor time went and how many of the sentences arrived. `SOTTO_PROGRAM` names
//! another program than the one built beside it.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use sotto_api::{DictationProxy, DictationState};
use sotto_tests::{
    field::{Field, Told},
    process::{live_for, status},
    scene::{HEARD, SENTENCE, Scene, sotto},
};

const SETTINGS: &str = "[feedback]\ncues = false\nnotifications = false\n";
const OWN_ENGINE: &str = "xkb:us::eng";

/// Long enough for a sentence to be over.
const PAUSE: Duration = Duration::from_millis(1500);

/// What the sentences and the end take beyond the minutes that were asked for.
const MARGIN: Duration = Duration::from_secs(120);

/// Ticks a second in `/proc`, on every processor that this is built for.
const USER_HZ: f64 = 100.0;

type Failure = Box<dyn std::error::Error>;

/// The daemon at one moment.
#[derive(Clone, Copy)]
struct Sample {
    at: Duration,
    resident_kib: u64,
    processor_s: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut minutes = 30;
    let mut json = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--minutes", Some(number)) => minutes = number.parse()?,
            ("--json", Some(file)) => json = Some(PathBuf::from(file)),
            _ => return Err("usage: sotto-bench-soak [--minutes N] [--json FILE]".into()),
        }
    }
    let life = Duration::from_secs(60 * minutes);
    live_for(life + MARGIN);
    let scene = Scene::open("sotto-bench-soak", SETTINGS).ok_or("programs are missing")?;
    scene.select_engine(OWN_ENGINE);
    let session = zbus::connection::Builder::address(scene.desktop.bus_address())
        .build()
        .await?;
    let dictation = DictationProxy::new(&session).await?;
    let mut field = Field::open(&scene.desktop);
    dictation.press().await?;
    while dictation.state().await? != DictationState::Listening {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let begun = Instant::now();
    let mut samples = Vec::new();
    let (mut n_said, mut written) = (0_u32, String::new());
    while begun.elapsed() < life {
        scene.say(SENTENCE).wait();
        n_said += 1;
        std::thread::sleep(PAUSE);
        take(&mut field, &mut written);
        samples.push(Sample {
            at: begun.elapsed(),
            resident_kib: status(scene.daemon_pid(), None, "VmRSS:"),
            processor_s: processor_s(scene.daemon_pid())?,
        });
    }
    dictation.release().await?;
    while dictation.state().await? != DictationState::Idle {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(PAUSE).await;
    take(&mut field, &mut written);
    let n_arrived = written.to_lowercase().matches(HEARD).count();

    // What the first tenth takes is not growth: buffers reach their size there.
    let settled = &samples[samples.len() / 10..];
    let (first, middle, last) = (
        settled[0],
        settled[settled.len() / 2],
        settled[settled.len() - 1],
    );
    let load = |from: Sample, to: Sample| {
        (to.processor_s - from.processor_s) / (to.at - from.at).as_secs_f64()
    };
    let figures = serde_json::json!({
        "minutes": begun.elapsed().as_secs_f64() / 60.0,
        "sentences_said": n_said,
        "sentences_arrived": n_arrived,
        "resident_after_a_tenth_mib": mib(first.resident_kib),
        "resident_at_the_end_mib": mib(last.resident_kib),
        "growth_mib": mib(last.resident_kib) - mib(first.resident_kib),
        "processor_s_a_second_first_half": load(first, middle),
        "processor_s_a_second_second_half": load(middle, last),
    });
    println!("Program: {}\n\n| | |\n|---|---|", sotto().display());
    for (name, value) in figures.as_object().expect("it was made as one") {
        println!("| {} | {value} |", name.replace('_', " "));
    }
    if let Some(file) = json {
        std::fs::write(file, serde_json::to_string_pretty(&figures)? + "\n")?;
    }
    Ok(())
}

fn take(field: &mut Field, written: &mut String) {
    for (_, told) in field.drain() {
        if let Told::Commit(text) = told {
            written.push_str(&text);
        }
    }
}

/// Processor time of all threads so far.
fn processor_s(pid: u32) -> Result<f64, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no process")?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Ok(ticks as f64 / USER_HZ)
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
