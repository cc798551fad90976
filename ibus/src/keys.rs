//! Which of the user's keys are ours.
//!
//! Every key press and release in the focused application asks us first and waits for the answer, so the answer
//! comes from this small policy at once and never from the session.
//! Only the push-to-talk key, Escape while there is something to cancel, and while candidates are shown the keys that
//! choose one are kept from the application;
//! of every other key the session learns that one was pressed, and never which.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A key event, as `ProcessKeyEvent` brings it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyEvent {
    /// X keysym.
    pub keyval: u32,
    /// Hardware key, as evdev counts.
    pub keycode: u32,
    /// Modifiers and, for a release, [`RELEASE_MASK`].
    pub state: u32,
}

impl std::fmt::Debug for KeyEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "KeyEvent({})",
            if self.is_release() {
                "release"
            } else {
                "press"
            }
        )
    }
}

impl KeyEvent {
    pub(crate) fn is_release(self) -> bool {
        self.state & RELEASE_MASK != 0
    }
}

/// The bit of `state` that says a key went up (`IBUS_RELEASE_MASK`).
pub const RELEASE_MASK: u32 = 1 << 30;

const SHIFT: u32 = 1;
const CONTROL: u32 = 1 << 2;
const ALT: u32 = 1 << 3;
const MOD4: u32 = 1 << 6;
const SUPER: u32 = 1 << 26;

/// Modifiers with which a key is a command and no text.
pub(crate) const COMMANDING: u32 = CONTROL | ALT | MOD4 | SUPER;

const KEYVAL_ESCAPE: u32 = 0xff1b;

/// A key with the modifiers that must be held; locks such as Num Lock do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyChord {
    keyval: u32,
    modifiers: u32,
}

/// Modifiers of a [`KeyChord`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modifiers {
    /// Shift.
    pub shift: bool,
    /// Control.
    pub control: bool,
    /// Alt.
    pub alt: bool,
    /// The key with the logo.
    pub logo: bool,
}

impl KeyChord {
    /// A key by its X keysym and modifiers.
    #[must_use]
    pub fn new(keyval: u32, modifiers: Modifiers) -> Self {
        let bit = |held: bool, mask: u32| if held { mask } else { 0 };
        Self {
            keyval: lower_case(keyval),
            modifiers: bit(modifiers.shift, SHIFT)
                | bit(modifiers.control, CONTROL)
                | bit(modifiers.alt, ALT)
                | bit(modifiers.logo, SUPER),
        }
    }

    /// The X keysym, Latin letters small.
    #[must_use]
    pub const fn keyval(self) -> u32 {
        self.keyval
    }

    /// The modifiers that must be held.
    #[must_use]
    pub const fn modifiers(self) -> Modifiers {
        Modifiers {
            shift: self.modifiers & SHIFT != 0,
            control: self.modifiers & CONTROL != 0,
            alt: self.modifiers & ALT != 0,
            logo: self.modifiers & SUPER != 0,
        }
    }

    fn is_pressed_by(self, key: KeyEvent) -> bool {
        let logo = if key.state & (SUPER | MOD4) != 0 {
            SUPER
        } else {
            0
        };
        lower_case(key.keyval) == self.keyval
            && key.state & (SHIFT | CONTROL | ALT) | logo == self.modifiers
    }
}

/// Latin capitals as their small letters: with Shift held the keysym is the capital.
fn lower_case(keyval: u32) -> u32 {
    if (u32::from(b'A')..=u32::from(b'Z')).contains(&keyval) {
        keyval + 0x20
    } else {
        keyval
    }
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// The push-to-talk key; the application does not see it.
    PushToTalk,
    /// Escape while there is something to cancel; the application does not see it.
    Cancel,
    /// A key that chooses a candidate while some are shown; the application does not see it.
    Choose(ChoiceKey),
    /// A Shift, Control, lock or the like, which changes no text; passed on.
    Modifier,
    /// Any other key; passed on.
    Typed,
}

/// A key that chooses a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceKey {
    /// A digit: this candidate, from 1 to 9.
    Digit(u8),
    /// Arrow up: the one before.
    Previous,
    /// Arrow down: the one after.
    Next,
    /// Return: the highlighted one.
    Accept,
}

impl ChoiceKey {
    fn of(key: KeyEvent) -> Option<Self> {
        if key.state & COMMANDING != 0 {
            return None;
        }
        let digit = |first: u32| u8::try_from(key.keyval - first + 1).ok().map(Self::Digit);
        match key.keyval {
            0x31..=0x39 => digit(0x31),
            0xffb1..=0xffb9 => digit(0xffb1),
            0xff52 | 0xff97 => Some(Self::Previous),
            0xff54 | 0xff99 => Some(Self::Next),
            0xff0d | 0xff8d => Some(Self::Accept),
            _ => None,
        }
    }
}

/// Whether candidates are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Candidates {
    /// None: digits, arrows and Return go to the application.
    #[default]
    Hidden,
    /// Some: those keys choose one.
    Shown,
}

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEdge {
    /// It went down.
    Press,
    /// It is held and repeats.
    Repeat,
    /// It went up.
    Release,
}

/// Whether the application sees a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Pass,
    /// It does not.
    Swallow,
}

/// Whether Escape cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Escape {
    /// Escape goes to the application.
    #[default]
    Passes,
    /// Escape cancels, and the application does not see it.
    Cancels,
}

/// Decides about keys; shared by all engine objects, changed by the session.
#[derive(Debug, Default)]
pub struct KeyPolicy(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    push_to_talk: Option<KeyChord>,
    escape: Escape,
    candidates: Candidates,
    /// Hardware keys that went down as ours: their repeats and releases are ours too, whatever the modifiers
    /// are by then.
    held: Vec<(u32, KeyRole)>,
}

/// Keys held at once; more than a person has fingers means releases got lost.
pub(crate) const MAX_HELD: usize = 10;

impl KeyPolicy {
    /// A policy that passes every key.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets or takes away the push-to-talk key.
    pub fn set_push_to_talk(&self, chord: Option<KeyChord>) {
        self.state().push_to_talk = chord;
    }

    /// Says whether Escape cancels.
    pub fn set_escape(&self, escape: Escape) {
        self.state().escape = escape;
    }

    /// Says whether candidates are shown.
    pub fn set_candidates(&self, candidates: Candidates) {
        self.state().candidates = candidates;
    }

    /// Forgets which keys are held, for when releases cannot arrive any more (focus or connection lost).
    ///
    /// Returns whether the push-to-talk key was among them.
    pub(crate) fn forget_held(&self) -> bool {
        self.state()
            .held
            .drain(..)
            .any(|(_, role)| role == KeyRole::PushToTalk)
    }

    /// Decides about one key event.
    pub fn decide(&self, key: KeyEvent) -> (KeyRole, KeyEdge, Verdict) {
        let mut state = self.state();
        let held = state
            .held
            .iter()
            .position(|(keycode, _)| *keycode == key.keycode);
        if key.is_release() {
            return match held {
                Some(place) => (
                    state.held.remove(place).1,
                    KeyEdge::Release,
                    Verdict::Swallow,
                ),
                None => (role_of_other(key), KeyEdge::Release, Verdict::Pass),
            };
        }
        if let Some(place) = held {
            return (state.held[place].1, KeyEdge::Repeat, Verdict::Swallow);
        }
        let role = if state
            .push_to_talk
            .is_some_and(|chord| chord.is_pressed_by(key))
        {
            KeyRole::PushToTalk
        } else if key.keyval == KEYVAL_ESCAPE && state.escape == Escape::Cancels {
            KeyRole::Cancel
        } else if let (Candidates::Shown, Some(choice)) = (state.candidates, ChoiceKey::of(key)) {
            KeyRole::Choose(choice)
        } else {
            return (role_of_other(key), KeyEdge::Press, Verdict::Pass);
        };
        if state.held.len() == MAX_HELD {
            state.held.remove(0);
        }
        state.held.push((key.keycode, role));
        (role, KeyEdge::Press, Verdict::Swallow)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keysyms that change no text: Shift_L … Hyper_R, ISO shifts and locks, Mode_switch and Num_Lock.
fn role_of_other(key: KeyEvent) -> KeyRole {
    match key.keyval {
        0xffe1..=0xffee | 0xfe01..=0xfe13 | 0xff7e | 0xff7f => KeyRole::Modifier,
        _ => KeyRole::Typed,
    }
}

#[cfg(test)]
mod tests;
