//! The models object on the session bus.
//!
//! Calls read and write files, so they run on threads of their own. A measurement runs in a process
//! of its own: it takes the memory of a model with it when it ends.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use sotto_api::{InstalledModel, ModelsError, OBJECT_PATH};
use sotto_models::{SearchPath, Store, StoreError};
use tokio::{process::Command, sync::Mutex};
use tr::tr;
use zbus::{
    Connection,
    object_server::{InterfaceRef, SignalEmitter},
};

use crate::{
    daemon::{Config, config_edit::EditError},
    explain::explain,
    models::{self, StillInUse, bench::Speed},
};

/// Longest measurement: a slow model on a slow computer, loaded and run.
const LONGEST_BENCH: Duration = Duration::from_secs(180);

/// The served object.
pub(crate) struct ModelsService {
    config_path: PathBuf,
    /// Held while a model is measured: two at a time would measure each other.
    bench: Mutex<()>,
}

impl ModelsService {
    /// Serves the models, with the settings of that file.
    ///
    /// # Errors
    ///
    /// If the connection has ended.
    pub(crate) async fn serve(
        connection: &Connection,
        config_path: PathBuf,
    ) -> zbus::Result<InterfaceRef<Self>> {
        let server = connection.object_server();
        let served = Self {
            config_path,
            bench: Mutex::new(()),
        };
        server.at(OBJECT_PATH, served).await?;
        server.interface(OBJECT_PATH).await
    }
}

#[zbus::interface(name = "io.github.sotto.Models1")]
impl ModelsService {
    async fn list(&self) -> Result<Vec<InstalledModel>, ModelsError> {
        let config_path = self.config_path.clone();
        aside(move || list(&config_path)).await
    }

    #[zbus(name = "Use")]
    async fn use_model(&self, id: String) -> Result<(), ModelsError> {
        let config_path = self.config_path.clone();
        aside(move || models::use_in(&config_path, &id).map_err(refused)).await?
    }

    async fn remove(&self, id: String) -> Result<(), ModelsError> {
        let config_path = self.config_path.clone();
        aside(move || models::remove_unused(&config_path, &id).map_err(refused)).await?
    }

    async fn bench(&self, id: String) -> Result<f64, ModelsError> {
        let _measuring = self.bench.try_lock().map_err(|_measuring| {
            ModelsError::NotMeasured(tr!(
                "Another model is being measured: wait until it is done."
            ))
        })?;
        let find = {
            let id = id.clone();
            aside(move || SearchPath::from_environment().find(&id).map(drop))
        };
        find.await?
            .map_err(|error| ModelsError::NotInstalled(format!("{}.", explain(&error))))?;
        let failed = || {
            ModelsError::NotMeasured(tr!("\"{}\" cannot be measured: it does not run here.", id))
        };
        let program = env::current_exe().map_err(|_gone| failed())?;
        let output = Command::new(program)
            .args(["models", "bench", "--json", &id])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(LONGEST_BENCH, output)
            .await
            .map_err(|_too_long| failed())?
            .map_err(|_not_started| failed())?;
        let speed: Speed = serde_json::from_slice(&output.stdout).map_err(|_no_json| failed())?;
        Ok(speed.times_real_time)
    }

    #[zbus(signal)]
    pub(crate) async fn changed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

/// Runs on another thread what waits for the disk.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ModelsError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_ended| ModelsError::NotInstalled(tr!("Sotto is ending: start it again.")))
}

fn list(config_path: &Path) -> Vec<InstalledModel> {
    let in_use = Config::read(config_path).unwrap_or_default().model.id;
    let store = Store::of_user().map(|store| store.dir().to_owned());
    let search = SearchPath::from_environment();
    models::installed(&search, &store.unwrap_or_default(), &in_use)
        .into_iter()
        .map(|model| InstalledModel {
            languages: model.manifest.all_languages(),
            size_bytes: model.manifest.size_bytes(),
            in_use: model.is_in_use,
            removable: model.is_removable,
            id: model.manifest.id,
            name: model.manifest.name,
        })
        .collect()
}

fn refused(error: anyhow::Error) -> ModelsError {
    let sentence = format!("{}.", explain(error.as_ref()));
    if error.is::<StillInUse>() {
        ModelsError::InUse(sentence)
    } else if error.is::<EditError>() {
        ModelsError::SettingsNotWritten(sentence)
    } else if error.is::<sotto_models::ModelError>() || error.is::<StoreError>() {
        ModelsError::NotInstalled(sentence)
    } else {
        ModelsError::NotRemovable(sentence)
    }
}
