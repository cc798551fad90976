//! Desktops on Wayland: GNOME Shell, KWin and sway, without a screen, a graphics card or a login.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::desktop::{
    Desktop, Seat, base_environment, bus_with_services, session_bus, session_folder, set_mode,
};
use crate::process::{Running, find, limited};
use crate::wait_for;

/// The programs that [`Desktop::start_gnome`] needs.
pub const GNOME_PROGRAMS: [&str; 6] = [
    "gnome-shell",
    "dbus-daemon",
    "gdbus",
    "ibus-daemon",
    "ibus",
    "timeout",
];

/// The Python module by which a login service is stood in for.
pub const GNOME_PYTHON_MODULE: &str = "dbusmock";

/// The programs that [`Desktop::start_sway`] needs.
pub const SWAY_PROGRAMS: [&str; 7] = [
    "sway",
    "setpriv",
    "dbus-daemon",
    "gdbus",
    "ibus-daemon",
    "ibus",
    "timeout",
];

/// The programs that [`Desktop::start_kwin`] needs.
pub const KWIN_PROGRAMS: [&str; 6] = [
    "kwin_wayland",
    "dbus-daemon",
    "gdbus",
    "ibus-daemon",
    "ibus",
    "timeout",
];

/// The program that brings a keyboard to sway.
pub const KEYBOARD_PROGRAM: &str = "wtype";

const SOCKET: &str = "wayland-1";

/// An ordinary user without rights, for a compositor that refuses to be run by root.
const NOBODY: u32 = 65_534;

impl Desktop {
    /// Starts GNOME Shell, which starts IBus.
    ///
    /// # Panics
    ///
    /// Where a program does not start.
    #[track_caller]
    #[must_use]
    pub fn start_gnome() -> Self {
        let folder = session_folder();
        let (system_bus, system_bus_address) = session_bus(folder.path());
        let (bus, bus_address) = bus_with_services(folder.path());
        let within = |program: &str| {
            let mut command = Command::new(program);
            command
                .envs(base_environment(folder.path()))
                .env("DBUS_SYSTEM_BUS_ADDRESS", &system_bus_address)
                .env("DBUS_SESSION_BUS_ADDRESS", &bus_address)
                .env("XDG_SESSION_TYPE", "wayland")
                .env("XDG_CURRENT_DESKTOP", "GNOME")
                .env("LIBGL_ALWAYS_SOFTWARE", "1");
            command
        };
        let mut login = within("/usr/bin/python3");
        login.args(["-m", "dbusmock", "--system", "--template", "logind"]);
        let login = quietly(&login);
        wait_for("the stand-in for the login service", || {
            let mut ask = within("gdbus");
            ask.args(["call", "--system", "--dest=org.freedesktop.login1"])
                .arg("--object-path=/org/freedesktop/login1")
                .arg("--method=org.freedesktop.DBus.Peer.Ping")
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            ask.status().ok()?.success().then_some(())
        });
        let mut shell = within("gnome-shell");
        shell
            .args(["--headless", "--virtual-monitor", "1280x720", "--wayland"])
            .args(["--wayland-display", SOCKET, "--no-x11", "--unsafe-mode"]);
        let shell = quietly(&shell);
        let parts = vec![shell, login, bus, system_bus];
        let desktop = Self::of(parts, bus_address, Seat::Gnome(SOCKET.to_owned()), folder);
        wait_for("GNOME Shell to show its desktop", || {
            let answer = desktop.ask_shell("Main.layoutManager._startingUp");
            (answer? == "(true, 'false')\n").then_some(())
        });
        desktop.wait_for_ibus();
        desktop
    }

    /// Gives the keyboard to the window that is open in GNOME Shell; in its overview none has it. Other desktops
    /// give it by themselves.
    ///
    /// # Panics
    ///
    /// After [`crate::PATIENCE`].
    #[track_caller]
    pub fn focus_in_gnome(&self) {
        if !matches!(self.seat(), Seat::Gnome(_)) {
            return;
        }
        let activate = "Main.overview.hide(); global.get_window_actors().forEach(\
             actor => actor.meta_window.activate(global.get_current_time()))";
        wait_for("a window with the keyboard", || {
            self.ask_shell(activate)?;
            let focused = self.ask_shell("global.display.focus_window !== null");
            (focused? == "(true, 'true')\n").then_some(())
        });
    }

    /// Gives the seat a keyboard. Headless compositors have none, and GTK 3 learns that a window has the focus from
    /// the keyboard alone.
    ///
    /// # Panics
    ///
    /// Where a program does not start.
    #[track_caller]
    pub fn plug_in_keyboard(&mut self) {
        match self.seat() {
            Seat::Sway(_) => {
                let mut keyboard = self.command(KEYBOARD_PROGRAM);
                // It is there until it has waited; then it would press a key.
                keyboard.args(["-s", "600000", "-k", "Shift_L"]);
                self.keep(quietly(&keyboard));
            }
            Seat::Gnome(_) => {
                // The shell knows a virtual keyboard from its first key on.
                let plug = "const clutter = imports.gi.Clutter;\
                     global.keyboard = clutter.get_default_backend().get_default_seat()\
                         .create_virtual_device(clutter.InputDeviceType.KEYBOARD_DEVICE);\
                     [1, 0].forEach(state => global.keyboard.notify_keyval(\
                         clutter.get_current_event_time() * 1000, 0xffe1, state)); 'there'";
                wait_for("GNOME Shell to take a keyboard", || {
                    self.ask_shell(plug)?.contains("there").then_some(())
                });
            }
            Seat::X11(_) | Seat::Kwin(_) => {}
        }
    }

    fn ask_shell(&self, script: &str) -> Option<String> {
        let mut eval = self.command("gdbus");
        eval.args(["call", "--session", "--dest=org.gnome.Shell"])
            .args([
                "--object-path=/org/gnome/Shell",
                "--method=org.gnome.Shell.Eval",
            ])
            .arg(script)
            .stderr(Stdio::null());
        String::from_utf8(eval.output().ok()?.stdout).ok()
    }

    /// Starts KWin, Plasma's compositor, and `ibus-daemon`.
    ///
    /// # Panics
    ///
    /// Where a program does not start.
    #[track_caller]
    #[must_use]
    pub fn start_kwin() -> Self {
        let folder = session_folder();
        let (bus, bus_address) = session_bus(folder.path());
        // The installed program asks for a priority that a container does not give, and then does not start at all; a
        // copy does not ask.
        let program = folder.path().join("kwin_wayland");
        let installed = find("kwin_wayland").expect("the test requires it");
        fs::copy(installed, &program).expect("the temporary folder is writable");
        let mut kwin = Command::new(&program);
        kwin.args(["--virtual", "--width", "1280", "--height", "720"])
            .args(["--no-lockscreen", "--no-global-shortcuts"])
            .args(["--socket", SOCKET])
            .envs(base_environment(folder.path()))
            .env("DBUS_SESSION_BUS_ADDRESS", &bus_address)
            .env("XDG_CURRENT_DESKTOP", "KDE")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("KWIN_COMPOSE", "Q");
        let kwin = quietly(&kwin);
        wait_for("KWin to listen", || listening(&folder.path().join("run")));
        let seat = Seat::Kwin(SOCKET.to_owned());
        let mut desktop = Self::of(vec![kwin, bus], bus_address, seat, folder);
        desktop.start_ibus();
        desktop
    }

    /// Starts sway and `ibus-daemon`.
    ///
    /// # Panics
    ///
    /// Where a program does not start.
    #[track_caller]
    #[must_use]
    pub fn start_sway() -> Self {
        let folder = session_folder();
        let (bus, bus_address) = session_bus(folder.path());
        let compositor_folder = folder.path().join("sway");
        fs::create_dir(&compositor_folder).expect("the temporary folder is writable");
        let config = compositor_folder.join("config");
        fs::write(&config, "default_border none\n").expect("the temporary folder is writable");
        let mut sway;
        if rustix::process::geteuid().is_root() {
            set_mode(folder.path(), 0o711);
            for path in [&compositor_folder, &config] {
                chown(path, Some(NOBODY), Some(NOBODY)).expect("root may give files away");
            }
            sway = Command::new("setpriv");
            sway.arg(format!("--reuid={NOBODY}"))
                .arg(format!("--regid={NOBODY}"))
                .args(["--clear-groups", "sway"]);
        } else {
            sway = Command::new("sway");
        }
        set_mode(&compositor_folder, 0o700);
        sway.arg("--config").arg(&config);
        sway.envs(base_environment(folder.path()))
            .env("HOME", &compositor_folder)
            .env("XDG_RUNTIME_DIR", &compositor_folder)
            .env("WLR_BACKENDS", "headless")
            .env("WLR_RENDERER", "pixman")
            .env("WLR_LIBINPUT_NO_DEVICES", "1");
        let sway = quietly(&sway);
        let socket = wait_for("sway to listen", || listening(&compositor_folder));
        // IBus names its address file by the socket's name.
        symlink(
            compositor_folder.join(&socket),
            folder.path().join("run").join(&socket),
        )
        .expect("the temporary folder is writable");
        let mut desktop = Self::of(vec![sway, bus], bus_address, Seat::Sway(socket), folder);
        desktop.start_ibus();
        desktop
    }
}

fn quietly(command: &Command) -> Running {
    Running::start(limited(command).stdout(Stdio::null()).stderr(Stdio::null()))
}

/// The name of the compositor's socket, once it is there.
fn listening(folder: &Path) -> Option<String> {
    let names = fs::read_dir(folder).ok()?.flatten();
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .find(|name| name.starts_with("wayland-") && !name.ends_with(".lock"))
}
