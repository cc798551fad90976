//! No image of the daemon's memory reaches the disk when it crashes: words and sound are in it.

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::daemon::log::note;

/// Forbids core dumps for this process.
///
/// A limit of 1 byte stops both kinds: a file cannot be that small, and a collector behind a pipe, for which the
/// limit does not count otherwise, is not started at exactly this value (core(5)).
/// The process stays dumpable, because desktop portals look into `/proc` to learn who is asking.
pub(crate) fn forbid() {
    let limit = Rlimit {
        current: Some(1),
        maximum: Some(1),
    };
    if let Err(error) = setrlimit(Resource::Core, limit) {
        note!("core dumps cannot be switched off: {error}");
    }
}
