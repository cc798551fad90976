//! Little-endian numbers and bit fields inside a byte slice; reads past the end give zero.

/// Bytes after a bit-packed section, so that eight can be read from any of its bits.
pub(super) const SLACK: usize = 8;

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |chunk| u32::from_le_bytes(*chunk))
}

pub(super) fn f32_at(bytes: &[u8], at: usize) -> f32 {
    f32::from_bits(u32_at(bytes, at))
}

/// `n_bits` (32 at most) from bit `bit` after byte `at`.
pub(super) fn field(bytes: &[u8], at: usize, bit: u64, n_bits: u32) -> u32 {
    let Ok(byte) = usize::try_from(bit / 8) else {
        return 0;
    };
    let value = u64_at(bytes, at.saturating_add(byte)) >> (bit % 8);
    u32::try_from(value & ((1 << n_bits) - 1)).unwrap_or(0)
}

/// Bits appended one after the other, the lowest first.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    n_pending: u32,
}

impl BitWriter {
    pub(super) fn push(&mut self, value: u32, n_bits: u32) {
        self.pending |= u64::from(value) << self.n_pending;
        self.n_pending += n_bits;
        while self.n_pending >= 8 {
            self.bytes.push(self.pending.to_le_bytes()[0]);
            self.pending >>= 8;
            self.n_pending -= 8;
        }
    }

    /// The bytes, the last one filled with zeros.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.n_pending > 0 {
            self.bytes.push(self.pending.to_le_bytes()[0]);
        }
        self.bytes
    }
}
