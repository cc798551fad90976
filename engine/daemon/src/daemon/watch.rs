//! Tells when the settings may have changed, without waking up in between.
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
    let watch = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
    let changes = inotify::WatchFlags::CLOSE_WRITE
        | inotify::WatchFlags::MOVED_TO
        | inotify::WatchFlags::DELETE;
    inotify::add_watch(&watch, folder, changes)?;
    // Not a pipe, but polled and read like one.
    let watch = pipe::Receiver::from_file_unchecked(File::from(watch))?;
    let mut unread = [0; 4096];
    while !events.is_closed() {
        watch.readable().await?;
        match watch.try_read(&mut unread) {
            Ok(_) => {
                // A closed channel ends the loop.
                let _ended = events.send(Event::ConfigFile);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
