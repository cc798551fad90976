use std::{collections::HashMap, fs};

use super::*;

/// A system of files below a folder.
struct System {
    root: tempfile::TempDir,
    variables: HashMap<&'static str, &'static str>,
}

impl System {
    fn new(variables: &[(&'static str, &'static str)], files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let home = [("HOME", "/home/a")];
        let variables = home.iter().chain(variables).copied().collect();
        Self { root, variables }
    }

    fn place(&self) -> Place {
        let variable = |name: &str| self.variables.get(name).map(|value| (*value).to_owned());
        Ground {
            variable: &variable,
            root: self.root.path().to_owned(),
        }
        .place()
    }
}

#[test]
fn plasma_on_wayland_is_read() {
    let place = System::new(
        &[("WAYLAND_DISPLAY", "wayland-0"), ("XDG_CURRENT_DESKTOP", "KDE")],
        &[
            (
                "home/a/.config/kwinrc",
                "[Windows]\nInputMethod=no\n[Wayland]\nInputMethod[$e]=/usr/share/applications/ibus.desktop\n",
            ),
            ("usr/share/applications/org.freedesktop.IBus.Panel.Wayland.Gtk3.desktop", ""),
        ],
    )
    .place();
    assert_eq!(place.desktop, Desktop::Plasma);
    assert_eq!(place.session, Session::Wayland);
    assert!(place.has_ibus_wayland);
    assert_eq!(
        place.virtual_keyboard.as_deref(),
        Some("/usr/share/applications/ibus.desktop")
    );
}

#[test]
fn an_installed_package_is_read() {
    let place = System::new(
        &[
            ("XDG_CURRENT_DESKTOP", "ubuntu:GNOME"),
            ("GTK_IM_MODULE", "ibus"),
            ("QT_IM_MODULE", "fcitx"),
            ("PATH", "/usr/local/bin:/usr/bin"),
        ],
        &[
            ("usr/bin/sotto", ""),
            ("usr/bin/sotto-tray", ""),
            ("usr/bin/code", ""),
            ("usr/bin/chromium", ""),
            ("home/a/.config/chromium-flags.conf", "--enable-wayland-ime"),
            ("usr/share/ibus/component/sotto.xml", ""),
            ("usr/lib/x86_64-linux-gnu/libgtk-3.so.0", ""),
            ("usr/lib/x86_64-linux-gnu/libgtk-4.so.1", ""),
            (
                "usr/lib/x86_64-linux-gnu/gtk-3.0/3.0.0/immodules/im-ibus.so",
                "",
            ),
            ("usr/lib/systemd/user/sotto.service", ""),
            ("run/systemd/system/x", ""),
            (
                "home/a/.local/share/flatpak/app/io.github.sotto.Sotto/current",
                "",
            ),
            ("var/lib/flatpak/app/org.gnome.TextEditor/current", ""),
            (
                "home/a/.config/sway/config.d/keys",
                "# sotto toggle\nbindsym F9 exec sotto press\n",
            ),
        ],
    )
    .place();
    let expected = Place {
        desktop: Desktop::Gnome,
        session: Session::X11,
        missing_variables: vec![
            "QT_IM_MODULE=ibus".to_owned(),
            "XMODIFIERS=@im=ibus".to_owned(),
        ],
        missing_modules: vec!["ibus-gtk4"],
        lists_engine: true,
        has_bound_key: true,
        chromium: vec!["code"],
        flatpak_applications: FlatpakApplications::Unreached,
        tray: Tray::WithoutWebKit,
        starter: Starter::Unasked,
        installations: vec![
            "/usr/bin/sotto".to_owned(),
            "Flatpak io.github.sotto.Sotto".to_owned(),
        ],
        ..Place::default()
    };
    assert_eq!(place, expected);
}

#[test]
fn of_a_sandbox_only_the_environment_is_known() {
    let files = [
        (".flatpak-info", ""),
        ("usr/bin/sotto", ""),
        ("usr/lib/libgtk-3.so.0", ""),
    ];
    let place = System::new(&[], &files).place();
    assert!(place.is_sandboxed);
    assert!(place.installations.is_empty() && place.missing_modules.is_empty());
    assert_eq!(place.missing_variables.len(), VARIABLES.len());
    assert_eq!(place.starter, Starter::Nothing);
}

fn starter_with(entry: &str) -> Starter {
    let file = "home/a/.config/autostart/io.github.sotto.Sotto.Tray.desktop";
    System::new(&[], &[(file, entry)]).place().starter
}

#[test]
fn the_switch_of_the_window_is_a_start_with_the_session() {
    let entry = "[Desktop Entry]\nExec=\"/usr/bin/sotto-tray\" --background\n";
    assert_eq!(starter_with(entry), Starter::Session);
    assert_eq!(
        starter_with("Exec=sotto daemon\nHidden=true\n"),
        Starter::Nothing
    );
    assert_eq!(starter_with("Exec=other\n"), Starter::Nothing);
}
