//! The microphones object on the session bus.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError, mpsc::Sender},
};

use futures_util::StreamExt as _;
use sotto_api::{MicrophoneEntry, MicrophoneError, OBJECT_PATH};
use sotto_capture::{HostChoice, list_devices};
use sotto_session::UserMessage;
use tokio::sync::{oneshot, watch};
use tr::tr;
use zbus::{Connection, fdo::DBusProxy, message::Header};

use crate::daemon::{
    config::Config,
    log::note,
    messages,
    meter::{self, Meter, MeterOrder, NotPlayed},
    microphone::{Loudspeaker, Microphone},
};

/// The served object.
pub(crate) struct MicrophonesService {
    config_path: PathBuf,
    orders: Mutex<Sender<MeterOrder>>,
    shown: watch::Receiver<Meter>,
}

impl MicrophonesService {
    /// Serves the microphones, and shows what the meter thread says of them.
    ///
    /// # Errors
    ///
    /// If the connection has ended or there can be no thread.
    pub(crate) async fn serve(
        connection: &Connection,
        config_path: PathBuf,
        microphone: Box<dyn Microphone>,
        loudspeaker: Box<dyn Loudspeaker>,
    ) -> zbus::Result<()> {
        let (orders, shown) = meter::start(microphone, loudspeaker)
            .map_err(|error| zbus::Error::InputOutput(error.into()))?;
        let mut changes = shown.clone();
        let server = connection.object_server();
        let served = Self {
            config_path,
            orders: Mutex::new(orders),
            shown,
        };
        server.at(OBJECT_PATH, served).await?;
        let object = server.interface::<_, Self>(OBJECT_PATH).await?;
        tokio::spawn(async move {
            let mut before = *changes.borrow_and_update();
            while changes.changed().await.is_ok() {
                let now = *changes.borrow_and_update();
                let told = async {
                    let served = object.get().await;
                    let emitter = object.signal_emitter();
                    if now.metering != before.metering {
                        served.metering_changed(emitter).await?;
                    }
                    if now.level_dbfs != before.level_dbfs {
                        served.level_changed(emitter).await?;
                    }
                    if now.noise_floor_dbfs != before.noise_floor_dbfs {
                        served.noise_floor_changed(emitter).await?;
                    }
                    if now.clipping != before.clipping {
                        served.clipping_changed(emitter).await?;
                    }
                    if now.recording != before.recording {
                        served.recording_changed(emitter).await?;
                    }
                    zbus::Result::Ok(())
                };
                if let Err(error) = told.await {
                    note!("the session bus does not take the level: {error}");
                }
                before = now;
            }
        });
        Ok(())
    }

    fn order(&self, order: MeterOrder) -> Result<(), MicrophoneError> {
        self.orders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .send(order)
            .map_err(|_ended| ending())
    }

    fn meter(&self) -> Meter {
        *self.shown.borrow()
    }
}

#[zbus::interface(name = "io.github.sotto.Microphones1")]
impl MicrophonesService {
    async fn list(&self) -> Result<Vec<MicrophoneEntry>, MicrophoneError> {
        let listed = tokio::task::spawn_blocking(|| list_devices(HostChoice::Automatic)).await;
        let devices = listed
            .map_err(|_ended| ending())?
            .map_err(|error| MicrophoneError::NoMicrophone(format!("{error}.")))?;
        Ok(devices
            .into_iter()
            .map(|device| MicrophoneEntry {
                id: device.id,
                name: device.name,
                is_default: device.is_default,
            })
            .collect())
    }

    async fn start_meter(
        &self,
        #[zbus(connection)] connection: &Connection,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(), MicrophoneError> {
        let config = Config::read(&self.config_path).unwrap_or_default();
        let (reply, answer) = oneshot::channel();
        self.order(MeterOrder::Start(config.microphone.device, reply))?;
        answer
            .await
            .map_err(|_ended| ending())?
            .map_err(|failure| {
                let sentence = messages::sentence(UserMessage::Microphone(failure));
                MicrophoneError::NoMicrophone(sentence.to_owned())
            })?;
        if let Some(caller) = header.sender() {
            let orders = self
                .orders
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            tokio::spawn(stop_without(
                connection.clone(),
                caller.to_string(),
                orders,
                self.shown.clone(),
            ));
        }
        Ok(())
    }

    fn stop_meter(&self) -> Result<(), MicrophoneError> {
        self.order(MeterOrder::Stop)
    }

    fn record(&self, seconds: u32) -> Result<(), MicrophoneError> {
        self.order(MeterOrder::Record(seconds))
    }

    async fn play(&self) -> Result<(), MicrophoneError> {
        let (reply, answer) = oneshot::channel();
        self.order(MeterOrder::Play(reply))?;
        answer
            .await
            .map_err(|_ended| ending())?
            .map_err(|not_played| {
                let sentence = match not_played {
                    NotPlayed::NothingRecorded => tr!("Nothing is recorded yet: record first."),
                    NotPlayed::NoLoudspeaker => {
                        tr!(
                            "No loudspeaker can be opened: check the sound settings of the desktop."
                        )
                    }
                };
                MicrophoneError::NothingToPlay(sentence)
            })
    }

    fn forget(&self) -> Result<(), MicrophoneError> {
        self.order(MeterOrder::Forget)
    }

    #[zbus(property)]
    fn metering(&self) -> bool {
        self.meter().metering
    }

    #[zbus(property)]
    fn level(&self) -> f64 {
        self.meter().level_dbfs
    }

    #[zbus(property)]
    fn noise_floor(&self) -> f64 {
        self.meter().noise_floor_dbfs
    }

    #[zbus(property)]
    fn clipping(&self) -> bool {
        self.meter().clipping
    }

    #[zbus(property)]
    fn recording(&self) -> &str {
        self.meter().recording.as_str()
    }
}

/// Closes the microphone when the one who asked for it leaves the bus.
async fn stop_without(
    connection: Connection,
    caller: String,
    orders: Sender<MeterOrder>,
    mut shown: watch::Receiver<Meter>,
) {
    let left = async {
        let bus = DBusProxy::new(&connection).await?;
        let mut changes = bus
            .receive_name_owner_changed_with_args(&[(0, &caller), (2, "")])
            .await?;
        let name = zbus::names::BusName::try_from(caller.as_str())?;
        if bus.name_has_owner(name).await? {
            changes.next().await;
        }
        zbus::Result::Ok(())
    };
    tokio::select! {
        _left = left => {
            // The thread ends with the daemon.
            let _ended = orders.send(MeterOrder::Stop);
        }
        _off = shown.wait_for(|meter| !meter.metering) => {}
    }
}

fn ending() -> MicrophoneError {
    MicrophoneError::NotReady(tr!("Sotto is ending: start it again."))
}
