//! The session's clock, and sleep of the machine.

use std::time::Duration;

use sotto_session::Millis;
use tokio::time::Instant;

/// A machine that slept longer than this has had no audio and no keys in between.
const JUMP: Duration = Duration::from_secs(1);

/// Milliseconds since the daemon began, not counting sleep.
#[derive(Debug)]
pub(crate) struct Clock {
    start: Instant,
    /// What the machine's uptime was at the start.
    uptime: Option<Duration>,
    /// Sleep seen so far.
    asleep: Duration,
}

impl Clock {
    /// Starts at zero.
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            uptime: uptime(),
            asleep: Duration::ZERO,
        }
    }

    /// Time since the start.
    pub(crate) fn now(&self) -> Millis {
        Millis(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Whether the machine slept since the last call.
    pub(crate) fn has_jumped(&mut self) -> bool {
        let (Some(then), Some(now)) = (self.uptime, uptime()) else {
            return false;
        };
        let asleep = now
            .saturating_sub(then)
            .saturating_sub(self.start.elapsed());
        let jumped = asleep.saturating_sub(self.asleep) > JUMP;
        self.asleep = self.asleep.max(asleep);
        jumped
    }

    /// Waits until a deadline, for ever without one.
    pub(crate) async fn sleep_until(&self, deadline: Option<Millis>) {
        match deadline {
            Some(deadline) => {
                tokio::time::sleep_until(self.start + Duration::from_millis(deadline.0)).await;
            }
            None => std::future::pending().await,
        }
    }
}

/// How long the machine has run, sleep included; `None` where the system does not tell.
fn uptime() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    let seconds = text.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
