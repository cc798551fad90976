//! A private desktop session: X server or Wayland compositor, session bus, `ibus-daemon`.
//!
//! Longer than 400 lines because the parts of a desktop start and end in one order.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sotto_ibus::Surroundings;
use tempfile::TempDir;

use crate::process::{Running, limited, quiet};
use crate::{PATIENCE, wait_for};

/// The programs a [`Desktop`] needs.
pub const PROGRAMS: [&str; 8] = [
    "Xvfb",
    "dbus-daemon",
    "gdbus",
    "xprop",
    "openbox",
    "ibus-daemon",
    "ibus",
    "timeout",
];

/// Where Debian puts the daemon's own settings store; others call it `/usr/lib/ibus`.
const MEMCONF: [&str; 3] = [
    "/usr/libexec/ibus-memconf",
    "/usr/lib/ibus/ibus-memconf",
    "/usr/lib/ibus-memconf",
];

/// A session bus that starts no service of this computer by itself: what runs is what a test has started.
pub const BUS_CONFIG: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// The session. Fields end in the order in which they stand here.
#[derive(Debug)]
pub struct Desktop {
    ibus: Option<Running>,
    parts: Vec<Running>,
    bus_address: String,
    seat: Seat,
    folder: TempDir,
}

/// Where windows appear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seat {
    /// An X server, by its display.
    X11(String),
    /// sway, by its socket: the applications talk to IBus themselves.
    Sway(String),
    /// KWin, by its socket: the applications talk to IBus themselves, as they do in Plasma unless the user chose a
    /// virtual keyboard.
    Kwin(String),
    /// GNOME Shell, by its socket: it starts IBus and stands between it and the applications.
    Gnome(String),
}

impl Seat {
    /// What a program needs in its environment to open windows and to be typed into.
    fn environment(&self) -> Vec<(&'static str, &str)> {
        let modules = [("GTK_IM_MODULE", "ibus"), ("QT_IM_MODULE", "ibus")];
        let wayland = [
            ("XDG_SESSION_TYPE", "wayland"),
            ("GDK_BACKEND", "wayland"),
            ("QT_QPA_PLATFORM", "wayland"),
        ];
        let mut environment = Vec::new();
        match self {
            Self::X11(display) => {
                environment.extend([("DISPLAY", display.as_str()), ("QT_QPA_PLATFORM", "xcb")]);
                environment.extend(modules);
                environment.push(("XMODIFIERS", "@im=ibus"));
            }
            Self::Sway(socket) | Self::Kwin(socket) => {
                environment.push(("WAYLAND_DISPLAY", socket));
                environment.extend(wayland);
                environment.extend(modules);
            }
            Self::Gnome(socket) => {
                environment.push(("WAYLAND_DISPLAY", socket));
                environment.extend(wayland);
            }
        }
        environment
    }
}

impl Desktop {
    /// Starts everything and waits until it answers.
    ///
    /// # Panics
    ///
    /// Where a program does not start.
    #[track_caller]
    #[must_use]
    pub fn start() -> Self {
        let folder = session_folder();
        let base = base_environment(folder.path());

        let mut xvfb = Command::new("Xvfb");
        xvfb.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
            "-noreset",
        ])
        .envs(base.clone());
        let mut x_server =
            Running::start(limited(&xvfb).stdout(Stdio::piped()).stderr(Stdio::null()));
        let number = x_server
            .lines()
            .recv_timeout(PATIENCE)
            .expect("Xvfb names its display");
        let display = format!(":{}", number.trim());

        let (bus, bus_address) = session_bus(folder.path());

        let mut openbox = Command::new("openbox");
        openbox
            .envs(base)
            .env("DISPLAY", &display)
            .env("DBUS_SESSION_BUS_ADDRESS", &bus_address);
        let window_manager = Running::start(
            limited(&openbox)
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );

        let parts = vec![window_manager, bus, x_server];
        let mut desktop = Self::of(parts, bus_address, Seat::X11(display), folder);
        wait_for("openbox to manage windows", || {
            let output = desktop
                .command("xprop")
                .args(["-root", "_NET_SUPPORTING_WM_CHECK"])
                .output()
                .ok()?;
            String::from_utf8_lossy(&output.stdout)
                .contains("window id")
                .then_some(())
        });
        desktop.start_ibus();
        desktop
    }

    /// A session of these parts, which end in this order.
    pub(crate) const fn of(
        parts: Vec<Running>,
        bus_address: String,
        seat: Seat,
        folder: TempDir,
    ) -> Self {
        Self {
            ibus: None,
            parts,
            bus_address,
            seat,
            folder,
        }
    }

    /// Where windows appear.
    pub(crate) const fn seat(&self) -> &Seat {
        &self.seat
    }

    /// A further part of the session, which ends before the others.
    pub(crate) fn keep(&mut self, part: Running) {
        self.parts.insert(0, part);
    }

    /// Starts `ibus-daemon`, anew after [`Self::kill_ibus`], and waits until it can be reached.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    #[track_caller]
    pub fn start_ibus(&mut self) {
        let mut daemon = self.command("ibus-daemon");
        daemon.args([
            "--panel=disable",
            "--emoji-extension=disable",
            "--cache=none",
        ]);
        if matches!(self.seat, Seat::X11(_)) {
            daemon.arg("--xim");
        }
        if let Some(memconf) = MEMCONF.iter().find(|path| Path::new(path).exists()) {
            daemon.arg(format!("--config={memconf}"));
        }
        // Its own folder of component files stands before the system's.
        let components = format!(
            "{}:/usr/share/ibus/component",
            self.component_folder().display()
        );
        daemon.env("IBUS_COMPONENT_PATH", components);
        self.ibus = Some(Running::start(
            limited(&daemon).stdout(Stdio::null()).stderr(Stdio::null()),
        ));
        self.wait_for_ibus();
    }

    /// Waits until `ibus-daemon` can be reached.
    #[track_caller]
    pub(crate) fn wait_for_ibus(&self) {
        let surroundings = self.surroundings();
        wait_for("ibus-daemon to write its address", || {
            surroundings.find().ok()
        });
        wait_for("ibus-daemon to answer", || {
            let output = self
                .command("ibus")
                .arg("list-engine")
                .stderr(Stdio::null())
                .output()
                .ok()?;
            output.status.success().then_some(())
        });
    }

    /// Ends `ibus-daemon` as a crash would: it takes nothing back and leaves its address file.
    ///
    /// # Panics
    ///
    /// Where it does not run.
    pub fn kill_ibus(&mut self) {
        let path = self.surroundings().address_files().remove(0);
        let content = fs::read_to_string(path).expect("ibus-daemon has written its address");
        let pid = sotto_ibus::AddressFile::parse(&content)
            .and_then(|file| file.daemon_pid)
            .expect("it names its process");
        let status = quiet("kill").args(["-KILL", &pid.to_string()]).status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "ibus-daemon runs"
        );
        drop(self.ibus.take());
    }

    /// A command in this session's environment.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(base_environment(self.folder.path()))
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address)
            .envs(self.seat.environment());
        command
    }

    /// What a program in this session would find its IBus bus by.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings {
        let (display, wayland_display) = match &self.seat {
            Seat::X11(display) => (Some(display.clone()), None),
            Seat::Sway(socket) | Seat::Kwin(socket) | Seat::Gnome(socket) => {
                (None, Some(socket.clone()))
            }
        };
        Surroundings {
            display,
            wayland_display,
            xdg_config_home: Some(self.path("config")),
            home: Some(self.path("home")),
            machine_id: Surroundings::of_process().machine_id,
            ..Surroundings::default()
        }
    }

    /// The folder from which `ibus-daemon` reads component files when it starts.
    #[must_use]
    pub fn component_folder(&self) -> PathBuf {
        self.path("component")
    }

    /// Where the session bus listens.
    #[must_use]
    pub fn bus_address(&self) -> &str {
        &self.bus_address
    }

    /// Whether a program has this name on the session bus (`busctl`).
    #[must_use]
    pub fn has_owner(&self, name: &str) -> bool {
        let mut busctl = self.command("busctl");
        let address = format!("--address={}", self.bus_address);
        let bus = "org.freedesktop.DBus";
        busctl
            .args([&address, "call", bus, "/org/freedesktop/DBus", bus])
            .args(["NameHasOwner", "s", name])
            .stderr(Stdio::null());
        let output = busctl.output();
        output.is_ok_and(|output| output.stdout.starts_with(b"b true"))
    }

    /// A path in the session's own folder.
    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Presses or releases keys through the X server, as a keyboard would (`xdotool`).
    ///
    /// # Panics
    ///
    /// Where `xdotool` fails.
    #[track_caller]
    pub fn xdotool(&self, arguments: &[&str]) {
        let status = self.command("xdotool").args(arguments).status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "xdotool {arguments:?}"
        );
    }

    /// Waits for the window of this title and gives it the keyboard.
    ///
    /// # Panics
    ///
    /// Where `xdotool` fails for [`crate::PATIENCE`].
    #[track_caller]
    pub fn focus_window(&self, title: &str) {
        let title = format!("^{title}$");
        let focus = [
            "search",
            "--sync",
            "--name",
            &title,
            "windowfocus",
            "--sync",
        ];
        // It fails where any window goes away while it searches.
        wait_for(&format!("xdotool {focus:?}"), || {
            let mut xdotool = self.command("xdotool");
            let status = xdotool.args(focus).stderr(Stdio::null()).status();
            status.is_ok_and(|status| status.success()).then_some(())
        });
    }

    /// Writes a picture of the whole screen, where a program for it is installed.
    pub fn screenshot(&self, to: &Path) {
        let mut picture = match &self.seat {
            Seat::X11(_) => self.command("import"),
            Seat::Sway(_) => self.command("grim"),
            Seat::Gnome(_) => self.command("gdbus"),
            Seat::Kwin(_) => return,
        };
        match &self.seat {
            Seat::X11(_) => picture.args(["-window", "root"]),
            Seat::Sway(_) | Seat::Kwin(_) => &mut picture,
            Seat::Gnome(_) => picture
                .args(["call", "--session", "--dest=org.gnome.Shell.Screenshot"])
                .arg("--object-path=/org/gnome/Shell/Screenshot")
                .arg("--method=org.gnome.Shell.Screenshot.Screenshot")
                .args(["false", "false"]),
        };
        // The picture is for people; a test does not depend on it.
        let _absent = picture.arg(to).stdout(Stdio::null()).status();
    }
}

/// The folder of a session, with everything in it that programs expect.
pub(crate) fn session_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    for name in ["home", "run", "config", "cache", "data", "component"] {
        fs::create_dir(folder.path().join(name)).expect("the temporary folder is writable");
    }
    set_mode(&folder.path().join("run"), 0o700);
    folder
}

/// A session bus and its address.
#[track_caller]
pub(crate) fn session_bus(folder: &Path) -> (Running, String) {
    let bus_config = folder.join("bus.conf");
    fs::write(&bus_config, BUS_CONFIG).expect("the temporary folder is writable");
    bus(folder, &format!("--config-file={}", bus_config.display()))
}

/// A session bus that starts this computer's services, and its address.
#[track_caller]
pub(crate) fn bus_with_services(folder: &Path) -> (Running, String) {
    bus(folder, "--session")
}

#[track_caller]
fn bus(folder: &Path, kind: &str) -> (Running, String) {
    let mut dbus = Command::new("dbus-daemon");
    dbus.args(["--nofork", "--nopidfile", "--print-address=1", kind])
        .envs(base_environment(folder));
    let mut bus = Running::start(limited(&dbus).stdout(Stdio::piped()).stderr(Stdio::null()));
    let address = bus.lines().recv_timeout(PATIENCE);
    let address = address.expect("dbus-daemon names its address");
    (bus, address.trim().to_owned())
}

pub(crate) fn base_environment(folder: &Path) -> Vec<(String, String)> {
    let within = |name: &str| folder.join(name).display().to_string();
    [
        (
            "PATH",
            std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned()),
        ),
        ("HOME", within("home")),
        ("XDG_RUNTIME_DIR", within("run")),
        ("XDG_CONFIG_HOME", within("config")),
        ("XDG_CACHE_HOME", within("cache")),
        ("XDG_DATA_HOME", within("data")),
        ("XDG_STATE_HOME", within("state")),
        ("GSETTINGS_BACKEND", "memory".to_owned()),
        ("NO_AT_BRIDGE", "1".to_owned()),
        ("GTK_A11Y", "none".to_owned()),
        ("LC_ALL", "C.UTF-8".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

pub(crate) fn set_mode(folder: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(mode))
        .expect("our own folder's mode can be set");
}
