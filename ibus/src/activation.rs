//! Scoped activation: our engine is selected for one dictation, then the user's own engine again.
//!
//! A dictation engine that stays selected would break dead keys and compose sequences in some applications.
//! The engine to go back to is also kept in a file of the runtime folder, so that a dictation cut off by a crash is
//! mended at the next start.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::IbusError;
use crate::register::Link;

/// Where the engine to go back to is kept while ours is selected.
#[derive(Debug, Clone)]
pub struct RememberedEngine {
    path: PathBuf,
}

/// Our engine is selected; [`Self::end`] goes back.
#[derive(Debug)]
#[must_use = "the user's engine comes back only through end()"]
pub struct Activation {
    engine: String,
    previous: Previous,
}

/// What was selected before ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Previous {
    /// Ours already: the user chose it for good, and it stays.
    Ours,
    /// Another engine.
    Other(String),
    /// None. IBus has no call that selects none, so ours stays and passes every key on.
    None,
}

/// What became of the selection at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restored {
    /// The former engine is selected again.
    Yes,
    /// Nothing was to be done: ours was selected for good, or there was none before.
    NotNeeded,
    /// The user has meanwhile selected another engine, which stays.
    UserChose,
}

/// A failure to keep or mend the selection.
#[derive(Debug, thiserror::Error)]
pub enum ActivationError {
    /// IBus failed.
    #[error(transparent)]
    Ibus(#[from] IbusError),
    /// The file that remembers the engine cannot be written, read or removed.
    #[error("cannot keep the current input engine in {}: check that the folder is writable", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl RememberedEngine {
    /// The file at `path`; its folder is made when needed. It should be in `$XDG_RUNTIME_DIR`, which ends with the
    /// user's session.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    fn failed(&self, source: io::Error) -> ActivationError {
        ActivationError::File {
            path: self.path.clone(),
            source,
        }
    }

    fn write(&self, engine: &str) -> Result<(), ActivationError> {
        let write = || {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            let unfinished = self.path.with_extension("part");
            fs::write(&unfinished, engine)?;
            fs::rename(&unfinished, &self.path)
        };
        write().map_err(|source| self.failed(source))
    }

    fn read(&self) -> Result<Option<String>, ActivationError> {
        match fs::read_to_string(&self.path) {
            Ok(engine) => Ok(Some(engine).filter(|engine| !engine.is_empty())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.failed(source)),
        }
    }

    fn remove(&self) -> Result<(), ActivationError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(error)),
            _ => Ok(()),
        }
    }

    /// Goes back to the engine that a crash left behind, if there is one and ours is still selected.
    ///
    /// Call it after connecting, before the first dictation.
    ///
    /// # Errors
    ///
    /// [`ActivationError`]; the file then stays for the next start.
    pub async fn mend(&self, link: &Link) -> Result<Restored, ActivationError> {
        let Some(previous) = self.read()? else {
            return Ok(Restored::NotNeeded);
        };
        let selected = link.global_engine().await?;
        // After the crash the daemon has no engine, and after the restart of the daemon it may have any.
        let restored = match selected {
            Some(desc) if !link.component().offers(&desc.name) => Restored::UserChose,
            _ => {
                link.set_global_engine(&previous).await?;
                Restored::Yes
            }
        };
        self.remove()?;
        Ok(restored)
    }
}

impl Activation {
    /// Selects `engine` and remembers what was selected. Then wait for [`Link::wait_for_field`] before committing.
    ///
    /// # Errors
    ///
    /// [`ActivationError`]; the selection is then as it was.
    pub async fn begin(
        link: &Link,
        engine: &str,
        kept: &RememberedEngine,
    ) -> Result<Self, ActivationError> {
        let previous = match link.global_engine().await? {
            Some(desc) if desc.name == engine => Previous::Ours,
            Some(desc) => Previous::Other(desc.name),
            None => Previous::None,
        };
        match &previous {
            Previous::Ours => {}
            Previous::None => link.set_global_engine(engine).await?,
            Previous::Other(name) => {
                kept.write(name)?;
                if let Err(error) = link.set_global_engine(engine).await {
                    kept.remove()?;
                    return Err(error.into());
                }
            }
        }
        Ok(Self {
            engine: engine.to_owned(),
            previous,
        })
    }

    /// What was selected before.
    #[must_use]
    pub fn previous(&self) -> &Previous {
        &self.previous
    }

    /// Selects what was selected before, unless the user has selected something else meanwhile.
    ///
    /// # Errors
    ///
    /// [`ActivationError`]; the file then stays, for [`RememberedEngine::mend`] after a reconnection.
    pub async fn end(
        self,
        link: &Link,
        kept: &RememberedEngine,
    ) -> Result<Restored, ActivationError> {
        let Previous::Other(previous) = self.previous else {
            return Ok(Restored::NotNeeded);
        };
        let selected = link.global_engine().await?;
        let restored = if selected.is_none_or(|desc| desc.name == self.engine) {
            link.set_global_engine(&previous).await?;
            Restored::Yes
        } else {
            Restored::UserChose
        };
        kept.remove()?;
        Ok(restored)
    }
}
