//! Child processes that end when dropped.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::wait_for;

/// Longest life of any program that a test starts, should the test itself be killed.
static LIFE_S: AtomicU64 = AtomicU64::new(300);

/// Time to end after the request; then the program is killed.
const GRACE: Duration = Duration::from_secs(3);

/// A running program.
#[derive(Debug)]
pub struct Running {
    child: Child,
    name: String,
}

/// The program's path, if it is installed.
#[must_use]
pub fn find(program: &str) -> Option<PathBuf> {
    let given = PathBuf::from(program);
    if given.is_absolute() {
        return given.is_file().then_some(given);
    }
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// A command without input and output.
#[must_use]
pub fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Lets programs that are started from now on live for so long.
pub fn live_for(life: Duration) {
    LIFE_S.store(life.as_secs(), Ordering::Relaxed);
}

/// The number in a line of a process's or one of its threads' `/proc/PID/status`, such as `VmRSS:` (KiB); 0 without one.
#[must_use]
pub fn status(pid: u32, thread: Option<&str>, line: &str) -> u64 {
    let file = match thread {
        Some(thread) => format!("/proc/{pid}/task/{thread}/status"),
        None => format!("/proc/{pid}/status"),
    };
    let status = std::fs::read_to_string(file).unwrap_or_default();
    let value = status.lines().find_map(|found| found.strip_prefix(line));
    value
        .and_then(|value| value.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// The same command under `timeout`, with its environment, so that no program outlives its test for long.
#[must_use]
pub fn limited(command: &Command) -> Command {
    let mut limited = Command::new("timeout");
    limited
        .arg("--kill-after=2")
        .arg(LIFE_S.load(Ordering::Relaxed).to_string())
        .arg(command.get_program())
        .args(command.get_args());
    limited.env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            limited.env(name, value);
        }
    }
    limited
}

impl Running {
    /// Starts a command as it is.
    ///
    /// # Panics
    ///
    /// Where it cannot be started.
    #[track_caller]
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let name = format!("{command:?}");
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        Self { child, name }
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The process id of the program under `timeout`, while it runs.
    #[must_use]
    pub fn child_pid(&self) -> Option<u32> {
        let pid = self.pid();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }

    /// Its standard input, once.
    #[must_use]
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Its standard output, once.
    #[must_use]
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Its standard output line by line, once.
    ///
    /// # Panics
    ///
    /// Where its output is not piped or was taken before.
    #[must_use]
    pub fn lines(&mut self) -> Receiver<String> {
        let output: ChildStdout = self
            .child
            .stdout
            .take()
            .expect("stdout is piped and not yet taken");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let Ok(line) = line else { break };
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        lines
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    ///
    /// After [`crate::PATIENCE`].
    #[track_caller]
    pub fn wait(&mut self) {
        let name = self.name.clone();
        wait_for(&name, || (!self.is_running()).then_some(()));
    }

    /// Ends it at once, as a crash would, and with it the program under `timeout`.
    pub fn kill(&mut self) {
        let pid = self.pid();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        for child in children.unwrap_or_default().split_whitespace() {
            if let Some(child) = child.parse().ok().and_then(Pid::from_raw) {
                // It may have ended by itself.
                let _ended = kill_process(child, Signal::KILL);
            }
        }
        self.signal(Signal::KILL);
        // It cannot be waited for only where it has been waited for already.
        let _ended = self.child.wait();
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended by itself.
            let _ended = kill_process(pid, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_running() {
            return;
        }
        self.signal(Signal::TERM);
        let start = Instant::now();
        while self.is_running() && start.elapsed() < GRACE {
            std::thread::sleep(Duration::from_millis(5));
        }
        if self.is_running() {
            self.kill();
        }
    }
}

impl std::fmt::Display for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}
