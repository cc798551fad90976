//! Commands about models: the daemon's for what is installed, `sotto-fetch` for the rest.

use std::{
    collections::HashMap,
    env,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use serde_json::{Value, json};
use sotto_api::{InstalledModel, ModelsProxy};
use sotto_fetch::{
    Update,
    sotto_models::{Catalogue, CatalogueModel, ImportOptions, ModelSource, Store},
};
use tauri::{AppHandle, Emitter as _, Manager as _, State};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    sync::oneshot,
};
use tr::tr;

use super::Refusal;
use crate::{note, window::Desk};

type Done<T> = Result<T, Refusal>;

/// The running downloads: dropping a sender ends the program that downloads.
#[derive(Debug, Default)]
pub(crate) struct Downloads(Mutex<HashMap<String, oneshot::Sender<()>>>);

impl Downloads {
    fn running(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends them all; each goes on where it was when asked for again.
    pub(crate) fn stop_all(&self) {
        self.running().clear();
    }
}

/// A model of the catalogue, with what the page cannot work out.
#[derive(Debug, Serialize)]
pub(crate) struct Offer {
    #[serde(flatten)]
    model: CatalogueModel,
    download_bytes: Option<u64>,
    can_download: bool,
    /// Whether a part of it has been downloaded.
    partly_here: bool,
    commit: Option<String>,
}

/// What can be had.
#[derive(Debug, Serialize)]
pub(crate) struct Offers {
    models: Vec<Offer>,
    problems: Vec<String>,
}

#[tauri::command]
pub(crate) async fn installed_models(desk: State<'_, Desk>) -> Done<Vec<InstalledModel>> {
    Ok(ModelsProxy::new(&desk.connection).await?.list().await?)
}

#[tauri::command]
pub(crate) async fn choose_model(desk: State<'_, Desk>, id: String) -> Done<()> {
    let models = ModelsProxy::new(&desk.connection).await?;
    Ok(models.use_model(&id).await?)
}

#[tauri::command]
pub(crate) async fn remove_model(desk: State<'_, Desk>, id: String) -> Done<()> {
    let models = ModelsProxy::new(&desk.connection).await?;
    Ok(models.remove(&id).await?)
}

#[tauri::command]
pub(crate) async fn bench_model(desk: State<'_, Desk>, id: String) -> Done<f64> {
    let models = ModelsProxy::new(&desk.connection).await?;
    Ok(models.bench(&id).await?)
}

#[tauri::command]
pub(crate) async fn catalogue() -> Offers {
    let catalogue = Catalogue::from_environment();
    let store = Store::of_user().ok();
    let offer = |model: CatalogueModel| Offer {
        download_bytes: model.download_bytes(),
        can_download: !matches!(model.source, ModelSource::BuiltIn),
        partly_here: store
            .as_ref()
            .is_some_and(|store| store.has_part(&model.id)),
        commit: match &model.source {
            ModelSource::Hub { commit, .. } => commit.clone(),
            ModelSource::BuiltIn | ModelSource::Archive { .. } => None,
        },
        model,
    };
    Offers {
        problems: catalogue.problems.iter().map(ToString::to_string).collect(),
        models: catalogue.models.into_iter().map(offer).collect(),
    }
}

/// `sotto-fetch` beside this program, else wherever the path has it.
fn fetcher() -> Command {
    let beside = env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join("sotto-fetch")))
        .filter(|program| program.is_file());
    let mut command = Command::new(beside.unwrap_or_else(|| PathBuf::from("sotto-fetch")));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn no_fetcher(error: &std::io::Error) -> Refusal {
    Refusal::new(tr!(
        "The program sotto-fetch, which downloads models, cannot be started ({0}): install Sotto again.",
        error
    ))
}

#[tauri::command]
pub(crate) async fn download(app: AppHandle, desk: State<'_, Desk>, id: String) -> Done<()> {
    if desk.downloads.running().contains_key(&id) {
        return Ok(());
    }
    let mut command = fetcher();
    command.args(["install", &id, "--json-progress"]);
    let child = command.spawn().map_err(|error| no_fetcher(&error))?;
    let (stop, stopped) = oneshot::channel();
    desk.downloads.running().insert(id.clone(), stop);
    tauri::async_runtime::spawn(async move {
        let last = tokio::select! {
            told = pass_on(&app, child) => told,
            _ = stopped => Some("stopped".to_owned()),
        };
        app.state::<Desk>().downloads.running().remove(&id);
        if !matches!(last.as_deref(), Some("installed" | "failed")) {
            send(&app, &json!({ "event": "stopped", "model": id }));
        }
    });
    Ok(())
}

/// Passes on what the program tells, until it ends; the answer is the last event's name.
async fn pass_on(app: &AppHandle, mut child: Child) -> Option<String> {
    let mut last = None;
    let mut lines = BufReader::new(child.stdout.take()?).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str::<Value>(&line) {
            Ok(event) => {
                last = event["event"].as_str().map(str::to_owned);
                if last.as_deref() == Some("installed") {
                    // The daemon and the pages look again before the word is out.
                    let _ended = child.wait().await;
                }
                send(app, &event);
            }
            Err(error) => note(&format!("sotto-fetch: {error}")),
        }
    }
    last
}

fn send(app: &AppHandle, event: &Value) {
    if let Err(error) = app.emit("download", event) {
        note(&format!("{error}"));
    }
}

#[tauri::command]
pub(crate) fn stop_download(desk: State<'_, Desk>, id: String) {
    desk.downloads.running().remove(&id);
}

#[tauri::command]
pub(crate) fn running_downloads(desk: State<'_, Desk>) -> Vec<String> {
    desk.downloads.running().keys().cloned().collect()
}

#[tauri::command]
pub(crate) async fn import_model(path: String, language: Option<String>) -> Done<String> {
    let path = path.trim().trim_start_matches("file://").to_owned();
    if path.is_empty() {
        return Err(Refusal::new(tr!(
            "Name a folder or an archive that holds a model."
        )));
    }
    let imported = tauri::async_runtime::spawn_blocking(move || {
        let store = Store::of_user().map_err(|error| error.to_string())?;
        let options = ImportOptions {
            language,
            ..ImportOptions::default()
        };
        let imported = store.import(Path::new(&path), &options, &Catalogue::from_environment());
        imported.map_err(|error| error.to_string())
    });
    let manifest = imported
        .await
        .map_err(|error| Refusal::new(error.to_string()))?
        .map_err(|sentence| Refusal::new(format!("{sentence}.")))?;
    Ok(manifest.id)
}

#[tauri::command]
pub(crate) async fn updates() -> Done<Vec<Update>> {
    let output = fetcher()
        .arg("updates")
        .output()
        .await
        .map_err(|error| no_fetcher(&error))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(Refusal::new(told.trim()));
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    Ok(lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect())
}
