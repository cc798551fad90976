//! What the latency bench has seen, as percentiles.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sotto_tests::field::Told;

/// Everything measured.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) press_to_listening: Vec<Duration>,
    /// From the end of the first word, and from the beginning of speech, to the first text shown; in milliseconds,
    /// because text may be shown before the word is over.
    first_shown_ms: Vec<f64>,
    first_shown_after_onset_ms: Vec<f64>,
    update_gaps: Vec<Duration>,
    pub(crate) release_to_commit: Vec<Duration>,
    n_updates: usize,
    n_revised: usize,
    n_stable_revised: usize,
    pub(crate) keys_without: Vec<Duration>,
    pub(crate) keys_idle: Vec<Duration>,
    pub(crate) keys_recognizing: Vec<Duration>,
    pub(crate) start_kib: u64,
    pub(crate) dictating_kib: u64,
    pub(crate) idle_kib: u64,
    pub(crate) idle_wake_ups: u64,
    pub(crate) idle_s: u64,
}

/// One dictation, as its field was told.
pub(crate) struct Shown<'a> {
    pub(crate) told: &'a [(Instant, Told)],
    pub(crate) begun: Instant,
    pub(crate) first_word_over: Instant,
    pub(crate) released: Instant,
}

/// Milliseconds from one moment to another, which may lie before it.
fn ms_between(from: Instant, to: Instant) -> f64 {
    let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    if to >= from {
        ms(to - from)
    } else {
        -ms(from - to)
    }
}

impl Figures {
    /// Takes one dictation.
    pub(crate) fn take(&mut self, shown: &Shown<'_>) {
        let mut before = None;
        let mut last_update: Option<Instant> = None;
        for (at, told) in shown.told {
            match told {
                Told::Preedit { text, .. } if text.is_empty() => {}
                Told::Preedit { text, stable } => {
                    match last_update {
                        None => {
                            let first = ms_between(shown.first_word_over, *at);
                            self.first_shown_ms.push(first);
                            let first = ms_between(shown.begun, *at);
                            self.first_shown_after_onset_ms.push(first);
                        }
                        Some(last) if *at < shown.released => self.update_gaps.push(*at - last),
                        Some(_) => {}
                    }
                    last_update = Some(*at);
                    self.compare(before, text);
                    before = Some((text.as_str(), stable.as_str()));
                }
                Told::Commit(text) => {
                    self.compare(before, text);
                    before = None;
                }
            }
        }
    }

    /// Counts an update that takes back something of what was shown; a last word that grows takes nothing back.
    fn compare(&mut self, before: Option<(&str, &str)>, now: &str) {
        let Some((text, stable)) = before else { return };
        self.n_updates += 1;
        self.n_revised += usize::from(!now.starts_with(text));
        self.n_stable_revised += usize::from(!now.starts_with(stable));
    }

    fn rows(&self) -> Vec<Row> {
        let ms = |times: &[Duration]| -> Vec<f64> {
            times
                .iter()
                .map(|time| time.as_secs_f64() * 1_000.0)
                .collect()
        };
        vec![
            Row::new("press to listening", ms(&self.press_to_listening)),
            Row::new("end of the first word to text", self.first_shown_ms.clone()),
            Row::new(
                "beginning of speech to text",
                self.first_shown_after_onset_ms.clone(),
            ),
            Row::new("update to update", ms(&self.update_gaps)),
            Row::new("release to commit", ms(&self.release_to_commit)),
            Row::new("key, another engine", ms(&self.keys_without)),
            Row::new("key, idle", ms(&self.keys_idle)),
            Row::new("key, recognizing", ms(&self.keys_recognizing)),
        ]
    }

    fn percent(&self, n: usize) -> f64 {
        100.0 * n as f64 / self.n_updates.max(1) as f64
    }

    /// A table for people.
    pub(crate) fn markdown(&self) -> String {
        let mut table = "| ms | n | p50 | p95 | p99 |\n|---|---|---|---|---|\n".to_owned();
        for row in self.rows() {
            let [p50, p95, p99] = row.percentiles();
            table.push_str(&format!(
                "| {} | {} | {p50:.1} | {p95:.1} | {p99:.1} |\n",
                row.name,
                row.sorted_ms.len()
            ));
        }
        let mib = |kib: u64| kib as f64 / 1_024.0;
        table.push_str(&format!(
            "\n| | |\n|---|---|\n\
             | updates | {} |\n\
             | updates that take anything back, % | {:.1} |\n\
             | updates that take words back that looked stable, % | {:.1} |\n\
             | memory before the first dictation, MiB | {:.1} |\n\
             | memory while dictating, MiB | {:.1} |\n\
             | memory with the model unloaded, MiB | {:.1} |\n\
             | wake-ups in {} idle seconds | {} |\n",
            self.n_updates,
            self.percent(self.n_revised),
            self.percent(self.n_stable_revised),
            mib(self.start_kib),
            mib(self.dictating_kib),
            mib(self.idle_kib),
            self.idle_s,
            self.idle_wake_ups,
        ));
        table
    }

    /// The same for programs.
    pub(crate) fn json(&self) -> Value {
        let times: Value = self
            .rows()
            .into_iter()
            .map(|row| {
                let [p50, p95, p99] = row.percentiles();
                let n = row.sorted_ms.len();
                (
                    row.name.to_owned(),
                    json!({ "n": n, "p50_ms": p50, "p95_ms": p95, "p99_ms": p99 }),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        json!({
            "times": times,
            "n_updates": self.n_updates,
            "revised_percent": self.percent(self.n_revised),
            "stable_revised_percent": self.percent(self.n_stable_revised),
            "start_kib": self.start_kib,
            "dictating_kib": self.dictating_kib,
            "unloaded_kib": self.idle_kib,
            "idle_s": self.idle_s,
            "idle_wake_ups": self.idle_wake_ups,
        })
    }
}

struct Row {
    name: &'static str,
    sorted_ms: Vec<f64>,
}

impl Row {
    fn new(name: &'static str, mut sorted_ms: Vec<f64>) -> Self {
        sorted_ms.sort_by(f64::total_cmp);
        Self { name, sorted_ms }
    }

    /// By the nearest rank; not a number where nothing was measured.
    fn percentiles(&self) -> [f64; 3] {
        [50, 95, 99].map(|percent| {
            let rank = (self.sorted_ms.len() * percent).div_ceil(100);
            let place = rank.saturating_sub(1);
            self.sorted_ms.get(place).copied().unwrap_or(f64::NAN)
        })
    }
}
