use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use super::*;
use crate::daemon::microphone::Mute;

/// A microphone that hums at one amplitude for ever.
struct Hum(f32);

impl Microphone for Hum {
    fn open(&mut self, device: &str) -> Result<Box<dyn Recording>, CaptureFailure> {
        if device == "none" {
            return Err(CaptureFailure::NoDevice);
        }
        Ok(Box::new(Humming {
            amplitude: self.0,
            is_read: false,
        }))
    }
}

struct Humming {
    amplitude: f32,
    is_read: bool,
}

impl Recording for Humming {
    fn rate_hz(&self) -> u32 {
        8_000
    }

    fn device(&self) -> &str {
        "hum"
    }

    fn read(&mut self) -> Option<Heard> {
        self.is_read = !self.is_read;
        self.is_read
            .then(|| Heard::Samples(vec![self.amplitude; 400]))
    }
}

/// A loudspeaker that has played everything when its end is allowed.
struct Hall {
    heard: Arc<Mutex<Vec<f32>>>,
    may_end: Arc<AtomicBool>,
}

impl Loudspeaker for Hall {
    fn play(&mut self, samples: &Arc<[f32]>, rate_hz: u32) -> Result<Box<dyn Playing>, Mute> {
        assert_eq!(rate_hz, 8_000);
        *self.heard.lock().unwrap() = samples.to_vec();
        Ok(Box::new(Echo(Arc::clone(&self.may_end))))
    }
}

struct Echo(Arc<AtomicBool>);

impl Playing for Echo {
    fn is_over(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// No loudspeaker at all.
struct Silence;

impl Loudspeaker for Silence {
    fn play(&mut self, _samples: &Arc<[f32]>, _rate_hz: u32) -> Result<Box<dyn Playing>, Mute> {
        Err(Mute)
    }
}

async fn played(orders: &Sender<MeterOrder>) -> Result<(), NotPlayed> {
    let (reply, answer) = oneshot::channel();
    orders.send(MeterOrder::Play(reply)).unwrap();
    answer.await.unwrap()
}

async fn wait_for(shown: &mut watch::Receiver<Meter>, wanted: impl Fn(&Meter) -> bool) -> Meter {
    let waited = tokio::time::timeout(Duration::from_secs(10), shown.wait_for(wanted));
    *waited.await.unwrap().unwrap()
}

async fn opened(orders: &Sender<MeterOrder>, device: &str) -> Result<(), CaptureFailure> {
    let (reply, answer) = oneshot::channel();
    orders
        .send(MeterOrder::Start(device.to_owned(), reply))
        .unwrap();
    answer.await.unwrap()
}

#[tokio::test]
async fn level_and_floor_are_shown_while_the_microphone_is_open() {
    let (orders, mut shown) = start(Box::new(Hum(0.1)), Box::new(Silence)).unwrap();
    assert_eq!(opened(&orders, "none").await, Err(CaptureFailure::NoDevice));
    assert_eq!(*shown.borrow(), Meter::OFF);
    opened(&orders, "default").await.unwrap();
    let meter = wait_for(&mut shown, |meter| meter.level_dbfs > SILENT_DBFS).await;
    assert_eq!(meter.level_dbfs, -20.0);
    assert_eq!(meter.noise_floor_dbfs, -20.0);
    assert!(meter.metering && !meter.clipping);
    orders.send(MeterOrder::Stop).unwrap();
    wait_for(&mut shown, |meter| *meter == Meter::OFF).await;
}

#[tokio::test]
async fn a_recording_is_kept_played_and_forgotten_with_the_meter() {
    let (heard, may_end) = <(Arc<Mutex<Vec<f32>>>, Arc<AtomicBool>)>::default();
    let hall = Hall {
        heard: Arc::clone(&heard),
        may_end: Arc::clone(&may_end),
    };
    let (orders, mut shown) = start(Box::new(Hum(1.0)), Box::new(hall)).unwrap();
    opened(&orders, "default").await.unwrap();
    wait_for(&mut shown, |meter| meter.clipping).await;
    assert_eq!(played(&orders).await, Err(NotPlayed::NothingRecorded));
    orders.send(MeterOrder::Record(1)).unwrap();
    let is = |recording| move |meter: &Meter| meter.recording == recording;
    wait_for(&mut shown, is(TestRecording::Recorded)).await;
    assert_eq!(played(&orders).await, Ok(()));
    assert_eq!(shown.borrow().recording, TestRecording::Playing);
    assert_eq!(*heard.lock().unwrap(), vec![1.0; 8_000]);
    may_end.store(true, Ordering::SeqCst);
    wait_for(&mut shown, is(TestRecording::Recorded)).await;
    orders.send(MeterOrder::Stop).unwrap();
    wait_for(&mut shown, |meter| *meter == Meter::OFF).await;
    assert_eq!(played(&orders).await, Err(NotPlayed::NothingRecorded));
}

#[tokio::test]
async fn without_a_loudspeaker_the_recording_stays() {
    let (orders, mut shown) = start(Box::new(Hum(0.5)), Box::new(Silence)).unwrap();
    opened(&orders, "default").await.unwrap();
    wait_for(&mut shown, |meter| meter.metering).await;
    orders.send(MeterOrder::Record(1)).unwrap();
    let is_recorded = |meter: &Meter| meter.recording == TestRecording::Recorded;
    wait_for(&mut shown, is_recorded).await;
    assert_eq!(played(&orders).await, Err(NotPlayed::NoLoudspeaker));
    assert!(is_recorded(&shown.borrow()));
}
