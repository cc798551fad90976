//! The thread that hears: it owns the microphone and the recognizer.
//!
//! Idle, it blocks on its control channel; listening, it waits on it for 10 ms at a time and drains
//! the ring. The model is loaded with the first dictation and leaves memory after a while without
//! one. It never touches a bus.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use sotto_core::{
    context_graph::ContextGraph,
    recognizer::{Recognizer, RecognizerConfig, RecognizerEvent},
    speech_model::SpeechModel,
};
use sotto_session::{CaptureFailure, CaptureId, Flush, SpeechEvent};

use crate::daemon::{
    heard_words::{final_words, heard_words},
    hotwords::Hotwords,
    log::note,
    memory,
    microphone::{Heard, Microphone, Recording},
    model_source::FoundModel,
};

/// Pause between two looks at the ring: one frame shift.
const DRAIN_PERIOD: Duration = Duration::from_millis(10);
/// Time between two levels.
const LEVEL_PERIOD: Duration = Duration::from_millis(100);

/// What the loop asks of the thread.
#[derive(Debug, Clone)]
pub(crate) enum Control {
    /// Open the microphone and recognize.
    Listen(CaptureId),
    /// Close the microphone.
    Stop(CaptureId, Flush),
    /// Take other settings, from the next dictation on.
    Configure(Settings),
    /// Look for the model again: models have come or gone.
    LookAgain,
    /// Prefer these phrases, from the next utterance on.
    Prefer(Box<Hotwords>),
    /// End the thread.
    Quit,
}

/// What of the settings the thread needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Microphone.
    pub(crate) device: String,
    /// Id or folder of the model.
    pub(crate) model: String,
    /// How long an unused model stays in memory; `None` keeps it.
    pub(crate) unload_after: Option<Duration>,
}

/// What the thread tells the loop.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Report {
    /// There is a model; it need not be in memory.
    ModelFound(FoundModel),
    /// There is no such model, or it is damaged.
    ModelMissing,
    /// The microphone of this name is open.
    Started(CaptureId, String),
    /// The microphone did not open, or went away.
    Failed(CaptureId, CaptureFailure),
    /// The recognizer's word.
    Speech(CaptureId, SpeechEvent),
}

/// A model that can be loaded.
pub(crate) trait ModelSource: Send {
    /// The model, if its files are there and complete.
    fn find(&mut self, model: &str) -> anyhow::Result<FoundModel>;

    /// Loads it.
    fn load(&mut self, model: &str) -> anyhow::Result<(Arc<SpeechModel>, RecognizerConfig)>;
}

/// The loop's end of the thread.
#[derive(Debug)]
pub(crate) struct RecognizerThread {
    controls: Sender<Control>,
    thread: JoinHandle<()>,
}

impl RecognizerThread {
    /// Starts the thread, which first looks for its model.
    pub(crate) fn start(
        microphone: Box<dyn Microphone>,
        models: Box<dyn ModelSource>,
        settings: Settings,
        report: impl Fn(Report) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (controls, control) = channel();
        let hearing = Hearing {
            control,
            microphone,
            models,
            settings,
            report: Box::new(report),
            loaded: None,
            looks_again: false,
            hotwords: Hotwords::default(),
        };
        let thread = std::thread::Builder::new()
            .name("recognizer".to_owned())
            .spawn(move || hearing.run())?;
        Ok(Self { controls, thread })
    }

    /// Asks for something; a thread that has ended hears nothing.
    pub(crate) fn ask(&self, control: Control) {
        // The thread ends only after `Quit`.
        let _ended = self.controls.send(control);
    }

    /// Ends the thread and waits for it: the microphone is closed then.
    pub(crate) fn quit(self) {
        self.ask(Control::Quit);
        if self.thread.join().is_err() {
            note!("the recognizer thread had ended by a fault");
        }
    }
}

struct Loaded {
    model: Arc<SpeechModel>,
    config: RecognizerConfig,
}

struct Hearing {
    control: Receiver<Control>,
    microphone: Box<dyn Microphone>,
    models: Box<dyn ModelSource>,
    settings: Settings,
    report: Box<dyn Fn(Report) + Send>,
    loaded: Option<Loaded>,
    /// Models have come or gone since the model was found.
    looks_again: bool,
    hotwords: Hotwords,
}

/// Whether the thread goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continue,
    Quit,
}

/// Whether more samples come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    Delivers,
    Gone,
}

/// Why listening stops.
enum Stop {
    Finish,
    Cancel,
    Quit,
}

impl Hearing {
    fn run(mut self) {
        self.look_for_model();
        loop {
            let unload_after = self.settings.unload_after.filter(|_| self.loaded.is_some());
            let control = match unload_after {
                Some(unload_after) => match self.control.recv_timeout(unload_after) {
                    Ok(control) => control,
                    Err(RecvTimeoutError::Timeout) => {
                        self.unload();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                },
                None => match self.control.recv() {
                    Ok(control) => control,
                    Err(_disconnected) => return,
                },
            };
            match control {
                Control::Listen(capture) => {
                    if self.listen(capture) == Flow::Quit {
                        return;
                    }
                }
                Control::Stop(..) => {}
                Control::Configure(settings) => self.configure(settings),
                Control::LookAgain => self.looks_again = true,
                Control::Prefer(hotwords) => self.hotwords = *hotwords,
                Control::Quit => return,
            }
            if std::mem::take(&mut self.looks_again) {
                self.loaded = None;
                self.look_for_model();
            }
        }
    }

    fn tell(&self, report: Report) {
        (self.report)(report);
    }

    fn say(&self, capture: CaptureId, event: SpeechEvent) {
        self.tell(Report::Speech(capture, event));
    }

    fn look_for_model(&mut self) {
        match self.models.find(&self.settings.model) {
            Ok(found) => self.tell(Report::ModelFound(found)),
            Err(error) => {
                note!("{error:#}");
                self.tell(Report::ModelMissing);
            }
        }
    }

    fn configure(&mut self, settings: Settings) {
        let other_model = settings.model != self.settings.model;
        self.settings = settings;
        if other_model {
            self.unload();
            self.look_for_model();
        }
    }

    fn unload(&mut self) {
        self.loaded = None;
        memory::give_back();
    }

    /// One dictation, from opening the microphone to the last word.
    fn listen(&mut self, capture: CaptureId) -> Flow {
        let mut recording = match self.microphone.open(&self.settings.device) {
            Ok(recording) => recording,
            Err(failure) => {
                self.tell(Report::Failed(capture, failure));
                return Flow::Continue;
            }
        };
        self.tell(Report::Started(capture, recording.device().to_owned()));
        let mut recognizer = match self.recognizer(recording.rate_hz()) {
            Ok(recognizer) => recognizer,
            Err(error) => {
                note!("the speech model does not work: {error:#}");
                self.say(capture, SpeechEvent::Failed);
                return Flow::Continue;
            }
        };
        let stop = self.hear(capture, recording.as_mut(), &mut recognizer);
        if matches!(stop, Stop::Finish) {
            while let Some(heard) = recording.read() {
                take(&mut recognizer, &heard);
                if matches!(heard, Heard::Ended(_)) {
                    break;
                }
            }
            drop(recording);
            recognizer.finish();
            self.pass_on(capture, &mut recognizer);
            self.say(capture, SpeechEvent::Ended);
        }
        match stop {
            Stop::Finish | Stop::Cancel => Flow::Continue,
            Stop::Quit => Flow::Quit,
        }
    }

    fn recognizer(&mut self, rate_hz: u32) -> anyhow::Result<Recognizer> {
        if self.loaded.is_none() {
            let (model, config) = self.models.load(&self.settings.model)?;
            self.loaded = Some(Loaded { model, config });
        }
        let hotwords = self.graph();
        let loaded = self.loaded.as_ref().expect("loaded just above");
        let config = RecognizerConfig {
            hotwords,
            ..loaded.config.clone()
        };
        Ok(Recognizer::new(
            Arc::clone(&loaded.model),
            &config,
            rate_hz,
        )?)
    }

    /// Drains the ring until told to stop. A device that goes away is reported; the order to stop follows.
    fn hear(
        &mut self,
        capture: CaptureId,
        recording: &mut dyn Recording,
        recognizer: &mut Recognizer,
    ) -> Stop {
        let mut peak = 0.0_f32;
        let mut level_due = Instant::now() + LEVEL_PERIOD;
        let mut device = Device::Delivers;
        let mut wait = DRAIN_PERIOD;
        loop {
            match self.control.recv_timeout(wait) {
                Ok(Control::Stop(id, flush)) if id == capture => {
                    return match flush {
                        Flush::Decode => Stop::Finish,
                        Flush::Discard => Stop::Cancel,
                    };
                }
                Ok(Control::Configure(settings)) => self.configure(settings),
                Ok(Control::LookAgain) => self.looks_again = true,
                Ok(Control::Prefer(hotwords)) => {
                    self.hotwords = *hotwords;
                    recognizer.set_hotwords(self.graph());
                }
                Ok(Control::Quit) | Err(RecvTimeoutError::Disconnected) => return Stop::Quit,
                Ok(Control::Stop(..) | Control::Listen(_)) | Err(RecvTimeoutError::Timeout) => {}
            }
            wait = DRAIN_PERIOD;
            if device == Device::Gone {
                continue;
            }
            if let Some(heard) = recording.read() {
                wait = Duration::ZERO;
                match &heard {
                    Heard::Samples(samples) => {
                        peak = samples
                            .iter()
                            .fold(peak, |peak, sample| peak.max(sample.abs()));
                    }
                    Heard::Lost(_) => {}
                    Heard::Ended(failure) => {
                        device = Device::Gone;
                        self.tell(Report::Failed(capture, *failure));
                    }
                }
                take(recognizer, &heard);
                self.pass_on(capture, recognizer);
            }
            if Instant::now() >= level_due {
                level_due = Instant::now() + LEVEL_PERIOD;
                self.say(
                    capture,
                    SpeechEvent::Level {
                        peak_dbfs: 20.0 * peak.log10(),
                    },
                );
                peak = 0.0;
            }
        }
    }

    fn graph(&self) -> Option<Arc<ContextGraph>> {
        let loaded = self.loaded.as_ref()?;
        self.hotwords.graph_noted(loaded.model.tokenizer())
    }

    fn pass_on(&self, capture: CaptureId, recognizer: &mut Recognizer) {
        while let Some(event) = recognizer.poll() {
            self.say(
                capture,
                match event {
                    RecognizerEvent::Started { .. } => SpeechEvent::Started,
                    RecognizerEvent::Partial(transcript) => SpeechEvent::Partial {
                        stable: heard_words(&transcript.stable),
                        unstable: heard_words(&transcript.unstable),
                    },
                    RecognizerEvent::Final(last) => {
                        let tokenizer = self.loaded.as_ref().map(|loaded| loaded.model.tokenizer());
                        final_words(&last, tokenizer)
                    }
                    RecognizerEvent::Lost { n_samples } => {
                        note!("{n_samples} samples were lost: recognition is too slow here");
                        SpeechEvent::Lost
                    }
                    RecognizerEvent::Failed(error) => {
                        note!("{error}");
                        SpeechEvent::Failed
                    }
                },
            );
        }
    }
}

fn take(recognizer: &mut Recognizer, heard: &Heard) {
    match heard {
        Heard::Samples(samples) => recognizer.push(samples),
        Heard::Lost(n_samples) => recognizer.lose(*n_samples),
        Heard::Ended(_) => {}
    }
}
