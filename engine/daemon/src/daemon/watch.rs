//! Tells when settings or models may have changed, without waking up in between.
//!
//! The folder is watched rather than the file: editors replace the file.

use std::{fs::File, io, path::Path};

use rustix::fs::inotify;
use tokio::{net::unix::pipe, sync::mpsc::UnboundedSender};

use crate::daemon::events::Event;

/// Sends [`Event::ConfigFile`] after each change in the folder of the file, until the daemon ends.
///
/// # Errors
///
/// If the folder cannot be watched.
pub(crate) async fn watch_config(path: &Path, events: UnboundedSender<Event>) -> io::Result<()> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    let changes = inotify::WatchFlags::CLOSE_WRITE
        | inotify::WatchFlags::MOVED_TO
        | inotify::WatchFlags::DELETE;
    watch(folder, changes, events, || Event::ConfigFile).await
}

/// Sends [`Event::Models`] after each model that comes or goes in a folder, until the daemon ends.
///
/// # Errors
///
/// If the folder cannot be made or watched.
pub(crate) async fn watch_models(folder: &Path, events: UnboundedSender<Event>) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let changes = inotify::WatchFlags::CREATE
        | inotify::WatchFlags::DELETE
        | inotify::WatchFlags::MOVED_TO
        | inotify::WatchFlags::MOVED_FROM;
    watch(folder, changes, events, || Event::Models).await
}

async fn watch(
    folder: &Path,
    changes: inotify::WatchFlags,
    events: UnboundedSender<Event>,
    event: fn() -> Event,
) -> io::Result<()> {
    let watch = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
    inotify::add_watch(&watch, folder, changes)?;
    // Not a pipe, but polled and read like one.
    let watch = pipe::Receiver::from_file_unchecked(File::from(watch))?;
    let mut unread = [0; 4096];
    while !events.is_closed() {
        watch.readable().await?;
        match watch.try_read(&mut unread) {
            Ok(_) => {
                // A closed channel ends the loop.
                let _ended = events.send(event());
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
