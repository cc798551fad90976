//! Which language's tables apply.

/// A language that ships tables; everything else gets spacing and capitals only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// `en`
    English,
    /// `de`
    German,
    /// `fr`
    French,
    /// `es`
    Spanish,
    /// No tables: words are joined, marked and cased, nothing is rewritten.
    Other,
}

impl Language {
    /// All languages with tables.
    pub const WITH_TABLES: [Self; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    /// The language of a locale or BCP 47 tag such as `en`, `de-AT` or `fr_CA.UTF-8`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        let primary = tag
            .split(['-', '_', '.', '@'])
            .next()
            .unwrap_or_default()
            .to_lowercase();
        match primary.as_str() {
            "en" | "eng" => Self::English,
            "de" | "deu" | "ger" => Self::German,
            "fr" | "fra" | "fre" => Self::French,
            "es" | "spa" => Self::Spanish,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_locales() {
        for (tag, language) in [
            ("en", Language::English),
            ("EN_us.UTF-8", Language::English),
            ("de-AT", Language::German),
            ("fr_CA@euro", Language::French),
            ("es-419", Language::Spanish),
            ("tlh", Language::Other),
            ("", Language::Other),
            ("😀", Language::Other),
        ] {
            assert_eq!(Language::from_tag(tag), language, "{tag}");
        }
    }
}
