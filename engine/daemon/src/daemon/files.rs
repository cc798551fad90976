//! Where the daemon keeps its few files, by the XDG base directory rules.

use std::{io, path::PathBuf};

/// The daemon's files.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// The user's settings.
    pub(crate) config: PathBuf,
    /// What was dictated, where the user wants it kept.
    pub(crate) history: PathBuf,
    /// The input engine to go back to, for as long as ours is selected.
    pub(crate) remembered_engine: PathBuf,
    /// The desktop's permission to type.
    pub(crate) typing_token: PathBuf,
    /// What corrections have taught.
    pub(crate) learned: PathBuf,
}

impl Files {
    /// The files of this user, in this session.
    ///
    /// # Errors
    ///
    /// If the environment names no home.
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let dirs = directories::ProjectDirs::from("", "", "sotto")
            .ok_or_else(|| anyhow::anyhow!(tr::tr!("no home folder is known: set HOME")))?;
        let runtime = dirs.runtime_dir().unwrap_or_else(|| dirs.cache_dir());
        Ok(Self {
            config: dirs.config_dir().join("config.toml"),
            history: dirs
                .state_dir()
                .unwrap_or_else(|| dirs.data_dir())
                .join("history.jsonl"),
            remembered_engine: runtime.join("engine"),
            typing_token: dirs
                .state_dir()
                .unwrap_or_else(|| dirs.data_dir())
                .join("typing-token"),
            learned: dirs.data_dir().join("learned.tsv"),
        })
    }

    /// The user's words, beside the settings.
    pub(crate) fn words(&self) -> PathBuf {
        self.config.with_file_name("words.txt")
    }

    /// Writes the documented settings where there are none yet.
    ///
    /// # Errors
    ///
    /// If the folder or the file cannot be made.
    pub(crate) fn write_config_once(&self, text: &str) -> io::Result<()> {
        if let Some(folder) = self.config.parent() {
            std::fs::create_dir_all(folder)?;
        }
        match std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.config)
        {
            Ok(mut file) => io::Write::write_all(&mut file, text.as_bytes()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }
}
