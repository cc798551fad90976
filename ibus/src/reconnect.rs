//! Keeps a [`Link`] to whichever `ibus-daemon` runs: connects, waits for its end, looks for the next.
//!
//! A new daemon has a new address in a new address file, so between daemons the folder of these files is watched;
//! nothing wakes up while nothing changes there.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::inotify;
use tokio::net::unix::pipe;
use tokio::sync::mpsc::UnboundedSender;

use crate::address::Surroundings;
use crate::engine::EngineEvent;
use crate::error::IbusError;
use crate::keys::KeyPolicy;
use crate::register::{Link, Start};
use crate::wire::Component;

/// Pauses between attempts after a change: the file is written a moment before or after the daemon listens.
const RETRY_PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(150),
    Duration::from_millis(400),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Pause between rounds of attempts where no folder can be watched, such as with `IBUS_ADDRESS` given.
const BLIND_PAUSE: Duration = Duration::from_secs(10);

/// News of the connection.
#[derive(Debug, Clone)]
pub enum LinkEvent {
    /// Connected and registered.
    Up(Arc<Link>),
    /// The connection has ended; the engine objects of it are gone.
    Down,
    /// No daemon was reached; the watch goes on.
    Absent(Arc<IbusError>),
}

/// Keeps the component registered with whichever daemon runs.
///
/// Ends when `links` is closed, and for [`Start::ByFile`] with the first connection: the next daemon starts the
/// program anew.
pub async fn keep_linked(
    surroundings: Surroundings,
    component: Component,
    start: Start,
    policy: Arc<KeyPolicy>,
    events: UnboundedSender<EngineEvent>,
    links: UnboundedSender<LinkEvent>,
) {
    while !links.is_closed() {
        // The watch begins before the attempts, so that no change between them is missed.
        let watch = FolderWatch::new(&surroundings);
        let mut failure = None;
        for pause in [Duration::ZERO].iter().chain(&RETRY_PAUSES) {
            tokio::time::sleep(*pause).await;
            let attempt = async {
                let address = surroundings.find()?;
                Link::connect(
                    &address,
                    component.clone(),
                    start,
                    Arc::clone(&policy),
                    events.clone(),
                )
                .await
            };
            match attempt.await {
                Ok(link) => {
                    let link = Arc::new(link);
                    if links.send(LinkEvent::Up(Arc::clone(&link))).is_err() {
                        link.close().await;
                        return;
                    }
                    tokio::select! {
                        () = link.closed() => {}
                        () = links.closed() => {
                            link.close().await;
                            return;
                        }
                    }
                    failure = None;
                    if links.send(LinkEvent::Down).is_err() || start == Start::ByFile {
                        return;
                    }
                    break;
                }
                Err(error) => failure = Some(error),
            }
        }
        let Some(error) = failure else { continue };
        if links.send(LinkEvent::Absent(Arc::new(error))).is_err() {
            return;
        }
        tokio::select! {
            () = changed(watch) => {}
            () = links.closed() => return,
        }
    }
}

async fn changed(watch: Option<FolderWatch>) {
    let seen = match watch {
        Some(watch) => watch.changed().await.is_ok(),
        None => false,
    };
    if !seen {
        tokio::time::sleep(BLIND_PAUSE).await;
    }
}

/// Sees a file appear or change in the folder of address files, or in the nearest folder above that exists.
struct FolderWatch(pipe::Receiver);

impl FolderWatch {
    fn new(surroundings: &Surroundings) -> Option<Self> {
        if surroundings.ibus_address.is_some() {
            return None;
        }
        let file: PathBuf = surroundings.address_files().into_iter().next()?;
        let folder = file.ancestors().skip(1).find(|folder| folder.is_dir())?;
        Self::of(folder).ok()
    }

    fn of(folder: &Path) -> std::io::Result<Self> {
        let inotify =
            inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
        let wanted = inotify::WatchFlags::CREATE
            | inotify::WatchFlags::CLOSE_WRITE
            | inotify::WatchFlags::MOVED_TO;
        inotify::add_watch(&inotify, folder, wanted)?;
        // Not a pipe, but polled like one, and nothing is read from it.
        pipe::Receiver::from_file_unchecked(File::from(inotify)).map(Self)
    }

    async fn changed(self) -> std::io::Result<()> {
        self.0.readable().await.map(drop)
    }
}
