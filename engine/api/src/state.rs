//! What the session is doing, as a word on the bus.

use std::fmt;

use zbus::{OwnedVariant, Type, Variant};

/// What the session is doing.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    Type,
    Variant,
    OwnedVariant,
)]
#[zbus(signature = "s", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum DictationState {
    /// The daemon does not know its model yet.
    Starting,
    /// No model is installed.
    NoModel,
    /// The model cannot be run.
    ModelBroken,
    /// The daemon is ending.
    Quitting,
    /// Waiting for a press.
    Idle,
    /// The microphone is being opened.
    Opening,
    /// The microphone is open.
    Listening,
    /// The microphone is closed; the last words are on their way.
    Finishing,
}

impl DictationState {
    /// The word on the bus.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::NoModel => "no-model",
            Self::ModelBroken => "model-broken",
            Self::Quitting => "quitting",
            Self::Idle => "idle",
            Self::Opening => "opening",
            Self::Listening => "listening",
            Self::Finishing => "finishing",
        }
    }
}

impl fmt::Display for DictationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_its_word_on_the_bus() {
        for state in [
            DictationState::Starting,
            DictationState::NoModel,
            DictationState::ModelBroken,
            DictationState::Quitting,
            DictationState::Idle,
            DictationState::Opening,
            DictationState::Listening,
            DictationState::Finishing,
        ] {
            let variant = Variant::from(state);
            assert_eq!(variant, Variant::from(state.as_str()));
            assert_eq!(DictationState::try_from(variant).unwrap(), state);
        }
    }

    #[test]
    fn an_unknown_word_is_an_error() {
        DictationState::try_from(Variant::from("sleeping")).unwrap_err();
        DictationState::try_from(Variant::from(4u32)).unwrap_err();
    }
}
