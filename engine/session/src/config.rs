//! The times and habits a user may change, with their defaults.

use crate::time::Millis;

/// What the length of a key press means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyMode {
    /// A long press listens while held; a tap starts listening and the next tap ends it.
    #[default]
    HoldOrTap,
    /// Listening lasts exactly as long as the key is down.
    Hold,
    /// Each press starts or ends listening; releases mean nothing.
    Toggle,
}

/// Times and habits of the session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionConfig {
    /// What the length of a key press means.
    pub key_mode: KeyMode,
    /// A press shorter than this is a tap.
    pub tap_limit: Millis,
    /// How long a release is held back: X11 sends release and press pairs while a key repeats.
    pub release_grace: Millis,
    /// Without speech for this long, listening that no key holds open ends; `None` never ends it.
    pub stop_after_silence: Option<Millis>,
    /// The same while the key is held: a release that never comes must not leave the microphone open.
    pub stop_held_after_silence: Option<Millis>,
    /// A microphone that delivers digital silence for this long is reported.
    pub muted_after: Millis,
    /// Peaks at or below this level count as digital silence, in dB of full scale.
    pub muted_below_dbfs: f32,
    /// How long the microphone may take to start.
    pub open_timeout: Millis,
    /// How long the input method may take to activate the engine.
    pub activation_timeout: Millis,
    /// How long the recognizer may take for the last words after the microphone stopped.
    pub finish_timeout: Millis,
    /// How long finished text waits for focus to come back to where it was spoken.
    pub return_grace: Millis,
    /// Focus away for less than this is not a change of target: clients pass through a
    /// placeholder context between two fields.
    pub focus_grace: Millis,
    /// After focus arrives, how long the client may take to say what kind of field it is.
    pub focus_settle: Millis,
    /// The first focus seen this soon after the microphone opened is where the user was looking at the press.
    pub adoption: Millis,
    /// How long an application may take to tell its text before an edit.
    pub surrounding_wait: Millis,
    /// How long an application may take to act on keys that were pressed for it.
    pub keys_wait: Millis,
    /// How long alternatives are shown after the dictation.
    pub choice_timeout: Millis,
    /// Whether names around the caret are preferred.
    pub names_around: bool,
    /// Speech is noticed at most this long after it began.
    pub onset_latency: Millis,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            key_mode: KeyMode::HoldOrTap,
            tap_limit: Millis(300),
            release_grace: Millis(50),
            stop_after_silence: Some(Millis(8_000)),
            stop_held_after_silence: Some(Millis(60_000)),
            muted_after: Millis(3_000),
            muted_below_dbfs: -80.0,
            open_timeout: Millis(3_000),
            activation_timeout: Millis(2_000),
            finish_timeout: Millis(5_000),
            return_grace: Millis(1_000),
            focus_grace: Millis(50),
            focus_settle: Millis(30),
            adoption: Millis(500),
            surrounding_wait: Millis(80),
            keys_wait: Millis(100),
            choice_timeout: Millis(20_000),
            names_around: true,
            onset_latency: Millis(700),
        }
    }
}
