//! What a recognizer is made for, and what it reports.

use std::sync::Arc;

use crate::context_graph::ContextGraph;
use crate::encoder::InferenceError;
use crate::endpoint::EndpointRules;
use crate::gate::GateConfig;
use crate::resample::UnsupportedRate;
use crate::speech_model::SearchMethod;
use crate::time::Millis;
use crate::transcript::{Final, Transcript};
use crate::utterance::LeadIn;

/// What a recognizer is made for.
#[derive(Debug, Clone)]
pub struct RecognizerConfig {
    /// How hypotheses are sought.
    pub search: SearchMethod,
    /// Phrases to prefer; used by a beam only.
    pub hotwords: Option<Arc<ContextGraph>>,
    /// The gate that keeps noise from the model; without it everything is decoded.
    pub gate: Option<GateConfig>,
    /// When an utterance ends by itself; without it only [`finish`](crate::recognizer::Recognizer::finish) ends one.
    pub endpoint: Option<EndpointRules>,
    /// Where the first window of an utterance begins.
    pub lead_in: LeadIn,
    /// Alternatives reported with a final.
    pub n_best: usize,
    /// Mean confidence of the words below which an utterance is taken for noise that passed the gate, in `[0, 1]`.
    /// One that already has stable words is kept.
    pub min_confidence: f32,
}

impl Default for RecognizerConfig {
    fn default() -> Self {
        Self {
            search: SearchMethod::default(),
            hotwords: None,
            gate: Some(GateConfig::default()),
            endpoint: Some(EndpointRules::default()),
            lead_in: LeadIn::Padded,
            n_best: 1,
            min_confidence: 0.0,
        }
    }
}

/// What recognition reports.
#[derive(Debug)]
pub enum RecognizerEvent {
    /// Someone began to speak.
    Started {
        /// Start of the utterance, pre-roll included, since the stream began.
        at: Millis,
    },
    /// The words of the running utterance changed.
    Partial(Transcript),
    /// The utterance ended; its transcript may be empty.
    Final(Final),
    /// Samples were lost before they arrived; the utterance was ended there.
    Lost {
        /// How many, at the native rate.
        n_samples: u64,
    },
    /// The model broke; the recognizer takes no more audio.
    Failed(InferenceError),
}

/// Why a recognizer cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RecognizerError {
    /// The sample rate.
    #[error(transparent)]
    Rate(#[from] UnsupportedRate),
    /// The model.
    #[error(transparent)]
    Model(#[from] InferenceError),
}
