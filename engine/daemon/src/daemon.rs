//! `sotto daemon`: holds the microphone, the model and the input method, and dictates.

mod clock;
pub(crate) mod config;
pub(crate) mod config_edit;
mod core_dump;
mod doctor_service;
mod events;
mod files;
mod heard_words;
mod history;
mod hotwords;
mod input_method;
mod key_name;
mod keyboard;
mod keys_service;
mod ladder;
mod log;
mod memory;
mod messages;
mod meter;
mod microphone;
mod microphones_service;
mod model_source;
mod models_service;
mod offer;
mod portal;
mod push_to_talk;
mod recognizer_thread;
mod run;
mod run_text;
mod service;
mod services;
mod settings_service;
mod snippet_values;
mod sound;
#[cfg(test)]
mod tests;
mod text_config;
mod watch;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sotto_api::DictationProxy;
use sotto_ibus::{
    Component, EngineDesc, KeyPolicy, RememberedEngine, Start, Surroundings, keep_linked,
};
use sotto_models::Store;
use sotto_session::Session;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use self::{
    clock::Clock,
    events::Event,
    history::History,
    input_method::{ENGINE, InputMethod},
    keys_service::KeyCounts,
    ladder::Ladder,
    log::note,
    model_source::InstalledModels,
    offer::Offer,
    push_to_talk::PushToTalk,
    recognizer_thread::{RecognizerThread, Settings},
    run::{Attach, Daemon, Sources},
    run_text::TextDesk,
    service::{Board, Instance},
    services::Services,
    sound::DesktopMicrophone,
    writing::{TextFiles, Writing},
};
pub(crate) use self::{
    config::Config, config_edit::set as set_setting, config_edit::set_model, files::Files,
    hotwords::own_phrases, keyboard::examine as examine_keyboard, offer::clipboard_program,
    push_to_talk::doors, writing::table_problems,
};

/// The component's bus name, as its XML file has it.
const COMPONENT: &str = "org.freedesktop.IBus.Sotto";

/// One that ends just now gives its name free within these tries.
const N_TRIES_FOR_THE_NAME: usize = 5;
const WAIT_FOR_THE_NAME: Duration = Duration::from_millis(200);

/// Runs the daemon until it is asked to end.
///
/// # Errors
///
/// If another daemon runs and does not answer, or a part cannot be started.
pub(crate) fn run(start: Start) -> anyhow::Result<bool> {
    core_dump::forbid();
    memory::keep_together();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the event loop cannot be started")?;
    runtime.block_on(dictate(start))?;
    Ok(true)
}

async fn dictate(start: Start) -> anyhow::Result<()> {
    let files = Files::from_environment()?;
    if let Err(error) = files.write_config_once(config::DEFAULT_TEXT) {
        note!(
            "the settings cannot be written to {}: {error}; the default settings are in use, \
             and \"sotto doctor\" says what to do",
            files.config.display()
        );
    }
    let (events, event) = unbounded_channel();
    let counts = Arc::new(KeyCounts::default());
    let Some(desk) = take_the_desk(&events, &files, &counts).await? else {
        return Ok(());
    };
    let (board, services) = desk.unzip();
    let config = Config::read(&files.config).unwrap_or_else(|error| {
        note!("{error}; the default settings are in use");
        Config::default()
    });
    let policy = Arc::new(KeyPolicy::new());
    policy.set_push_to_talk(config.key.push_to_talk);
    let reports = events.clone();
    let recognizer = RecognizerThread::start(
        Box::new(DesktopMicrophone),
        Box::new(InstalledModels),
        Settings::from(&config),
        move |report| {
            // The loop has ended when nobody listens.
            let _ended = reports.send(Event::Recognizer(report));
        },
    )
    .context("the recognizer thread cannot be started")?;
    let (engines, engine) = unbounded_channel();
    let (links, link) = unbounded_channel();
    let keys = Arc::clone(&policy);
    let mut attach: Attach = Box::new(move || {
        let (keys, engines, links) = (Arc::clone(&keys), engines.clone(), links.clone());
        let surroundings = Surroundings::of_process();
        tokio::spawn(keep_linked(
            surroundings,
            component(),
            start,
            keys,
            engines,
            links,
        ))
    });
    let attached = attach();
    spawn_signals(events.clone())?;
    let (watched, changes) = (files.config.clone(), events.clone());
    tokio::spawn(async move {
        if let Err(error) = watch::watch_config(&watched, changes).await {
            note!("changes of the settings are not noticed until the next start: {error}");
        }
    });
    let mut push_to_talk = PushToTalk::new(events.clone());
    push_to_talk.watch(&config.key);
    if let Ok(store) = Store::of_user() {
        let changes = events.clone();
        tokio::spawn(async move {
            if let Err(error) = watch::watch_models(store.dir(), changes).await {
                note!("models that come or go are not noticed until the next start: {error}");
            }
        });
    }
    let kept = RememberedEngine::at(&files.remembered_engine);
    let daemon = Daemon {
        session: Session::new(config.session()),
        clock: Clock::new(),
        policy,
        input_method: InputMethod::new(kept, events.clone()),
        recognizer,
        board,
        services,
        counts,
        history: History::at(files.history.clone()),
        offer: Offer {
            feedback: config.feedback.clone(),
            delivery: config.delivery.clone(),
            events: events.clone(),
        },
        ladder: Ladder::start(files.typing_token.clone(), events),
        push_to_talk,
        attach,
        attached,
        text: TextDesk::new(
            Writing::new(TextFiles::beside(&files.config)),
            files.words(),
            files.learned.clone(),
        ),
        config,
        config_path: files.config,
    };
    daemon
        .run(Sources {
            events: event,
            links: link,
            engines: engine,
        })
        .await;
    Ok(())
}

/// Serves the dictation object and takes its name. Without a session bus there is no object; with
/// another daemon on it there is nothing to do but to ask that one to attach again.
async fn take_the_desk(
    events: &UnboundedSender<Event>,
    files: &Files,
    counts: &Arc<KeyCounts>,
) -> anyhow::Result<Option<Option<(Board, Services)>>> {
    let connection = match sotto_api::session_bus().await {
        Ok(connection) => connection,
        Err(error) => {
            note!("no session bus, so only the input method's key works: {error}");
            return Ok(Some(None));
        }
    };
    let board = Board::serve(&connection, events.clone())
        .await
        .context("session bus")?;
    let services = Services::serve(&connection, &files.config, Arc::clone(counts))
        .await
        .context("session bus")?;
    for _ in 0..N_TRIES_FOR_THE_NAME {
        match service::take_name(&connection)
            .await
            .context("session bus")?
        {
            Instance::First => return Ok(Some(Some((board, services)))),
            Instance::Second => {
                let first = DictationProxy::new(&connection)
                    .await
                    .context("session bus")?;
                match first.reattach().await {
                    Ok(()) => {
                        note!("another Sotto runs; it attaches to the input method anew");
                        return Ok(None);
                    }
                    Err(error) => {
                        note!("another Sotto holds the name and does not answer: {error}")
                    }
                }
                tokio::time::sleep(WAIT_FOR_THE_NAME).await;
            }
        }
    }
    anyhow::bail!("another Sotto runs and does not answer; end it and start this one again")
}

fn component() -> Component {
    let text = str::to_owned;
    Component {
        name: text(COMPONENT),
        description: text("Private dictation"),
        version: text(env!("CARGO_PKG_VERSION")),
        license: text(env!("CARGO_PKG_LICENSE")),
        author: text("Sotto contributors"),
        homepage: text(env!("CARGO_PKG_HOMEPAGE")),
        textdomain: text("sotto"),
        engines: vec![EngineDesc {
            name: text(ENGINE),
            longname: text("Sotto"),
            description: text("Private dictation: hold a key and speak"),
            license: text(env!("CARGO_PKG_LICENSE")),
            author: text("Sotto contributors"),
            icon: text("audio-input-microphone"),
            layout: text("default"),
            symbol: text("🎙"),
            ..EngineDesc::default()
        }],
        ..Component::default()
    }
}

fn spawn_signals(events: UnboundedSender<Event>) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals")?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // The loop has ended when nobody listens.
        let _ended = events.send(Event::Quit);
    });
    Ok(())
}
