//! The doctor's look at environment and files, below any root.
//!
//! `kwinrc` is KWin's, the folders of modules are GTK's; paths are those of Debian 12, Fedora and Arch.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::doctor::place::{Desktop, FlatpakApplications, Place, Session, Starter, Tray};

/// What tells toolkits to use IBus.
const VARIABLES: [(&str, &str); 3] = [
    ("GTK_IM_MODULE", "ibus"),
    ("QT_IM_MODULE", "ibus"),
    ("XMODIFIERS", "@im=ibus"),
];

/// A library of a toolkit, its module for IBus, and the package of the module.
const MODULES: [(&str, &str, &str); 2] = [
    (
        "libgtk-3.so.0",
        "gtk-3.0/3.0.0/immodules/im-ibus.so",
        "ibus-gtk3",
    ),
    (
        "libgtk-4.so.1",
        "gtk-4.0/4.0.0/immodules/libim-ibus.so",
        "ibus-gtk4",
    ),
];

const CHROMIUM: [&str; 7] = [
    "chromium",
    "google-chrome",
    "brave-browser",
    "microsoft-edge",
    "code",
    "slack",
    "signal-desktop",
];

const APP: &str = "io.github.sotto.Sotto";

/// Where the reading happens; in a test the root is another.
pub(super) struct Ground<'a> {
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    pub(super) root: PathBuf,
}

impl Ground<'_> {
    pub(super) fn place(&self) -> Place {
        let session = if self.is_set("WAYLAND_DISPLAY") {
            Session::Wayland
        } else {
            Session::X11
        };
        let is_sandboxed = self.has("/.flatpak-info");
        let place = Place {
            desktop: self.desktop(),
            session,
            is_sandboxed,
            missing_variables: self.missing_variables(),
            ..Place::default()
        };
        if is_sandboxed {
            return place;
        }
        Place {
            missing_modules: self.missing_modules(),
            lists_engine: self.has("/usr/share/ibus/component/sotto.xml"),
            virtual_keyboard: self.virtual_keyboard(),
            has_ibus_wayland: self
                .names("/usr/share/applications")
                .iter()
                .any(|name| name.starts_with("org.freedesktop.IBus.Panel.Wayland")),
            has_bound_key: self.has_bound_key(),
            chromium: self.chromium(),
            flatpak_applications: self.flatpak_applications(),
            tray: self.tray(),
            starter: self.starter(),
            installations: self.installations(),
            ..place
        }
    }

    fn is_set(&self, name: &str) -> bool {
        (self.variable)(name).is_some()
    }

    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    fn has(&self, path: impl AsRef<Path>) -> bool {
        // A link whose end is elsewhere is there too.
        self.at(path).symlink_metadata().is_ok()
    }

    /// The names in a folder; none where there is no folder.
    fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.at(folder))
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .collect();
        names.sort();
        names
    }

    fn text(&self, path: impl AsRef<Path>) -> String {
        fs::read(self.at(path)).map_or_else(
            |_| String::new(),
            |text| String::from_utf8_lossy(&text).into_owned(),
        )
    }

    /// A folder of the user: by its variable, or below the home.
    fn user_folder(&self, variable: &str, below_home: &str) -> PathBuf {
        (self.variable)(variable).map_or_else(
            || PathBuf::from((self.variable)("HOME").unwrap_or_default()).join(below_home),
            PathBuf::from,
        )
    }

    fn config(&self) -> PathBuf {
        self.user_folder("XDG_CONFIG_HOME", ".config")
    }

    fn data(&self) -> PathBuf {
        self.user_folder("XDG_DATA_HOME", ".local/share")
    }

    fn desktop(&self) -> Desktop {
        let names = (self.variable)("XDG_CURRENT_DESKTOP").unwrap_or_default();
        for name in names.split(':') {
            match name.to_ascii_lowercase().as_str() {
                "gnome" => return Desktop::Gnome,
                "kde" => return Desktop::Plasma,
                "sway" => return Desktop::Sway,
                "hyprland" => return Desktop::Hyprland,
                _ => {}
            }
        }
        Desktop::Other
    }

    fn missing_variables(&self) -> Vec<String> {
        VARIABLES
            .iter()
            .filter(|(name, value)| (self.variable)(name).as_deref() != Some(value))
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    fn library_folders(&self) -> Vec<PathBuf> {
        let lib = Path::new("/usr/lib");
        let mut folders = vec![lib.to_owned(), PathBuf::from("/usr/lib64")];
        let by_machine = self.names(lib).into_iter();
        folders.extend(
            by_machine
                .filter(|name| name.contains("-linux-gnu"))
                .map(|name| lib.join(name)),
        );
        folders
    }

    fn has_library(&self, name: &str) -> bool {
        let mut folders = self.library_folders().into_iter();
        folders.any(|folder| self.has(folder.join(name)))
    }

    fn missing_modules(&self) -> Vec<&'static str> {
        MODULES
            .iter()
            .filter(|(library, module, _)| self.has_library(library) && !self.has_library(module))
            .map(|(.., package)| *package)
            .collect()
    }

    /// `InputMethod` in the section `Wayland` of KWin's settings.
    fn virtual_keyboard(&self) -> Option<String> {
        let mut section = "";
        let settings = self.text(self.config().join("kwinrc"));
        settings.lines().map(str::trim).find_map(|line| {
            if line.starts_with('[') {
                section = if line == "[Wayland]" { "Wayland" } else { "" };
            }
            let (key, value) = line.split_once('=')?;
            let key = key.split('[').next()?.trim();
            (section == "Wayland" && key == "InputMethod" && !value.trim().is_empty())
                .then(|| value.trim().to_owned())
        })
    }

    fn has_bound_key(&self) -> bool {
        let config = self.config();
        let mut files = vec![
            config.join("sway/config"),
            config.join("hypr/hyprland.conf"),
        ];
        for folder in ["sway/config.d", "hypr"] {
            let folder = config.join(folder);
            files.extend(self.names(&folder).iter().map(|name| folder.join(name)));
        }
        files.iter().any(|file| {
            self.text(file).lines().any(|line| {
                !line.trim_start().starts_with('#')
                    && ["sotto press", "sotto toggle", "Sotto press", "Sotto toggle"]
                        .iter()
                        .any(|command| line.contains(command))
            })
        })
    }

    fn chromium(&self) -> Vec<&'static str> {
        let path = (self.variable)("PATH").unwrap_or_default();
        let folders: Vec<_> = env::split_paths(&path).collect();
        let config = self.config();
        CHROMIUM
            .into_iter()
            .filter(|name| folders.iter().any(|folder| self.has(folder.join(name))))
            .filter(|name| {
                let flags = |file: String| self.text(config.join(file)).contains("wayland-ime");
                !flags(format!("{name}-flags.conf")) && !flags("electron-flags.conf".to_owned())
            })
            .collect()
    }

    fn flatpak_folders(&self) -> [PathBuf; 2] {
        [
            PathBuf::from("/var/lib/flatpak/app"),
            self.data().join("flatpak/app"),
        ]
    }

    fn flatpak_applications(&self) -> FlatpakApplications {
        let mut names = self.flatpak_folders().into_iter();
        if !names.any(|folder| self.names(folder).iter().any(|name| name != APP)) {
            FlatpakApplications::None
        } else if self.has("/usr/share/dbus-1/services/org.freedesktop.portal.IBus.service") {
            FlatpakApplications::Reached
        } else {
            FlatpakApplications::Unreached
        }
    }

    fn tray(&self) -> Tray {
        // Elsewhere, as in Nix, programs know where their libraries are.
        let mut folders = ["/usr/bin", "/usr/local/bin"].iter();
        if !folders.any(|folder| self.has(Path::new(folder).join("sotto-tray"))) {
            Tray::Absent
        } else if self.has_library("libwebkit2gtk-4.1.so.0") {
            Tray::Ready
        } else {
            Tray::WithoutWebKit
        }
    }

    fn starter(&self) -> Starter {
        let config = self.config();
        let autostart = config.join("autostart");
        let is_started = self.names(&autostart).iter().any(|name| {
            let entry = self.text(autostart.join(name));
            let is_off = entry.lines().any(|line| line == "Hidden=true");
            // The icon has the session bus start the daemon.
            !is_off && (entry.contains("sotto daemon") || entry.contains("sotto-tray"))
        });
        let has_systemd = self.has("/run/systemd/system");
        let wants = "systemd/user/graphical-session.target.wants/sotto.service";
        let is_wanted = self.has(Path::new("/etc").join(wants)) || self.has(config.join(wants));
        let has_unit = ["/usr", "/usr/local"]
            .iter()
            .any(|prefix| self.has(Path::new(prefix).join("lib/systemd/user/sotto.service")));
        if is_started || has_systemd && is_wanted {
            Starter::Session
        } else if has_systemd && has_unit {
            Starter::Unasked
        } else {
            Starter::Nothing
        }
    }

    fn installations(&self) -> Vec<String> {
        let programs = ["/usr/bin/sotto", "/usr/local/bin/sotto"].into_iter();
        let mut found: Vec<_> = programs
            .filter(|program| self.has(program))
            .map(str::to_owned)
            .collect();
        let mut folders = self.flatpak_folders().into_iter();
        if folders.any(|folder| self.has(folder.join(APP))) {
            found.push(format!("Flatpak {APP}"));
        }
        found
    }
}

#[cfg(test)]
mod tests;
