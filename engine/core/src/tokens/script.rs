//! Which characters are written without spaces between words.

/// How a character joins its neighbors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joining {
    /// White space.
    Space,
    /// Han and kana: each stands alone, no spaces around.
    Unspaced,
    /// Closing punctuation of those scripts: belongs to what precedes it.
    UnspacedClosing,
    /// Punctuation that ends a word of a spaced script.
    Closing,
    /// Letters, digits and the rest.
    Spaced,
}

/// Classifies a character.
pub(crate) fn joining(character: char) -> Joining {
    match character {
        '、' | '。' | '，' | '．' | '！' | '？' | '；' | '：' | '）' | '」' | '』' | '】'
        | '》' | '〉' | '〕' | '｝' | '］' | '～' => Joining::UnspacedClosing,
        '.' | ',' | '?' | '!' | ';' | ':' | '…' | '%' | '।' | '،' | '؟' | '؛' => {
            Joining::Closing
        }
        _ if character.is_whitespace() => Joining::Space,
        '\u{2E80}'..='\u{2FDF}'
        | '\u{3001}'..='\u{30FF}'
        | '\u{31C0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3134F}' => Joining::Unspaced,
        _ => Joining::Spaced,
    }
}

/// Whether no space goes between two adjacent words.
pub(crate) fn joins_without_space(previous: &str, next: &str) -> bool {
    let unspaced = |character: Option<char>| {
        character.is_some_and(|character| {
            matches!(
                joining(character),
                Joining::Unspaced | Joining::UnspacedClosing
            )
        })
    };
    unspaced(previous.chars().next_back()) && unspaced(next.chars().next())
}
