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
    let hash = continued(body.len() as u64, body);
    hash ^ hash >> 29
}

/// The checksum of something in parts, of which each but the last has a multiple of 8 bytes.
pub(crate) fn checksum_of_parts(parts: &[&[u8]]) -> u64 {
    let n_bytes: usize = parts.iter().map(|part| part.len()).sum();
    let mut hash = n_bytes.saturating_sub(CHECKED_FROM) as u64;
    for (ix, part) in parts.iter().enumerate() {
        let start = if ix == 0 { CHECKED_FROM } else { 0 };
        hash = continued(hash, part.get(start..).unwrap_or(&[]));
    }
    hash ^ hash >> 29
}

fn continued(mut hash: u64, body: &[u8]) -> u64 {
    for at in (0..body.len()).step_by(8) {
        let word = match body.get(at..).and_then(|rest| rest.first_chunk()) {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => body[at..]
                .iter()
                .fold(0, |word, &byte| word << 8 | u64::from(byte)),
        };
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_checksum_of_the_whole() {
        let whole: Vec<u8> = (0..=255).collect();
        for n_bytes in [24, 31, 32, 200, 255, 256] {
            let whole = &whole[..n_bytes];
            for cut in (24..n_bytes).step_by(8) {
                let (start, end) = whole.split_at(cut);
                assert_eq!(checksum_of_parts(&[start, end]), checksum(whole));
                assert_eq!(checksum_of_parts(&[start, &[], end]), checksum(whole));
            }
        }
    }
}
