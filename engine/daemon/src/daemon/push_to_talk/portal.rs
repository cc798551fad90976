//! The key as the desktop's portal sees it: `org.freedesktop.portal.GlobalShortcuts`.
//!
//! The desktop asks the user once which key it may be; ours is only a wish. Both edges arrive as
//! signals; a held key may repeat its press, and a desktop may answer the binding with an empty list
//! although the key then works.

use std::convert::Infallible;

use ashpd::{
    desktop::{
        CreateSessionOptions, ResponseError,
        global_shortcuts::{
            BindShortcutsOptions, GlobalShortcuts, ListShortcutsOptions, NewShortcut,
        },
    },
    zbus,
    zbus::fdo::DBusProxy,
};
use futures_util::{Stream, StreamExt as _};
use sotto_ibus::KeyChord;

use super::{Key, Watched};
use crate::daemon::{key_name, log::note, portal};

/// Our name for the shortcut.
const SHORTCUT: &str = "push-to-talk";

/// Why the portal does not show the key.
#[derive(Debug, thiserror::Error)]
pub(super) enum ShortcutError {
    #[error("{}", tr::tr!("there is no session bus ({}): run Sotto within a desktop session", .0))]
    NoBus(#[from] zbus::Error),
    #[error("{}", tr::tr!("the session bus refused: {}", .0))]
    Bus(#[from] zbus::fdo::Error),
    #[error("{}", tr::tr!("no desktop portal runs here: bind \"sotto press\" and \"sotto release\", or \"sotto \
         toggle\", in the desktop's settings"))]
    NoPortal,
    #[error("{}", tr::tr!("this desktop's portal offers no global shortcuts: bind \"sotto press\" and \"sotto \
         release\", or \"sotto toggle\", in the desktop's settings"))]
    NotOffered,
    #[error("{}", tr::tr!("the desktop took the key back: save the settings to ask again"))]
    Closed,
    #[error("{}", tr::tr!("the key was not granted: save the settings to ask again"))]
    Declined,
}

/// What the portal says of our shortcut.
enum Signal {
    Activated,
    Deactivated,
}

/// How one session with the portal ended.
enum Ended {
    /// The portal's process went away.
    PortalGone,
    /// Another process is the portal now.
    PortalReplaced,
    /// The portal cannot be used as it is now.
    Failed(ashpd::Error),
}

/// Tells the edges of the key, through every restart of the portal.
pub(super) async fn watch(chord: KeyChord, key: &Key) -> Result<Infallible, ShortcutError> {
    // A connection of its own: when it is dropped, the portal ends the session.
    let connection = zbus::Connection::session().await?;
    let bus = DBusProxy::new(&connection).await?;
    let mut owners = bus
        .receive_name_owner_changed_with_args(&[(0, portal::NAME)])
        .await?
        .filter_map(|change| async move {
            let args = change.args().ok()?;
            Some(args.new_owner().as_ref().map(ToString::to_string))
        })
        .boxed();
    loop {
        if portal::is_offered(&bus).await? {
            let ended = listen(&connection, chord, key, &mut owners).await?;
            match ended {
                Ended::PortalGone => {}
                Ended::PortalReplaced => continue,
                Ended::Failed(error) => note!("{}", tr::tr!("no key from the portal: {}", error)),
            }
        }
        // Nothing changes before another portal takes the name.
        while owners
            .next()
            .await
            .ok_or(ShortcutError::NoPortal)?
            .is_none()
        {}
    }
}

/// Whether the portal could show the key here.
pub(super) async fn examine() -> Result<(), ShortcutError> {
    let connection = zbus::Connection::session().await?;
    if !portal::is_offered(&DBusProxy::new(&connection).await?).await? {
        return Err(ShortcutError::NoPortal);
    }
    match GlobalShortcuts::with_connection(connection).await {
        Ok(_) => Ok(()),
        Err(_lacking) => Err(ShortcutError::NotOffered),
    }
}

/// Binds the key and tells its edges until the portal goes away.
async fn listen(
    connection: &zbus::Connection,
    chord: KeyChord,
    key: &Key,
    owners: &mut (impl Stream<Item = Option<String>> + Unpin),
) -> Result<Ended, ShortcutError> {
    portal::register(connection).await;
    let shortcuts = match GlobalShortcuts::with_connection(connection.clone()).await {
        Ok(shortcuts) => shortcuts,
        Err(ashpd::Error::PortalNotFound(_)) => return Err(ShortcutError::NotOffered),
        Err(error) => return Ok(Ended::Failed(error)),
    };
    // By its process, which the call above has started where it did not run.
    let current = shortcuts.connection();
    let current = DBusProxy::new(current)
        .await?
        .get_name_owner(portal::name())
        .await;
    let current = current.ok().map(|owner| owner.to_string());
    let bound = bind(&shortcuts, chord).await;
    let (session, mut signals) = match bound {
        Ok(bound) => bound,
        Err(ashpd::Error::Response(ResponseError::Cancelled)) => {
            return Err(ShortcutError::Declined);
        }
        Err(error) => return Ok(Ended::Failed(error)),
    };
    let mut closed = match session.receive_closed().await {
        Ok(closed) => closed.boxed(),
        Err(error) => return Ok(Ended::Failed(error)),
    };
    let mut key = Watched::new(key);
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Some(Signal::Activated) => key.press(),
                Some(Signal::Deactivated) => key.release(),
                None => return Ok(Ended::PortalGone),
            },
            _ = closed.next() => return Err(ShortcutError::Closed),
            changed = owners.next() => match changed.flatten() {
                // The news may be older than our question.
                Some(owner) if Some(&owner) == current.as_ref() => {}
                Some(_) => return Ok(Ended::PortalReplaced),
                None => return Ok(Ended::PortalGone),
            },
        }
    }
}

type Session = ashpd::desktop::Session<GlobalShortcuts>;

/// Asks for the key; the signals are those of our shortcut in our session.
async fn bind(
    shortcuts: &GlobalShortcuts,
    chord: KeyChord,
) -> ashpd::Result<(Session, impl Stream<Item = Signal> + Unpin)> {
    let session = shortcuts
        .create_session(CreateSessionOptions::default())
        .await?;
    let pressed = shortcuts.receive_activated().await?;
    let released = shortcuts.receive_deactivated().await?;
    let trigger = key_name::trigger(chord);
    let wish = NewShortcut::new(SHORTCUT, tr::tr!("Hold to dictate"))
        .preferred_trigger(Some(trigger.as_str()));
    let answer = shortcuts
        .bind_shortcuts(&session, &[wish], None, BindShortcutsOptions::default())
        .await?
        .response()?;
    if answer.shortcuts().is_empty() {
        let listed = shortcuts
            .list_shortcuts(&session, ListShortcutsOptions::default())
            .await
            .and_then(|request| request.response());
        if listed.is_ok_and(|listed| listed.shortcuts().is_empty()) {
            note!(
                "{}",
                tr::tr!("the desktop names no key: if none works, choose one in its settings")
            );
        }
    }
    // The portal tells each program of its own sessions only.
    let pressed = pressed
        .filter_map(async |signal| (signal.shortcut_id() == SHORTCUT).then_some(Signal::Activated));
    let released = released.filter_map(async |signal| {
        (signal.shortcut_id() == SHORTCUT).then_some(Signal::Deactivated)
    });
    Ok((
        session,
        futures_util::stream::select(pressed.boxed(), released.boxed()),
    ))
}
