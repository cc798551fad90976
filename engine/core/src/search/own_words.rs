//! The words of the user's phrases, found byte by byte like those of a language model.

/// Words in byte order, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnWords(Vec<Box<[u8]>>);

/// The words that begin with some bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnRange {
    begin: usize,
    end: usize,
    /// How many bytes they share.
    n_bytes: usize,
}

impl OwnRange {
    /// Whether no word begins so.
    pub(super) const fn is_empty(self) -> bool {
        self.begin >= self.end
    }
}

impl OwnWords {
    /// The words of phrases that are spelled with spaces between words.
    pub(super) fn of(phrases: impl Iterator<Item = Vec<u8>>) -> Self {
        let mut words = Vec::new();
        for phrase in phrases {
            let spelled = phrase.split(|&byte| byte == b' ');
            words.extend(spelled.filter(|word| !word.is_empty()).map(Box::from));
        }
        words.sort_unstable();
        words.dedup();
        Self(words)
    }

    /// The words that are text.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|word| str::from_utf8(word).ok())
    }

    /// All words, of which nothing has been read.
    pub(super) const fn all(&self) -> OwnRange {
        OwnRange {
            begin: 0,
            end: self.0.len(),
            n_bytes: 0,
        }
    }

    /// Those of `range` that go on with `byte`.
    pub(super) fn narrow(&self, range: OwnRange, byte: u8) -> OwnRange {
        if range.is_empty() {
            return range;
        }
        let words = &self.0[range.begin..range.end];
        let next = |word: &[u8]| word.get(range.n_bytes).copied();
        OwnRange {
            begin: range.begin + words.partition_point(|word| next(word) < Some(byte)),
            end: range.begin + words.partition_point(|word| next(word) <= Some(byte)),
            n_bytes: range.n_bytes + 1,
        }
    }

    /// Whether one of them has no further byte: it comes first.
    pub(super) fn is_word(&self, range: OwnRange) -> bool {
        !range.is_empty() && self.0[range.begin].len() == range.n_bytes
    }
}
