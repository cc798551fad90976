//! The settings object on the session bus.

use std::path::PathBuf;

use sotto_api::{OBJECT_PATH, Setting, SettingsError};
use zbus::{Connection, object_server::InterfaceRef, object_server::SignalEmitter};

use crate::daemon::config_edit::{self, EditError};

/// The served object.
pub(crate) struct SettingsService {
    path: PathBuf,
}

impl SettingsService {
    /// Serves the settings of that file.
    ///
    /// # Errors
    ///
    /// If the connection has ended.
    pub(crate) async fn serve(
        connection: &Connection,
        path: PathBuf,
    ) -> zbus::Result<InterfaceRef<Self>> {
        let server = connection.object_server();
        server.at(OBJECT_PATH, Self { path }).await?;
        server.interface(OBJECT_PATH).await
    }
}

#[zbus::interface(name = "io.github.sotto.Settings1", spawn = false)]
impl SettingsService {
    fn list(&self) -> Result<Vec<Setting>, SettingsError> {
        let entries = config_edit::list(&self.path).map_err(refused)?;
        Ok(entries
            .into_iter()
            .map(|entry| Setting {
                key: entry.key,
                value: entry.value.to_string(),
                default: entry.default.to_string(),
            })
            .collect())
    }

    fn set(&self, key: &str, value: &str) -> Result<(), SettingsError> {
        let value: serde_json::Value = serde_json::from_str(value).map_err(|error| {
            SettingsError::WrongValue(tr::tr!("\"{}\" needs a value in JSON: {}", key, error))
        })?;
        config_edit::set(&self.path, key, Some(&value)).map_err(refused)
    }

    fn reset(&self, key: &str) -> Result<(), SettingsError> {
        config_edit::set(&self.path, key, None).map_err(refused)
    }

    #[zbus(signal)]
    pub(crate) async fn changed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

fn refused(error: EditError) -> SettingsError {
    let sentence = format!("{error}.");
    match error {
        EditError::Unknown(_) => SettingsError::UnknownSetting(sentence),
        EditError::Wrong { .. } => SettingsError::WrongValue(sentence),
        EditError::Layout { .. } | EditError::File { .. } | EditError::Broken(_) => {
            SettingsError::SettingsNotWritten(sentence)
        }
    }
}
