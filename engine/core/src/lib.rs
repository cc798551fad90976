//! Streaming speech recognition: samples in, words out.
//!
//! This crate does no I/O, starts no thread, reads no clock and takes no lock.
//! Audio arrives as mono `f32` samples in `[-1, 1]`, models as bytes, time as an argument.
//!
//! Units: a *sample* is 1/16000 s after resampling, a *frame* is 10 ms of features,
//! an *encoder frame* is one output row of the encoder (40 or 80 ms, by model).

pub mod context_graph;
pub mod encoder;
pub mod endpoint;
pub mod fbank;
pub mod features;
pub mod gate;
pub mod hypothesis;
pub mod lexicon;
pub mod lm;
pub mod mel;
pub mod model;
pub mod noise_floor;
pub mod pcm;
pub mod punctuate;
pub mod recognizer;
pub mod resample;
pub mod search;
pub mod speech_model;
pub mod time;
pub mod tokens;
pub mod transcript;
mod utterance;
pub mod vad;
pub mod voicing;
mod writing;
