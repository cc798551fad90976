//! Commands that are calls of the daemon.

use serde::Deserialize;
use sotto_api::{
    DictationProxy, DoctorProxy, Finding, KeysProxy, MicrophoneEntry, MicrophonesProxy, Setting,
    SettingsProxy,
};
use tauri::State;
use zbus::{Connection, proxy::CacheProperties};

use super::Refusal;
use crate::window::Desk;

type Done<T> = Result<T, Refusal>;

/// What the pages tell the daemon about dictation.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    Toggle,
    Cancel,
    Pause,
    Resume,
}

/// What the pages tell the daemon about the test recording.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Recording {
    Record,
    Play,
    Forget,
}

#[tauri::command]
pub(crate) async fn settings(desk: State<'_, Desk>) -> Done<Vec<Setting>> {
    Ok(SettingsProxy::new(&desk.connection).await?.list().await?)
}

#[tauri::command]
pub(crate) async fn set_setting(
    desk: State<'_, Desk>,
    key: String,
    value: serde_json::Value,
) -> Done<()> {
    let settings = SettingsProxy::new(&desk.connection).await?;
    Ok(settings.set(&key, &value.to_string()).await?)
}

#[tauri::command]
pub(crate) async fn reset_setting(desk: State<'_, Desk>, key: String) -> Done<()> {
    let settings = SettingsProxy::new(&desk.connection).await?;
    Ok(settings.reset(&key).await?)
}

#[tauri::command]
pub(crate) async fn tell(desk: State<'_, Desk>, order: Order) -> Done<()> {
    let dictation = DictationProxy::builder(&desk.connection)
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    let keys = KeysProxy::builder(&desk.connection)
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    match order {
        Order::Toggle => dictation.toggle().await?,
        Order::Cancel => dictation.cancel().await?,
        Order::Pause => keys.set_paused(true).await?,
        Order::Resume => keys.set_paused(false).await?,
    }
    Ok(())
}

async fn microphones_of(connection: &Connection) -> zbus::Result<MicrophonesProxy<'_>> {
    MicrophonesProxy::builder(connection)
        .cache_properties(CacheProperties::No)
        .build()
        .await
}

#[tauri::command]
pub(crate) async fn microphones(desk: State<'_, Desk>) -> Done<Vec<MicrophoneEntry>> {
    Ok(microphones_of(&desk.connection).await?.list().await?)
}

#[tauri::command]
pub(crate) async fn meter(desk: State<'_, Desk>, on: bool) -> Done<()> {
    let microphones = microphones_of(&desk.connection).await?;
    if on {
        microphones.start_meter().await?;
    } else {
        microphones.stop_meter().await?;
    }
    Ok(())
}

#[tauri::command]
pub(crate) async fn test_recording(desk: State<'_, Desk>, order: Recording) -> Done<()> {
    /// Long enough for a sentence.
    const SECONDS: u32 = 4;
    let microphones = microphones_of(&desk.connection).await?;
    match order {
        Recording::Record => microphones.record(SECONDS).await?,
        Recording::Play => microphones.play().await?,
        Recording::Forget => microphones.forget().await?,
    }
    Ok(())
}

#[tauri::command]
pub(crate) async fn examine(desk: State<'_, Desk>) -> Done<Vec<Finding>> {
    Ok(DoctorProxy::new(&desk.connection).await?.examine().await?)
}

#[tauri::command]
pub(crate) async fn report(desk: State<'_, Desk>) -> Done<String> {
    Ok(DoctorProxy::new(&desk.connection).await?.report().await?)
}

#[tauri::command]
pub(crate) async fn mend(desk: State<'_, Desk>, remedy: String) -> Done<()> {
    if remedy == "set-environment" {
        return Ok(crate::environment::write(&desk.folders)?);
    }
    let doctor = DoctorProxy::new(&desk.connection).await?;
    Ok(doctor.mend(&remedy).await?)
}
