//! One utterance on its way through the model: samples → features → encoder → search → words.
//!
//! Pure streaming: the words do not depend on how the samples are split into blocks.
//! Positions count from the first sample pushed; [`Utterance::begin`] says where in the stream that is.

use std::sync::Arc;

use crate::encoder::{EncoderFrames, InferenceError};
use crate::fbank::Fbank;
use crate::features::FeatureBuffer;
use crate::hypothesis::Hypothesis;
use crate::model::EncoderState;
use crate::search::Search;
use crate::speech_model::SpeechModel;
use crate::time::{FRAME_SHIFT_SAMPLES, Millis, SampleIndex};
use crate::transcript::Transcript;

/// Where the first window of a model begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LeadIn {
    /// With as many zero frames of history as the model asks for, so that no first word is lost.
    #[default]
    Padded,
    /// With the first real frames, as sherpa-onnx does: for comparing runs token by token.
    Bare,
}

/// What a step of the encoder did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// No window was full: nothing was decoded.
    Idle,
    /// Audio was decoded and the best hypothesis stayed.
    Same,
    /// The best hypothesis changed.
    Changed,
}

/// The streaming state of one utterance; reused for the next one.
pub(crate) struct Utterance {
    model: Arc<SpeechModel>,
    fbank: Fbank,
    features: FeatureBuffer,
    frames: Vec<f32>,
    state: EncoderState,
    encoded: EncoderFrames,
    search: Box<dyn Search>,
    best: Hypothesis,
    lead_in: LeadIn,
    start: SampleIndex,
    n_samples: u64,
    n_encoder_frames: u64,
}

impl Utterance {
    pub(crate) fn new(
        model: Arc<SpeechModel>,
        search: Box<dyn Search>,
        lead_in: LeadIn,
    ) -> Result<Self, InferenceError> {
        let fbank = model.fbank();
        let features = FeatureBuffer::new(fbank.n_bins());
        let state = model.acoustic().encoder().start()?;
        Ok(Self {
            model,
            fbank,
            features,
            frames: Vec::new(),
            state,
            encoded: EncoderFrames::default(),
            search,
            best: Hypothesis::default(),
            lead_in,
            start: SampleIndex(0),
            n_samples: 0,
            n_encoder_frames: 0,
        })
    }

    /// Forgets everything and waits for audio whose first sample is `start` of the stream, with
    /// another search where one is given.
    pub(crate) fn begin(
        &mut self,
        start: SampleIndex,
        search: Option<Box<dyn Search>>,
    ) -> Result<(), InferenceError> {
        if let Some(search) = search {
            self.search = search;
        }
        let encoder = self.model.acoustic().encoder();
        self.state = encoder.start()?;
        self.fbank.reset();
        self.features.clear();
        if self.lead_in == LeadIn::Padded {
            self.features.push_zeros(encoder.spec().left_padding_frames);
        }
        self.search.reset()?;
        self.best = Hypothesis::default();
        self.start = start;
        self.n_samples = 0;
        self.n_encoder_frames = 0;
        Ok(())
    }

    /// Takes samples at 16 kHz and decodes what they complete.
    pub(crate) fn push(&mut self, samples: &[f32]) -> Result<Progress, InferenceError> {
        self.n_samples += samples.len() as u64;
        self.frames.clear();
        self.fbank.push(samples, &mut self.frames);
        self.features.push(&self.frames);
        self.decode()
    }

    /// Ends the utterance: pads until the last speech frame is decoded and settles the search.
    pub(crate) fn finish(&mut self) -> Result<(), InferenceError> {
        let n_frames = self.model.acoustic().encoder().spec().tail_padding_frames;
        let silence = vec![0.0; n_frames * FRAME_SHIFT_SAMPLES];
        self.frames.clear();
        self.fbank.push(&silence, &mut self.frames);
        self.fbank.finish(&mut self.frames);
        self.features.push(&self.frames);
        self.decode()?;
        self.search.finish();
        self.best = self.search.best();
        Ok(())
    }

    /// The words so far, in a stable and an unstable part.
    pub(crate) fn transcript(&self) -> Transcript {
        self.model.tokenizer().transcript(
            &self.best,
            self.search.stable_len(),
            self.output_frame_ms(),
            self.start.to_millis(),
        )
    }

    /// Up to `n` different endings of this utterance, the best first.
    pub(crate) fn n_best(&self, n: usize) -> Vec<Hypothesis> {
        self.search.n_best(n)
    }

    /// Audio taken so far.
    pub(crate) const fn length(&self) -> Millis {
        SampleIndex(self.n_samples).to_millis()
    }

    /// Decoded audio since the last sound, or all of it while there is none.
    pub(crate) fn trailing_blank(&self) -> Millis {
        let n_since = self.best.last_sound.map_or(self.n_encoder_frames, |last| {
            self.n_encoder_frames.saturating_sub(last + 1)
        });
        Millis(n_since * u64::from(self.output_frame_ms()))
    }

    pub(crate) fn has_tokens(&self) -> bool {
        !self.best.tokens.is_empty()
    }

    pub(crate) const fn start(&self) -> SampleIndex {
        self.start
    }

    fn output_frame_ms(&self) -> u32 {
        self.model.acoustic().encoder().spec().output_frame_ms
    }

    fn decode(&mut self) -> Result<Progress, InferenceError> {
        let encoder = self.model.acoustic().encoder();
        let (n_window, n_shift) = (encoder.spec().window_frames, encoder.spec().shift_frames);
        let n_before = self.best.tokens.len();
        let mut advanced = false;
        while let Some(window) = self.features.window(n_window) {
            encoder.step(&mut self.state, window, &mut self.encoded)?;
            self.features.advance(n_shift);
            self.n_encoder_frames += self.encoded.n_frames() as u64;
            self.search.advance(&self.encoded)?;
            advanced = true;
        }
        if !advanced {
            return Ok(Progress::Idle);
        }
        let best = self.search.best();
        let same = best.tokens.len() == n_before && best.ids().eq(self.best.ids());
        self.best = best;
        Ok(if same {
            Progress::Same
        } else {
            Progress::Changed
        })
    }
}
