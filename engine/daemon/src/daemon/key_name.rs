//! Names of keys, such as `F9` or `Control+Alt+D`, as X keysyms.
//!
//! Source: `keysymdef.h` of the X protocol.

use sotto_ibus::{KeyChord, Modifiers};

/// Keys beside letters, digits and F1 to F35, as X writes their names.
const NAMED: &[(&str, u32)] = &[
    ("Pause", 0xff13),
    ("Scroll_Lock", 0xff14),
    ("Menu", 0xff67),
    ("Insert", 0xff63),
    ("Home", 0xff50),
    ("End", 0xff57),
    ("Page_Up", 0xff55),
    ("Page_Down", 0xff56),
    ("Print", 0xff61),
    ("space", 0x20),
    ("Control_R", 0xffe4),
    ("Alt_R", 0xffea),
    ("Shift_R", 0xffe2),
    ("Super_R", 0xffec),
    ("Caps_Lock", 0xffe5),
];

const F1: u32 = 0xffbe;
const N_FUNCTION_KEYS: u32 = 35;

/// A name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}",
    tr::tr!(
        "\"{}\" is no key: write a name such as \"F9\", \"Pause\" or \"Control_R\", \
         with \"Shift+\", \"Control+\", \"Alt+\" or \"Super+\" before it",
        .0
    )
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

/// The key as the desktop portal wants it: `CTRL+ALT+d`.
///
/// Source: the "shortcuts" specification of freedesktop.org.
pub(crate) fn trigger(chord: KeyChord) -> String {
    let modifiers = chord.modifiers();
    let held = [
        (modifiers.control, "CTRL+"),
        (modifiers.alt, "ALT+"),
        (modifiers.shift, "SHIFT+"),
        (modifiers.logo, "LOGO+"),
    ];
    let mut trigger: String = held
        .into_iter()
        .filter_map(|(held, name)| held.then_some(name))
        .collect();
    let keysym = chord.keyval();
    match NAMED.iter().find(|(_, named)| *named == keysym) {
        Some((name, _)) => trigger.push_str(name),
        None if (F1..F1 + N_FUNCTION_KEYS).contains(&keysym) => {
            trigger.push_str(&format!("F{}", keysym - F1 + 1));
        }
        None => trigger.extend(char::from_u32(keysym)),
    }
    trigger
}

fn keysym(key: &str) -> Option<u32> {
    let lower = key.to_ascii_lowercase();
    if let Some((_, keysym)) = NAMED
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
    {
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

    #[test]
    fn triggers_of_the_portal() {
        for (name, expected) in [
            ("F9", "F9"),
            ("pause", "Pause"),
            ("Control+Alt+D", "CTRL+ALT+d"),
            ("Super+Shift+space", "SHIFT+LOGO+space"),
        ] {
            assert_eq!(trigger(chord(name).unwrap()), expected);
        }
    }
}
