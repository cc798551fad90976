//! The key-value pairs an export leaves in an ONNX file, with typed access.
//!
//! Lists are decimal numbers separated by commas.

use std::collections::BTreeMap;

use super::error::LoadError;

/// Metadata of one file.
#[derive(Debug, Clone)]
pub(super) struct Metadata {
    file: String,
    entries: BTreeMap<String, String>,
}

impl Metadata {
    pub(super) fn new(file: &str, entries: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            file: file.to_owned(),
            entries: entries.into_iter().collect(),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(String::as_str)
    }

    pub(super) fn required(&self, key: &str) -> Result<&str, LoadError> {
        self.get(key).ok_or_else(|| self.error(key, "is missing"))
    }

    /// A positive number below 2^20: every size in these graphs is.
    pub(super) fn size(&self, key: &str) -> Result<usize, LoadError> {
        self.parse(key, self.required(key)?)
    }

    /// A list of sizes.
    pub(super) fn sizes(&self, key: &str) -> Result<Vec<usize>, LoadError> {
        self.required(key)?
            .split(',')
            .map(|text| self.parse(key, text))
            .collect()
    }

    /// A list of `n` sizes.
    pub(super) fn n_sizes(&self, key: &str, n: usize) -> Result<Vec<usize>, LoadError> {
        let sizes = self.sizes(key)?;
        if sizes.len() == n {
            Ok(sizes)
        } else {
            Err(self.error(
                key,
                &format!("holds {} values where {n} belong", sizes.len()),
            ))
        }
    }

    pub(super) fn error(&self, key: &str, problem: &str) -> LoadError {
        LoadError::Metadata {
            file: self.file.clone(),
            key: key.to_owned(),
            problem: problem.to_owned(),
        }
    }

    fn parse(&self, key: &str, text: &str) -> Result<usize, LoadError> {
        match text.trim().parse() {
            Ok(size) if (1..1 << 20).contains(&size) => Ok(size),
            _ => Err(self.error(key, &format!("is `{text}`, not a usable size"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(text: &str) -> Metadata {
        Metadata::new("encoder.onnx", [("T".to_owned(), text.to_owned())])
    }

    #[test]
    fn reads_sizes_and_lists() {
        assert_eq!(metadata("45").size("T").unwrap(), 45);
        assert_eq!(metadata("2,4, 3").n_sizes("T", 3).unwrap(), [2, 4, 3]);
    }

    #[test]
    fn unusable_values_are_named() {
        for text in ["", "-1", "0", "1.5", "4294967296", "2,x"] {
            let error = metadata(text).sizes("T").unwrap_err().to_string();
            assert!(
                error.contains("encoder.onnx") && error.contains("`T`"),
                "{error}"
            );
        }
        let error = metadata("45")
            .size("decode_chunk_len")
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "encoder.onnx: its metadata entry `decode_chunk_len` is missing; download the model again"
        );
    }
}
