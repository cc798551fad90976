//! Commands that need no daemon: the user's files.

use serde::Serialize;
use sotto_i18n::WebCatalogue;
use tauri::State;
use tr::tr;

use super::Refusal;
use crate::{
    autostart,
    bus::Status,
    history,
    user_table::{UserTable, export},
    window::Desk,
};

type Done<T> = Result<T, Refusal>;

/// What a page needs before it can show anything.
#[derive(Debug, Serialize)]
pub(crate) struct Beginning {
    page: String,
    version: &'static str,
    status: Status,
    /// Name of the desktop, as it names itself; for what to do about shortcuts.
    desktop: String,
    /// Whether the session is a Wayland one.
    wayland: bool,
    /// Whether nobody has been through the first steps yet.
    is_new: bool,
    /// The person's language.
    catalogue: WebCatalogue<'static>,
}

#[tauri::command]
pub(crate) fn start(desk: State<'_, Desk>) -> Beginning {
    Beginning {
        page: desk.page.clone(),
        version: env!("CARGO_PKG_VERSION"),
        status: desk.status.borrow().clone(),
        desktop: std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default(),
        wayland: std::env::var_os("WAYLAND_DISPLAY").is_some(),
        is_new: !desk.folders.state.join("window.json").exists(),
        catalogue: sotto_i18n::catalogue().for_web(),
    }
}

#[tauri::command]
pub(crate) fn status(desk: State<'_, Desk>) -> Status {
    desk.status.borrow().clone()
}

fn table(name: &str) -> Done<UserTable> {
    UserTable::named(name).ok_or_else(|| Refusal::new(tr!("There is no table \"{0}\".", name)))
}

#[tauri::command]
pub(crate) async fn read_table(desk: State<'_, Desk>, name: String) -> Done<String> {
    Ok(table(&name)?.read(&desk.folders)?)
}

#[tauri::command]
pub(crate) async fn write_table(desk: State<'_, Desk>, name: String, text: String) -> Done<()> {
    Ok(table(&name)?.write(&desk.folders, &text)?)
}

#[tauri::command]
pub(crate) async fn export_table(desk: State<'_, Desk>, name: String) -> Done<String> {
    let path = table(&name)?.export(&desk.folders)?;
    Ok(path.display().to_string())
}

/// Profiles of applications as rows of text; they are settings of the daemon and no file.
#[tauri::command]
pub(crate) async fn export_profiles(desk: State<'_, Desk>, text: String) -> Done<String> {
    let path = export(&desk.folders, "profiles.tsv", &text)?;
    Ok(path.display().to_string())
}

#[tauri::command]
pub(crate) async fn history(desk: State<'_, Desk>, query: String) -> Done<history::Found> {
    Ok(history::search(&desk.folders, &query)?)
}

#[tauri::command]
pub(crate) async fn delete_history(desk: State<'_, Desk>, at_ms: Option<u64>) -> Done<()> {
    Ok(history::delete(&desk.folders, at_ms)?)
}

#[tauri::command]
pub(crate) fn autostart(desk: State<'_, Desk>) -> bool {
    autostart::is_on(&desk.folders)
}

#[tauri::command]
pub(crate) fn set_autostart(desk: State<'_, Desk>, on: bool) -> Done<()> {
    Ok(autostart::set(&desk.folders, on)?)
}
