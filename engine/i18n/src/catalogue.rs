//! A compiled catalogue (`.mo`): messages of one language.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;
use thiserror::Error;
use tr::Translator;

use crate::plural::{PluralRule, RuleError};

/// A catalogue of ours has some hundred kilobytes; a larger file is none.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Between context and message in a key.
const CONTEXT_END: char = '\u{4}';

/// Why a file cannot be used as a catalogue.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The bytes are no catalogue, or a part of one.
    #[error("it is no compiled catalogue or is cut short: make it anew with po/compile.py")]
    Damaged,
    /// The rule for plurals is not understood.
    #[error(transparent)]
    Plural(#[from] RuleError),
}

/// The messages of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    language: String,
    rule: PluralRule,
    /// Forms by message, with its context before it.
    messages: HashMap<String, Box<[String]>>,
}

/// A catalogue as the web view takes it.
#[derive(Debug, Serialize)]
pub struct WebCatalogue<'a> {
    /// Language tag for the `lang` attribute, such as `pt-BR`.
    pub language: String,
    /// The plural form of each number below 200; a larger `n` has that of `100 + n % 100`.
    pub plural_forms: Vec<usize>,
    /// Forms by English message.
    pub messages: BTreeMap<&'a str, &'a [String]>,
}

impl Catalogue {
    /// No translation: the messages as they are written.
    pub fn english() -> Self {
        Self {
            language: "en".to_owned(),
            rule: PluralRule::english(),
            messages: HashMap::new(),
        }
    }

    /// Reads a `.mo` file.
    ///
    /// # Errors
    ///
    /// If it cannot be read or is damaged.
    pub fn read(path: &Path) -> Result<Self, CatalogueError> {
        let unreadable = |source| CatalogueError::Unreadable {
            path: path.to_owned(),
            source,
        };
        if fs::metadata(path).map_err(unreadable)?.len() > MAX_FILE_BYTES {
            return Err(CatalogueError::Damaged);
        }
        Self::parse(&fs::read(path).map_err(unreadable)?)
    }

    /// Reads the bytes of a `.mo` file, of either byte order.
    ///
    /// # Errors
    ///
    /// If they are damaged.
    pub fn parse(bytes: &[u8]) -> Result<Self, CatalogueError> {
        let file = MoFile::new(bytes).ok_or(CatalogueError::Damaged)?;
        let mut catalogue = Self::english();
        for idx in 0..file.n_messages {
            let (key, forms) = file.message(idx).ok_or(CatalogueError::Damaged)?;
            let key = key.split('\0').next().unwrap_or(key);
            if key.is_empty() {
                for line in forms.lines() {
                    match line.split_once(':') {
                        Some(("Language", name)) => name.trim().clone_into(&mut catalogue.language),
                        Some(("Plural-Forms", rule)) => {
                            catalogue.rule = PluralRule::parse(rule.trim())?;
                        }
                        _ => {}
                    }
                }
            } else {
                let forms = forms.split('\0').map(str::to_owned).collect();
                catalogue.messages.insert(key.to_owned(), forms);
            }
        }
        Ok(catalogue)
    }

    /// The language, as catalogues name it: `de`, `pt_BR`.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The rule for plurals.
    pub const fn plural_rule(&self) -> &PluralRule {
        &self.rule
    }

    /// The catalogue for the web view.
    pub fn for_web(&self) -> WebCatalogue<'_> {
        WebCatalogue {
            language: self.language.replace('_', "-"),
            plural_forms: (0..200).map(|n| self.rule.form(n)).collect(),
            messages: self
                .messages
                .iter()
                .map(|(key, forms)| (key.as_str(), forms.as_ref()))
                .collect(),
        }
    }

    fn forms(&self, message: &str, context: Option<&str>) -> Option<&[String]> {
        let forms = match context {
            None => self.messages.get(message),
            Some(context) => self
                .messages
                .get(&format!("{context}{CONTEXT_END}{message}")),
        };
        forms.map(AsRef::as_ref)
    }
}

impl Translator for Catalogue {
    fn translate<'a>(&'a self, message: &'a str, context: Option<&'a str>) -> Cow<'a, str> {
        let forms = self.forms(message, context).unwrap_or_default();
        match forms.first() {
            Some(form) if !form.is_empty() => Cow::Borrowed(form),
            _ => Cow::Borrowed(message),
        }
    }

    fn ntranslate<'a>(
        &'a self,
        n: u64,
        singular: &'a str,
        plural: &'a str,
        context: Option<&'a str>,
    ) -> Cow<'a, str> {
        let forms = self.forms(singular, context).unwrap_or_default();
        match forms.get(self.rule.form(n)) {
            Some(form) if !form.is_empty() => Cow::Borrowed(form),
            _ => Cow::Borrowed(if n == 1 { singular } else { plural }),
        }
    }
}

/// The layout of a `.mo` file: two tables of lengths and offsets, and the strings.
struct MoFile<'a> {
    bytes: &'a [u8],
    number: fn([u8; 4]) -> u32,
    n_messages: usize,
    keys: usize,
    translations: usize,
}

impl<'a> MoFile<'a> {
    const MAGIC: u32 = 0x9504_12de;

    fn new(bytes: &'a [u8]) -> Option<Self> {
        let magic: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
        let number = if u32::from_le_bytes(magic) == Self::MAGIC {
            u32::from_le_bytes
        } else if u32::from_be_bytes(magic) == Self::MAGIC {
            u32::from_be_bytes
        } else {
            return None;
        };
        let mut file = Self {
            bytes,
            number,
            n_messages: 0,
            keys: 0,
            translations: 0,
        };
        let major_revision = file.number_at(4)? >> 16;
        file.n_messages = file.number_at(8)?;
        file.keys = file.number_at(12)?;
        file.translations = file.number_at(16)?;
        (major_revision <= 1).then_some(file)
    }

    fn number_at(&self, offset: usize) -> Option<usize> {
        let bytes = self.bytes.get(offset..offset.checked_add(4)?)?;
        usize::try_from((self.number)(bytes.try_into().ok()?)).ok()
    }

    fn string_at(&self, table: usize, idx: usize) -> Option<&'a str> {
        let entry = table.checked_add(idx.checked_mul(8)?)?;
        let n_bytes = self.number_at(entry)?;
        let offset = self.number_at(entry.checked_add(4)?)?;
        let bytes = self.bytes.get(offset..offset.checked_add(n_bytes)?)?;
        str::from_utf8(bytes).ok()
    }

    /// A key and its forms, joined by NUL.
    fn message(&self, idx: usize) -> Option<(&'a str, &'a str)> {
        Some((
            self.string_at(self.keys, idx)?,
            self.string_at(self.translations, idx)?,
        ))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A `.mo` file of these messages.
    pub(crate) fn compiled(messages: &[(&str, &str)], number: fn(u32) -> [u8; 4]) -> Vec<u8> {
        let n_messages = u32::try_from(messages.len()).unwrap();
        let tables = [28, 28 + 8 * n_messages];
        let head = [MoFile::MAGIC, 0, n_messages, tables[0], tables[1], 0, 0];
        let mut bytes: Vec<u8> = head.into_iter().flat_map(number).collect();
        let (mut index, mut strings) = (Vec::new(), Vec::new());
        let start = bytes.len() + 16 * messages.len();
        let keys = messages.iter().map(|(key, _)| key);
        for string in keys.chain(messages.iter().map(|(_, forms)| forms)) {
            let offset = u32::try_from(start + strings.len()).unwrap();
            index.extend(number(u32::try_from(string.len()).unwrap()));
            index.extend(number(offset));
            strings.extend(string.as_bytes());
            strings.push(0);
        }
        bytes.extend(index);
        bytes.extend(strings);
        bytes
    }

    const POLISH: [(&str, &str); 4] = [
        (
            "",
            "Language: pl\nPlural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && \
             (n%100<12 || n%100>14) ? 1 : 2);\n",
        ),
        ("menu\u{4}Quit", "Zakończ"),
        ("Quit", "Wyjdź"),
        ("{n} model\0{n} models", "{n} model\0{n} modele\0{n} modeli"),
    ];

    #[test]
    fn either_byte_order_is_read() {
        for number in [u32::to_le_bytes, u32::to_be_bytes] {
            let catalogue = Catalogue::parse(&compiled(&POLISH, number)).unwrap();
            assert_eq!(catalogue.language(), "pl");
            assert_eq!(catalogue.translate("Quit", None), "Wyjdź");
            assert_eq!(catalogue.translate("Quit", Some("menu")), "Zakończ");
            assert_eq!(catalogue.translate("Quit", Some("other")), "Quit");
            assert_eq!(catalogue.translate("Open", None), "Open");
            let models = |n| catalogue.ntranslate(n, "{n} model", "{n} models", None);
            assert_eq!(models(1), "{n} model");
            assert_eq!(models(3), "{n} modele");
            assert_eq!(models(5), "{n} modeli");
        }
    }

    #[test]
    fn what_is_not_translated_is_english() {
        let catalogue = Catalogue::english();
        assert_eq!(catalogue.ntranslate(1, "one", "many", None), "one");
        assert_eq!(catalogue.ntranslate(0, "one", "many", None), "many");
        let empty = Catalogue::parse(&compiled(&[("Quit", "")], u32::to_le_bytes)).unwrap();
        assert_eq!(empty.translate("Quit", None), "Quit");
    }

    #[test]
    fn the_web_view_gets_forms_and_rule() {
        let catalogue = Catalogue::parse(&compiled(&POLISH, u32::to_le_bytes)).unwrap();
        let web = catalogue.for_web();
        assert_eq!(web.messages["menu\u{4}Quit"], ["Zakończ"]);
        assert_eq!(web.messages["{n} model"].len(), 3);
        for n in 0..100_000 {
            let idx = if n < 200 { n } else { 100 + n % 100 };
            let form = web.plural_forms[usize::try_from(idx).unwrap()];
            assert_eq!(form, catalogue.plural_rule().form(n));
        }
    }

    #[test]
    fn no_cut_and_no_changed_byte_makes_it_panic() {
        let whole = compiled(&POLISH, u32::to_le_bytes);
        for n_bytes in 0..whole.len() - 1 {
            let _ = Catalogue::parse(&whole[..n_bytes]).unwrap_err();
        }
        for idx in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[idx] = value;
                let _ = Catalogue::parse(&bytes);
            }
        }
        let many = compiled(&[], |number| {
            if number == 0 {
                [0xff; 4]
            } else {
                number.to_le_bytes()
            }
        });
        Catalogue::parse(&many).unwrap_err();
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_catalogue_or_an_error(bytes: Vec<u8>) {
            let mut bytes = bytes;
            let _ = Catalogue::parse(&bytes);
            bytes.splice(0..0, MoFile::MAGIC.to_le_bytes());
            let _ = Catalogue::parse(&bytes);
        }
    }
}
