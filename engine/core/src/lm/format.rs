//! Layout of a compiled language model; all numbers little-endian.
//!
//! Header of 64 bytes: magic `sotto-lm`; version, order (u32 each); checksum of all that follows it
//! (u64); counts of n-grams of orders 1 to 5, length of the text, ids of `<s>`, `</s>` and `<unk>`
//! (u32 each, `u32::MAX` for none); zeros.
//! Then, each section filled to a multiple of 8 bytes: tables of 256 f32 per order, probabilities
//! and (but for the highest order) back-offs, base 10; byte offsets of the words and their text, in
//! byte order; for each order the records (word id, but for order 1, probability code, back-off
//! code, but for the highest order; bit-packed) and, but for the highest order, the number of
//! children of each record in unary, ones ended by a zero.

use super::arpa::Ngrams;
use super::bits::{SLACK, f32_at, field, u32_at, u64_at};
use super::checksum::{CHECKED_FROM, CHECKSUM_AT, checksum};
use super::{MAX_ORDER, NONE, partition};

pub(super) const HEADER_BYTES: usize = 64;
pub(super) const MAX_WORD_BITS: u32 = 24;
/// So that positions in unary sections fit 32 bits.
pub(super) const MAX_NGRAMS: usize = (1 << 31) - 2;

const MAGIC: &[u8; 8] = b"sotto-lm";
const VERSION: u32 = 1;
const COUNTS_AT: usize = CHECKED_FROM;
const TEXT_BYTES_AT: usize = 44;
const SPECIALS_AT: usize = 48;
/// No base-10 logarithm in a table is farther from zero.
const MAX_LOG10: f32 = 100.0;
/// One position of a unary section is kept for so many records.
const SAMPLE: u32 = 32;

/// Why a compiled model cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LanguageModelError {
    /// Another kind of file.
    #[error("{file} is not a compiled language model; compile the ARPA file first")]
    NotCompiled {
        /// The file.
        file: String,
    },
    /// Made by another version of this program.
    #[error(
        "{file} has language model format {found}, this program reads {VERSION}; compile it again"
    )]
    OtherVersion {
        /// The file.
        file: String,
        /// Its version.
        found: u32,
    },
    /// Cut off or changed.
    #[error("{file} is damaged ({what}); download or compile it again")]
    Damaged {
        /// The file.
        file: String,
        /// Where it shows.
        what: &'static str,
    },
}

/// Where everything is.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) counts: Vec<u32>,
    pub(super) begin: Option<u32>,
    pub(super) end: Option<u32>,
    pub(super) unknown: Option<u32>,
    pub(super) levels: Vec<Level>,
    offsets_at: usize,
    text_at: usize,
}

/// The n-grams of one order.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    pub(super) probs_at: usize,
    pub(super) backoffs_at: Option<usize>,
    count: u32,
    records_at: usize,
    record_bits: u32,
    /// Bits of a record before its probability.
    key_bits: u32,
    unary_at: usize,
    unary_bits: u64,
    /// Where the children of every [`SAMPLE`]th record begin.
    samples: Vec<u32>,
}

/// Bits that hold any of `n_words` ids.
pub(super) fn word_bits(n_words: usize) -> u32 {
    usize::BITS - n_words.saturating_sub(1).leading_zeros()
}

pub(super) fn write_header(out: &mut [u8], words: &[String], n_text: u32, orders: &[Ngrams]) {
    let mut put = |at: usize, value: u32| out[at..at + 4].copy_from_slice(&value.to_le_bytes());
    put(8, VERSION);
    put(
        12,
        u32::try_from(orders.len()).expect("orders were counted"),
    );
    for (order, ngrams) in orders.iter().enumerate() {
        let count = u32::try_from(ngrams.probs_log10.len()).expect("n-grams were counted");
        put(COUNTS_AT + order * 4, count);
    }
    put(TEXT_BYTES_AT, n_text);
    for (idx, special) in ["<s>", "</s>", "<unk>"].iter().enumerate() {
        let id = words
            .binary_search_by(|word| word.as_str().cmp(special))
            .ok();
        put(
            SPECIALS_AT + idx * 4,
            id.map_or(NONE, |id| u32::try_from(id).unwrap_or(NONE)),
        );
    }
    out[..8].copy_from_slice(MAGIC);
}

/// Hands out sections one after the other.
struct Sections {
    at: Option<usize>,
}

impl Sections {
    /// Where a section of `len` bytes begins; the next begins after it and `slack` more.
    fn next(&mut self, len: Option<usize>, slack: usize) -> usize {
        let begin = self.at;
        self.at = begin
            .zip(len)
            .and_then(|(begin, len)| begin.checked_add(len)?.checked_add(slack + 7))
            .map(|end| end / 8 * 8);
        begin.unwrap_or(usize::MAX)
    }
}

fn bits_to_bytes(bits: u64) -> Option<usize> {
    usize::try_from(bits.div_ceil(8)).ok()
}

impl Layout {
    /// Finds and checks everything.
    pub(super) fn open(file: &str, all: &[u8]) -> Result<Self, LanguageModelError> {
        if all.get(..8) != Some(MAGIC) {
            return Err(LanguageModelError::NotCompiled { file: file.into() });
        }
        let found = u32_at(all, 8);
        if found != VERSION && all.len() >= HEADER_BYTES {
            return Err(LanguageModelError::OtherVersion {
                file: file.into(),
                found,
            });
        }
        Self::locate(all)
            .and_then(|layout| layout.check(all))
            .map_err(|what| LanguageModelError::Damaged {
                file: file.into(),
                what,
            })
    }

    fn locate(all: &[u8]) -> Result<Self, &'static str> {
        if all.len() < HEADER_BYTES {
            return Err("it is cut off");
        }
        let order = u32_at(all, 12) as usize;
        if !(1..=MAX_ORDER).contains(&order) {
            return Err("its order is out of range");
        }
        let counts: Vec<u32> = (0..order)
            .map(|idx| u32_at(all, COUNTS_AT + idx * 4))
            .collect();
        let n_words = counts[0] as usize;
        let word_bits = word_bits(n_words);
        if n_words == 0
            || word_bits > MAX_WORD_BITS
            || counts.iter().any(|&count| count as usize > MAX_NGRAMS)
        {
            return Err("its counts are out of range");
        }
        let mut sections = Sections {
            at: Some(HEADER_BYTES),
        };
        let mut levels = vec![Level::default(); order];
        for (idx, level) in levels.iter_mut().enumerate() {
            level.probs_at = sections.next(Some(1024), 0);
            level.backoffs_at = (idx + 1 < order).then(|| sections.next(Some(1024), 0));
        }
        let offsets_at = HEADER_BYTES + (2 * order - 1) * 1024;
        let text_at = offsets_at + (n_words + 1) * 4;
        let text_bytes = u32_at(all, TEXT_BYTES_AT) as usize;
        sections.next(((n_words + 1) * 4).checked_add(text_bytes), 0);
        for (idx, level) in levels.iter_mut().enumerate() {
            level.count = counts[idx];
            level.key_bits = if idx == 0 { 0 } else { word_bits };
            level.record_bits = level.key_bits + if idx + 1 < order { 16 } else { 8 };
            let bits = u64::from(level.count) * u64::from(level.record_bits);
            level.records_at = sections.next(bits_to_bytes(bits), SLACK);
            if let Some(&n_children) = counts.get(idx + 1) {
                level.unary_bits = u64::from(level.count) + u64::from(n_children);
                level.unary_at = sections.next(bits_to_bytes(level.unary_bits), SLACK);
            }
        }
        if sections.at != Some(all.len()) {
            return Err("its length is wrong");
        }
        let special = |idx: usize| {
            let id = u32_at(all, SPECIALS_AT + idx * 4);
            (id != NONE).then_some(id)
        };
        let (begin, end, unknown) = (special(0), special(1), special(2));
        Ok(Self {
            counts,
            begin,
            end,
            unknown,
            levels,
            offsets_at,
            text_at,
        })
    }

    fn check(mut self, all: &[u8]) -> Result<Self, &'static str> {
        if u64_at(all, CHECKSUM_AT) != checksum(all) {
            return Err("its checksum is wrong");
        }
        let n_words = self.n_words();
        if [self.begin, self.end, self.unknown]
            .iter()
            .flatten()
            .any(|&id| id >= n_words)
        {
            return Err("a special word is out of range");
        }
        let mut tables = (HEADER_BYTES..self.offsets_at).step_by(4);
        if !tables.all(|at| f32_at(all, at).abs() <= MAX_LOG10) {
            return Err("a probability is out of range");
        }
        let offset = |word: u32| u32_at(all, self.offsets_at + word as usize * 4);
        let text_bytes = u32_at(all, TEXT_BYTES_AT);
        if offset(0) != 0
            || offset(n_words) != text_bytes
            || (0..n_words).any(|word| offset(word) > offset(word + 1))
        {
            return Err("its words are out of order");
        }
        if (1..n_words).any(|word| self.word(all, word - 1) >= self.word(all, word))
            || (0..n_words).any(|word| str::from_utf8(self.word(all, word)).is_err())
        {
            return Err("its words are out of order");
        }
        for idx in 1..self.levels.len() {
            let samples = self.check_children(all, idx - 1)?;
            self.levels[idx - 1].samples = samples;
        }
        Ok(self)
    }

    /// Checks that the children of a level are those of the next, in order.
    fn check_children(&self, all: &[u8], idx: usize) -> Result<Vec<u32>, &'static str> {
        let (level, next) = (&self.levels[idx], &self.levels[idx + 1]);
        let mut samples = vec![0];
        let (mut n_records, mut n_children) = (0, 0);
        let mut previous = None;
        for bit in 0..level.unary_bits {
            if field(all, level.unary_at, bit, 1) == 0 {
                n_records += 1;
                previous = None;
                if n_records % SAMPLE == 0 {
                    samples.push(u32::try_from(bit + 1).map_err(|_| "a section is too long")?);
                }
                continue;
            }
            let word = next.word(all, n_children);
            if n_children >= next.count || word >= self.n_words() || previous >= Some(word) {
                return Err("its n-grams are out of order");
            }
            previous = Some(word);
            n_children += 1;
        }
        if n_records != level.count || n_children != next.count {
            return Err("its n-grams do not add up");
        }
        Ok(samples)
    }

    pub(super) fn n_words(&self) -> u32 {
        self.counts[0]
    }

    /// The text of a word.
    pub(super) fn word<'a>(&self, all: &'a [u8], word: u32) -> &'a [u8] {
        let at = self.offsets_at + word as usize * 4;
        let begin = self.text_at + u32_at(all, at) as usize;
        let end = self.text_at + u32_at(all, at + 4) as usize;
        all.get(begin..end).unwrap_or(&[])
    }

    pub(super) fn prob_code(&self, all: &[u8], level: usize, record: u32) -> u8 {
        let level = &self.levels[level];
        level.code(all, record, level.key_bits)
    }

    pub(super) fn backoff_code(&self, all: &[u8], level: usize, record: u32) -> u8 {
        let level = &self.levels[level];
        level.code(all, record, level.key_bits + 8)
    }

    /// The record of the next level that follows `record` with `word`.
    pub(super) fn find_child(
        &self,
        all: &[u8],
        level: usize,
        record: u32,
        word: u32,
    ) -> Option<u32> {
        let next = self.levels.get(level + 1)?;
        let (begin, end) = self.levels[level].children(all, record);
        let found = partition(begin, end, |child| next.word(all, child) < word);
        (found < end && next.word(all, found) == word).then_some(found)
    }
}

impl Level {
    fn bit_of(&self, record: u32) -> u64 {
        u64::from(record) * u64::from(self.record_bits)
    }

    fn word(&self, all: &[u8], record: u32) -> u32 {
        field(all, self.records_at, self.bit_of(record), self.key_bits)
    }

    fn code(&self, all: &[u8], record: u32, after_bits: u32) -> u8 {
        let code = field(
            all,
            self.records_at,
            self.bit_of(record) + u64::from(after_bits),
            8,
        );
        u8::try_from(code).unwrap_or(0)
    }

    /// The records of the next level that belong to one of this level.
    fn children(&self, all: &[u8], record: u32) -> (u32, u32) {
        let sample = self.samples.get((record / SAMPLE) as usize);
        let n_before = record % SAMPLE;
        let Some(begin) = sample.map(|&bit| u64::from(bit)).and_then(|bit| {
            if n_before == 0 {
                Some(bit)
            } else {
                Some(self.zero(all, bit, n_before)? + 1)
            }
        }) else {
            return (0, 0);
        };
        let end = self.zero(all, begin, 1).unwrap_or(begin);
        let child = |bit: u64| u32::try_from(bit - u64::from(record)).unwrap_or(0);
        (child(begin), child(end))
    }

    /// The `n`th zero of the unary section from `bit` on.
    fn zero(&self, all: &[u8], bit: u64, mut n: u32) -> Option<u64> {
        let mut mask = u64::MAX << (bit % 64);
        for word in bit / 64..=self.unary_bits / 64 {
            let at = self.unary_at + usize::try_from(word).ok()? * 8;
            let mut zeros = !u64_at(all, at) & mask;
            mask = u64::MAX;
            if zeros.count_ones() < n {
                n -= zeros.count_ones();
                continue;
            }
            for _ in 1..n {
                zeros &= zeros - 1;
            }
            return Some(word * 64 + u64::from(zeros.trailing_zeros()));
        }
        None
    }
}
