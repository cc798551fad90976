//! What was dictated, kept on this computer where the user wants it.
//!
//! A file of lines of JSON that only the user can read. Text reaches it only after it was inserted,
//! and in password and private fields nothing is ever inserted. Whoever changes the file holds its
//! lock meanwhile: the window of the tray deletes from it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::json;
use sotto_session::Spoken;

use crate::daemon::{config::HistoryConfig, log::note};

/// Time between two looks for texts that are too old.
const PRUNE_PERIOD: Duration = Duration::from_secs(3600);

/// The file.
#[derive(Debug)]
pub(crate) struct History {
    path: PathBuf,
    pruned_at: Option<SystemTime>,
}

impl History {
    /// The history in a file, which need not exist.
    pub(crate) const fn at(path: PathBuf) -> Self {
        Self {
            path,
            pruned_at: None,
        }
    }

    /// Keeps a text that was inserted, if the user wants that.
    pub(crate) fn keep(&mut self, config: &HistoryConfig, text: &Spoken) {
        let now = SystemTime::now();
        let kept = self.prune(config, now).and_then(|()| {
            if config.enabled && !text.is_blank() {
                self.append(now, text)
            } else {
                Ok(())
            }
        });
        if let Err(error) = kept {
            note!("{} cannot be written: {error}", self.path.display());
        }
    }

    fn append(&self, now: SystemTime, text: &Spoken) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)?;
        file.lock()?;
        let line = json!({ "at_ms": millis(now), "text": text.as_str().trim() });
        file.write_all(format!("{line}\n").as_bytes())
    }

    /// Deletes texts that are older than the user wants, from time to time.
    fn prune(&mut self, config: &HistoryConfig, now: SystemTime) -> io::Result<()> {
        let is_due = self.pruned_at.is_none_or(|at| {
            now.duration_since(at)
                .is_ok_and(|since| since >= PRUNE_PERIOD)
        });
        if !is_due {
            return Ok(());
        }
        self.pruned_at = Some(now);
        let mut file = match OpenOptions::new().read(true).write(true).open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        file.lock()?;
        let days = Duration::from_secs(86_400).saturating_mul(config.retention_days);
        let oldest_ms = now.checked_sub(days).map_or(0, millis);
        forget_before(&mut file, oldest_ms)
    }
}

fn forget_before(file: &mut File, oldest_ms: u64) -> io::Result<()> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let is_young = |line: &&str| {
        let entry: Option<serde_json::Value> = serde_json::from_str(line).ok();
        entry
            .and_then(|entry| entry["at_ms"].as_u64())
            .is_some_and(|at_ms| at_ms >= oldest_ms)
    };
    let young: String = text
        .lines()
        .filter(is_young)
        .flat_map(|line| [line, "\n"])
        .collect();
    if young.len() == text.len() {
        return Ok(());
    }
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(young.as_bytes())
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    const ON: HistoryConfig = HistoryConfig {
        enabled: true,
        retention_days: 30,
    };

    #[test]
    fn nothing_is_kept_unless_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/history.jsonl");
        let mut history = History::at(path.clone());
        history.keep(&HistoryConfig::default(), &Spoken::new("secret"));
        assert!(!path.exists());
        history.keep(&ON, &Spoken::new(" Grüße \"an\" alle\n"));
        history.keep(&ON, &Spoken::new("  "));
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 1);
        let entry: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(entry["text"], "Grüße \"an\" alle");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn old_texts_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        let now_ms = millis(SystemTime::now());
        let day_ms = 86_400_000;
        let entry = |at_ms: u64| format!("{{\"at_ms\":{at_ms},\"text\":\"x\"}}\n");
        let text = entry(now_ms - 31 * day_ms) + "broken\n" + &entry(now_ms - 29 * day_ms);
        fs::write(&path, text).unwrap();
        History::at(path.clone()).keep(&HistoryConfig::default(), &Spoken::new("y"));
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            entry(now_ms - 29 * day_ms)
        );
    }
}
