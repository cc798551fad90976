//! The desktop's file dialog: the only way by which a page learns of a path.

use std::{cell::RefCell, path::PathBuf, rc::Rc};

use gtk::{FileChooserAction, FileChooserNative, ResponseType, prelude::*};
use serde::Deserialize;
use tauri::WebviewWindow;
use tokio::sync::oneshot;
use tr::tr;

use super::Refusal;

/// What is looked for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Wanted {
    /// A folder that holds a model.
    ModelFolder,
    /// An archive that holds one.
    ModelArchive,
}

/// Asks for a file or folder; `None` where the person wants none after all. In a sandbox the
/// toolkit asks through the desktop's portal, which lets the program reach what was chosen.
#[tauri::command]
pub(crate) async fn choose(
    window: WebviewWindow,
    wanted: Wanted,
) -> Result<Option<PathBuf>, Refusal> {
    let (tell, told) = oneshot::channel();
    let parent = window.clone();
    let shown = window.run_on_main_thread(move || show(&parent, wanted, tell));
    shown.map_err(|error| Refusal::new(error.to_string()))?;
    // The window is closing where nobody answers.
    Ok(told.await.unwrap_or_default())
}

fn show(window: &WebviewWindow, wanted: Wanted, tell: oneshot::Sender<Option<PathBuf>>) {
    let (title, action) = match wanted {
        Wanted::ModelFolder => (tr!("Choose a folder"), FileChooserAction::SelectFolder),
        Wanted::ModelArchive => (tr!("Choose an archive"), FileChooserAction::Open),
    };
    let parent = window.gtk_window().ok();
    let chooser = FileChooserNative::new(Some(&title), parent.as_ref(), action, None, None);
    chooser.set_modal(true);
    // A native dialog lives as long as somebody holds it.
    let held = Rc::new(RefCell::new(Some((chooser.clone(), tell))));
    chooser.connect_response(move |chooser, response| {
        let chosen = (response == ResponseType::Accept).then(|| chooser.filename());
        if let Some((_, tell)) = held.take() {
            // The page has gone where nobody listens.
            let _gone = tell.send(chosen.flatten());
        }
    });
    chooser.show();
}
