//! Where the speech gate is open: `gate FILE…`, each file raw 16 kHz mono `f32` samples.
//!
//! Prints one line per file: its length, then first and past-the-last sample of each open span.

use std::io::{self, Write};

use sotto_core::gate::{GateConfig, GateEvent, SpeechGate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
        let samples: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        let mut gate = SpeechGate::new(&GateConfig::default());
        let mut line = format!("{}", samples.len());
        let mut note = |event: GateEvent<'_>| match event {
            GateEvent::Opened { start, .. } => line.push_str(&format!(" {}", start.0)),
            GateEvent::Samples { .. } | GateEvent::Quiet { .. } => {}
            GateEvent::Closed { end } => line.push_str(&format!(" {}", end.0)),
        };
        gate.push(&samples, &mut note);
        gate.finish(&mut note);
        writeln!(io::stdout(), "{line}")?;
    }
    Ok(())
}
