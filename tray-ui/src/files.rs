//! Where the tray finds what the user may edit, by the XDG base directory rules.

use std::{
    fs, io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// The user's folders.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    pub(crate) config: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) state: PathBuf,
    /// Where exported files go.
    pub(crate) exports: PathBuf,
    /// `$XDG_CONFIG_HOME` itself.
    pub(crate) config_home: PathBuf,
}

impl Folders {
    /// Those of this user; `None` if the environment names no home.
    pub(crate) fn of_user() -> Option<Self> {
        let dirs = directories::ProjectDirs::from("", "", "sotto")?;
        let user = directories::UserDirs::new()?;
        let base = directories::BaseDirs::new()?;
        let exports = user.download_dir().unwrap_or_else(|| user.home_dir());
        Some(Self {
            config: dirs.config_dir().to_owned(),
            data: dirs.data_dir().to_owned(),
            state: dirs
                .state_dir()
                .unwrap_or_else(|| dirs.data_dir())
                .to_owned(),
            exports: exports.to_owned(),
            config_home: base.config_dir().to_owned(),
        })
    }
}

/// Replaces a file as a whole; only the user may read it.
///
/// # Errors
///
/// If the folder or the file cannot be written.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_absent| path.to_owned());
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut name = path
        .file_name()
        .ok_or(io::ErrorKind::InvalidInput)?
        .to_owned();
    name.push(".new");
    let new = folder.join(name);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, &path)
}

/// What the tray remembers: the size of its window, and that it has told about a missing tray.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Memory {
    /// Logical pixels.
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) told_no_tray: bool,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            width: 900.0,
            height: 640.0,
            told_no_tray: false,
        }
    }
}

impl Memory {
    fn path(folders: &Folders) -> PathBuf {
        folders.state.join("window.json")
    }

    /// What was remembered; the defaults where nothing was, or nothing sensible.
    pub(crate) fn read(folders: &Folders) -> Self {
        let text = fs::read_to_string(Self::path(folders)).unwrap_or_default();
        let memory: Self = serde_json::from_str(&text).unwrap_or_default();
        let fits = |length: f64| (300.0..=10_000.0).contains(&length);
        if fits(memory.width) && fits(memory.height) {
            memory
        } else {
            Self {
                told_no_tray: memory.told_no_tray,
                ..Self::default()
            }
        }
    }

    /// Remembers.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn write(&self, folders: &Folders) -> io::Result<()> {
        let text = serde_json::to_string(self)?;
        write_private(&Self::path(folders), &text)
    }
}

#[cfg(test)]
pub(crate) fn folders_in(root: &Path) -> Folders {
    Folders {
        config: root.join("config/sotto"),
        data: root.join("data/sotto"),
        state: root.join("state/sotto"),
        exports: root.join("downloads"),
        config_home: root.join("config"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_remembered_and_nonsense_is_not() {
        let root = tempfile::tempdir().unwrap();
        let folders = folders_in(root.path());
        assert_eq!(Memory::read(&folders), Memory::default());
        let memory = Memory {
            width: 700.0,
            height: 500.0,
            told_no_tray: true,
        };
        memory.write(&folders).unwrap();
        assert_eq!(Memory::read(&folders), memory);
        fs::write(
            Memory::path(&folders),
            "{\"width\": -1, \"told_no_tray\": true}",
        )
        .unwrap();
        assert!(Memory::read(&folders).told_no_tray);
        assert_eq!(Memory::read(&folders).width, Memory::default().width);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        memory.write(&folders).unwrap();
        assert_eq!(mode(&Memory::path(&folders)) & 0o777, 0o600);
    }
}
