//! The process that stays: it shows the icon, carries out its menu, and starts the window.

use std::{env, path::PathBuf};

use anyhow::Context as _;
use ksni::{Handle, TrayMethods as _};
use sotto_api::{DictationProxy, KeysProxy, MicrophonesProxy, ModelsProxy, SettingsProxy};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{mpsc::unbounded_channel, watch},
};
use tr::tr;
use zbus::{Connection, proxy::CacheProperties};

use crate::{
    bus::{self, Status},
    draw::Face,
    files::{Folders, Memory},
    icon::{Act, PanelIcon},
    instance::{self, Single},
    note,
    notify::notify,
};

/// Key of the setting that names the microphone.
const MICROPHONE: &str = "microphone.device";

/// Shows the icon until the user quits. With another icon there is only its window to ask for.
///
/// # Errors
///
/// If there is no session bus.
pub(crate) fn run(first_page: Option<String>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .with_context(|| tr!("the event loop cannot be started"))?;
    runtime.block_on(stay(first_page))
}

async fn stay(first_page: Option<String>) -> anyhow::Result<()> {
    let connection = sotto_api::session_bus()
        .await
        .with_context(|| tr!("there is no session bus: run this within a desktop session"))?;
    let (wanted, mut pages) = unbounded_channel();
    if !instance::become_the(Single::Icon, &connection, wanted)
        .await
        .with_context(|| tr!("the session bus does not answer"))?
    {
        if let Some(page) = first_page {
            instance::ask(Single::Icon, &connection, &page)
                .await
                .with_context(|| tr!("the other sotto-tray does not answer"))?;
        }
        return Ok(());
    }
    let (status, mut shown) = watch::channel(Status::default());
    let (lists, mut list_changes) = unbounded_channel();
    let (acts, mut act) = unbounded_channel();
    tokio::spawn(bus::watch(connection.clone(), status, lists));
    let icon = PanelIcon {
        status: Status::default(),
        models: Vec::new(),
        microphones: Vec::new(),
        microphone: String::new(),
        is_themed: is_themed(),
        acts,
    };
    let is_sandboxed = PathBuf::from("/.flatpak-info").exists();
    let handle = icon
        .disable_dbus_name(is_sandboxed)
        .assume_sni_available(true)
        .spawn()
        .await
        .with_context(|| tr!("the icon cannot be shown"))?;
    let resident = Resident { connection, handle };
    resident.refresh_soon();
    if let Some(page) = first_page {
        resident.show(&page, None).await;
    }
    let mut told = Told::of(&Status::default());
    let mut terminate =
        signal(SignalKind::terminate()).with_context(|| tr!("signals cannot be received"))?;
    let mut interrupt =
        signal(SignalKind::interrupt()).with_context(|| tr!("signals cannot be received"))?;
    loop {
        tokio::select! {
            Ok(()) = shown.changed() => {
                let status = shown.borrow_and_update().clone();
                let now = Told::of(&status);
                if now != told {
                    told = now;
                    resident.take_status(status).await;
                }
            }
            Some(page) = pages.recv() => resident.show(&page, None).await,
            Some(_change) = list_changes.recv() => resident.refresh_soon(),
            Some(act) = act.recv() => {
                if act == Act::Quit {
                    break;
                }
                resident.carry_out(act).await;
            }
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    resident.handle.shutdown().await;
    Ok(())
}

/// What of a status can be seen: the icon is sent to the panel only when this changes.
#[derive(Debug, PartialEq)]
struct Told {
    face: Face,
    state: String,
    model: String,
    reachable: bool,
    paused: bool,
}

impl Told {
    fn of(status: &Status) -> Self {
        Self {
            face: PanelIcon::face(status),
            state: status.state().to_owned(),
            model: status.model().to_owned(),
            reachable: status.reachable,
            paused: status.is_paused(),
        }
    }
}

#[derive(Clone)]
struct Resident {
    connection: Connection,
    handle: Handle<PanelIcon>,
}

impl Resident {
    async fn take_status(&self, status: Status) {
        self.handle.update(|icon| icon.status = status).await;
    }

    async fn show(&self, page: &str, token: Option<String>) {
        let asked = instance::ask(Single::Window, &self.connection, page);
        if asked.await.is_ok() {
            return;
        }
        let program = env::current_exe().unwrap_or_else(|_| "sotto-tray".into());
        let mut window = tokio::process::Command::new(program);
        window.arg("--window");
        if !page.is_empty() {
            window.arg(page);
        }
        if let Some(token) = token {
            window.env("XDG_ACTIVATION_TOKEN", token);
        }
        match window.spawn() {
            Ok(mut child) => {
                tokio::spawn(async move { child.wait().await });
            }
            Err(error) => note(&tr!("the window cannot be opened: {0}", error)),
        }
    }

    async fn carry_out(&self, act: Act) {
        let done = match act {
            Act::Toggle => self.toggle().await,
            Act::SetPaused(paused) => self.set_paused(paused).await,
            Act::UseModel(id) => self.use_model(&id).await,
            Act::UseMicrophone(id) => self.use_microphone(&id).await,
            Act::Show(page, token) => {
                self.show(page, token).await;
                Ok(())
            }
            Act::Refresh => {
                self.refresh_soon();
                Ok(())
            }
            Act::Hidden => {
                self.tell_once_that_there_is_no_panel().await;
                Ok(())
            }
            Act::Quit => Ok(()),
        };
        if let Err(error) = done {
            note(&format!("{error:#}"));
        }
    }

    async fn toggle(&self) -> anyhow::Result<()> {
        let dictation = DictationProxy::builder(&self.connection)
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        Ok(dictation.toggle().await?)
    }

    async fn set_paused(&self, paused: bool) -> anyhow::Result<()> {
        let keys = KeysProxy::builder(&self.connection)
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        Ok(keys.set_paused(paused).await?)
    }

    async fn use_model(&self, id: &str) -> anyhow::Result<()> {
        let models = ModelsProxy::new(&self.connection).await?;
        Ok(models.use_model(id).await?)
    }

    async fn use_microphone(&self, id: &str) -> anyhow::Result<()> {
        let settings = SettingsProxy::new(&self.connection).await?;
        let value = serde_json::Value::from(id).to_string();
        Ok(settings.set(MICROPHONE, &value).await?)
    }

    /// Brings the menu's lists up to date beside whatever else happens.
    fn refresh_soon(&self) {
        let resident = self.clone();
        tokio::spawn(async move { resident.refresh().await });
    }

    async fn refresh(&self) {
        let lists = async {
            let models = ModelsProxy::new(&self.connection).await?;
            let microphones = MicrophonesProxy::builder(&self.connection)
                .cache_properties(CacheProperties::No)
                .build()
                .await?;
            let settings = SettingsProxy::new(&self.connection).await?;
            // A daemon without a sound system has no microphones to list.
            let models = models.list().await.unwrap_or_default();
            let microphones = microphones.list().await.unwrap_or_default();
            let settings = settings.list().await.unwrap_or_default();
            let microphone = settings.iter().find(|setting| setting.key == MICROPHONE);
            let microphone = microphone
                .and_then(|setting| serde_json::from_str(&setting.value).ok())
                .unwrap_or_default();
            zbus::Result::Ok((models, microphones, microphone))
        };
        if let Ok((models, microphones, microphone)) = lists.await {
            let lists = (models, microphones, microphone);
            self.handle
                .update(move |icon| {
                    (icon.models, icon.microphones, icon.microphone) = lists;
                })
                .await;
        }
    }

    async fn tell_once_that_there_is_no_panel(&self) {
        let Some(folders) = Folders::of_user() else {
            return;
        };
        let memory = Memory::read(&folders);
        if memory.told_no_tray {
            return;
        }
        let sentence = tr!(
            "This desktop shows no tray icons: open Sotto from the list of applications to see its window."
        );
        if let Err(error) = notify(&self.connection, &sentence).await {
            note(&format!("{error}"));
            return;
        }
        let memory = Memory {
            told_no_tray: true,
            ..memory
        };
        if let Err(error) = memory.write(&folders) {
            note(&format!("{}: {error}", folders.state.display()));
        }
    }
}

/// Whether the icon theme has our icons, which a package installs.
fn is_themed() -> bool {
    let dirs = env::var_os("XDG_DATA_DIRS").filter(|dirs| !dirs.is_empty());
    let dirs = dirs.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    let home = directories::BaseDirs::new().map(|base| base.data_dir().to_owned());
    let icon = "icons/hicolor/symbolic/apps/sotto-idle-symbolic.svg";
    home.into_iter()
        .chain(env::split_paths(&dirs))
        .any(|dir| dir.join(icon).is_file())
}
