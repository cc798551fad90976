//! What a symbol stands for, as bytes.
//!
//! A byte-level vocabulary writes each of the 256 bytes as one printable character: bytes 32 to 126
//! as themselves, the others, in order, as the code points from U+0100 on that NFKC leaves alone.
//! Source: icefall `byte_utils.py`, after fairseq (Wang et al. 2019, "Neural Machine Translation
//! with Byte-Level Subwords", <https://arxiv.org/abs/1909.03341>).

/// The word-boundary mark of sentence pieces.
pub(super) const BOUNDARY: char = '▁';

/// Code points from U+0100 on that NFKC rewrites, and the byte table therefore leaves out.
const REWRITTEN_BY_NFKC: [u32; 6] = [0x132, 0x133, 0x13F, 0x140, 0x149, 0x17F];

/// The byte that a character of a byte-level vocabulary stands for.
pub(super) fn byte_of_char(character: char) -> Option<u8> {
    let code = u32::from(character);
    if (32..=126).contains(&code) {
        return u8::try_from(code).ok();
    }
    if code < 0x100 || REWRITTEN_BY_NFKC.contains(&code) {
        return None;
    }
    let n_skipped = REWRITTEN_BY_NFKC
        .iter()
        .filter(|&&skipped| skipped < code)
        .count();
    let rank = code - 0x100 - u32::try_from(n_skipped).ok()?;
    u8::try_from(if rank < 32 { rank } else { rank + 95 }).ok()
}

/// Whether symbols are written in the byte-level table.
///
/// No ordinary alphabet stays inside the table and reaches its last third at the same time.
pub(super) fn is_byte_level<'a>(names: impl Iterator<Item = &'a &'a str>) -> bool {
    let mut reaches_end = false;
    for character in names.flat_map(|name| name.chars()) {
        if character != BOUNDARY && byte_of_char(character).is_none() {
            return false;
        }
        reaches_end |= u32::from(character) >= 0x180 && character != BOUNDARY;
    }
    reaches_end
}

/// Appends the bytes of a byte-level symbol.
pub(super) fn append_byte_level(name: &str, bytes: &mut Vec<u8>) {
    bytes.extend(name.chars().filter_map(|character| {
        if character == BOUNDARY {
            Some(b' ')
        } else {
            byte_of_char(character)
        }
    }));
}

/// Appends the bytes of an ordinary symbol.
pub(super) fn append_piece(name: &str, bytes: &mut Vec<u8>) {
    let mut utf8 = [0; 4];
    for character in name.chars() {
        let character = if character == BOUNDARY {
            ' '
        } else {
            character
        };
        bytes.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
    }
}

/// The byte of a byte-fallback symbol such as `<0x0A>`.
pub(super) fn parse_byte_symbol(name: &str) -> Option<u8> {
    let digits = name.strip_prefix("<0x")?.strip_suffix('>')?;
    if digits.len() != 2 || digits.starts_with('+') {
        return None;
    }
    u8::from_str_radix(digits, 16).ok()
}
