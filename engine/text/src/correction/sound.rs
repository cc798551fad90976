//! How alike two texts sound, by their consonants.
//!
//! A coarse key in the manner of Soundex and Metaphone: letters that are often heard for one
//! another become one sign, vowels count only at the start, doubled signs once.

/// Edits between the keys of two texts, or `None` if they sound too different.
pub(super) fn sound_distance(first: &str, second: &str) -> Option<usize> {
    let (first, second) = (key(first), key(second));
    let longest = first.len().max(second.len());
    if longest < 2 {
        return None;
    }
    let distance = edits(&first, &second);
    (distance * 3 <= longest).then_some(distance)
}

fn key(text: &str) -> Vec<char> {
    let letters: Vec<char> = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphabetic())
        .map(without_accent)
        .collect();
    let mut key = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let (sign, n_letters) = match (letter, next) {
            ('t', 'h') => ('t', 2),
            ('s' | 'c', 'h') => ('S', 2),
            ('p', 'h') => ('f', 2),
            ('b', 'h') => ('f', 2),
            ('c', 'k') => ('k', 2),
            ('g', 'h') | ('w', 'h') => ('.', 2),
            ('s', 'i') if letters.get(at + 2) == Some(&'o') => ('S', 3),
            ('c', 'e' | 'i' | 'y') => ('s', 1),
            ('c' | 'q' | 'k' | 'g', _) => ('k', 1),
            ('x', _) => ('k', 1),
            ('b' | 'p', _) => ('p', 1),
            ('d' | 't', _) => ('t', 1),
            ('f' | 'v', _) => ('f', 1),
            ('s' | 'z', _) => ('s', 1),
            ('j', _) => ('S', 1),
            ('m' | 'n', _) => ('n', 1),
            ('l', _) => ('l', 1),
            ('r', _) => ('r', 1),
            ('h' | 'w' | 'y', _) => ('.', 1),
            ('a' | 'e' | 'i' | 'o' | 'u', _) if key.is_empty() => ('a', 1),
            ('a' | 'e' | 'i' | 'o' | 'u', _) => ('.', 1),
            (other, _) => (other, 1),
        };
        if sign != '.' && key.last() != Some(&sign) {
            key.push(sign);
        }
        at += n_letters;
    }
    key
}

const fn without_accent(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 's',
        'ñ' => 'n',
        'ß' => 's',
        other => other,
    }
}

fn edits(first: &[char], second: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (i, a) in first.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in second.iter().enumerate() {
            let cost = (diagonal + usize::from(a != b))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = cost;
        }
    }
    row[second.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_and_not() {
        for (first, second) in [
            ("chevron", "Shevaun"),
            ("cooper netties", "Kubernetes"),
            ("shiv on", "Siobhan"),
            ("fish", "phish"),
            ("Zoë", "so"),
        ] {
            let alike = sound_distance(first, second).is_some();
            assert_eq!(alike, first != "Zoë", "{first} {second}");
        }
        assert_eq!(sound_distance("cat", "dog"), None);
        assert_eq!(sound_distance("", ""), None);
        assert_eq!(sound_distance("日本", "日本"), Some(0));
    }
}
