//! The verbs that ask a running daemon: the door for key bindings of the desktop.

use std::io::{self, Write as _};

use anyhow::Context as _;
use console::{Alignment, measure_text_width, pad_str};
use sotto_api::{DictationError, DictationProxy, DictationState};
use tr::tr;

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
        .with_context(|| tr!("the event loop cannot be started"))?;
    runtime.block_on(async {
        let connection = sotto_api::session_bus()
            .await
            .with_context(|| tr!("there is no session bus: run this within a desktop session"))?;
        let dictation = DictationProxy::builder(&connection)
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .await
            .with_context(|| tr!("the session bus does not answer"))?;
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
        if name.is_empty() { tr!("none") } else { name }
    };
    let mut out = io::stdout().lock();
    let rows = [
        (tr!("state"), state_name(state)),
        (tr!("model"), or_none(model)),
        (tr!("microphone"), or_none(device)),
        (tr!("level"), tr!("{} dB", format_args!("{level_dbfs:.0}"))),
    ];
    let n_columns = rows.iter().map(|(name, _)| measure_text_width(name)).max();
    for (name, value) in &rows {
        let name = pad_str(name, n_columns.unwrap_or(0), Alignment::Left, None);
        writeln!(out, "{name}  {value}")?;
    }
    Ok(true)
}

/// The state as a person reads it.
pub(crate) fn state_name(state: DictationState) -> String {
    match state {
        DictationState::Starting => tr!("starting"),
        DictationState::NoModel => tr!("no model"),
        DictationState::ModelBroken => tr!("the model does not work"),
        DictationState::Quitting => tr!("ending"),
        DictationState::Idle => tr!("idle"),
        DictationState::Opening => tr!("opening the microphone"),
        DictationState::Listening => tr!("listening"),
        DictationState::Finishing => tr!("finishing"),
    }
}

/// The sentence of a refusal, without its name on the bus.
fn refused(error: DictationError) -> anyhow::Error {
    match error {
        DictationError::NoModel(sentence)
        | DictationError::PasswordField(sentence)
        | DictationError::NothingToPaste(sentence)
        | DictationError::NotReady(sentence) => anyhow::anyhow!(sentence),
        DictationError::ZBus(error) => {
            anyhow::anyhow!(tr!(
                "Sotto does not answer: start it with \"sotto daemon\" ({})",
                error
            ))
        }
    }
}
