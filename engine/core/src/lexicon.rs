//! How words sound, for models whose network writes phones.
//!
//! A lexicon is a text file: the first line `#phones` and the symbols in the order of the network's
//! columns, then a word and its phones a line, separated by spaces; a word may have several lines.

mod letter_to_sound;

pub use letter_to_sound::{LetterToSound, LetterToSoundError};

/// Starts the line that names the phones.
const PHONES: &str = "#phones ";

/// A file that is no lexicon.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// The first line does not name the phones.
    #[error("{file} does not begin with a line of phones: install the model again")]
    NoPhones {
        /// Name of the file.
        file: String,
    },
    /// A line is no word with known phones.
    #[error("line {line} of {file} is no word with its phones: install the model again")]
    Line {
        /// Name of the file.
        file: String,
        /// Counted from 1.
        line: usize,
    },
    /// More words than ids.
    #[error("{file} is too large")]
    TooLarge {
        /// Name of the file.
        file: String,
    },
}

/// Words in the order of their sounds, so that words that begin alike lie side by side.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    phones: Vec<Box<str>>,
    entries: Vec<Entry>,
    /// Numbers of the entries in the order of their spelling.
    by_spelling: Vec<u32>,
    /// Phones of all entries, one after the other.
    sounds: Vec<u8>,
    /// Spellings of all entries, one after the other.
    text: Vec<u8>,
}

/// Where an entry lies in `sounds` and `text`.
#[derive(Debug, Clone, Copy)]
struct Entry {
    sounds: (u32, u32),
    text: (u32, u32),
}

/// The entries that begin with some phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SoundRange {
    begin: u32,
    end: u32,
    /// How many phones they share.
    n_phones: u32,
}

impl SoundRange {
    /// Whether no entry begins so.
    pub(crate) const fn is_empty(self) -> bool {
        self.begin >= self.end
    }

    /// Whether no phone has been heard.
    pub(crate) const fn is_start(self) -> bool {
        self.n_phones == 0
    }

    /// The entries' numbers.
    pub(crate) const fn entries(self) -> std::ops::Range<u32> {
        self.begin..self.end
    }
}

impl Lexicon {
    /// Reads a lexicon; `file` names it in errors.
    ///
    /// # Errors
    /// If the bytes are not one.
    pub fn from_bytes(file: &str, bytes: &[u8]) -> Result<Self, LexiconError> {
        let no_phones = || LexiconError::NoPhones { file: file.into() };
        let text = str::from_utf8(bytes).map_err(|_| no_phones())?;
        let mut lines = text.lines();
        let named = lines
            .next()
            .and_then(|line| line.strip_prefix(PHONES))
            .ok_or_else(no_phones)?;
        let phones: Vec<Box<str>> = named.split_whitespace().map(Box::from).collect();
        if phones.is_empty() || phones.len() > usize::from(u8::MAX) {
            return Err(no_phones());
        }
        let mut entries = Vec::new();
        for (line, number) in lines.zip(2..) {
            let mut parts = line.split_whitespace();
            let Some(word) = parts.next() else { continue };
            let sounds: Option<Vec<u8>> = parts.map(|name| phone_id(&phones, name)).collect();
            match sounds {
                Some(sounds) if !sounds.is_empty() => entries.push((sounds, word)),
                _ => {
                    let file = file.into();
                    return Err(LexiconError::Line { file, line: number });
                }
            }
        }
        if u32::try_from(bytes.len()).is_err() {
            return Err(LexiconError::TooLarge { file: file.into() });
        }
        Ok(Self::of(phones, entries))
    }

    /// A lexicon with the same phones and other words.
    pub(crate) fn with_words(&self, words: Vec<(Vec<u8>, &str)>) -> Self {
        Self::of(self.phones.clone(), words)
    }

    fn of(phones: Vec<Box<str>>, mut words: Vec<(Vec<u8>, &str)>) -> Self {
        words.sort_unstable();
        words.dedup();
        let mut lexicon = Self {
            phones,
            ..Self::default()
        };
        let place = |bytes: &[u8]| u32::try_from(bytes.len()).expect("the size was checked");
        for (sounds, word) in words {
            let begin = (place(&lexicon.sounds), place(&lexicon.text));
            lexicon.sounds.extend(sounds);
            lexicon.text.extend(word.as_bytes());
            lexicon.entries.push(Entry {
                sounds: (begin.0, place(&lexicon.sounds)),
                text: (begin.1, place(&lexicon.text)),
            });
        }
        let mut by_spelling: Vec<u32> = lexicon.all().entries().collect();
        by_spelling.sort_unstable_by_key(|&entry| lexicon.word(entry));
        lexicon.by_spelling = by_spelling;
        lexicon
    }

    /// Whether a word is listed.
    #[must_use]
    pub fn contains(&self, word: &str) -> bool {
        let found = self
            .by_spelling
            .binary_search_by_key(&word.as_bytes(), |&entry| self.word(entry));
        found.is_ok()
    }

    /// The phones, in the order of the network's columns.
    #[must_use]
    pub fn phones(&self) -> &[Box<str>] {
        &self.phones
    }

    /// Number of pronunciations.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How an entry is spelled.
    ///
    /// # Panics
    /// If there is no such entry.
    pub(crate) fn word(&self, entry: u32) -> &[u8] {
        let (begin, end) = self.entries[entry as usize].text;
        &self.text[begin as usize..end as usize]
    }

    fn sounds(&self, entry: u32) -> &[u8] {
        let (begin, end) = self.entries[entry as usize].sounds;
        &self.sounds[begin as usize..end as usize]
    }

    /// All entries, of which nothing has been heard.
    pub(crate) fn all(&self) -> SoundRange {
        SoundRange {
            begin: 0,
            end: u32::try_from(self.entries.len()).expect("the size was checked"),
            n_phones: 0,
        }
    }

    /// Those of `range` that go on with `phone`.
    pub(crate) fn narrow(&self, range: SoundRange, phone: u32) -> SoundRange {
        let heard = range.n_phones as usize;
        let first = |from: u32, reached: &dyn Fn(Option<u32>) -> bool| {
            let (mut low, mut high) = (from, range.end);
            while low < high {
                let middle = low + (high - low) / 2;
                if reached(self.sounds(middle).get(heard).map(|&id| id.into())) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            low
        };
        let begin = first(range.begin, &|next| next >= Some(phone));
        SoundRange {
            begin,
            end: first(begin, &|next| next > Some(phone)),
            n_phones: range.n_phones + 1,
        }
    }

    /// The entries of `range` that have no further phone: they come first.
    pub(crate) fn complete(&self, range: SoundRange) -> impl Iterator<Item = u32> + '_ {
        let heard = range.n_phones as usize;
        range
            .entries()
            .take_while(move |&entry| heard > 0 && self.sounds(entry).len() == heard)
    }
}

/// The number of a phone, from its name.
fn phone_id(phones: &[Box<str>], name: &str) -> Option<u8> {
    let at = phones.iter().position(|phone| **phone == *name)?;
    u8::try_from(at).ok()
}

#[cfg(test)]
mod tests;
