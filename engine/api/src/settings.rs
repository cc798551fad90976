//! The settings object: every setting of the settings file by its dotted key.
//!
//! Values travel as JSON, the one notation that scripts, web pages and, for these types, the TOML of
//! the file share. No setting holds recognized text.

use zbus::Type;

/// The interface of the settings object.
pub const SETTINGS_INTERFACE: &str = "io.github.sotto.Settings1";

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, Type)]
pub struct Setting {
    /// Dotted key, such as `listening.stop_after_silence_s`.
    pub key: String,
    /// Value in use, as JSON.
    pub value: String,
    /// Value without a line in the file, as JSON.
    pub default: String,
}

/// The settings file, as a tray or a script may read and change it.
#[zbus::proxy(
    interface = "io.github.sotto.Settings1",
    default_service = "io.github.sotto.Sotto",
    default_path = "/io/github/sotto/Sotto"
)]
pub trait Settings {
    /// Every setting.
    fn list(&self) -> Result<Vec<Setting>, SettingsError>;

    /// Gives a setting a value, written as JSON. Comments in the file stay.
    fn set(&self, key: &str, value: &str) -> Result<(), SettingsError>;

    /// Gives a setting its default.
    fn reset(&self, key: &str) -> Result<(), SettingsError>;

    /// Other settings are in use.
    #[zbus(signal)]
    fn changed(&self) -> zbus::Result<()>;
}

/// Why a setting was not changed. The text of each is one sentence for the user.
#[derive(Debug, Clone, PartialEq, zbus::DBusError)]
#[zbus(prefix = "io.github.sotto.Error")]
pub enum SettingsError {
    /// The bus failed, or the daemon is not there.
    #[zbus(error)]
    ZBus(zbus::Error),
    /// There is no such setting.
    UnknownSetting(String),
    /// The setting does not take this value.
    WrongValue(String),
    /// The settings file cannot be read or written.
    SettingsNotWritten(String),
}
