//! What is told while a model is on its way: bytes, speed, time left.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::PlannedFile;

/// One thing that happened; `sotto-fetch --json-progress` writes one a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum FetchEvent {
    /// The hub is asked what the model consists of.
    Resolving {
        /// Id of the model.
        model: String,
    },
    /// What is downloaded, with the hashes that it is checked against.
    Planned {
        /// Id of the model.
        model: String,
        /// Commit of the repository; empty for an archive.
        commit: String,
        /// Bytes of all files.
        total_bytes: u64,
        /// Bytes of them that are here already.
        done_bytes: u64,
        /// The files.
        files: Vec<PlannedFile>,
    },
    /// Bytes have arrived.
    Progress {
        /// Id of the model.
        model: String,
        /// How far it is.
        #[serde(flatten)]
        progress: Progress,
    },
    /// The network failed; another attempt follows.
    Waiting {
        /// Id of the model.
        model: String,
        /// Seconds until then.
        seconds: f64,
        /// What failed.
        reason: String,
    },
    /// Everything has arrived and is checked and put in place.
    Installing {
        /// Id of the model.
        model: String,
    },
    /// The model is installed.
    Installed {
        /// Id of the model.
        model: String,
        /// Its folder.
        dir: PathBuf,
    },
    /// The model is not installed.
    Failed {
        /// Id of the model.
        model: String,
        /// A stable word, see [`crate::FetchError::kind`].
        kind: String,
        /// A sentence for the user.
        message: String,
    },
}

/// How far a download is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The file that is on its way.
    pub file: String,
    /// Bytes of the whole model that are here.
    pub done_bytes: u64,
    /// Bytes of the whole model.
    pub total_bytes: u64,
    /// Mean over the last seconds.
    pub bytes_per_second: f64,
    /// At that speed; none while there is none.
    pub seconds_left: Option<f64>,
}

/// Time between two reports.
const REPORT_PERIOD: Duration = Duration::from_millis(200);
/// Weight of a report in the mean speed falls to a third after this time.
const SPEED_MEMORY_S: f64 = 5.0;

/// Measures speed and says when it is time for a report.
pub(crate) struct Meter {
    total_bytes: u64,
    /// Bytes of the files before this one.
    base_bytes: u64,
    done_bytes: u64,
    reported_at: Instant,
    reported_bytes: u64,
    bytes_per_second: Option<f64>,
}

impl Meter {
    pub(crate) fn new(total_bytes: u64) -> Self {
        Self {
            total_bytes,
            base_bytes: 0,
            done_bytes: 0,
            reported_at: Instant::now(),
            reported_bytes: 0,
            bytes_per_second: None,
        }
    }

    /// The next file begins after this many bytes of the whole.
    pub(crate) const fn begin_file(&mut self, base_bytes: u64) {
        self.base_bytes = base_bytes;
    }

    /// What is here of the file, without any of it being news.
    pub(crate) const fn start_at(&mut self, file_bytes: u64) {
        self.done_bytes = self.base_bytes.saturating_add(file_bytes);
        self.reported_bytes = self.done_bytes;
    }

    /// More of the file is here; a report, if it is time for one.
    pub(crate) fn advance(&mut self, file: &str, file_bytes: u64) -> Option<Progress> {
        self.done_bytes = self.base_bytes.saturating_add(file_bytes);
        (self.reported_at.elapsed() >= REPORT_PERIOD || self.done_bytes == self.total_bytes)
            .then(|| self.report(file))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a speed needs fewer digits than a length has"
    )]
    fn report(&mut self, file: &str) -> Progress {
        let seconds = self.reported_at.elapsed().as_secs_f64().max(1e-3);
        let latest = self.done_bytes.saturating_sub(self.reported_bytes) as f64 / seconds;
        let keep = (-seconds / SPEED_MEMORY_S).exp();
        let speed = self
            .bytes_per_second
            .map_or(latest, |mean| mean * keep + latest * (1.0 - keep));
        self.bytes_per_second = Some(speed);
        self.reported_at = Instant::now();
        self.reported_bytes = self.done_bytes;
        let left = self.total_bytes.saturating_sub(self.done_bytes) as f64;
        Progress {
            file: file.to_owned(),
            done_bytes: self.done_bytes,
            total_bytes: self.total_bytes,
            bytes_per_second: speed,
            seconds_left: (speed > 0.0).then(|| left / speed),
        }
    }
}
