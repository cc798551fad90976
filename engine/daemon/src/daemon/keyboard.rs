//! The desktop's portal as a keyboard: `org.freedesktop.portal.RemoteDesktop`.
//!
//! The desktop asks the user once whether Sotto may type; the answer is kept as a token.
//! The keys go to whichever window has focus, and they travel on the session bus.
//! Keysyms of characters by "Keysym Encoding" in the X11 protocol text.

use std::{io, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::PathBuf};

use ashpd::{
    desktop::{
        CreateSessionOptions, PersistMode, ResponseError, Session,
        remote_desktop::{
            DeviceType, KeyState, NotifyKeyboardKeysymOptions, RemoteDesktop, SelectDevicesOptions,
            SelectedDevices, StartOptions,
        },
    },
    zbus,
    zbus::fdo::DBusProxy,
};
use sotto_session::Spoken;

use crate::{daemon::portal, explain::io_cause};

/// The first version of the interface that can remember the user's answer.
const VERSION_WITH_TOKEN: u32 = 2;

const KEYSYM_RETURN: i32 = 0xff0d;
const KEYSYM_UNICODE: u32 = 0x0100_0000;

/// Why nothing was typed, or not all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyboardError {
    #[error("{}", tr::tr!("there is no session bus ({}): run Sotto within a desktop session", .0))]
    NoBus(#[from] zbus::Error),
    #[error("{}", tr::tr!("the session bus refused: {}", .0))]
    Bus(#[from] zbus::fdo::Error),
    #[error("{}", tr::tr!("no desktop portal runs here"))]
    NoPortal,
    #[error("{}", tr::tr!("this desktop's portal has no keyboard to offer"))]
    NotOffered,
    #[error("{}", tr::tr!("this desktop's portal would ask each time: it is too old to remember an answer"))]
    Forgetful,
    #[error("{}", tr::tr!("the desktop did not let Sotto type: restart Sotto to be asked again"))]
    Declined,
    #[error("{}", tr::tr!("the desktop's portal failed: {}", .0))]
    Portal(#[from] ashpd::Error),
    #[error("{}", tr::tr!("the permission to type cannot be kept in {}: {}", .path.display(), io_cause(.source)))]
    Token { path: PathBuf, source: io::Error },
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typing {
    /// It was typed.
    Done,
    /// The user has just been asked and agreed; the question had focus, so nothing was typed.
    JustAllowed,
}

/// The keyboard, and what the user said to it.
#[derive(Debug)]
pub(crate) struct PortalKeyboard {
    token: PathBuf,
    /// The user said no; asking again would be a nuisance.
    declined: bool,
}

impl PortalKeyboard {
    /// A keyboard whose permission is kept in this file.
    pub(crate) const fn new(token: PathBuf) -> Self {
        Self {
            token,
            declined: false,
        }
    }

    /// Types into whichever window has focus.
    pub(crate) async fn type_text(&mut self, text: &Spoken) -> Result<Typing, KeyboardError> {
        if self.declined {
            return Err(KeyboardError::Declined);
        }
        // A connection of its own: when it is dropped, the portal ends the session.
        let connection = zbus::Connection::session().await?;
        let remote = open(&connection).await?;
        let session = remote
            .create_session(CreateSessionOptions::default())
            .await?;
        let token = self.read_token()?;
        let started = self.start(&remote, &session, token.as_deref()).await;
        let typed = match started {
            Ok(devices) => {
                if let Some(token) = devices.restore_token() {
                    self.write_token(token)?;
                }
                if token.is_some() {
                    press_keys(&remote, &session, text).await
                } else {
                    Ok(Typing::JustAllowed)
                }
            }
            Err(error) => Err(error),
        };
        // The session ends with the connection, if not by this.
        let _ended = session.close().await;
        typed
    }

    async fn start(
        &mut self,
        remote: &RemoteDesktop,
        session: &Session<RemoteDesktop>,
        token: Option<&str>,
    ) -> Result<SelectedDevices, KeyboardError> {
        let wish = SelectDevicesOptions::default()
            .set_devices(Some(DeviceType::Keyboard.into()))
            .set_persist_mode(Some(PersistMode::ExplicitlyRevoked))
            .set_restore_token(token);
        remote.select_devices(session, wish).await?.response()?;
        let started = remote
            .start(session, None, StartOptions::default())
            .await?
            .response();
        match started {
            Ok(devices) if devices.devices().contains(DeviceType::Keyboard) => Ok(devices),
            Ok(_) | Err(ashpd::Error::Response(ResponseError::Cancelled)) => {
                self.declined = true;
                Err(KeyboardError::Declined)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn failed(&self, source: io::Error) -> KeyboardError {
        KeyboardError::Token {
            path: self.token.clone(),
            source,
        }
    }

    fn read_token(&self) -> Result<Option<String>, KeyboardError> {
        match std::fs::read_to_string(&self.token) {
            Ok(token) => Ok(Some(token).filter(|token| !token.is_empty())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn write_token(&self, token: &str) -> Result<(), KeyboardError> {
        let write = || {
            if let Some(folder) = self.token.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut file = std::fs::OpenOptions::new()
                .create(true)
                .truncate(true)
                .write(true)
                .mode(0o600)
                .open(&self.token)?;
            file.write_all(token.as_bytes())
        };
        write().map_err(|error| self.failed(error))
    }
}

/// Whether the portal could type here.
pub(crate) async fn examine() -> Result<(), KeyboardError> {
    let connection = zbus::Connection::session().await?;
    let remote = open(&connection).await?;
    match remote.available_device_types().await {
        Ok(devices) if devices.contains(DeviceType::Keyboard) => Ok(()),
        Ok(_) => Err(KeyboardError::NotOffered),
        Err(error) => Err(error.into()),
    }
}

async fn open(connection: &zbus::Connection) -> Result<RemoteDesktop, KeyboardError> {
    if !portal::is_offered(&DBusProxy::new(connection).await?).await? {
        return Err(KeyboardError::NoPortal);
    }
    portal::register(connection).await;
    let remote = match RemoteDesktop::with_connection(connection.clone()).await {
        Ok(remote) => remote,
        Err(ashpd::Error::PortalNotFound(_)) => return Err(KeyboardError::NotOffered),
        Err(error) => return Err(error.into()),
    };
    if remote.version() < VERSION_WITH_TOKEN {
        return Err(KeyboardError::Forgetful);
    }
    Ok(remote)
}

async fn press_keys(
    remote: &RemoteDesktop,
    session: &Session<RemoteDesktop>,
    text: &Spoken,
) -> Result<Typing, KeyboardError> {
    for keysym in text.as_str().chars().filter_map(keysym) {
        for state in [KeyState::Pressed, KeyState::Released] {
            let options = NotifyKeyboardKeysymOptions::default();
            remote
                .notify_keyboard_keysym(session, keysym, state, options)
                .await?;
        }
    }
    Ok(Typing::Done)
}

/// The key that types a character; control characters have none, because they might do anything.
fn keysym(character: char) -> Option<i32> {
    let keysym = match character {
        '\n' => return Some(KEYSYM_RETURN),
        '\t' => u32::from(' '),
        control if control.is_control() => return None,
        ' '..='~' | '\u{a0}'..='\u{ff}' => u32::from(character),
        _ => KEYSYM_UNICODE | u32::from(character),
    };
    i32::try_from(keysym).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keysyms_of_characters() {
        assert_eq!(keysym('a'), Some(0x61));
        assert_eq!(keysym('é'), Some(0xe9));
        assert_eq!(keysym('м'), Some(0x0100_043c));
        assert_eq!(keysym('🍏'), Some(0x0101_f34f));
        assert_eq!(keysym('\n'), Some(KEYSYM_RETURN));
        assert_eq!(keysym('\u{1b}'), None);
        assert_eq!(keysym('\u{7f}'), None);
    }
}
