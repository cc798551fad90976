//! Where the private bus of `ibus-daemon` listens.
//!
//! In order: `IBUS_ADDRESS`; the file named by `IBUS_ADDRESS_FILE`; the files
//! `$XDG_CONFIG_HOME/ibus/bus/<machine-id>-unix-<display>`, the Wayland display's before the X11 display's.
//! In a Flatpak the daemon's folder is the host's: `$HOST_XDG_CONFIG_HOME` or `~/.config`. There the X11 display has
//! another number than outside, so the other files of this machine come after these, the newest first.
//! A file outlives a daemon that was killed, so the process it names must be alive; in a Flatpak, which sees
//! no process of the host, only connecting can tell.
//!
//! Source: `ibus_get_address` and `ibus_get_socket_path` of libibus
//! (<https://github.com/ibus/ibus/blob/1.5.27/src/ibusshare.c>).

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What decides where the address is; every environment variable as it stands, empty ones left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `IBUS_ADDRESS`.
    pub ibus_address: Option<String>,
    /// `IBUS_ADDRESS_FILE`.
    pub ibus_address_file: Option<PathBuf>,
    /// `WAYLAND_DISPLAY`.
    pub wayland_display: Option<String>,
    /// `DISPLAY`.
    pub display: Option<String>,
    /// `XDG_CONFIG_HOME`.
    pub xdg_config_home: Option<PathBuf>,
    /// `HOST_XDG_CONFIG_HOME`, which Flatpak sets when the host has `XDG_CONFIG_HOME`.
    pub host_xdg_config_home: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// The machine's id.
    pub machine_id: Option<String>,
    /// Whether this process is in a Flatpak.
    pub sandbox: Sandbox,
}

/// Whether the process runs in a sandbox with its own folders and process numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sandbox {
    /// No sandbox.
    #[default]
    None,
    /// A Flatpak.
    Flatpak,
}

/// The content of an address file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressFile {
    /// D-Bus address.
    pub address: String,
    /// Process that listens there.
    pub daemon_pid: Option<u32>,
}

/// Why there is no address.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// Neither a display nor a folder to look in is known.
    #[error(
        "cannot tell where IBus listens: set IBUS_ADDRESS, or HOME and one of WAYLAND_DISPLAY and DISPLAY"
    )]
    NowhereToLook,
    /// There is no address file.
    #[error("no IBus address file, looked at {}: start ibus-daemon in this session", list(.tried))]
    NoFile {
        /// The files that were looked for.
        tried: Vec<PathBuf>,
    },
    /// A file cannot be read.
    #[error("cannot read {}: check its permissions", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file holds no address.
    #[error("{} has no line IBUS_ADDRESS=…: restart ibus-daemon, which writes it anew", .path.display())]
    NoAddress {
        /// The file.
        path: PathBuf,
    },
    /// The daemon that wrote the file has ended.
    #[error("{} names process {pid}, which has ended: start ibus-daemon in this session", .path.display())]
    Stale {
        /// The file.
        path: PathBuf,
        /// The process it names.
        pid: u32,
    },
}

fn list(paths: &[PathBuf]) -> String {
    paths
        .iter()
        .map(|path| path.display().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The machine-id files, in libibus's order.
const MACHINE_ID_FILES: [&str; 2] = ["/var/lib/dbus/machine-id", "/etc/machine-id"];

impl Surroundings {
    /// Reads the process's environment and the machine id.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name| {
            env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        Self {
            ibus_address: text("IBUS_ADDRESS"),
            ibus_address_file: path("IBUS_ADDRESS_FILE"),
            wayland_display: text("WAYLAND_DISPLAY"),
            display: text("DISPLAY"),
            xdg_config_home: path("XDG_CONFIG_HOME"),
            host_xdg_config_home: path("HOST_XDG_CONFIG_HOME"),
            home: path("HOME"),
            machine_id: MACHINE_ID_FILES
                .iter()
                .filter_map(|file| fs::read_to_string(file).ok())
                .map(|id| id.trim().to_owned())
                .find(|id| !id.is_empty()),
            sandbox: if Path::new("/.flatpak-info").exists() {
                Sandbox::Flatpak
            } else {
                Sandbox::None
            },
        }
    }

    /// The folder in which the daemon writes its address files.
    #[must_use]
    pub fn bus_folder(&self) -> Option<PathBuf> {
        let host = match self.sandbox {
            Sandbox::Flatpak => self.host_xdg_config_home.as_ref(),
            Sandbox::None => self.xdg_config_home.as_ref(),
        };
        let config = host
            .cloned()
            .or_else(|| self.home.as_ref().map(|home| home.join(".config")))?;
        Some(config.join("ibus").join("bus"))
    }

    /// The address files to look at, the likeliest first.
    #[must_use]
    pub fn address_files(&self) -> Vec<PathBuf> {
        if let Some(file) = &self.ibus_address_file {
            return vec![file.clone()];
        }
        let Some(folder) = self.bus_folder() else {
            return Vec::new();
        };
        let machine_id = self.machine_id.as_deref().unwrap_or("machine-id");
        let wayland = self
            .wayland_display
            .as_deref()
            .map(|display| format!("{machine_id}-unix-{display}"));
        let x11 = self.display.as_deref().map(|display| {
            let (host, number) = split_display(display);
            format!("{machine_id}-{host}-{number}")
        });
        let mut files: Vec<_> = wayland
            .into_iter()
            .chain(x11)
            .map(|name| folder.join(name))
            .collect();
        if self.sandbox == Sandbox::Flatpak {
            for file in newest_first(&folder, &format!("{machine_id}-")) {
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        }
        files
    }

    /// The address of a daemon that may be alive.
    ///
    /// # Errors
    ///
    /// The most telling [`AddressError`]: a stale or broken file before a missing one.
    pub fn find(&self) -> Result<String, AddressError> {
        if let Some(address) = &self.ibus_address {
            return Ok(address.clone());
        }
        let tried = self.address_files();
        if tried.is_empty() {
            return Err(AddressError::NowhereToLook);
        }
        let mut first_failure = None;
        for path in &tried {
            match self.read(path) {
                Ok(Some(address)) => return Ok(address),
                Ok(None) => {}
                Err(error) => {
                    first_failure.get_or_insert(error);
                }
            }
        }
        Err(first_failure.unwrap_or(AddressError::NoFile { tried }))
    }

    fn read(&self, path: &Path) -> Result<Option<String>, AddressError> {
        let content = match fs::read(path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(AddressError::Unreadable {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let file = AddressFile::parse(&String::from_utf8_lossy(&content)).ok_or_else(|| {
            AddressError::NoAddress {
                path: path.to_owned(),
            }
        })?;
        match file.daemon_pid {
            Some(pid) if self.sandbox == Sandbox::None && !process_exists(pid) => {
                Err(AddressError::Stale {
                    path: path.to_owned(),
                    pid,
                })
            }
            _ => Ok(Some(file.address)),
        }
    }
}

impl AddressFile {
    /// Reads the file's `KEY=value` lines; the last of each key counts, as in libibus.
    #[must_use]
    pub fn parse(content: &str) -> Option<Self> {
        let last = |key: &str| {
            content
                .lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(|line| line.trim_end().strip_prefix(key))
                .rfind(|value| !value.is_empty())
        };
        Some(Self {
            address: last("IBUS_ADDRESS=")?.to_owned(),
            daemon_pid: last("IBUS_DAEMON_PID=").and_then(|pid| pid.parse().ok()),
        })
    }
}

/// The folder's files whose names begin so, by the time of their last change.
fn newest_first(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let ours = entry.file_name().to_string_lossy().starts_with(prefix);
            Some((entry.metadata().ok()?.modified().ok()?, entry.path())).filter(|_| ours)
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

fn process_exists(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Splits `host:number.screen` as libibus does: no host means `unix`, no number means `0`.
fn split_display(display: &str) -> (&str, &str) {
    let (host, rest) = display.rsplit_once(':').unwrap_or((display, ""));
    let number = rest.split('.').next().unwrap_or_default();
    (
        if host.is_empty() { "unix" } else { host },
        if number.is_empty() { "0" } else { number },
    )
}

#[cfg(test)]
mod tests;
