//! Audio files as mono blocks, decoded while they are read so that memory stays flat.
//!
//! Containers and codecs come from Symphonia, Opus packets from a Rust port of libopus.
//! Blocks are `f32` around `[-1, 1]` at the file's own rate, all channels averaged;
//! resampling is the recognizer's business.
//! A damaged or truncated file yields what could be decoded and says so in [`AudioFile::damage`].

mod error;
mod opus;
mod raw;

use std::{
    fs::{self, File},
    io,
    panic::{self, AssertUnwindSafe},
    path::Path,
};

use sotto_core::time::Millis;
use symphonia::core::{
    codecs::audio::{
        AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
        well_known::{CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3, CODEC_ID_OPUS},
    },
    errors::Error as SymphoniaError,
    formats::{FormatOptions, FormatReader, Track, TrackType, probe::Hint},
    io::{MediaSource, MediaSourceStream, ReadOnlySource},
    meta::MetadataOptions,
    packet::Packet,
};

pub(crate) use self::error::{AudioError, Damage, Name};
use self::opus::OpusStream;
pub(crate) use self::raw::RawPcm;

/// Declared and decoded length may differ by this much before a file counts as truncated:
/// encoder delay and padding are counted differently by different writers.
const LENGTH_TOLERANCE: Millis = Millis(250);

/// An open audio file.
pub(crate) struct AudioFile {
    reader: Box<dyn FormatReader>,
    track_id: u32,
    decoder: Decoder,
    sample_rate_hz: u32,
    declared_samples: Option<u64>,
    read_samples: u64,
    first_block: Option<Vec<f32>>,
    interleaved: Vec<f32>,
    damage: Option<Damage>,
    at_end: bool,
}

enum Decoder {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Box<OpusStream>),
}

/// What one step of decoding gave.
enum Step {
    Block { rate_hz: u32 },
    Nothing,
    End,
}

impl AudioFile {
    /// Opens a file and decodes its first block; `-` is standard input.
    pub(crate) fn open(path: &Path) -> Result<Self, AudioError> {
        let name = Name::of(path);
        if path == Path::new("-") {
            return Self::from_source(Box::new(ReadOnlySource::new(io::stdin())), None, name);
        }
        let unreadable = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => AudioError::Missing(Name::of(path)),
            _ => AudioError::Unreadable {
                name: Name::of(path),
                source,
            },
        };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(AudioError::Directory(name));
        }
        if metadata.is_file() && metadata.len() == 0 {
            return Err(AudioError::Empty(name));
        }
        let file = File::open(path).map_err(unreadable)?;
        let source: Box<dyn MediaSource> = if metadata.is_file() {
            Box::new(file)
        } else {
            Box::new(ReadOnlySource::new(file))
        };
        Self::from_source(
            source,
            path.extension().and_then(|extension| extension.to_str()),
            name,
        )
    }

    /// Reads from any source; its extension is a hint.
    pub(crate) fn from_source(
        source: Box<dyn MediaSource>,
        extension: Option<&str>,
        name: Name,
    ) -> Result<Self, AudioError> {
        let mut hint = Hint::new();
        if let Some(extension) = extension {
            hint.with_extension(extension);
        }
        let stream = MediaSourceStream::new(
            source,
            symphonia::core::io::MediaSourceStreamOptions::default(),
        );
        let reader = guarded(|| {
            symphonia::default::get_probe().probe(
                &hint,
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
        })
        .ok_or_else(|| AudioError::NotAudio(name.clone()))?
        .map_err(|error| match error {
            SymphoniaError::IoError(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
                AudioError::Unreadable {
                    name: name.clone(),
                    source,
                }
            }
            _ => AudioError::NotAudio(name.clone()),
        })?;
        let track = reader
            .default_track(TrackType::Audio)
            .ok_or_else(|| AudioError::NoAudioTrack(name.clone()))?;
        let params = audio_params(track).ok_or_else(|| AudioError::NoAudioTrack(name.clone()))?;
        let decoder = guarded(|| Decoder::new(params))
            .ok_or_else(|| AudioError::NotAudio(name.clone()))?
            .map_err(|what| AudioError::Unsupported {
                name: name.clone(),
                what,
            })?;
        let mut file = Self {
            track_id: track.id,
            declared_samples: declared_samples(track, params),
            decoder,
            reader,
            sample_rate_hz: 0,
            read_samples: 0,
            first_block: None,
            interleaved: Vec::new(),
            damage: None,
            at_end: false,
        };
        let mut block = Vec::new();
        file.sample_rate_hz = loop {
            match file.step(&mut block) {
                Step::Block { rate_hz } if rate_hz > 0 => break rate_hz,
                Step::Block { .. } | Step::Nothing => {}
                Step::End => return Err(AudioError::NothingDecoded(name)),
            }
        };
        file.first_block = Some(block);
        Ok(file)
    }

    /// Samples per second of the blocks.
    pub(crate) const fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    /// The length that the file declares, if it does.
    pub(crate) fn duration(&self) -> Option<Millis> {
        self.declared_samples
            .map(|samples| Millis(samples.saturating_mul(1000) / u64::from(self.sample_rate_hz)))
    }

    /// What was wrong with the file, as far as it has been read.
    pub(crate) const fn damage(&self) -> Option<Damage> {
        self.damage
    }

    /// Overwrites `block` with the next samples; false at the end of the file.
    pub(crate) fn next_block(&mut self, block: &mut Vec<f32>) -> bool {
        if let Some(first) = self.first_block.take() {
            *block = first;
            self.read_samples = block.len() as u64;
            return true;
        }
        while !self.at_end {
            match self.step(block) {
                Step::Block { rate_hz } if rate_hz == self.sample_rate_hz => {
                    self.read_samples += block.len() as u64;
                    return true;
                }
                Step::Block { .. } => {
                    self.damage = Some(Damage::RateChange);
                    self.at_end = true;
                }
                Step::Nothing => {}
                Step::End => self.note_truncation(),
            }
        }
        block.clear();
        false
    }

    fn note_truncation(&mut self) {
        let tolerance = LENGTH_TOLERANCE.0 * u64::from(self.sample_rate_hz) / 1000;
        let is_short = self
            .declared_samples
            .is_some_and(|declared| self.read_samples.saturating_add(tolerance) < declared);
        if is_short && self.damage.is_none() {
            self.damage = Some(Damage::Truncated);
        }
    }

    /// One step; what makes a reader or decoder panic is damage that ends the sound.
    fn step(&mut self, block: &mut Vec<f32>) -> Step {
        guarded(|| self.read_packet(block)).unwrap_or_else(|| {
            self.count_damaged_packet();
            self.end()
        })
    }

    fn read_packet(&mut self, block: &mut Vec<f32>) -> Step {
        match self.reader.next_packet() {
            Ok(Some(packet)) if packet.track_id == self.track_id => self.decode(&packet, block),
            Ok(Some(_)) => Step::Nothing,
            Ok(None) => self.end(),
            Err(SymphoniaError::ResetRequired) => self.restart(),
            Err(SymphoniaError::DecodeError(_)) => {
                self.count_damaged_packet();
                // A reader that cannot find the next packet would report the same one for ever.
                if matches!(self.damage, Some(Damage::Packets(n)) if n > 1000) {
                    return self.end();
                }
                Step::Nothing
            }
            Err(_) => {
                self.damage.get_or_insert(Damage::Truncated);
                self.end()
            }
        }
    }

    fn decode(&mut self, packet: &Packet, block: &mut Vec<f32>) -> Step {
        let decoded = match &mut self.decoder {
            Decoder::Symphonia(decoder) => decoder.decode(packet).ok().map(|audio| {
                let spec = audio.spec();
                let format = (spec.rate(), spec.channels().count());
                self.interleaved.resize(audio.samples_interleaved(), 0.0);
                audio.copy_to_slice_interleaved(&mut self.interleaved);
                format
            }),
            Decoder::Opus(stream) => stream
                .decode(packet, &mut self.interleaved)
                .map(|()| (OpusStream::SAMPLE_RATE_HZ, stream.n_channels())),
        };
        let Some((rate_hz, n_channels)) = decoded else {
            self.count_damaged_packet();
            return Step::Nothing;
        };
        mix_to_mono(&self.interleaved, n_channels, block);
        if block.is_empty() {
            Step::Nothing
        } else {
            Step::Block { rate_hz }
        }
    }

    /// Goes on with the next stream of a chained Ogg file.
    fn restart(&mut self) -> Step {
        let next = self
            .reader
            .default_track(TrackType::Audio)
            .and_then(|track| {
                let decoder = Decoder::new(audio_params(track)?).ok()?;
                Some((track.id, decoder))
            });
        let Some((track_id, decoder)) = next else {
            return self.end();
        };
        self.track_id = track_id;
        self.decoder = decoder;
        self.declared_samples = None;
        Step::Nothing
    }

    const fn end(&mut self) -> Step {
        self.at_end = true;
        Step::End
    }

    fn count_damaged_packet(&mut self) {
        self.damage = Some(match self.damage {
            Some(Damage::Packets(n)) => Damage::Packets(n + 1),
            _ => Damage::Packets(1),
        });
    }
}

impl Decoder {
    /// The error says what cannot be decoded.
    fn new(params: &AudioCodecParameters) -> Result<Self, String> {
        if params.codec == CODEC_ID_OPUS {
            return OpusStream::new(params).map(|stream| Self::Opus(Box::new(stream)));
        }
        let codecs = symphonia::default::get_codecs();
        codecs
            .make_audio_decoder(params, &AudioDecoderOptions::default())
            .map(Self::Symphonia)
            .map_err(|error| match codecs.get_audio_decoder(params.codec) {
                Some(codec) => format!(
                    "{} in an unusual form ({error})",
                    codec.codec.info.long_name
                ),
                None => tr::tr!("an unknown codec"),
            })
    }
}

/// What others' readers and decoders give, or `None` where they panic over a damaged file:
/// what was read before must not be lost with them. They are not to be used afterwards.
fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(read)).ok()
}

fn audio_params(track: &Track) -> Option<&AudioCodecParameters> {
    track
        .codec_params
        .as_ref()
        .and_then(|params| params.audio())
}

/// The number of samples that the header promises, where that is a promise and not a guess.
fn declared_samples(track: &Track, params: &AudioCodecParameters) -> Option<u64> {
    // Without a Xing header the length of MPEG audio is extrapolated from its first frames.
    if [CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3].contains(&params.codec) {
        return None;
    }
    let declared = track.num_frames.filter(|n_samples| *n_samples > 0)?;
    // A WAV written into a pipe declares the largest length that its header can hold.
    let n_channels = params
        .channels
        .as_ref()
        .map_or(1, |channels| channels.count() as u64);
    let n_bytes = declared
        .saturating_mul(n_channels)
        .saturating_mul(u64::from(params.bits_per_sample.unwrap_or(0)) / 8);
    (n_bytes < 0x7fff_0000).then_some(declared)
}

#[expect(clippy::cast_precision_loss, reason = "channel counts are small")]
fn mix_to_mono(interleaved: &[f32], n_channels: usize, mono: &mut Vec<f32>) {
    mono.clear();
    if n_channels <= 1 {
        mono.extend_from_slice(interleaved);
    } else {
        let scale = 1.0 / n_channels as f32;
        mono.extend(
            interleaved
                .chunks_exact(n_channels)
                .map(|frame| frame.iter().sum::<f32>() * scale),
        );
    }
}

#[cfg(test)]
mod tests;
