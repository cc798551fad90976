//! The figures of an evaluation as an aligned table and as JSON.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{align::Edits, timing::Timing};

/// Figures of one set of recordings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Score {
    pub(crate) n_files: u64,
    pub(crate) words: Edits,
    pub(crate) chars: Edits,
    pub(crate) audio: Duration,
    pub(crate) computed: Duration,
    pub(crate) timing: Timing,
}

impl Score {
    /// Adds the figures of another set.
    pub(crate) fn add(&mut self, other: &Self) {
        self.n_files += other.n_files;
        self.words += other.words;
        self.chars += other.chars;
        self.audio += other.audio;
        self.computed += other.computed;
        self.timing.add(&other.timing);
    }

    /// Time to compute over time of the audio.
    fn real_time_factor(&self) -> Option<f64> {
        (!self.audio.is_zero()).then(|| self.computed.as_secs_f64() / self.audio.as_secs_f64())
    }
}

/// All sets of an evaluation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    sets: BTreeMap<String, Score>,
}

#[derive(Serialize)]
struct JsonReport<'a> {
    model: &'a str,
    sets: BTreeMap<&'a str, JsonScore>,
    total: JsonScore,
}

#[derive(Serialize)]
struct JsonScore {
    files: u64,
    audio_seconds: f64,
    reference_words: u64,
    wer: Option<f64>,
    substitutions: u64,
    insertions: u64,
    deletions: u64,
    cer: Option<f64>,
    rtf: Option<f64>,
    first_partial_ms_median: Option<i64>,
    first_partial_ms_p90: Option<i64>,
    final_ms_median: Option<i64>,
    final_ms_p90: Option<i64>,
    revision_rate: Option<f64>,
}

impl Report {
    /// Adds one recording to its set.
    pub(crate) fn add(&mut self, set: &str, score: &Score) {
        self.sets.entry(set.to_owned()).or_default().add(score);
    }

    fn total(&self) -> Score {
        let mut total = Score::default();
        for score in self.sets.values() {
            total.add(score);
        }
        total
    }

    /// One line for each set and one for all, columns aligned.
    pub(crate) fn table(&self) -> String {
        const TITLES: [&str; 12] = [
            "set",
            "files",
            "words",
            "WER %",
            "sub",
            "ins",
            "del",
            "CER %",
            "RTF",
            "first ms",
            "final ms",
            "revised %",
        ];
        let total = self.total();
        let mut rows = vec![TITLES.map(str::to_owned)];
        rows.extend(self.sets.iter().map(|(set, score)| row(set, score)));
        rows.push(row("total", &total));
        let mut widths = [0; TITLES.len()];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut table = String::new();
        for row in &rows {
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                let padding = " ".repeat(width - cell.chars().count());
                if column == 0 {
                    table.push_str(cell);
                    table.push_str(&padding);
                } else {
                    table.push_str("  ");
                    table.push_str(&padding);
                    table.push_str(cell);
                }
            }
            table.truncate(table.trim_end().len());
            table.push('\n');
        }
        table
    }

    /// The same figures for programs; rates are fractions.
    pub(crate) fn json(&self, model: &str) -> serde_json::Result<String> {
        let sets = self
            .sets
            .iter()
            .map(|(set, score)| (set.as_str(), JsonScore::from(score)));
        let report = JsonReport {
            model,
            sets: sets.collect(),
            total: JsonScore::from(&self.total()),
        };
        serde_json::to_string_pretty(&report).map(|text| text + "\n")
    }
}

impl From<&Score> for JsonScore {
    fn from(score: &Score) -> Self {
        Self {
            files: score.n_files,
            audio_seconds: score.audio.as_secs_f64(),
            reference_words: score.words.n_reference,
            wer: score.words.rate(),
            substitutions: score.words.substitutions,
            insertions: score.words.insertions,
            deletions: score.words.deletions,
            cer: score.chars.rate(),
            rtf: score.real_time_factor(),
            first_partial_ms_median: score.timing.first_partial_ms(50),
            first_partial_ms_p90: score.timing.first_partial_ms(90),
            final_ms_median: score.timing.final_ms(50),
            final_ms_p90: score.timing.final_ms(90),
            revision_rate: score.timing.revision_rate(),
        }
    }
}

fn row(set: &str, score: &Score) -> [String; 12] {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let percent = |rate: Option<f64>| or_dash(rate.map(|rate| format!("{:.2}", 100.0 * rate)));
    let whole = |value: Option<i64>| or_dash(value.map(|value| value.to_string()));
    [
        set.to_owned(),
        score.n_files.to_string(),
        score.words.n_reference.to_string(),
        percent(score.words.rate()),
        score.words.substitutions.to_string(),
        score.words.insertions.to_string(),
        score.words.deletions.to_string(),
        percent(score.chars.rate()),
        or_dash(
            score
                .real_time_factor()
                .map(|factor| format!("{factor:.3}")),
        ),
        whole(score.timing.first_partial_ms(50)),
        whole(score.timing.final_ms(50)),
        percent(score.timing.revision_rate()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::align::align;

    fn score(reference: &[&str], hypothesis: &[&str], seconds: u64) -> Score {
        Score {
            n_files: 1,
            words: align(reference, hypothesis),
            chars: align(&['a', 'b'], &['a']),
            audio: Duration::from_secs(seconds),
            computed: Duration::from_millis(100),
            timing: Timing::default(),
        }
    }

    #[test]
    fn sets_are_summed_and_aligned() {
        let mut report = Report::default();
        report.add("short", &score(&["a", "b"], &["a"], 1));
        report.add("a-longer-name", &score(&["a", "b"], &["a", "x", "c"], 2));
        report.add(
            "a-longer-name",
            &score(&["a", "b", "c", "d", "e", "f"], &["a"; 6], 7),
        );
        let expected = "\
set            files  words  WER %  sub  ins  del  CER %    RTF  first ms  final ms  revised %
a-longer-name      2      8  87.50    6    1    0  50.00  0.022         -         -          -
short              1      2  50.00    0    0    1  50.00  0.100         -         -          -
total              3     10  80.00    6    1    1  50.00  0.030         -         -          -
";
        assert_eq!(report.table(), expected);
        let json: serde_json::Value = serde_json::from_str(&report.json("m").unwrap()).unwrap();
        assert_eq!(json["model"], "m");
        assert_eq!(json["total"]["wer"], 0.8);
        assert_eq!(json["sets"]["short"]["deletions"], 1);
        assert_eq!(
            json["sets"]["short"]["revision_rate"],
            serde_json::Value::Null
        );
    }

    #[test]
    fn an_empty_report_has_no_rates() {
        assert!(
            Report::default()
                .table()
                .contains("total      0      0      -")
        );
    }
}
