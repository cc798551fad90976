//! Readers for the fixtures.

/// Samples of a canonical 16-bit mono WAV file.
pub(crate) fn wav_samples(bytes: &[u8]) -> Vec<f32> {
    let (header, samples) = bytes.split_at(44);
    assert_eq!(
        (&header[..4], &header[36..40]),
        (&b"RIFF"[..], &b"data"[..])
    );
    samples
        .chunks_exact(2)
        .map(|pair| sotto_core::pcm::from_i16(i16::from_le_bytes([pair[0], pair[1]])))
        .collect()
}
