//! Reads the list of recordings to evaluate.
//!
//! Tab-separated text whose first line names the columns: `path` and `text` must be there,
//! `set` and `seconds` may be. Paths are relative to the directory of the manifest.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sotto_i18n::io_cause;

/// One recording with what is said in it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) set: String,
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    #[error("{}", tr::tr!("{} cannot be read: {}", .path.display(), io_cause(.source)))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "{}",
        tr::tr!(
            "{}, line 1: the column \"{}\" is missing; name the columns path and text, and set if \
             there are several",
            .path.display(),
            .column
        )
    )]
    NoColumn { path: PathBuf, column: &'static str },
    #[error(
        "{}",
        tr::tr!(
            "{}, line {}: there are {} columns where line 1 has {}",
            .path.display(),
            .line,
            .actual,
            .expected
        )
    )]
    Columns {
        path: PathBuf,
        line: usize,
        expected: usize,
        actual: usize,
    },
}

/// Reads a manifest.
pub(crate) fn read(path: &Path) -> Result<Vec<Item>, ManifestError> {
    let text = fs::read_to_string(path).map_err(|source| ManifestError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    parse(&text, path)
}

fn parse(text: &str, path: &Path) -> Result<Vec<Item>, ManifestError> {
    let dir = path.parent().unwrap_or(Path::new(""));
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let names: Vec<_> = lines
        .next()
        .map_or("", |(_, line)| line)
        .split('\t')
        .map(str::trim)
        .collect();
    let column = |wanted: &'static str| names.iter().position(|name| *name == wanted);
    let needed = |wanted: &'static str| {
        column(wanted).ok_or_else(|| ManifestError::NoColumn {
            path: path.to_owned(),
            column: wanted,
        })
    };
    let (path_idx, text_idx, set_idx) = (needed("path")?, needed("text")?, column("set"));
    let mut items = Vec::new();
    for (line_idx, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let fields: Vec<_> = line.split('\t').collect();
        if fields.len() != names.len() {
            return Err(ManifestError::Columns {
                path: path.to_owned(),
                line: line_idx + 1,
                expected: names.len(),
                actual: fields.len(),
            });
        }
        items.push(Item {
            set: set_idx.map_or("all", |set_idx| fields[set_idx]).to_owned(),
            path: dir.join(fields[path_idx]),
            text: fields[text_idx].to_owned(),
        });
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Item>, String> {
        parse(text, Path::new("speech/manifest.tsv")).map_err(|error| error.to_string())
    }

    #[test]
    fn columns_are_found_by_name() {
        let items = read_text("text\tset\tpath\nA b\tx\tx/1.wav\n\nC\ty\t/y.wav\n").unwrap();
        assert_eq!(items.len(), 2);
        assert_eq!(items[0].path, Path::new("speech/x/1.wav"));
        assert_eq!(
            (items[0].set.as_str(), items[0].text.as_str()),
            ("x", "A b")
        );
        assert_eq!(items[1].path, Path::new("/y.wav"));
        assert_eq!(read_text("path\ttext\na\tb").unwrap()[0].set, "all");
    }

    #[test]
    fn errors_name_the_line() {
        let message = |text: &str| read_text(text).err().unwrap();
        assert!(message("path\tset\n").contains("manifest.tsv, line 1: the column \"text\""));
        assert!(message("").contains("line 1"));
        assert!(message("path\ttext\na\tb\nc\n").contains("line 3: there are 1 columns"));
    }
}
