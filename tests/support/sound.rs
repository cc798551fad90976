//! A private PulseAudio whose only microphone hears what is played to it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::process::{Running, limited};
use crate::wait_for;

/// The programs a [`Microphone`] needs.
pub const PROGRAMS: [&str; 5] = ["pulseaudio", "pactl", "pacat", "paplay", "timeout"];

/// A sound server with one sink, whose monitor is the microphone.
#[derive(Debug)]
pub struct Microphone {
    silence: Running,
    server: Running,
    folder: TempDir,
}

impl Microphone {
    /// Starts the server; silence flows from then on.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    #[track_caller]
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let (server, silence) = serve(folder.path());
        Self {
            silence,
            server,
            folder,
        }
    }

    /// Starts the server anew, at the same address, after [`Self::kill`].
    ///
    /// # Panics
    ///
    /// Where it does not start.
    #[track_caller]
    pub fn restart(&mut self) {
        (self.server, self.silence) = serve(self.folder.path());
    }

    /// What a program needs in its environment to hear this microphone.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment(self.folder.path())
    }

    /// Plays a file to the microphone; the player ends by itself.
    #[must_use]
    pub fn play(&self, file: &Path) -> Running {
        let mut paplay = command(self.folder.path(), "paplay");
        // Enough lies ready that a player which does not get the processor in time leaves no gap.
        paplay
            .args(["--device=sottomic", "--latency-msec=500"])
            .arg(file);
        Running::start(limited(&paplay).stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// Ends the server as a crash would.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Runs `pactl` and gives what it prints.
    ///
    /// # Panics
    ///
    /// Where it fails.
    #[track_caller]
    #[must_use]
    pub fn pactl(&self, arguments: &[&str]) -> String {
        let output = command(self.folder.path(), "pactl")
            .args(arguments)
            .output()
            .expect("pactl runs");
        assert!(output.status.success(), "pactl {arguments:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A path in the server's own folder.
    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }
}

/// The server, with silence flowing to its microphone.
#[track_caller]
fn serve(folder: &Path) -> (Running, Running) {
    let mut pulseaudio = command(folder, "pulseaudio");
    let socket = folder.join("pulse.sock");
    pulseaudio
        .args([
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ])
        .args(["--realtime=no", "--high-priority=no", "-L"])
        .arg(format!(
            "module-native-protocol-unix auth-anonymous=1 socket={}",
            socket.display()
        ))
        .args([
            "-L",
            "module-null-sink sink_name=sottomic rate=48000 channels=2",
        ]);
    let server = Running::start(
        limited(&pulseaudio)
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    wait_for("PulseAudio to answer", || {
        let mut pactl = command(folder, "pactl");
        let set = pactl
            .args(["set-default-source", "sottomic.monitor"])
            .stderr(Stdio::null())
            .status();
        set.is_ok_and(|status| status.success()).then_some(())
    });
    // Without a stream that plays, the sink is idle and a recorder gets nothing.
    let mut pacat = command(folder, "pacat");
    pacat.args([
        "--playback",
        "--device=sottomic",
        "--latency-msec=20",
        "--raw",
        "/dev/zero",
    ]);
    let silence = Running::start(limited(&pacat).stdout(Stdio::null()).stderr(Stdio::null()));
    wait_for("silence to flow", || {
        let output = command(folder, "pactl")
            .args(["list", "short", "sink-inputs"])
            .output()
            .ok()?;
        (!output.stdout.is_empty()).then_some(())
    });
    (server, silence)
}

fn environment(folder: &Path) -> Vec<(&'static str, String)> {
    let folder = folder.display();
    vec![
        ("PULSE_SERVER", format!("unix:{folder}/pulse.sock")),
        ("HOME", format!("{folder}")),
        ("XDG_CONFIG_HOME", format!("{folder}")),
        ("XDG_RUNTIME_DIR", format!("{folder}")),
    ]
}

fn command(folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_ALL", "C.UTF-8");
    command.envs(environment(folder));
    command
}
