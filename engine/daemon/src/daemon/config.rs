//! The user's settings: TOML with documented defaults.

use std::path::Path;

use serde::Deserialize;
use sotto_i18n::io_cause;
use sotto_session::{KeyMode, Millis, SessionConfig};

use crate::daemon::{
    key_name,
    text_config::{ProfileConfig, TextConfig},
};

/// What is written where no settings exist: every setting with its default, as comments.
pub(crate) const DEFAULT_TEXT: &str = include_str!("default_config.toml");

/// All settings.
#[derive(Debug, Clone, PartialEq, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) model: ModelConfig,
    pub(crate) microphone: MicrophoneConfig,
    pub(crate) key: KeyConfig,
    pub(crate) listening: ListeningConfig,
    pub(crate) feedback: FeedbackConfig,
    pub(crate) delivery: DeliveryConfig,
    pub(crate) history: HistoryConfig,
    pub(crate) text: TextConfig,
    pub(crate) profile: Vec<ProfileConfig>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ModelConfig {
    pub(crate) id: String,
    pub(crate) unload_after_s: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MicrophoneConfig {
    pub(crate) device: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct KeyConfig {
    #[serde(deserialize_with = "push_to_talk")]
    pub(crate) push_to_talk: Option<sotto_ibus::KeyChord>,
    pub(crate) source: KeySource,
    pub(crate) mode: Mode,
    pub(crate) tap_limit_ms: u64,
    pub(crate) release_grace_ms: u64,
}

/// Who sees the push-to-talk key, beside the input method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeySource {
    #[default]
    Automatic,
    X11,
    Portal,
    InputMethod,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    #[default]
    HoldOrTap,
    Hold,
    Toggle,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ListeningConfig {
    pub(crate) stop_after_silence_s: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FeedbackConfig {
    pub(crate) cues: bool,
    pub(crate) notifications: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DeliveryConfig {
    pub(crate) keyboard: bool,
    pub(crate) clipboard: bool,
}

/// Whether dictated texts are kept, and how long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HistoryConfig {
    pub(crate) enabled: bool,
    pub(crate) retention_days: u32,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            retention_days: 30,
        }
    }
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
            id: sotto_models::BUILT_IN_MODEL.to_owned(),
            unload_after_s: 300,
        }
    }
}

impl Default for MicrophoneConfig {
    fn default() -> Self {
        Self {
            device: "default".to_owned(),
        }
    }
}

impl Default for KeyConfig {
    fn default() -> Self {
        Self {
            push_to_talk: None,
            source: KeySource::default(),
            mode: Mode::default(),
            tap_limit_ms: 300,
            release_grace_ms: 50,
        }
    }
}

impl Default for ListeningConfig {
    fn default() -> Self {
        Self {
            stop_after_silence_s: 8,
        }
    }
}

impl Default for FeedbackConfig {
    fn default() -> Self {
        Self {
            cues: true,
            notifications: true,
        }
    }
}

impl Default for DeliveryConfig {
    fn default() -> Self {
        Self {
            keyboard: false,
            clipboard: true,
        }
    }
}

fn push_to_talk<'de, D>(deserializer: D) -> Result<Option<sotto_ibus::KeyChord>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    let name = String::deserialize(deserializer)?;
    if name.trim().is_empty() {
        return Ok(None);
    }
    key_name::chord(&name)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

/// Why settings cannot be used: one sentence, with the line where there is one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{}", tr::tr!("{} cannot be read: {}", .file, io_cause(.source)))]
    Unreadable {
        file: String,
        source: std::io::Error,
    },
    #[error("{}", tr::tr!("{}, line {}: {}", .file, .line, .problem))]
    Wrong {
        file: String,
        line: usize,
        problem: String,
    },
}

impl Config {
    /// Reads the settings; a file that does not exist means the defaults.
    pub(crate) fn read(path: &Path) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, &file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Unreadable { file, source }),
        }
    }

    pub(crate) fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..start]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1;
            let problem = error.message().lines().collect::<Vec<_>>().join(", ");
            ConfigError::Wrong {
                file: file.to_owned(),
                line,
                problem,
            }
        })
    }

    /// What of it the session needs.
    pub(crate) fn session(&self) -> SessionConfig {
        let silence = self.listening.stop_after_silence_s;
        SessionConfig {
            key_mode: match self.key.mode {
                Mode::HoldOrTap => KeyMode::HoldOrTap,
                Mode::Hold => KeyMode::Hold,
                Mode::Toggle => KeyMode::Toggle,
            },
            tap_limit: Millis(self.key.tap_limit_ms),
            release_grace: Millis(self.key.release_grace_ms),
            names_around: self.text.names_around,
            stop_after_silence: (silence > 0).then(|| Millis(silence.saturating_mul(1_000))),
            ..SessionConfig::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, "config.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn the_documented_text_states_the_defaults() {
        assert_eq!(parse(DEFAULT_TEXT), Ok(Config::default()));
        let uncommented: String = DEFAULT_TEXT
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if setting.contains(" = ") => setting,
                _ => line,
            })
            .flat_map(|line| [line, "\n"])
            .collect();
        assert_ne!(uncommented, DEFAULT_TEXT);
        assert_eq!(parse(&uncommented), Ok(Config::default()));
    }

    #[test]
    fn the_session_hears_what_was_set() {
        let config =
            parse("[key]\nmode = \"toggle\"\n[listening]\nstop_after_silence_s = 0").unwrap();
        assert_eq!(config.session().key_mode, KeyMode::Toggle);
        assert_eq!(config.session().stop_after_silence, None);
        assert_eq!(Config::default().session(), SessionConfig::default());
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let told = |text| parse(text).unwrap_err();
        assert!(told("[key]\n\nmode = \"press\"").starts_with("config.toml, line 3: "));
        assert!(told("[keys]").starts_with("config.toml, line 1: "));
        assert!(told("[key]\npush_to_talk = \"Hyper+Q\"").contains("line 2"));
        assert!(told("a").starts_with("config.toml, line 1: "));
    }
}
