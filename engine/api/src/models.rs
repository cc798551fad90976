//! The models object: what is installed, which model is used, how fast one runs here.
//!
//! It is served at the path of the dictation object. Downloads are not asked for here: the program
//! that hears speaks to no network. Whoever wants one runs `sotto-fetch`, and
//! [`ModelsProxy::receive_changed`] tells when the model has arrived.

use zbus::Type;

/// The interface of the models object.
pub const MODELS_INTERFACE: &str = "io.github.sotto.Models1";

/// A model on this computer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, Type)]
pub struct InstalledModel {
    /// Id, as [`ModelsProxy::use_model`] takes it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// BCP 47 tags of its languages, the main one first.
    pub languages: Vec<String>,
    /// Bytes on disk.
    pub size_bytes: u64,
    /// Whether dictation uses it.
    pub in_use: bool,
    /// Whether it lies in the user's own folder, so that it can be removed.
    pub removable: bool,
}

/// Models on this computer: what a tray may ask for.
#[zbus::proxy(
    interface = "io.github.sotto.Models1",
    default_service = "io.github.sotto.Sotto",
    default_path = "/io/github/sotto/Sotto"
)]
pub trait Models {
    /// The installed models. Their files are not checked by this call.
    fn list(&self) -> Result<Vec<InstalledModel>, ModelsError>;

    /// Uses a model from the next dictation on, and writes that to the settings.
    #[zbus(name = "Use")]
    fn use_model(&self, id: &str) -> Result<(), ModelsError>;

    /// Deletes a model of the user's own folder. The one in use is refused.
    fn remove(&self, id: &str) -> Result<(), ModelsError>;

    /// Runs ten seconds of sound through a model.
    ///
    /// The answer is how many seconds of sound it recognizes in one second; below 1 it does not
    /// keep up. Takes seconds, and up to a minute with a large model on a slow computer.
    fn bench(&self, id: &str) -> Result<f64, ModelsError>;

    /// The list is another one, or another model is in use.
    #[zbus(signal)]
    fn changed(&self) -> zbus::Result<()>;
}

/// Why a call was refused. The text of each is one sentence for the user.
#[derive(Debug, Clone, PartialEq, zbus::DBusError)]
#[zbus(prefix = "io.github.sotto.Error")]
pub enum ModelsError {
    /// The bus failed, or the daemon is not there.
    #[zbus(error)]
    ZBus(zbus::Error),
    /// No model of that id is installed, or its files are damaged.
    NotInstalled(String),
    /// Dictation uses the model.
    InUse(String),
    /// The model is not the user's own, or its files cannot be deleted.
    NotRemovable(String),
    /// The settings cannot be written.
    SettingsNotWritten(String),
    /// The model does not run.
    NotMeasured(String),
}
