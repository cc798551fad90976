//! The push-to-talk key outside the input method: seen by the X server or by the desktop's portal.
//!
//! Whoever sees the key tells the loop its two edges and nothing else.
//! The input method sees a key only while our engine is selected, which is mostly after the press.

mod portal;
mod x11;

use std::env;

use sotto_ibus::KeyChord;
use tokio::{sync::mpsc::UnboundedSender, task::JoinHandle};

use crate::daemon::{
    config::{KeyConfig, KeySource},
    events::Event,
    log::note,
};

/// What the key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    Press,
    Release,
    /// It was held when the watching ended.
    Lost,
}

/// Who can see keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watcher {
    X11,
    Portal,
}

/// The end of a watcher through which it tells the loop.
#[derive(Debug, Clone)]
struct Key {
    events: UnboundedSender<Event>,
}

impl Key {
    fn tell(&self, edge: Edge) {
        // The loop has ended when nobody listens.
        let _ended = self.events.send(Event::PushToTalk(edge));
    }
}

/// The key in the hands of a watcher: each edge is told once, and a key that is held when the watching ends is lost.
#[derive(Debug)]
struct Watched<'a> {
    key: &'a Key,
    is_held: bool,
}

impl<'a> Watched<'a> {
    const fn new(key: &'a Key) -> Self {
        Self {
            key,
            is_held: false,
        }
    }

    fn press(&mut self) {
        if !std::mem::replace(&mut self.is_held, true) {
            self.key.tell(Edge::Press);
        }
    }

    fn release(&mut self) {
        if std::mem::replace(&mut self.is_held, false) {
            self.key.tell(Edge::Release);
        }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if self.is_held {
            self.key.tell(Edge::Lost);
        }
    }
}

/// Whoever watches the key at present.
#[derive(Debug)]
pub(crate) struct PushToTalk {
    key: Key,
    wanted: Option<(Watcher, KeyChord)>,
    watching: Option<JoinHandle<()>>,
}

impl PushToTalk {
    /// Nobody watches yet.
    pub(crate) const fn new(events: UnboundedSender<Event>) -> Self {
        Self {
            key: Key { events },
            wanted: None,
            watching: None,
        }
    }

    /// Watches the key of these settings from now on, and no other.
    pub(crate) fn watch(&mut self, settings: &KeyConfig) {
        let wanted = settings
            .push_to_talk
            .and_then(|chord| Some((watcher(settings.source)?, chord)));
        if wanted == self.wanted {
            return;
        }
        self.wanted = wanted;
        if let Some(watching) = self.watching.take() {
            watching.abort();
        }
        let key = self.key.clone();
        self.watching = wanted.map(|(watcher, chord)| {
            tokio::spawn(async move {
                let why = match watcher {
                    Watcher::X11 => match x11::watch(chord, &key).await {
                        Ok(never) => match never {},
                        Err(error) => error.to_string(),
                    },
                    Watcher::Portal => match portal::watch(chord, &key).await {
                        Ok(never) => match never {},
                        Err(error) => error.to_string(),
                    },
                };
                note!(
                    "{}",
                    tr::tr!("the push-to-talk key is not watched: {}", why)
                );
            })
        });
    }
}

/// Who watches by this setting in this session.
fn watcher(source: KeySource) -> Option<Watcher> {
    match source {
        KeySource::Automatic if wayland() => Some(Watcher::Portal),
        KeySource::Automatic if env::var_os("DISPLAY").is_some() => Some(Watcher::X11),
        KeySource::Automatic => Some(Watcher::Portal),
        KeySource::X11 => Some(Watcher::X11),
        KeySource::Portal => Some(Watcher::Portal),
        KeySource::InputMethod => None,
    }
}

fn wayland() -> bool {
    env::var_os("WAYLAND_DISPLAY").is_some()
        || env::var("XDG_SESSION_TYPE").is_ok_and(|kind| kind == "wayland")
}

/// A door by which presses of the key arrive, and whether it is open here.
#[derive(Debug)]
pub(crate) struct Door {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it works here, or why not.
    pub(crate) outcome: Result<String, String>,
}

/// What `sotto doctor` tells of the push-to-talk key.
pub(crate) async fn doors(settings: &KeyConfig) -> Vec<Door> {
    let used = settings.push_to_talk.and_then(|_| watcher(settings.source));
    let say = |watcher, outcome: Result<String, String>| {
        outcome.map(|works| match (used, settings.push_to_talk) {
            (Some(used), _) if used == watcher => tr::tr!("{}; in use", works),
            (_, None) => tr::tr!("{}; set push_to_talk in the settings to use it", works),
            _ => works,
        })
    };
    let x11 = if wayland() {
        Err(tr::tr!(
            "this is a Wayland session, where an X11 program sees the keys of X11 windows only"
        ))
    } else {
        x11::examine(settings.push_to_talk)
            .await
            .map(|()| tr::tr!("the X server shows the key in every window"))
            .map_err(|error| error.to_string())
    };
    let portal = portal::examine()
        .await
        .map(|()| tr::tr!("the desktop's portal offers global shortcuts"))
        .map_err(|error| error.to_string());
    vec![
        Door {
            name: "key by X11",
            outcome: say(Watcher::X11, x11),
        },
        Door {
            name: "key by portal",
            outcome: say(Watcher::Portal, portal),
        },
    ]
}
