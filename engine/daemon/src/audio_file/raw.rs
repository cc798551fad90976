//! Raw PCM from a pipe: signed 16-bit little-endian, one channel, at a rate that the user names.

use std::io::{self, Read};

/// A stream of raw samples.
pub(crate) struct RawPcm<R> {
    source: R,
    bytes: Vec<u8>,
    /// Bytes at the start of `bytes` that the last read left over: half a sample at most.
    n_left: usize,
}

impl<R: Read> RawPcm<R> {
    /// Reads blocks of at most 100 ms, and shorter ones when the writer is slower.
    pub(crate) fn new(source: R, sample_rate_hz: u32) -> Self {
        let block_samples = usize::try_from(sample_rate_hz / 10).unwrap_or(1600).max(1);
        Self {
            source,
            bytes: vec![0; 2 * block_samples],
            n_left: 0,
        }
    }

    /// Overwrites `block` with the next samples; false at the end of the stream.
    pub(crate) fn next_block(&mut self, block: &mut Vec<f32>) -> io::Result<bool> {
        block.clear();
        while block.is_empty() {
            let n_read = match self.source.read(&mut self.bytes[self.n_left..]) {
                Ok(0) => return Ok(false),
                Ok(n_read) => n_read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let n_bytes = self.n_left + n_read;
            block.extend(
                self.bytes[..n_bytes]
                    .chunks_exact(2)
                    .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0),
            );
            self.n_left = n_bytes % 2;
            self.bytes[0] = self.bytes[n_bytes - 1];
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives its bytes in pieces of the given sizes.
    struct Pieces<'a>(&'a [u8], std::slice::Iter<'a, usize>);

    impl Read for Pieces<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let piece = self.1.next().copied().unwrap_or(usize::MAX).max(1);
            let n_bytes = piece.min(buf.len()).min(self.0.len());
            buf[..n_bytes].copy_from_slice(&self.0[..n_bytes]);
            self.0 = &self.0[n_bytes..];
            Ok(n_bytes)
        }
    }

    proptest! {
        #[test]
        fn any_split_of_the_bytes_gives_the_same_samples(
            samples in prop::collection::vec(any::<i16>(), 0..300),
            sizes in prop::collection::vec(1_usize..40, 0..100),
        ) {
            let bytes: Vec<_> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            let mut raw = RawPcm::new(Pieces(&bytes, sizes.iter()), 160);
            let mut block = Vec::new();
            let mut all = Vec::new();
            while raw.next_block(&mut block).unwrap() {
                all.extend_from_slice(&block);
            }
            let expected: Vec<_> =
                samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
            prop_assert_eq!(all, expected);
        }
    }
}
