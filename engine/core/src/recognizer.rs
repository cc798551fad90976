//! The recognizer: audio at any rate in, [`RecognizerEvent`]s out.
//!
//! It owns the signal path and one utterance at a time:
//!
//! ```text
//! push ─► Resampler ─► SpeechGate ─► Utterance ─► Writing ─► poll
//!                                       └─ EndpointRules
//! ```
//!
//! The streaming path has no `Result`: audio that makes no sense yields fewer words, and an
//! inference error, which means a broken model, becomes one [`RecognizerEvent::Failed`].
//! Splitting the same audio into other blocks gives the same events.

mod interface;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

pub use self::interface::{RecognizerConfig, RecognizerError, RecognizerEvent};
use crate::context_graph::ContextGraph;
use crate::encoder::InferenceError;
use crate::endpoint::{Endpoint, EndpointInput, EndpointRules, SoundsFinished};
use crate::gate::{GateEvent, SpeechGate};
use crate::punctuate::Following;
use crate::resample::Resampler;
use crate::speech_model::{SearchMethod, SpeechModel};
use crate::time::{Millis, SAMPLE_RATE_HZ, SampleIndex};
use crate::transcript::{Final, Transcript};
pub use crate::utterance::LeadIn;
use crate::utterance::{Progress, Utterance};
use crate::writing::Writing;

/// Probability of a sentence end after the last word from which on it sounds finished.
const SOUNDS_FINISHED: f32 = 0.7;
/// Probability below which it sounds cut off.
const SOUNDS_UNFINISHED: f32 = 0.3;
/// Without a gate, audio is decoded in blocks of this many samples, so that the check for an
/// endpoint falls on the same samples however audio arrives.
const BLOCK_SAMPLES: usize = 320;

/// What happens to the audio that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Activity {
    /// No utterance.
    Waiting,
    /// An utterance takes audio.
    Hearing,
    /// An utterance pauses: the gate has been closed since this sample.
    Pausing(SampleIndex),
    /// The model broke.
    Broken,
}

/// Streaming recognition of one stream; see the module.
pub struct Recognizer {
    model: Arc<SpeechModel>,
    native_rate_hz: u32,
    resampler: Resampler,
    gate: Option<SpeechGate>,
    endpoint: Option<EndpointRules>,
    n_best: usize,
    min_confidence: f32,
    method: SearchMethod,
    /// Phrases to prefer from the next utterance on, if they changed.
    next_hotwords: Option<Option<Arc<ContextGraph>>>,
    utterance: Utterance,
    writing: Writing,
    activity: Activity,
    /// Samples at 16 kHz so far.
    position: SampleIndex,
    resampled: Vec<f32>,
    /// Without a gate: what does not fill a block yet.
    block: Vec<f32>,
    shown: Transcript,
    events: VecDeque<RecognizerEvent>,
}

impl fmt::Debug for Recognizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recognizer")
            .field("native_rate_hz", &self.native_rate_hz)
            .field("activity", &self.activity)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl Recognizer {
    /// A recognizer of a stream of mono samples at `native_rate_hz`.
    ///
    /// # Errors
    /// If the rate is beyond what the resampler takes, or the model does not run at all.
    pub fn new(
        model: Arc<SpeechModel>,
        config: &RecognizerConfig,
        native_rate_hz: u32,
    ) -> Result<Self, RecognizerError> {
        let search = model.search(&config.search, config.hotwords.clone())?;
        Ok(Self {
            native_rate_hz,
            resampler: Resampler::new(native_rate_hz)?,
            gate: config.gate.as_ref().map(SpeechGate::new),
            endpoint: config.endpoint,
            n_best: config.n_best,
            min_confidence: config.min_confidence,
            method: config.search,
            next_hotwords: None,
            utterance: Utterance::new(Arc::clone(&model), search, config.lead_in)?,
            writing: Writing::default(),
            activity: Activity::Waiting,
            position: SampleIndex(0),
            resampled: Vec::new(),
            block: Vec::new(),
            shown: Transcript::default(),
            events: VecDeque::new(),
            model,
        })
    }

    /// Prefers other phrases from the next utterance on.
    pub fn set_hotwords(&mut self, hotwords: Option<Arc<ContextGraph>>) {
        self.next_hotwords = Some(hotwords);
    }

    /// Takes the next samples, mono, at the native rate.
    pub fn push(&mut self, samples: &[f32]) {
        let mut resampled = std::mem::take(&mut self.resampled);
        resampled.clear();
        self.resampler.push(samples, &mut resampled);
        self.take(&resampled);
        self.resampled = resampled;
    }

    /// Reports a hole of `n_samples` native samples: ends the utterance rather than joining what
    /// stands on either side of it.
    pub fn lose(&mut self, n_samples: u64) {
        self.flush();
        self.end_utterance();
        let n_lost = n_samples * u64::from(SAMPLE_RATE_HZ) / u64::from(self.native_rate_hz);
        if let Some(gate) = &mut self.gate {
            gate.skip(n_lost);
        }
        self.position.0 += n_lost;
        self.events.push_back(RecognizerEvent::Lost { n_samples });
    }

    /// Ends the stream: what has been said is decoded to its last word and reported as a final.
    /// The recognizer is then ready for another stream.
    pub fn finish(&mut self) {
        self.flush();
        self.end_utterance();
        self.reset();
    }

    /// Forgets the running utterance without a final, and starts the stream anew.
    pub fn reset(&mut self) {
        if self.activity == Activity::Broken {
            return;
        }
        self.activity = Activity::Waiting;
        self.position = SampleIndex(0);
        self.block.clear();
        self.gate = self
            .gate
            .as_ref()
            .map(|gate| SpeechGate::new(gate.config()));
        if let Ok(resampler) = Resampler::new(self.native_rate_hz) {
            self.resampler = resampler;
        }
    }

    /// The next event, oldest first.
    pub fn poll(&mut self) -> Option<RecognizerEvent> {
        self.events.pop_front()
    }

    /// Whether an utterance is under way.
    #[must_use]
    pub const fn is_hearing(&self) -> bool {
        matches!(self.activity, Activity::Hearing | Activity::Pausing(_))
    }

    /// Takes the resampler's last samples and whatever waits for a block or a decision.
    fn flush(&mut self) {
        let mut rest = Vec::new();
        self.resampler.finish(&mut rest);
        self.take(&rest);
        let block = std::mem::take(&mut self.block);
        self.hear_block(&block);
        if let Some(mut gate) = self.gate.take() {
            gate.finish(|event| self.hear(event));
            self.gate = Some(gate);
        }
    }

    fn take(&mut self, samples: &[f32]) {
        if let Some(mut gate) = self.gate.take() {
            gate.push(samples, |event| self.hear(event));
            self.gate = Some(gate);
            return;
        }
        let mut block = std::mem::take(&mut self.block);
        for &sample in samples {
            block.push(sample);
            if block.len() == BLOCK_SAMPLES {
                self.hear_block(&block);
                block.clear();
            }
        }
        self.block = block;
    }

    fn hear_block(&mut self, block: &[f32]) {
        if self.activity == Activity::Waiting && !block.is_empty() {
            self.begin_utterance(self.position);
        }
        self.decode(block);
    }

    fn hear(&mut self, event: GateEvent<'_>) {
        match event {
            GateEvent::Opened { start, pre_roll } => {
                match self.activity {
                    Activity::Pausing(_) => {
                        // what the gate discarded between was silence: keep the clock right
                        let n_missing = start.0.saturating_sub(self.position.0);
                        let n_missing = usize::try_from(n_missing).unwrap_or(0);
                        self.activity = Activity::Hearing;
                        self.decode(&vec![0.0; n_missing]);
                    }
                    Activity::Waiting => self.begin_utterance(start),
                    Activity::Hearing | Activity::Broken => {}
                }
                self.decode(pre_roll);
            }
            GateEvent::Samples { start, samples } => {
                if self.activity == Activity::Waiting {
                    // the last utterance ended while the gate stayed open
                    self.begin_utterance(start);
                }
                self.decode(samples);
            }
            GateEvent::Closed { end } => {
                if self.activity == Activity::Hearing {
                    self.activity = Activity::Pausing(end);
                }
            }
            GateEvent::Quiet { until } => self.check_pause(until),
        }
    }

    fn begin_utterance(&mut self, start: SampleIndex) {
        self.position = start;
        self.writing.clear();
        self.shown = Transcript::default();
        let search = self
            .next_hotwords
            .take()
            .map(|hotwords| self.model.search(&self.method, hotwords))
            .transpose();
        match search.and_then(|search| self.utterance.begin(start, search)) {
            Ok(()) => {
                self.activity = Activity::Hearing;
                self.events.push_back(RecognizerEvent::Started {
                    at: start.to_millis(),
                });
            }
            Err(error) => self.fail(error),
        }
    }

    fn decode(&mut self, samples: &[f32]) {
        if self.activity != Activity::Hearing || samples.is_empty() {
            return;
        }
        self.position.0 += samples.len() as u64;
        match self.utterance.push(samples) {
            Ok(Progress::Idle) => {}
            Ok(Progress::Same) => self.check_endpoint(self.utterance.trailing_blank()),
            Ok(Progress::Changed) => {
                self.show();
                self.check_endpoint(self.utterance.trailing_blank());
            }
            Err(error) => self.fail(error),
        }
    }

    fn show(&mut self) {
        let mut transcript = self.utterance.transcript();
        if let Some(punctuator) = self.model.punctuator() {
            let written = self
                .writing
                .apply(punctuator, &mut transcript, Following::Unknown);
            if let Err(error) = written {
                self.fail(error);
                return;
            }
        }
        if transcript != self.shown {
            self.shown = transcript.clone();
            self.events.push_back(RecognizerEvent::Partial(transcript));
        }
    }

    fn check_pause(&mut self, until: SampleIndex) {
        if let Activity::Pausing(since) = self.activity {
            let closed = SampleIndex(until.0.saturating_sub(since.0)).to_millis();
            let silence = Millis(self.utterance.trailing_blank().0 + closed.0);
            self.check_endpoint(silence);
        }
    }

    fn check_endpoint(&mut self, trailing_silence: Millis) {
        let Some(rules) = self.endpoint else { return };
        let input = |sounds_finished| EndpointInput {
            utterance_length: self.utterance.length(),
            trailing_silence,
            decoded_anything: self.utterance.has_tokens(),
            sounds_finished,
        };
        // how the words sound is asked only where the answer could matter
        let mut fired = rules.check(&input(SoundsFinished::Unfinished));
        if fired.is_none() && rules.check(&input(SoundsFinished::Finished)).is_some() {
            match self.sounds_finished() {
                Ok(sounds) => fired = rules.check(&input(sounds)),
                Err(error) => return self.fail(error),
            }
        }
        match fired {
            Some(Endpoint::Pause | Endpoint::Length | Endpoint::NoSpeech) => self.end_utterance(),
            None => {}
        }
    }

    fn sounds_finished(&self) -> Result<SoundsFinished, InferenceError> {
        let Some(punctuator) = self.model.punctuator() else {
            return Ok(match self.shown.words().last() {
                Some(word) if self.model.tokenizer().writes_punctuation() => {
                    if word.text.ends_with(['.', '?', '!']) {
                        SoundsFinished::Finished
                    } else {
                        SoundsFinished::Unfinished
                    }
                }
                _ => SoundsFinished::Unknown,
            });
        };
        Ok(match self.writing.sentence_end_if_over(punctuator)? {
            Some(likely) if likely >= SOUNDS_FINISHED => SoundsFinished::Finished,
            Some(likely) if likely < SOUNDS_UNFINISHED => SoundsFinished::Unfinished,
            _ => SoundsFinished::Unknown,
        })
    }

    fn end_utterance(&mut self) {
        if !self.is_hearing() {
            return;
        }
        let ended = self.utterance.finish().and_then(|()| {
            let mut transcript = self.utterance.transcript();
            if let Some(punctuator) = self.model.punctuator() {
                self.writing
                    .apply(punctuator, &mut transcript, Following::End)?;
            } else {
                transcript.settle();
            }
            Ok(transcript)
        });
        self.activity = Activity::Waiting;
        match ended {
            Ok(transcript) => {
                let (transcript, n_best) = if self.is_noise(&transcript) {
                    Default::default()
                } else {
                    (transcript, self.utterance.n_best(self.n_best))
                };
                self.events.push_back(RecognizerEvent::Final(Final {
                    transcript,
                    n_best,
                    start: self.utterance.start().to_millis(),
                    end: self.position.to_millis(),
                }));
            }
            Err(error) => self.fail(error),
        }
    }

    fn is_noise(&self, transcript: &Transcript) -> bool {
        self.shown.stable.is_empty()
            && transcript
                .confidence()
                .is_some_and(|confidence| confidence < self.min_confidence)
    }

    fn fail(&mut self, error: InferenceError) {
        self.activity = Activity::Broken;
        self.events.push_back(RecognizerEvent::Failed(error));
    }
}
