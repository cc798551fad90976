//! Names of keys, such as `F9` or `Control+Alt+D`, as X keysyms.
//!
//! Source: `keysymdef.h` of the X protocol.

use sotto_ibus::{KeyChord, Modifiers};

/// Keys beside letters, digits and F1 to F35.
const NAMED: &[(&str, u32)] = &[
    ("pause", 0xff13),
    ("scroll_lock", 0xff14),
    ("menu", 0xff67),
    ("insert", 0xff63),
    ("home", 0xff50),
    ("end", 0xff57),
    ("page_up", 0xff55),
    ("page_down", 0xff56),
    ("print", 0xff61),
    ("space", 0x20),
    ("control_r", 0xffe4),
    ("alt_r", 0xffea),
    ("shift_r", 0xffe2),
    ("super_r", 0xffec),
    ("caps_lock", 0xffe5),
];

const F1: u32 = 0xffbe;
const N_FUNCTION_KEYS: u32 = 35;

/// A name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no key: write a name such as \"F9\", \"Pause\" or \"Control_R\", \
     with \"Shift+\", \"Control+\", \"Alt+\" or \"Super+\" before it"
)]
pub(crate) struct UnknownKey(String);

/// The key of that name.
pub(crate) fn chord(name: &str) -> Result<KeyChord, UnknownKey> {
    let unknown = || UnknownKey(name.to_owned());
    let mut parts: Vec<&str> = name.split('+').map(str::trim).collect();
    let key = parts
        .pop()
        .filter(|key| !key.is_empty())
        .ok_or_else(unknown)?;
    let mut modifiers = Modifiers::default();
    for part in parts {
        match part.to_ascii_lowercase().as_str() {
            "shift" => modifiers.shift = true,
            "control" | "ctrl" => modifiers.control = true,
            "alt" => modifiers.alt = true,
            "super" | "logo" => modifiers.logo = true,
            _ => return Err(unknown()),
        }
    }
    Ok(KeyChord::new(keysym(key).ok_or_else(unknown)?, modifiers))
}

fn keysym(key: &str) -> Option<u32> {
    let lower = key.to_ascii_lowercase();
    if let Some((_, keysym)) = NAMED.iter().find(|(name, _)| *name == lower) {
        return Some(*keysym);
    }
    if let Some(number) = lower
        .strip_prefix('f')
        .and_then(|number| number.parse::<u32>().ok())
    {
        return (1..=N_FUNCTION_KEYS)
            .contains(&number)
            .then(|| F1 + number - 1);
    }
    let mut chars = lower.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if c.is_ascii_alphanumeric() => Some(u32::from(c)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys() {
        let plain = |keysym| KeyChord::new(keysym, Modifiers::default());
        assert_eq!(chord("F9"), Ok(plain(0xffc6)));
        assert_eq!(chord("pause"), Ok(plain(0xff13)));
        let modifiers = Modifiers {
            control: true,
            alt: true,
            ..Modifiers::default()
        };
        assert_eq!(chord("Control + Alt+D"), Ok(KeyChord::new(0x64, modifiers)));
        for wrong in ["", "+", "F36", "F0", "Hyper+Q", "qq", "é", "Control+"] {
            chord(wrong).unwrap_err();
        }
    }
}
