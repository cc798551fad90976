//! Light or dark, as the desktop's settings portal tells it.

use futures_util::StreamExt as _;
use tauri::Theme;
use zbus::{Connection, Variant};

const NAMESPACE: &str = "org.freedesktop.appearance";
const KEY: &str = "color-scheme";

#[zbus::proxy(
    interface = "org.freedesktop.portal.Settings",
    default_service = "org.freedesktop.portal.Desktop",
    default_path = "/org/freedesktop/portal/desktop"
)]
trait PortalSettings {
    /// The older of two calls: every version of the portal has it.
    fn read(&self, namespace: &str, key: &str) -> zbus::Result<zbus::OwnedVariant>;

    #[zbus(signal)]
    fn setting_changed(
        &self,
        namespace: &str,
        key: &str,
        value: zbus::OwnedVariant,
    ) -> zbus::Result<()>;
}

/// 1 is dark, 2 light, anything else no preference.
fn theme(value: &Variant<'_>) -> Option<Theme> {
    match value {
        Variant::U32(1) => Some(Theme::Dark),
        Variant::U32(2) => Some(Theme::Light),
        Variant::Variant(inner) => theme(inner),
        _ => None,
    }
}

/// Tells the theme now and whenever it changes. Without a portal the toolkit's own theme stays.
///
/// # Errors
///
/// If there is no portal.
pub(crate) async fn follow(
    connection: &Connection,
    apply: impl Fn(Option<Theme>),
) -> zbus::Result<()> {
    let portal = PortalSettingsProxy::new(connection).await?;
    let mut changes = portal.receive_setting_changed().await?;
    let now = portal.read(NAMESPACE, KEY).await?;
    apply(theme(&now));
    while let Some(change) = changes.next().await {
        let change = change.args()?;
        if *change.namespace() == NAMESPACE && *change.key() == KEY {
            apply(theme(change.value()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_portal() {
        assert_eq!(theme(&Variant::U32(1)), Some(Theme::Dark));
        let nested = Variant::Variant(Box::new(Variant::U32(2)));
        assert_eq!(theme(&nested), Some(Theme::Light));
        assert_eq!(theme(&Variant::U32(0)), None);
        assert_eq!(theme(&Variant::Bool(true)), None);
    }
}
