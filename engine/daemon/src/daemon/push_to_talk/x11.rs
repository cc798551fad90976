//! The key as the X server sees it: raw events of XInput 2.
//!
//! A grab would take the focus from the text field for as long as the key is held; raw events leave
//! focus and keys alone. They tell of every key, in every window; only ours is looked at.
//! Sources: the XInput 2 protocol text, and "Keyboard Encoding" in the X11 protocol text.

use std::{convert::Infallible, os::fd::AsFd as _};

use sotto_ibus::KeyChord;
use tokio::{io::Interest, net::UnixStream};
use x11rb::{
    connection::{Connection as _, RequestConnection as _},
    errors::{ConnectError, ConnectionError, ReplyError},
    protocol::{
        Event,
        xinput::{self, ConnectionExt as _, Device, XIEventMask},
        xproto::{ConnectionExt as _, Keycode, Window},
    },
    rust_connection::RustConnection,
};

use super::{Key, Watched};

/// Raw events reach a client whose key another has grabbed from this version of XInput on.
const XINPUT_VERSION: (u16, u16) = (2, 1);

/// Modifier bits 0 and 2 of the core protocol; where Alt and Super are, the keyboard map says.
const SHIFT: u16 = 1;
const CONTROL: u16 = 1 << 2;
/// Bits of a modifier mask; the buttons of the mouse follow them.
const N_MODIFIERS: usize = 8;

const KEYSYMS_ALT: [u32; 2] = [0xffe9, 0xffea];
const KEYSYMS_SUPER: [u32; 2] = [0xffeb, 0xffec];

/// Why the X server does not show the key.
#[derive(Debug, thiserror::Error)]
pub(super) enum X11Error {
    #[error("{}", tr::tr!("the X server cannot be reached ({}): run Sotto within an X11 session", .0))]
    Unreachable(#[from] ConnectError),
    #[error("{}", tr::tr!("the X server lacks XInput {}.{}, so bind \"sotto press\" in the desktop's settings", XINPUT_VERSION.0, XINPUT_VERSION.1))]
    NoXInput,
    #[error("{}", tr::tr!("no key of this keyboard gives the one in the settings: choose another push_to_talk"))]
    NoSuchKey,
    #[error("{}", tr::tr!("the X server ended: {}", .0))]
    Ended(#[from] ConnectionError),
    #[error("{}", tr::tr!("the X server refused: {}", .0))]
    Refused(#[from] ReplyError),
    #[error("{}", tr::tr!("the X server's connection cannot be waited for: {}", .0))]
    Wait(#[from] std::io::Error),
}

/// A key of the keyboard that gives our keysym.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OurKey {
    code: Keycode,
    /// The modifier bits that it sets itself.
    own: u16,
}

/// Where the key is on this keyboard.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    keys: Vec<OurKey>,
    /// Modifier bits that count at all.
    relevant: u16,
    /// Those that must be set.
    required: u16,
}

/// Tells the edges of the key for as long as the X server runs.
pub(super) async fn watch(chord: KeyChord, key: &Key) -> Result<Infallible, X11Error> {
    let (connection, root) = connect().await?;
    let readiness = readiness(&connection)?;
    let mut place = Place::find(&connection, chord)?;
    let mut key = Watched::new(key);
    let mut held = None;
    loop {
        while let Some(event) = connection.poll_for_event()? {
            match event {
                Event::XinputRawKeyPress(press) => {
                    if held.is_none()
                        && let Some(ours) = place.key(press.detail)
                        && place.is_pressed(ours, modifiers(&connection, root)?)
                    {
                        held = Some(ours.code);
                        key.press();
                    }
                }
                Event::XinputRawKeyRelease(release)
                    if held.is_some_and(|code| u32::from(code) == release.detail) =>
                {
                    held = None;
                    key.release();
                }
                Event::MappingNotify(_) => place = Place::find(&connection, chord)?,
                _ => {}
            }
        }
        readiness.readable().await?;
        // Cleared before everything is read, so that nothing is slept through.
        let cleared = readiness.try_io(Interest::READABLE, || {
            Err::<Infallible, _>(std::io::ErrorKind::WouldBlock.into())
        });
        cleared.expect_err("the closure always fails");
    }
}

/// The connection's socket once more, for tokio to wait on; nothing is read from it.
fn readiness(connection: &RustConnection) -> std::io::Result<UnixStream> {
    let socket = connection.stream().as_fd().try_clone_to_owned()?;
    UnixStream::from_std(socket.into())
}

impl Place {
    fn find(connection: &RustConnection, chord: KeyChord) -> Result<Self, X11Error> {
        let setup = connection.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let n_keycodes = last.saturating_sub(first).saturating_add(1);
        let keysyms = connection.get_keyboard_mapping(first, n_keycodes)?;
        let modifiers = connection.get_modifier_mapping()?;
        let (keysyms, modifiers) = (keysyms.reply()?, modifiers.reply()?);
        let by_keycode: Vec<(Keycode, &[u32])> = (first..=last)
            .zip(
                keysyms
                    .keysyms
                    .chunks(usize::from(keysyms.keysyms_per_keycode).max(1)),
            )
            .collect();
        let place = Self::on(&by_keycode, &modifiers.keycodes, chord);
        if place.keys.is_empty() {
            return Err(X11Error::NoSuchKey);
        }
        Ok(place)
    }

    /// The place on a keyboard of these keysyms by keycode, and these keycodes by modifier.
    fn on(by_keycode: &[(Keycode, &[u32])], modifiers: &[Keycode], chord: KeyChord) -> Self {
        let bits_of = |code: Keycode| {
            modifiers
                .chunks((modifiers.len() / N_MODIFIERS).max(1))
                .take(N_MODIFIERS)
                .enumerate()
                .filter(|(_, codes)| codes.contains(&code))
                .fold(0, |bits, (bit, _)| bits | 1 << bit)
        };
        // The first level of the first and of the second layout.
        let gives = |keysyms: &[u32], wanted: &[u32]| {
            [0, 2]
                .iter()
                .filter_map(|column| keysyms.get(*column))
                .any(|keysym| wanted.contains(keysym))
        };
        let with = |wanted: &[u32]| {
            by_keycode
                .iter()
                .filter(|(_, keysyms)| gives(keysyms, wanted))
                .fold(0, |bits, (code, _)| bits | bits_of(*code))
        };
        let held = chord.modifiers();
        let relevant = [
            (held.shift, SHIFT),
            (held.control, CONTROL),
            (held.alt, with(&KEYSYMS_ALT)),
            (held.logo, with(&KEYSYMS_SUPER)),
        ];
        Self {
            keys: by_keycode
                .iter()
                .filter(|(_, keysyms)| gives(keysyms, &[chord.keyval()]))
                .map(|(code, _)| OurKey {
                    code: *code,
                    own: bits_of(*code),
                })
                .collect(),
            relevant: relevant.iter().fold(0, |bits, (_, mask)| bits | mask),
            required: relevant
                .iter()
                .filter(|(required, _)| *required)
                .fold(0, |bits, (_, mask)| bits | mask),
        }
    }

    fn key(&self, code: u32) -> Option<OurKey> {
        self.keys
            .iter()
            .find(|key| u32::from(key.code) == code)
            .copied()
    }

    /// Whether this key with these modifiers held is the one in the settings; locks do not count.
    const fn is_pressed(&self, key: OurKey, modifiers: u16) -> bool {
        (modifiers ^ self.required) & self.relevant & !key.own == 0
    }
}

/// Whether the key could be watched here.
pub(super) async fn examine(chord: Option<KeyChord>) -> Result<(), X11Error> {
    let (connection, _) = connect().await?;
    if let Some(chord) = chord {
        Place::find(&connection, chord)?;
    }
    Ok(())
}

/// Connects and asks for raw key events; in a thread of its own, because a dead display may hang.
async fn connect() -> Result<(RustConnection, Window), X11Error> {
    let connecting = tokio::task::spawn_blocking(|| {
        let (connection, screen) = RustConnection::connect(None)?;
        let root = connection.setup().roots[screen].root;
        if connection
            .extension_information(xinput::X11_EXTENSION_NAME)?
            .is_none()
        {
            return Err(X11Error::NoXInput);
        }
        let (major, minor) = XINPUT_VERSION;
        let version = connection.xinput_xi_query_version(major, minor)?.reply()?;
        if (version.major_version, version.minor_version) < XINPUT_VERSION {
            return Err(X11Error::NoXInput);
        }
        let mask = xinput::EventMask {
            deviceid: Device::ALL_MASTER.into(),
            mask: vec![XIEventMask::RAW_KEY_PRESS | XIEventMask::RAW_KEY_RELEASE],
        };
        connection.xinput_xi_select_events(root, &[mask])?.check()?;
        Ok((connection, root))
    });
    connecting.await.map_err(std::io::Error::other)?
}

/// The modifiers held now.
fn modifiers(connection: &RustConnection, root: Window) -> Result<u16, X11Error> {
    Ok(connection.query_pointer(root)?.reply()?.mask.into())
}

#[cfg(test)]
mod tests {
    use sotto_ibus::Modifiers;

    use super::*;

    const F9: u32 = 0xffc6;
    const CONTROL_L: u32 = 0xffe3;
    const CONTROL_R: u32 = 0xffe4;
    const D: u32 = 0x64;
    const CYRILLIC_EF: u32 = 0x6c6;
    const NUM_LOCK: u16 = 1 << 4;
    const ALT: u16 = 1 << 3;

    /// A keyboard with an English and a Russian layout, in this order or the other.
    fn place(chord: KeyChord, d_column: usize) -> Place {
        let mut d = [CYRILLIC_EF; 4];
        d[d_column] = D;
        d[d_column + 1] = D - 0x20;
        let by_keycode: [(Keycode, &[u32]); 5] = [
            (37, &[CONTROL_L, 0, CONTROL_L, 0]),
            (40, &d),
            (64, &[KEYSYMS_ALT[0], 0]),
            (75, &[F9]),
            (105, &[CONTROL_R, 0, CONTROL_R, 0]),
        ];
        // Two keycodes for each modifier; Alt is Mod1.
        let mut modifiers = [0; 16];
        modifiers[4..6].copy_from_slice(&[37, 105]);
        modifiers[6] = 64;
        Place::on(&by_keycode, &modifiers, chord)
    }

    #[test]
    fn a_plain_key_with_locks_and_with_modifiers() {
        let place = place(KeyChord::new(F9, Modifiers::default()), 0);
        let key = place.key(75).unwrap();
        assert!(place.is_pressed(key, 0));
        assert!(place.is_pressed(key, NUM_LOCK | 1 << 1 | 1 << 8));
        assert!(!place.is_pressed(key, CONTROL));
        assert_eq!(place.key(40), None);
    }

    #[test]
    fn a_letter_in_either_layout() {
        let modifiers = Modifiers {
            control: true,
            alt: true,
            ..Modifiers::default()
        };
        for column in [0, 2] {
            let place = place(KeyChord::new(D, modifiers), column);
            let key = place.key(40).unwrap();
            assert!(place.is_pressed(key, CONTROL | ALT));
            assert!(!place.is_pressed(key, CONTROL));
            assert!(!place.is_pressed(key, CONTROL | ALT | SHIFT));
        }
    }

    #[test]
    fn a_modifier_alone_may_set_its_own_bit() {
        let place = place(KeyChord::new(CONTROL_R, Modifiers::default()), 0);
        let key = place.key(105).unwrap();
        assert_eq!(key.own, CONTROL);
        assert!(place.is_pressed(key, CONTROL));
        assert!(!place.is_pressed(key, CONTROL | SHIFT));
    }

    #[test]
    fn a_key_that_the_keyboard_lacks() {
        assert!(
            place(KeyChord::new(0xff13, Modifiers::default()), 0)
                .keys
                .is_empty()
        );
    }
}
