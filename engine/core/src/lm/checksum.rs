//! The checksum of a compiled model or graph: 64 bits over all that follows it, so that a damaged file is
//! found before it is used. It guards against accidents, not against intent.

/// Where the header holds the checksum.
pub(crate) const CHECKSUM_AT: usize = 16;

/// Where the bytes begin that it covers.
pub(crate) const CHECKED_FROM: usize = 24;

/// Writes the checksum of a compiled model into its header.
pub fn seal(model: &mut [u8]) {
    let checksum = checksum(model);
    if let Some(field) = model.get_mut(CHECKSUM_AT..CHECKED_FROM) {
        field.copy_from_slice(&checksum.to_le_bytes());
    }
}

pub(crate) fn checksum(model: &[u8]) -> u64 {
    let body = model.get(CHECKED_FROM..).unwrap_or(&[]);
    let mut hash = body.len() as u64;
    for at in (0..body.len()).step_by(8) {
        let word = match body.get(at..).and_then(|rest| rest.first_chunk()) {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => body[at..]
                .iter()
                .fold(0, |word, &byte| word << 8 | u64::from(byte)),
        };
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    hash ^ hash >> 29
}
