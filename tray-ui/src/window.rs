//! The process of the window: it shows the pages and ends with the window.

use anyhow::Context as _;
use tauri::{
    Emitter as _, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
};
use tokio::sync::{mpsc::unbounded_channel, watch};
use tr::tr;
use zbus::Connection;

use crate::{
    bus::{self, Status},
    commands::{self, models::Downloads},
    files::{Folders, Memory},
    instance::{self, Single},
    note, theme,
};

/// Label of the only window.
const MAIN: &str = "main";

/// What the commands of the pages work with.
pub(crate) struct Desk {
    pub(crate) connection: Connection,
    pub(crate) folders: Folders,
    pub(crate) status: watch::Receiver<Status>,
    /// The page to begin with.
    pub(crate) page: String,
    pub(crate) downloads: Downloads,
}

/// Shows the window until it is closed. With another window there is only that one to ask.
///
/// # Errors
///
/// If there is no session bus or no display.
pub(crate) fn run(page: &str) -> anyhow::Result<()> {
    let folders = Folders::of_user().with_context(|| tr!("no home folder is known: set HOME"))?;
    let (wanted, mut pages) = unbounded_channel();
    let connection = tauri::async_runtime::block_on(async {
        let connection = sotto_api::session_bus()
            .await
            .with_context(|| tr!("there is no session bus: run this within a desktop session"))?;
        if instance::become_the(Single::Window, &connection, wanted).await? {
            return Ok(Some(connection));
        }
        instance::ask(Single::Window, &connection, page)
            .await
            .with_context(|| tr!("the other window of Sotto does not answer"))?;
        anyhow::Ok(None)
    })?;
    let Some(connection) = connection else {
        return Ok(());
    };
    let (status, shown) = watch::channel(Status::default());
    let (lists, mut list_changes) = unbounded_channel();
    let desk = Desk {
        connection: connection.clone(),
        folders: folders.clone(),
        status: shown.clone(),
        page: page.to_owned(),
        downloads: Downloads::default(),
    };
    let app = tauri::Builder::default()
        .manage(desk)
        .invoke_handler(commands::all())
        .setup(move |app| {
            let window = open(app, &folders)?;
            tauri::async_runtime::spawn(bus::watch(connection.clone(), status, lists));
            let to = window.clone();
            let mut shown = shown;
            tauri::async_runtime::spawn(async move {
                while shown.changed().await.is_ok() {
                    let status = shown.borrow_and_update().clone();
                    tell(&to, "status", status);
                }
            });
            let to = window.clone();
            tauri::async_runtime::spawn(async move {
                while let Some(interface) = list_changes.recv().await {
                    tell(&to, "list", interface);
                }
            });
            let to = window.clone();
            tauri::async_runtime::spawn(async move {
                while let Some(page) = pages.recv().await {
                    // A window manager may refuse.
                    let _refused = to.unminimize().and_then(|()| to.set_focus());
                    tell(&to, "page", page);
                }
            });
            tauri::async_runtime::spawn(async move {
                let apply = |theme| {
                    // The window is closing when it takes no theme.
                    let _closing = window.set_theme(theme);
                };
                // Without a portal the toolkit's theme stays.
                let _absent = theme::follow(&connection, apply).await;
            });
            Ok(())
        })
        .build(tauri::generate_context!())
        .with_context(|| tr!("the window cannot be opened"))?;
    app.run(|_app, _event| {});
    Ok(())
}

fn tell(window: &WebviewWindow, event: &str, payload: impl serde::Serialize + Clone) {
    if let Err(error) = window.emit(event, payload) {
        note(&format!("{error}"));
    }
}

fn open(app: &tauri::App, folders: &Folders) -> tauri::Result<WebviewWindow> {
    let memory = Memory::read(folders);
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Sotto")
        .inner_size(memory.width, memory.height)
        .min_inner_size(340.0, 340.0)
        .on_navigation(|url| url.scheme() == "tauri")
        .build()?;
    let (sized, folders) = (window.clone(), folders.clone());
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::CloseRequested { .. }) {
            remember_size(&sized, &folders);
            sized.state::<Desk>().downloads.stop_all();
        }
    });
    Ok(window)
}

fn remember_size(window: &WebviewWindow, folders: &Folders) {
    let (Ok(size), Ok(scale)) = (window.inner_size(), window.scale_factor()) else {
        return;
    };
    let size = size.to_logical::<f64>(scale);
    let memory = Memory {
        width: size.width,
        height: size.height,
        ..Memory::read(folders)
    };
    if let Err(error) = memory.write(folders) {
        note(&tr!("the size of the window is not remembered: {0}", error));
    }
}
