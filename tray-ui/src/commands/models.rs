//! Commands about models: the daemon's for what is installed, `sotto-fetch` for the rest.

use sotto_api::{InstalledModel, ModelsProxy};
use tauri::State;

use super::Refusal;
use crate::window::Desk;

type Done<T> = Result<T, Refusal>;

/// The running downloads.
#[derive(Debug, Default)]
pub(crate) struct Downloads {}

impl Downloads {
    pub(crate) fn stop_all(&self) {}
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
