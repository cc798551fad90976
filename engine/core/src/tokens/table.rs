//! The lines of `tokens.txt`, checked.

/// Why a symbol table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokensError {
    /// No line at all.
    #[error(
        "{file} is empty: it must list the symbols of the model, one a line; download the model again"
    )]
    Empty {
        /// The file.
        file: String,
    },
    /// Bytes that are no text.
    #[error("{file} line {line} is not UTF-8 text; download the model again")]
    NotUtf8 {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
    },
    /// A line without a usable id.
    #[error(
        "{file} line {line} does not end in a token id: a line is a symbol, a space and its number"
    )]
    NoId {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
    },
    /// More than a symbol and an id.
    #[error("{file} line {line} has {n_fields} fields: a line is a symbol, a space and its number")]
    ExtraFields {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Fields on that line.
        n_fields: usize,
    },
    /// An id given twice.
    #[error("{file} line {line} gives id {id}, which line {first_line} has already given")]
    DuplicateId {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// The id.
        id: u32,
        /// The line that gave it first.
        first_line: usize,
    },
    /// A hole among the ids.
    #[error(
        "{file} has {n_tokens} lines but none with id {id}: ids must run from 0 without a hole"
    )]
    MissingId {
        /// The file.
        file: String,
        /// Number of lines with an id.
        n_tokens: usize,
        /// The smallest id that is missing.
        id: u32,
    },
    /// No blank symbol.
    #[error("{file} has no <blk> line: it does not belong to a streaming speech model")]
    NoBlank {
        /// The file.
        file: String,
    },
    /// A table of another model.
    #[error("{file} has {found} tokens, the model has {expected}: they belong to different models")]
    OtherModel {
        /// The file.
        file: String,
        /// Tokens in the file.
        found: usize,
        /// Tokens of the model.
        expected: usize,
    },
}

/// Symbols in order of their ids. A line with an id alone is the space symbol, returned as `▁`.
///
/// Disambiguation symbols (`#0`, `#1` …) past the model's vocabulary belong to a lexicon graph and
/// are left out.
pub(super) fn parse<'a>(
    file: &str,
    tokens: &'a [u8],
    vocab_size: Option<usize>,
) -> Result<Vec<&'a str>, TokensError> {
    let tokens = tokens.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(tokens);
    let mut found: Vec<(u32, &str, usize)> = Vec::new();
    for (line, bytes) in (1..).zip(tokens.split(|&byte| byte == b'\n')) {
        let Ok(text) = str::from_utf8(bytes) else {
            return Err(TokensError::NotUtf8 {
                file: file.into(),
                line,
            });
        };
        let mut fields = text.split_ascii_whitespace();
        let (name, id) = match (fields.next(), fields.next()) {
            (None, _) => continue,
            (Some(id), None) => ("▁", id),
            (Some(name), Some(id)) => (name, id),
        };
        let n_extra = fields.count();
        if n_extra > 0 {
            return Err(TokensError::ExtraFields {
                file: file.into(),
                line,
                n_fields: 2 + n_extra,
            });
        }
        let Ok(id) = id.parse() else {
            return Err(TokensError::NoId {
                file: file.into(),
                line,
            });
        };
        found.push((id, name, line));
    }
    if found.is_empty() {
        return Err(TokensError::Empty { file: file.into() });
    }
    found.sort_by_key(|&(id, _, line)| (id, line));
    for (expected, pair) in (0_u32..).zip(found.windows(2)) {
        if pair[0].0 == pair[1].0 {
            let (id, _, line) = pair[1];
            let first_line = pair[0].2;
            return Err(TokensError::DuplicateId {
                file: file.into(),
                line,
                id,
                first_line,
            });
        }
        if pair[0].0 != expected {
            return Err(missing(file, &found, expected));
        }
    }
    let last = u32::try_from(found.len() - 1).unwrap_or(u32::MAX);
    if found[found.len() - 1].0 != last {
        return Err(missing(file, &found, last));
    }
    if let Some(expected) = vocab_size {
        while found.len() > expected && is_disambiguation(found[found.len() - 1].1) {
            found.pop();
        }
        if found.len() != expected {
            return Err(TokensError::OtherModel {
                file: file.into(),
                found: found.len(),
                expected,
            });
        }
    }
    Ok(found.into_iter().map(|(_, name, _)| name).collect())
}

fn missing(file: &str, found: &[(u32, &str, usize)], id: u32) -> TokensError {
    TokensError::MissingId {
        file: file.into(),
        n_tokens: found.len(),
        id,
    }
}

fn is_disambiguation(name: &str) -> bool {
    name.strip_prefix('#').is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
