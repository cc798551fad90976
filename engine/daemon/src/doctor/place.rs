//! What the doctor knows of the desktop, the system and how Sotto came onto it.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{daemon::Files, doctor::ground::Ground};

/// The desktops for which there is advice of their own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Desktop {
    Gnome,
    Plasma,
    Sway,
    Hyprland,
    #[default]
    Other,
}

/// What windows are shown by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Session {
    Wayland,
    #[default]
    X11,
}

/// Whether applications from Flatpak find IBus's portal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum FlatpakApplications {
    #[default]
    None,
    Reached,
    Unreached,
}

/// Whether the tray's program can start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Tray {
    #[default]
    Absent,
    Ready,
    WithoutWebKit,
}

/// What starts the daemon at login.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Starter {
    Session,
    /// systemd would, and was not asked to.
    Unasked,
    #[default]
    Nothing,
}

/// Everything that advice depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) desktop: Desktop,
    pub(crate) session: Session,
    /// In a Flatpak, where the host's files cannot be seen.
    pub(crate) is_sandboxed: bool,
    /// What tells toolkits to use IBus and is not set, as `NAME=value`.
    pub(crate) missing_variables: Vec<String>,
    /// Packages of IBus without which a toolkit that is there takes no text.
    pub(crate) missing_modules: Vec<&'static str>,
    pub(crate) ibus_version: Option<[u32; 3]>,
    /// IBus can start Sotto by its component file, so settings list it.
    pub(crate) lists_engine: bool,
    /// What Plasma has chosen as virtual keyboard.
    pub(crate) virtual_keyboard: Option<String>,
    /// IBus has a program for Plasma's virtual keyboard.
    pub(crate) has_ibus_wayland: bool,
    /// A key is bound to Sotto in the compositor's settings.
    pub(crate) has_bound_key: bool,
    /// Programs made of Chromium that are not told to use the Wayland input method.
    pub(crate) chromium: Vec<&'static str>,
    pub(crate) flatpak_applications: FlatpakApplications,
    pub(crate) tray: Tray,
    pub(crate) starter: Starter,
    /// Where Sotto is installed.
    pub(crate) installations: Vec<String>,
    /// A folder of ours in which nothing can be written, and what the system said.
    pub(crate) unwritable: Option<(PathBuf, String)>,
}

impl Place {
    /// Reads everything.
    pub(crate) fn of_process() -> Self {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            ibus_version: ibus_version(),
            unwritable: Files::from_environment().ok().and_then(unwritable),
            ..Ground {
                variable: &variable,
                root: PathBuf::from("/"),
            }
            .place()
        }
    }
}

/// What `ibus-daemon` says of itself; nothing where it is not installed.
fn ibus_version() -> Option<[u32; 3]> {
    let told = Command::new("ibus-daemon").arg("--version").output().ok()?;
    parse_version(&String::from_utf8_lossy(&told.stdout))
}

/// The first word that is a version: `1.5.27` in "ibus-daemon - Version 1.5.27".
pub(super) fn parse_version(told: &str) -> Option<[u32; 3]> {
    told.split_whitespace().find_map(|word| {
        let mut numbers = word.splitn(3, '.').map(|part| {
            let digits = part.split(|letter: char| !letter.is_ascii_digit()).next();
            digits.and_then(|digits| digits.parse().ok())
        });
        Some([numbers.next()??, numbers.next()??, numbers.next()??])
    })
}

/// The first of our folders in which nothing can be written, found by writing.
fn unwritable(files: Files) -> Option<(PathBuf, String)> {
    let folders = [&files.config, &files.history, &files.learned];
    folders.into_iter().find_map(|file| {
        let folder = file.parent()?;
        let error = write_probe(folder).err()?;
        Some((folder.to_owned(), error.to_string()))
    })
}

/// Writes a page, which a full disk has no room for, and takes it away again.
pub(super) fn write_probe(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let file = folder.join(format!(".doctor-{}", std::process::id()));
    let written = fs::write(&file, [0; 4096]);
    let removed = fs::remove_file(&file);
    written.and(removed)
}

#[cfg(test)]
mod tests;
