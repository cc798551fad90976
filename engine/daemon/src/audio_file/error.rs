//! What can be wrong with an audio file: sentences that name it and say what to do.

use std::{fmt, io, path::Path};

/// Why a file yields no audio at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AudioError {
    #[error("{0}: there is no such file; check the name")]
    Missing(Name),
    #[error("{0} is a directory: name the audio files in it")]
    Directory(Name),
    #[error("{0} is empty: record or copy it again")]
    Empty(Name),
    #[error("{name} cannot be read: {source}")]
    Unreadable { name: Name, source: io::Error },
    #[error(
        "{0} is not an audio file that is known here: give WAV, FLAC, Ogg (Opus or Vorbis), MP3, \
         M4A, AIFF, CAF or Matroska audio"
    )]
    NotAudio(Name),
    #[error("{0} holds no audio track: give a file with sound in it")]
    NoAudioTrack(Name),
    #[error("{name} uses {what}, which cannot be decoded here: convert it to FLAC or Ogg Opus")]
    Unsupported { name: Name, what: String },
    #[error(
        "{0} holds no sound that can be decoded: the file is cut off or damaged, copy it again"
    )]
    NothingDecoded(Name),
}

/// How a source is called in messages: its path as given, or "standard input".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

impl Name {
    pub(crate) fn of(path: &Path) -> Self {
        Self(if path == Path::new("-") {
            "standard input".to_owned()
        } else {
            path.display().to_string()
        })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was wrong with a file that was decoded nonetheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The file ends before the length that it declares.
    Truncated,
    /// Some packets could not be decoded and are missing from the audio.
    Packets(u64),
    /// The rate changes within the file; only the part before is used.
    RateChange,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("the file is cut off; the text covers what is there"),
            Self::Packets(1) => f.write_str("one damaged part was left out"),
            Self::Packets(n) => write!(f, "{n} damaged parts were left out"),
            Self::RateChange => f.write_str(
                "the sample rate changes within the file; the text covers the part before",
            ),
        }
    }
}
