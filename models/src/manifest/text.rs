//! A manifest as text: what is written when a model is installed.

use std::fmt::{self, Write as _};

use super::{Decoding, Manifest, SearchKind};

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "format = {}", self.format)?;
        for (key, value) in [
            ("id", &self.id),
            ("name", &self.name),
            ("language", &self.language),
            ("license", &self.license),
        ] {
            writeln!(f, "{key} = {}", Quoted(value))?;
        }
        if !self.languages.is_empty() {
            let tags: Vec<_> = self
                .languages
                .iter()
                .map(|tag| Quoted(tag).to_string())
                .collect();
            writeln!(f, "languages = [{}]", tags.join(", "))?;
        }
        for (key, value) in [
            ("attribution", &self.attribution),
            ("description", &self.description),
            ("source", &self.source),
            ("commit", &self.commit),
        ] {
            if !value.is_empty() {
                writeln!(f, "{key} = {}", Quoted(value))?;
            }
        }
        writeln!(f, "\n[writes]\ncase = {}", self.writes.case)?;
        writeln!(f, "punctuation = {}", self.writes.punctuation)?;
        writeln!(f, "\n[decoding]")?;
        let Decoding {
            search,
            beam_width,
            lm_weight,
            word_bonus,
            unknown_log_prob,
            min_confidence,
        } = self.decoding;
        if let Some(search) = search {
            let search = match search {
                SearchKind::Greedy => "greedy",
                SearchKind::Beam => "beam",
            };
            writeln!(f, "search = {}", Quoted(search))?;
        }
        if let Some(width) = beam_width {
            writeln!(f, "beam_width = {width}")?;
        }
        for (key, value) in [
            ("lm_weight", lm_weight),
            ("word_bonus", word_bonus),
            ("unknown_log_prob", unknown_log_prob),
            ("min_confidence", min_confidence),
        ] {
            if let Some(value) = value {
                // With a point or an exponent, whatever the value: a float of TOML has one.
                writeln!(f, "{key} = {value:?}")?;
            }
        }
        for file in &self.files {
            writeln!(f, "\n[[files]]\nrole = {}", Quoted(file.role.as_str()))?;
            writeln!(f, "path = {}", Quoted(&file.path.to_string_lossy()))?;
            writeln!(f, "size = {}", file.size)?;
            writeln!(f, "sha256 = {}", Quoted(&file.sha256))?;
        }
        Ok(())
    }
}

/// A basic string of TOML.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                c if c.is_control() => write!(f, "\\u{:04X}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::{FileEntry, FileRole, Writes};

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            texts in prop::collection::vec("[\\PC\\n\\t\"\\\\\u{7f}\u{1}]{0,20}", 7),
            case: bool,
            beam_width in prop::option::of(1_u16..),
            lm_weight in prop::option::of(-1e30_f32..1e30),
            size in 0..=u64::try_from(i64::MAX).unwrap(),
        ) {
            let mut texts = texts.into_iter();
            let mut text = || texts.next().unwrap();
            let mut manifest = Manifest::new("a-1".to_owned(), text(), text(), text());
            manifest.languages = vec![text(), "de".to_owned()];
            manifest.attribution = text();
            manifest.description = text();
            manifest.source = text();
            manifest.writes = Writes { case, punctuation: !case };
            manifest.decoding = Decoding {
                search: beam_width.map(|_| SearchKind::Beam),
                beam_width,
                lm_weight,
                word_bonus: lm_weight.map(f32::abs),
                unknown_log_prob: lm_weight.map(|weight| -weight.abs()),
                min_confidence: lm_weight.map(f32::abs),
            };
            manifest.files = [(FileRole::Ctc, "m \"x\".onnx"), (FileRole::Tokens, "t.txt")]
                .map(|(role, path)| FileEntry {
                    role,
                    path: path.into(),
                    size,
                    sha256: "0a".repeat(32),
                })
                .to_vec();
            let written = manifest.to_string();
            prop_assert_eq!(Manifest::parse(&written, Path::new("m")).unwrap(), manifest);
        }
    }
}
