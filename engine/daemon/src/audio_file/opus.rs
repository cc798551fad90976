//! Opus packets to samples, at 48 kHz as RFC 7845 has it.
//!
//! The demultiplexers hand over packets and the identification header; what remains is the
//! pre-skip at the start and the cut at the end. Every channel mapping goes through the
//! multistream decoder, mono and stereo being its simplest cases.

use ropus::opus::multistream::OpusMSDecoder;
use symphonia::core::{codecs::audio::AudioCodecParameters, packet::Packet};

/// Samples per channel in the longest packet (120 ms).
const MAX_PACKET_SAMPLES: usize = 5760;

pub(super) struct OpusStream {
    decoder: OpusMSDecoder,
    n_channels: usize,
    /// Samples per channel still to be dropped before the first one that counts.
    skip: usize,
    pcm: Vec<i16>,
}

/// How the identification header distributes channels over coded streams.
#[derive(Debug, PartialEq, Eq)]
struct Layout {
    n_channels: u8,
    n_streams: u8,
    n_coupled: u8,
    mapping: Vec<u8>,
    skip: u16,
}

impl OpusStream {
    pub(super) const SAMPLE_RATE_HZ: u32 = 48_000;

    /// The error says what cannot be decoded.
    pub(super) fn new(params: &AudioCodecParameters) -> Result<Self, String> {
        let header = params.extra_data.as_deref().unwrap_or_default();
        let layout = Layout::from_header(header)
            .or_else(|| {
                let n_channels = params
                    .channels
                    .as_ref()
                    .map_or(1, |channels| channels.count());
                Layout::plain(u8::try_from(n_channels).ok()?, 0)
            })
            .ok_or_else(|| tr::tr!("an Opus channel layout without a mapping"))?;
        let n_channels = usize::from(layout.n_channels);
        let decoder = OpusMSDecoder::new(
            48_000,
            i32::from(layout.n_channels),
            i32::from(layout.n_streams),
            i32::from(layout.n_coupled),
            &layout.mapping,
        )
        .map_err(|_| tr::tr!("an Opus channel layout that contradicts itself"))?;
        Ok(Self {
            decoder,
            n_channels,
            skip: usize::from(layout.skip),
            pcm: vec![0; MAX_PACKET_SAMPLES * n_channels],
        })
    }

    pub(super) const fn n_channels(&self) -> usize {
        self.n_channels
    }

    /// Overwrites `interleaved` with the samples of one packet; none if it cannot be decoded.
    pub(super) fn decode(&mut self, packet: &Packet, interleaved: &mut Vec<f32>) -> Option<()> {
        let n_bytes = i32::try_from(packet.data.len())
            .ok()
            .filter(|n_bytes| *n_bytes > 0)?;
        let max_samples = i32::try_from(MAX_PACKET_SAMPLES).expect("a small constant");
        let n_samples = self
            .decoder
            .decode(
                Some(&packet.data),
                n_bytes,
                &mut self.pcm,
                max_samples,
                false,
            )
            .ok()
            .and_then(|n_samples| usize::try_from(n_samples).ok())?;
        let start = self.skip.min(n_samples);
        self.skip -= start;
        let cut = usize::try_from(packet.trim_end.get()).unwrap_or(n_samples);
        let end = n_samples.saturating_sub(cut).max(start);
        interleaved.clear();
        interleaved.extend(
            self.pcm[start * self.n_channels..end * self.n_channels]
                .iter()
                .map(|sample| f32::from(*sample) / 32_768.0),
        );
        Some(())
    }
}

impl Layout {
    /// One stream, coupled if there are two channels.
    fn plain(n_channels: u8, skip: u16) -> Option<Self> {
        match n_channels {
            1 => Some(Self {
                n_channels,
                n_streams: 1,
                n_coupled: 0,
                mapping: vec![0],
                skip,
            }),
            2 => Some(Self {
                n_channels,
                n_streams: 1,
                n_coupled: 1,
                mapping: vec![0, 1],
                skip,
            }),
            _ => None,
        }
    }

    /// Reads `OpusHead` (RFC 7845, section 5.1).
    fn from_header(header: &[u8]) -> Option<Self> {
        let fields = header.strip_prefix(b"OpusHead")?;
        let &[
            _version,
            n_channels,
            skip_0,
            skip_1,
            _,
            _,
            _,
            _,
            _,
            _,
            family,
            ref table @ ..,
        ] = fields
        else {
            return None;
        };
        let skip = u16::from_le_bytes([skip_0, skip_1]);
        if family == 0 {
            return Self::plain(n_channels, skip);
        }
        let &[n_streams, n_coupled, ref mapping @ ..] = table else {
            return None;
        };
        let mapping = mapping.get(..usize::from(n_channels))?.to_vec();
        (n_channels > 0).then_some(Self {
            n_channels,
            n_streams,
            n_coupled,
            mapping,
            skip,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(after_version: &[u8], expected: Option<Layout>) {
        let header = [b"OpusHead\x01", after_version].concat();
        assert_eq!(Layout::from_header(&header), expected);
    }

    #[test]
    fn the_identification_header_gives_the_layout() {
        check(
            &[1, 0x38, 1, 0x80, 0x3e, 0, 0, 0, 0, 0],
            Layout::plain(1, 312),
        );
        check(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0], Layout::plain(2, 0));
        check(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0], None);
        check(
            &[3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 2, 1],
            Some(Layout {
                n_channels: 3,
                n_streams: 2,
                n_coupled: 1,
                mapping: vec![0, 2, 1],
                skip: 0,
            }),
        );
        check(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0], None);
        check(&[1, 0], None);
        assert_eq!(Layout::from_header(b""), None);
    }
}
