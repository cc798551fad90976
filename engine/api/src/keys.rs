//! The keys object: whether presses and releases of the push-to-talk key arrive.

/// The interface of the keys object.
pub const KEYS_INTERFACE: &str = "io.github.sotto.Keys1";

/// Counters of what arrived, by whatever way, since the daemon started. No other key is counted.
#[zbus::proxy(
    interface = "io.github.sotto.Keys1",
    default_service = "io.github.sotto.Sotto",
    default_path = "/io/github/sotto/Sotto"
)]
pub trait Keys {
    /// Presses.
    #[zbus(property)]
    fn presses(&self) -> zbus::Result<u32>;

    /// Releases.
    #[zbus(property)]
    fn releases(&self) -> zbus::Result<u32>;

    /// Toggles, which come from keys bound to `sotto toggle`.
    #[zbus(property)]
    fn toggles(&self) -> zbus::Result<u32>;

    /// Whether presses are ignored until resumed.
    #[zbus(property)]
    fn paused(&self) -> zbus::Result<bool>;

    /// Ignores or heeds presses from now on.
    #[zbus(property)]
    fn set_paused(&self, paused: bool) -> zbus::Result<()>;
}
