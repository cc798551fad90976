//! One file from a server onto the disk, however often the network fails in between.

use std::{
    fs,
    io::Read,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use sotto_models::{SourceUrl, StoreError};

use crate::{
    Client, FetchError, Progress,
    client::{Answer, RequestFault, Resume},
    part::PartFile,
    progress::Meter,
};

/// Pause between two looks at whether the user has paused.
const NAP: Duration = Duration::from_millis(50);
/// An attempt that brings at least this much was worth it.
const FRUITFUL_BYTES: u64 = 64 << 10;
/// Times that a server may send the wrong part of a file.
const MAX_RANGE_FAULTS: u32 = 2;

/// One file to be downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Where from.
    pub url: SourceUrl,
    /// Where to; the part that has arrived lies beside it.
    pub target: PathBuf,
    /// Its length.
    pub size: u64,
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// What a download tells on its way.
pub(crate) enum Step {
    Progress(Progress),
    Waiting { wait: Duration, reason: String },
}

/// Everything that one run of a download keeps in mind.
struct Run<'a> {
    download: &'a Download,
    client: &'a Client,
    stop: &'a AtomicBool,
    meter: &'a mut Meter,
    tell: &'a mut dyn FnMut(Step),
    part: PartFile,
    name: String,
    /// Whether everything in the part came in one answer of this run.
    is_one_piece: bool,
    range_faults: u32,
}

impl Download {
    /// Brings the file onto the disk and checks it. What is there already is not asked for again.
    ///
    /// Setting `stop` pauses: the part stays, and the next call goes on with it.
    ///
    /// # Errors
    /// If the server lies or gives up, the disk refuses, or it is paused. A part that cannot become
    /// the file is deleted, any other stays.
    pub fn run(
        &self,
        client: &Client,
        stop: &AtomicBool,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Result<(), FetchError> {
        let mut meter = Meter::new(self.size);
        self.run_as_part(client, stop, &mut meter, &mut |step| {
            if let Step::Progress(progress) = step {
                on_progress(progress);
            }
        })
    }

    pub(crate) fn run_as_part(
        &self,
        client: &Client,
        stop: &AtomicBool,
        meter: &mut Meter,
        tell: &mut dyn FnMut(Step),
    ) -> Result<(), FetchError> {
        let failed = |error| StoreError::from_io(&self.target, error);
        if self.target.exists() {
            // From an earlier run; as a part it is checked like any other.
            let mut part = self.target.clone().into_os_string();
            part.push(".part");
            fs::rename(&self.target, part).map_err(failed)?;
        }
        let part = PartFile::open(&self.target, self.size)?;
        meter.start_at(part.len());
        let name = self
            .target
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let run = Run {
            download: self,
            client,
            stop,
            meter,
            tell,
            is_one_piece: part.len() == 0,
            part,
            name,
            range_faults: 0,
        };
        run.run()
    }
}

impl Run<'_> {
    fn run(mut self) -> Result<(), FetchError> {
        let mut n_fruitless = 0;
        loop {
            if self.part.len() == self.download.size {
                let actual = self.part.sha256();
                if actual == self.download.sha256 {
                    return Ok(self.part.finish(&self.download.target)?);
                }
                if self.is_one_piece {
                    self.part.discard()?;
                    return Err(FetchError::WrongHash {
                        url: self.download.url.clone(),
                        expected: self.download.sha256.clone(),
                        actual,
                    });
                }
                // Two pieces need not be of the same file: once more, in one.
                self.part.clear()?;
            }
            let before = self.part.len();
            let reason = match self.attempt() {
                Ok(()) => continue,
                Err(RequestFault::Fatal(error)) => return Err(error),
                Err(RequestFault::Transient(reason)) => reason,
            };
            let fruit = self.part.len().saturating_sub(before);
            n_fruitless = if fruit >= FRUITFUL_BYTES {
                1
            } else {
                n_fruitless + 1
            };
            let options = self.client.options();
            if n_fruitless >= options.max_fruitless_attempts {
                return Err(FetchError::Network {
                    url: self.download.url.clone(),
                    reason,
                });
            }
            let wait = options
                .first_wait
                .saturating_mul(1 << (n_fruitless - 1).min(16))
                .min(options.max_wait);
            (self.tell)(Step::Waiting { wait, reason });
            self.wait(wait)?;
        }
    }

    fn wait(&self, wait: Duration) -> Result<(), FetchError> {
        let until = Instant::now() + wait;
        loop {
            self.check_stop()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(NAP));
        }
    }

    fn check_stop(&self) -> Result<(), FetchError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(FetchError::Paused);
        }
        Ok(())
    }

    /// One request. The end of it is no fault only if the whole file is here.
    fn attempt(&mut self) -> Result<(), RequestFault> {
        self.check_stop()?;
        let start = self.part.len();
        let url = &self.download.url;
        let resume = (start > 0).then_some(Resume {
            start,
            etag: self.part.etag(),
        });
        let answer = self.client.get(url, resume)?;
        match answer.status {
            200 => {
                self.part.clear()?;
                self.is_one_piece = true;
            }
            206 if start > 0 && self.is_wanted_range(&answer) => self.is_one_piece = false,
            206 | 416 => {
                self.range_faults += 1;
                if self.range_faults >= MAX_RANGE_FAULTS {
                    return Err(FetchError::WrongRange(url.clone()).into());
                }
                self.part.clear()?;
                return Err(RequestFault::Transient(
                    "the server sends another part of the file".to_owned(),
                ));
            }
            408 | 425 | 429 | 500..=599 => {
                let status = answer.status;
                return Err(RequestFault::Transient(format!("status {status}")));
            }
            status => {
                let url = url.clone();
                return Err(FetchError::Status { url, status }.into());
            }
        }
        let expected = self.download.size - self.part.len();
        if let Some(announced) = answer.content_length()
            && announced != expected
        {
            return Err(self.wrong_length(self.part.len().saturating_add(announced)));
        }
        self.part.set_etag(answer.header("etag"));
        self.meter.start_at(self.part.len());
        self.read(answer.body)
    }

    /// Whether the answer holds what was asked for: the rest of a file of the right length.
    fn is_wanted_range(&self, answer: &Answer) -> bool {
        let range = answer
            .header("content-range")
            .and_then(|range| range.trim().strip_prefix("bytes "))
            .and_then(|range| range.split_once('/'))
            .and_then(|(range, total)| Some((range.split_once('-')?, total)));
        let Some(((first, last), total)) = range else {
            return false;
        };
        let size = self.download.size;
        first.parse() == Ok(self.part.len())
            && last.parse() == Ok(size - 1)
            && (total == "*" || total.parse() == Ok(size))
    }

    fn wrong_length(&self, actual: u64) -> RequestFault {
        FetchError::WrongLength {
            url: self.download.url.clone(),
            expected: self.download.size,
            actual,
        }
        .into()
    }

    fn read(&mut self, mut body: Box<dyn Read + Send>) -> Result<(), RequestFault> {
        let size = self.download.size;
        let options = self.client.options();
        let mut bytes = vec![0; 1 << 16];
        let mut period = (Instant::now(), self.part.len());
        loop {
            self.check_stop()?;
            let n_bytes = body
                .read(&mut bytes)
                .map_err(|error| RequestFault::Transient(error.to_string()))?;
            if n_bytes == 0 {
                if self.part.len() == size {
                    return Ok(());
                }
                return Err(RequestFault::Transient(
                    "the connection ended early".to_owned(),
                ));
            }
            let total = self.part.len().saturating_add(n_bytes as u64);
            if total > size {
                self.part.clear()?;
                return Err(self.wrong_length(total));
            }
            self.part.append(&bytes[..n_bytes])?;
            if let Some(progress) = self.meter.advance(&self.name, self.part.len()) {
                (self.tell)(Step::Progress(progress));
            }
            if period.0.elapsed() >= options.stall_period {
                if self.part.len() - period.1 < options.min_bytes && self.part.len() < size {
                    return Err(RequestFault::Transient(
                        "the server sends next to nothing".to_owned(),
                    ));
                }
                period = (Instant::now(), self.part.len());
            }
        }
    }
}
