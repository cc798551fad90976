//! Notifications of the tray: there is one, for desktops whose panel shows no icon.

use std::collections::HashMap;

use zbus::{Connection, Variant};

/// Shows one sentence.
///
/// # Errors
///
/// If the desktop shows no notifications.
pub(crate) async fn notify(connection: &Connection, sentence: &str) -> zbus::Result<()> {
    let no_hints: HashMap<&str, Variant<'_>> = HashMap::new();
    let no_actions: &[&str] = &[];
    let body = (
        "Sotto",
        0_u32,
        "audio-input-microphone",
        "Sotto",
        sentence,
        no_actions,
        no_hints,
        -1_i32,
    );
    connection
        .call_method(
            Some("org.freedesktop.Notifications"),
            "/org/freedesktop/Notifications",
            Some("org.freedesktop.Notifications"),
            "Notify",
            &body,
        )
        .await?;
    Ok(())
}
