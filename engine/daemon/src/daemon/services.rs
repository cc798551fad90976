//! The objects on the session bus beside dictation: settings, keys, microphones, doctor.

use std::{path::Path, sync::Arc};

use zbus::{Connection, object_server::InterfaceRef};

use crate::daemon::{
    doctor_service::DoctorService,
    keys_service::{KeyAct, KeyBoard, KeyCounts},
    log::note,
    microphones_service::MicrophonesService,
    models_service::ModelsService,
    settings_service::SettingsService,
    sound::{DesktopLoudspeaker, DesktopMicrophone},
};

/// The loop's end of them.
#[derive(Clone)]
pub(crate) struct Services {
    keys: KeyBoard,
    settings: InterfaceRef<SettingsService>,
    models: InterfaceRef<ModelsService>,
}

impl Services {
    /// Serves them all.
    ///
    /// # Errors
    ///
    /// If the connection has ended.
    pub(crate) async fn serve(
        connection: &Connection,
        config_path: &Path,
        counts: Arc<KeyCounts>,
    ) -> zbus::Result<Self> {
        let microphone = Box::new(DesktopMicrophone);
        let loudspeaker = Box::new(DesktopLoudspeaker);
        MicrophonesService::serve(connection, config_path.to_owned(), microphone, loudspeaker)
            .await?;
        DoctorService::serve(connection).await?;
        Ok(Self {
            keys: KeyBoard::serve(connection, counts).await?,
            settings: SettingsService::serve(connection, config_path.to_owned()).await?,
            models: ModelsService::serve(connection, config_path.to_owned()).await?,
        })
    }

    /// Counts what the push-to-talk key did.
    pub(crate) async fn count(&self, act: KeyAct) {
        if let Err(error) = self.keys.count(act).await {
            note!("the session bus does not take a change of state: {error}");
        }
    }

    /// Tells that other settings are in use, perhaps another model too.
    pub(crate) async fn settings_changed(&self) {
        let emitter = self.settings.signal_emitter();
        if let Err(error) = SettingsService::changed(emitter).await {
            note!("the session bus does not take a change of state: {error}");
        }
        self.models_changed().await;
    }

    /// Tells that models have come or gone, or another one is in use.
    pub(crate) async fn models_changed(&self) {
        let emitter = self.models.signal_emitter();
        if let Err(error) = ModelsService::changed(emitter).await {
            note!("the session bus does not take a change of state: {error}");
        }
    }
}
