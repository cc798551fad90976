//! The verbs that ask a running daemon: the door for key bindings of the desktop.

use std::io::{self, Write as _};

use anyhow::Context as _;
use sotto_api::{DictationError, DictationProxy};

/// What a verb asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Press,
    Release,
    Toggle,
    Cancel,
    PasteLast,
    Status,
}

/// Asks the daemon, which the session bus starts where it does not run.
///
/// # Errors
///
/// If there is no session bus or no daemon, or it refuses.
pub(crate) fn ask(verb: Verb) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the event loop cannot be started")?;
    runtime.block_on(async {
        let connection = zbus::Connection::session()
            .await
            .context("there is no session bus: run this within a desktop session")?;
        let dictation = DictationProxy::builder(&connection)
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .await
            .context("session bus")?;
        let asked = match verb {
            Verb::Press => dictation.press().await,
            Verb::Release => dictation.release().await,
            Verb::Toggle => dictation.toggle().await,
            Verb::Cancel => dictation.cancel().await,
            Verb::PasteLast => dictation.paste_last().await,
            Verb::Status => return status(&dictation).await,
        };
        asked.map(|()| true).map_err(refused)
    })
}

async fn status(dictation: &DictationProxy<'_>) -> anyhow::Result<bool> {
    let failed = |error: zbus::Error| refused(DictationError::ZBus(error));
    let state = dictation.state().await.map_err(failed)?;
    let model = dictation.model().await.map_err(failed)?;
    let device = dictation.device().await.map_err(failed)?;
    let level_dbfs = dictation.level().await.map_err(failed)?;
    let or_none = |name: String| {
        if name.is_empty() {
            "none".to_owned()
        } else {
            name
        }
    };
    let mut out = io::stdout().lock();
    writeln!(out, "state       {state}")?;
    writeln!(out, "model       {}", or_none(model))?;
    writeln!(out, "microphone  {}", or_none(device))?;
    writeln!(out, "level       {level_dbfs:.0} dB")?;
    Ok(true)
}

/// The sentence of a refusal, without its name on the bus.
fn refused(error: DictationError) -> anyhow::Error {
    match error {
        DictationError::NoModel(sentence)
        | DictationError::PasswordField(sentence)
        | DictationError::NothingToPaste(sentence)
        | DictationError::NotReady(sentence) => anyhow::anyhow!(sentence),
        DictationError::ZBus(error) => {
            anyhow::anyhow!("Sotto does not answer: start it with \"sotto daemon\" ({error})")
        }
    }
}
