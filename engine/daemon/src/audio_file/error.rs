//! What can be wrong with an audio file: sentences that name it and say what to do.

use std::{fmt, io, path::Path};

use tr::tr;

use sotto_i18n::io_cause;

/// Why a file yields no audio at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AudioError {
    #[error("{}", tr!("{}: there is no such file; check the name", .0))]
    Missing(Name),
    #[error("{}", tr!("{} is a directory: name the audio files in it", .0))]
    Directory(Name),
    #[error("{}", tr!("{} is empty: record or copy it again", .0))]
    Empty(Name),
    #[error("{}", tr!("{} cannot be read: {}", .name, io_cause(.source)))]
    Unreadable { name: Name, source: io::Error },
    #[error(
        "{}",
        tr!(
            "{} is not an audio file that is known here: give WAV, FLAC, Ogg (Opus or Vorbis), \
             MP3, M4A, AIFF, CAF or Matroska audio",
            .0
        )
    )]
    NotAudio(Name),
    #[error("{}", tr!("{} holds no audio track: give a file with sound in it", .0))]
    NoAudioTrack(Name),
    #[error(
        "{}",
        tr!("{} uses {}, which cannot be decoded here: convert it to FLAC or Ogg Opus", .name, .what)
    )]
    Unsupported { name: Name, what: String },
    #[error(
        "{}",
        tr!("{} holds no sound that can be decoded: the file is cut off or damaged, copy it again", .0)
    )]
    NothingDecoded(Name),
}

/// How a source is called in messages: its path as given, or "standard input".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

impl Name {
    pub(crate) fn of(path: &Path) -> Self {
        Self(if path == Path::new("-") {
            tr!("standard input")
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
            Self::Truncated => {
                f.write_str(&tr!("the file is cut off; the text covers what is there"))
            }
            Self::Packets(n) => f.write_str(&tr!(
                "one damaged part was left out" | "{n} damaged parts were left out" % *n
            )),
            Self::RateChange => f.write_str(&tr!(
                "the sample rate changes within the file; the text covers the part before"
            )),
        }
    }
}
