//! The desktop's portal, `org.freedesktop.portal.Desktop`: whether there is one, and who we are to it.

use ashpd::{
    AppID, register_host_app_with_connection, zbus,
    zbus::{fdo::DBusProxy, names::BusName},
};

use crate::daemon::log::note;

/// Well-known name of the portal.
pub(crate) const NAME: &str = "org.freedesktop.portal.Desktop";

/// That name, for calls to the bus.
pub(crate) fn name() -> BusName<'static> {
    BusName::from_static_str(NAME).expect("the portal's name has the form of a bus name")
}

/// Whether a portal runs or can be started.
pub(crate) async fn is_offered(bus: &DBusProxy<'_>) -> zbus::fdo::Result<bool> {
    if bus.name_has_owner(name()).await? {
        return Ok(true);
    }
    let startable = bus.list_activatable_names().await?;
    Ok(startable.iter().any(|name| name.as_str() == NAME))
}

/// Says who we are; the first call on a connection.
pub(crate) async fn register(connection: &zbus::Connection) {
    let app = AppID::try_from(sotto_api::BUS_NAME).expect("our bus name is an application's id");
    if let Err(error) = register_host_app_with_connection(connection.clone(), app).await {
        // Portals before 1.20 cannot be told; they do without.
        note!(
            "{}",
            tr::tr!("the portal does not take our name: {}", error)
        );
    }
}
