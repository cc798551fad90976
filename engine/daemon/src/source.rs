//! Where the samples come from: a file, or raw PCM on standard input.

use std::{
    io::{self, Stdin},
    path::Path,
};

use anyhow::Context;
use sotto_core::time::Millis;

use crate::audio_file::{AudioFile, Damage, RawPcm};

/// A stream of mono blocks.
pub(crate) enum Source {
    File(Box<AudioFile>),
    Raw {
        pcm: RawPcm<Stdin>,
        sample_rate_hz: u32,
    },
}

impl Source {
    /// Opens a file; `-` is raw PCM where its rate is known, else an audio file in a pipe.
    pub(crate) fn open(path: &Path, raw_rate_hz: Option<u32>) -> anyhow::Result<Self> {
        match raw_rate_hz {
            Some(sample_rate_hz) if path == Path::new("-") => Ok(Self::Raw {
                pcm: RawPcm::new(io::stdin(), sample_rate_hz),
                sample_rate_hz,
            }),
            _ => Ok(Self::File(Box::new(AudioFile::open(path)?))),
        }
    }

    pub(crate) fn sample_rate_hz(&self) -> u32 {
        match self {
            Self::File(file) => file.sample_rate_hz(),
            Self::Raw { sample_rate_hz, .. } => *sample_rate_hz,
        }
    }

    /// How long it will be, where that is known.
    pub(crate) fn duration(&self) -> Option<Millis> {
        match self {
            Self::File(file) => file.duration(),
            Self::Raw { .. } => None,
        }
    }

    /// What was wrong with it, as far as it has been read.
    pub(crate) fn damage(&self) -> Option<Damage> {
        match self {
            Self::File(file) => file.damage(),
            Self::Raw { .. } => None,
        }
    }

    /// Overwrites `block` with the next samples; false at the end.
    pub(crate) fn next_block(&mut self, block: &mut Vec<f32>) -> anyhow::Result<bool> {
        match self {
            Self::File(file) => Ok(file.next_block(block)),
            Self::Raw { pcm, .. } => pcm
                .next_block(block)
                .with_context(|| tr::tr!("standard input cannot be read")),
        }
    }
}
