//! What the pages may ask for; build.rs lists the names, capabilities/main.json grants them.

pub(crate) mod models;

mod choose;
mod daemon;
mod own;

use tauri::{Wry, ipc::Invoke};

/// Why something was not done: one sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub(crate) struct Refusal(String);

impl Refusal {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// Takes the sentence out of an error of the daemon.
macro_rules! sentence_of {
    ($($error:ident { $($variant:ident),+ })+) => {$(
        impl From<sotto_api::$error> for Refusal {
            fn from(error: sotto_api::$error) -> Self {
                match error {
                    $(sotto_api::$error::$variant(sentence))|+ => Self(sentence),
                    sotto_api::$error::ZBus(error) => error.into(),
                }
            }
        }
    )+};
}

sentence_of! {
    DictationError { NoModel, PasswordField, NothingToPaste, NotReady }
    DoctorError { NotMended, NotReady }
    MicrophoneError { NoMicrophone, NothingToPlay, NotReady }
    ModelsError { NotInstalled, InUse, NotRemovable, SettingsNotWritten, NotMeasured }
    SettingsError { UnknownSetting, WrongValue, SettingsNotWritten }
}

impl From<zbus::Error> for Refusal {
    fn from(error: zbus::Error) -> Self {
        Self(tr::tr!(
            "Sotto does not answer: start it with \"sotto daemon\" ({0}).",
            error
        ))
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self(tr::tr!("A file cannot be read or written: {0}.", error))
    }
}

/// Every command.
pub(crate) fn all() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        daemon::settings,
        daemon::set_setting,
        daemon::reset_setting,
        daemon::tell,
        daemon::microphones,
        daemon::meter,
        daemon::test_recording,
        daemon::examine,
        daemon::report,
        daemon::mend,
        models::installed_models,
        models::choose_model,
        models::remove_model,
        models::bench_model,
        models::catalogue,
        models::download,
        models::stop_download,
        models::running_downloads,
        models::import_model,
        models::updates,
        choose::choose,
        own::start,
        own::status,
        own::read_table,
        own::write_table,
        own::export_table,
        own::export_profiles,
        own::history,
        own::delete_history,
        own::autostart,
        own::set_autostart,
    ]
}
