//! Features of raw samples: `fbank kaldi|nemo BINS < f32-samples > f32-frames`.
//!
//! Samples are 16 kHz mono little-endian `f32`; frames are rows of BINS of the same.
//! The samples are pushed in blocks of growing odd sizes, as a stream would bring them.

use std::io::{self, Read, Write};

use sotto_core::fbank::{Fbank, FbankConfig};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, n_bins] = &arguments[..] else {
        return Err("usage: fbank kaldi|nemo BINS < samples > frames".into());
    };
    let n_bins = n_bins.parse()?;
    let config = match kind.as_str() {
        "kaldi" => FbankConfig::kaldi(n_bins),
        "nemo" => FbankConfig::nemo(n_bins),
        other => return Err(format!("unknown parameter set {other}: kaldi or nemo").into()),
    };

    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes)?;
    let samples: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect();

    let mut fbank = Fbank::new(&config)?;
    let mut frames = Vec::new();
    let mut rest = &samples[..];
    for block_len in (1..).step_by(74) {
        let (block, later) = rest.split_at(rest.len().min(block_len));
        fbank.push(block, &mut frames);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    fbank.finish(&mut frames);
    let bytes: Vec<u8> = frames
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    io::stdout().write_all(&bytes)?;
    Ok(())
}
