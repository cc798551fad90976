//! One icon and one window: whoever comes second asks the first to show its page, and ends.

use tokio::sync::mpsc::UnboundedSender;
use zbus::{
    Connection,
    fdo::{RequestNameFlags, RequestNameReply},
};

/// Pages of the window.
pub(crate) const PAGES: [&str; 9] = [
    "home",
    "models",
    "shortcut",
    "microphone",
    "text",
    "history",
    "doctor",
    "settings",
    "welcome",
];

/// Whether there is such a page.
pub(crate) fn is_page(name: &str) -> bool {
    PAGES.contains(&name)
}

/// What there is at most one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Single {
    Icon,
    Window,
}

impl Single {
    /// Below the name of the application, as a sandbox wants it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Icon => "io.github.sotto.Sotto.Tray",
            Self::Window => "io.github.sotto.Sotto.Window",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Icon => "/io/github/sotto/Tray",
            Self::Window => "/io/github/sotto/Window",
        }
    }
}

struct Shower(UnboundedSender<String>);

#[zbus::interface(name = "io.github.sotto.Show1")]
impl Shower {
    /// Shows a page; an empty name leaves it where it is.
    fn show(&self, page: &str) {
        let page = if is_page(page) { page } else { "" };
        // The process is ending when nobody listens.
        let _ended = self.0.send(page.to_owned());
    }
}

/// Becomes the one; `false` if there is one already. Pages that others want are sent on.
///
/// # Errors
///
/// If the bus refuses.
pub(crate) async fn become_the(
    single: Single,
    connection: &Connection,
    wanted: UnboundedSender<String>,
) -> zbus::Result<bool> {
    let server = connection.object_server();
    server.at(single.path(), Shower(wanted)).await?;
    let flags = RequestNameFlags::DO_NOT_QUEUE;
    match connection
        .request_name_with_flags(single.name(), flags)
        .await
    {
        Ok(RequestNameReply::PrimaryOwner | RequestNameReply::AlreadyOwner) => Ok(true),
        Ok(RequestNameReply::InQueue | RequestNameReply::Exists) | Err(zbus::Error::NameTaken) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Asks the one that there is to show a page.
///
/// # Errors
///
/// If there is none.
pub(crate) async fn ask(single: Single, connection: &Connection, page: &str) -> zbus::Result<()> {
    connection
        .call_method(
            Some(single.name()),
            single.path(),
            Some("io.github.sotto.Show1"),
            "Show",
            &page,
        )
        .await?;
    Ok(())
}
