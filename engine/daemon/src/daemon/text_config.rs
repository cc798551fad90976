//! What of the settings is about text: `[text]`, `[text.numbers]` and `[[profile]]`.

use serde::{Deserialize, Deserializer, de::Error as _};
use sotto_text::{AutomaticMarks, Kind, Kinds, Switch, TextChoices};

/// `[text]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TextConfig {
    pub(crate) punctuation: bool,
    pub(crate) spoken_punctuation: bool,
    pub(crate) commands: bool,
    pub(crate) names_around: bool,
    pub(crate) numbers: NumbersConfig,
}

/// `[text.numbers]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NumbersConfig {
    pub(crate) cardinal: bool,
    pub(crate) ordinal: bool,
    pub(crate) decimal: bool,
    pub(crate) money: bool,
    pub(crate) date: bool,
    pub(crate) time: bool,
    pub(crate) phone: bool,
    pub(crate) percent: bool,
    pub(crate) measure: bool,
    pub(crate) fraction: bool,
    pub(crate) version: bool,
    pub(crate) address: bool,
    pub(crate) title: bool,
    pub(crate) abbreviation: bool,
}

/// One `[[profile]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileConfig {
    /// Part of the application's name, as the input method tells it.
    #[serde(deserialize_with = "not_empty")]
    pub(crate) application: String,
    /// How text is written there.
    #[serde(default)]
    pub(crate) style: Option<Style>,
    /// Words and names to prefer there.
    #[serde(default)]
    pub(crate) words: Vec<String>,
}

/// Every application's name has the empty part.
fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    if name.trim().is_empty() {
        return Err(D::Error::custom(tr::tr!("the client's name is missing")));
    }
    Ok(name)
}

/// How text is written in an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Style {
    Prose,
    Email,
    Chat,
    Code,
    Terminal,
    Password,
}

impl Style {
    /// The name that the table of profiles uses.
    const fn name(self) -> &'static str {
        match self {
            Self::Prose => "prose",
            Self::Email => "email",
            Self::Chat => "chat",
            Self::Code => "code",
            Self::Terminal => "terminal",
            Self::Password => "password",
        }
    }
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            punctuation: true,
            spoken_punctuation: true,
            commands: true,
            names_around: true,
            numbers: NumbersConfig::default(),
        }
    }
}

impl Default for NumbersConfig {
    fn default() -> Self {
        Self {
            cardinal: true,
            ordinal: true,
            decimal: true,
            money: true,
            date: true,
            time: true,
            phone: true,
            percent: true,
            measure: true,
            fraction: true,
            version: true,
            address: true,
            title: true,
            abbreviation: false,
        }
    }
}

impl NumbersConfig {
    fn kinds(&self) -> Kinds {
        let kinds = [
            (self.cardinal, Kind::Cardinal),
            (self.ordinal, Kind::Ordinal),
            (self.decimal, Kind::Decimal),
            (self.money, Kind::Money),
            (self.date, Kind::Date),
            (self.time, Kind::Time),
            (self.phone, Kind::Phone),
            (self.percent, Kind::Percent),
            (self.measure, Kind::Measure),
            (self.fraction, Kind::Fraction),
            (self.version, Kind::Version),
            (self.address, Kind::Address),
            (self.title, Kind::Title),
            (self.abbreviation, Kind::Abbreviation),
        ];
        kinds
            .into_iter()
            .filter(|(wanted, _)| *wanted)
            .fold(Kinds::NONE, |kinds, (_, kind)| kinds.with(kind))
    }
}

impl TextConfig {
    /// As the text rules take it.
    pub(crate) fn choices(&self) -> TextChoices {
        let switch = |on| if on { Switch::On } else { Switch::Off };
        TextChoices {
            automatic_marks: if self.punctuation {
                AutomaticMarks::Keep
            } else {
                AutomaticMarks::Drop
            },
            spoken_forms: switch(self.spoken_punctuation),
            commands: switch(self.commands),
            numbers: self.numbers.kinds(),
        }
    }
}

/// The styles as rows of the table of profiles.
pub(crate) fn profile_table(profiles: &[ProfileConfig]) -> String {
    profiles
        .iter()
        .filter_map(|profile| {
            let application = profile.application.replace(['\t', '\n'], " ");
            Some(format!("{application}\t{}\n", profile.style?.name()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use sotto_text::{FieldPurpose, Language, Profile, TextRules, UserTable, UserTables};

    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_rules() {
        assert_eq!(TextConfig::default().choices(), TextChoices::default());
    }

    #[test]
    fn every_style_is_known_to_the_rules() {
        for (name, profile) in Profile::NAMED {
            let text = format!("application = \"quill\"\nstyle = \"{name}\"");
            let config: ProfileConfig = toml::from_str(&text).unwrap();
            let table = profile_table(&[config]);
            let tables = UserTables {
                profiles: UserTable {
                    name: "profiles",
                    text: &table,
                },
                ..UserTables::default()
            };
            let (rules, problems) =
                TextRules::new(Language::Other, TextChoices::default(), &tables);
            assert_eq!(problems, []);
            assert_eq!(rules.profile("Quill", FieldPurpose::FreeForm), profile);
        }
    }
}
