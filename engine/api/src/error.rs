//! Why a call was refused, by stable names.

/// Why a call was refused. The text of each is one sentence for the user.
#[derive(Debug, Clone, PartialEq, zbus::DBusError)]
#[zbus(prefix = "io.github.sotto.Error")]
pub enum DictationError {
    /// The bus failed, or the daemon is not there.
    #[zbus(error)]
    ZBus(zbus::Error),
    /// The daemon has no model to recognize with.
    NoModel(String),
    /// The focused field is secret.
    PasswordField(String),
    /// There is no text to paste.
    NothingToPaste(String),
    /// The daemon is starting or ending.
    NotReady(String),
}
