//! How text is written in one application and field: profiles and field purposes.
//!
//! A profile comes from the client's name (built-in and user tables) and the purpose
//! that the field declares to the input method; what the field declares wins.

use crate::table::{TableFault, TableProblem, rows};

/// What a field declares that it holds, after IBus's input purposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldPurpose {
    /// Any text.
    #[default]
    FreeForm,
    /// Letters.
    Alpha,
    /// Digits and nothing else.
    Digits,
    /// A number with its sign and decimal mark.
    Number,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// An e-mail address.
    Email,
    /// The name of a person.
    Name,
    /// A password.
    Password,
    /// A numeric password.
    Pin,
    /// A terminal.
    Terminal,
}

/// Where capitals are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapitalPolicy {
    /// At sentence starts, and where the recognizer has them.
    Sentences,
    /// Nowhere, unless spoken.
    Never,
}

/// Whether the full stop at the end of a dictation stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinalPeriod {
    /// It stays.
    Keep,
    /// It goes; question and exclamation marks stay.
    Drop,
}

/// Whether marks of the punctuation model are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutomaticMarks {
    /// They are.
    Keep,
    /// Only spoken marks are.
    Drop,
}

/// How text is written in one application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Letters, documents, forms.
    Prose,
    /// As prose.
    Email,
    /// No full stop at the end.
    Chat,
    /// Sentence capitals only as spoken, no full stop at the end, no spaces after path signs.
    Code,
    /// No capitals, no automatic marks, no spaces after path signs.
    Terminal,
    /// Nothing is written.
    Password,
}

impl Profile {
    /// All profiles with the names that tables use.
    pub const NAMED: [(&str, Self); 6] = [
        ("prose", Self::Prose),
        ("email", Self::Email),
        ("chat", Self::Chat),
        ("code", Self::Code),
        ("terminal", Self::Terminal),
        ("password", Self::Password),
    ];

    /// The profile that tables call `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, profile)| *profile)
    }

    /// Whether dictation into it is refused.
    #[must_use]
    pub const fn refuses_dictation(self) -> bool {
        matches!(self, Self::Password)
    }

    /// Where capitals are put.
    #[must_use]
    pub const fn capitals(self) -> CapitalPolicy {
        match self {
            Self::Code | Self::Terminal | Self::Password => CapitalPolicy::Never,
            Self::Prose | Self::Email | Self::Chat => CapitalPolicy::Sentences,
        }
    }

    /// What becomes of the last full stop.
    #[must_use]
    pub const fn final_period(self) -> FinalPeriod {
        match self {
            Self::Prose | Self::Email => FinalPeriod::Keep,
            Self::Chat | Self::Code | Self::Terminal | Self::Password => FinalPeriod::Drop,
        }
    }

    /// What becomes of the punctuation model's marks.
    #[must_use]
    pub const fn automatic_marks(self) -> AutomaticMarks {
        match self {
            Self::Terminal | Self::Password => AutomaticMarks::Drop,
            Self::Prose | Self::Email | Self::Chat | Self::Code => AutomaticMarks::Keep,
        }
    }

    /// Whether a path sign (`/`, `=`, `~`, …) before the caret holds the next word tight.
    pub(crate) const fn is_technical(self) -> bool {
        matches!(self, Self::Code | Self::Terminal)
    }
}

/// Which application gets which profile.
#[derive(Debug, Clone)]
pub struct Profiles {
    rows: Vec<(String, Profile)>,
}

impl Default for Profiles {
    fn default() -> Self {
        let mut profiles = Self { rows: Vec::new() };
        let problems = profiles.extend("profiles", include_str!("../data/profiles.tsv"));
        debug_assert!(problems.is_empty(), "the shipped table is broken");
        profiles
    }
}

impl Profiles {
    /// Adds the user's rows (`part of the client's name`, tab, `profile`); they win over earlier ones.
    pub fn extend(&mut self, table: &str, text: &str) -> Vec<TableProblem> {
        let mut problems = Vec::new();
        for row in rows(text) {
            let client = row.cell(0).to_lowercase();
            match Profile::named(row.cell(1)) {
                Some(profile) if !client.is_empty() => self.rows.push((client, profile)),
                Some(_) => problems.push(row.problem(table, TableFault::NoClient)),
                None => {
                    let known = Profile::NAMED.map(|(name, _)| name).join(", ");
                    problems.push(row.problem(table, TableFault::UnknownProfile { known }));
                }
            }
        }
        problems
    }

    /// The profile for a client and the purpose of its field.
    #[must_use]
    pub fn select(&self, client: &str, purpose: FieldPurpose) -> Profile {
        match purpose {
            FieldPurpose::Password | FieldPurpose::Pin => return Profile::Password,
            FieldPurpose::Terminal => return Profile::Terminal,
            _ => {}
        }
        let client = client.to_lowercase();
        self.rows
            .iter()
            .rev()
            .find(|(part, _)| client.contains(part.as_str()))
            .map_or(Profile::Prose, |(_, profile)| *profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_by_client_and_purpose() {
        let mut profiles = Profiles::default();
        for (client, purpose, expected) in [
            (
                "gtk4-im:org.gnome.Console",
                FieldPurpose::FreeForm,
                Profile::Terminal,
            ),
            ("Slack", FieldPurpose::FreeForm, Profile::Chat),
            ("thunderbird", FieldPurpose::FreeForm, Profile::Email),
            ("slack", FieldPurpose::Password, Profile::Password),
            ("slack", FieldPurpose::Pin, Profile::Password),
            ("unknown", FieldPurpose::Terminal, Profile::Terminal),
            ("unknown", FieldPurpose::FreeForm, Profile::Prose),
            ("", FieldPurpose::Email, Profile::Prose),
        ] {
            assert_eq!(profiles.select(client, purpose), expected, "{client}");
        }
        assert!(profiles.extend("mine", "slack\tprose").is_empty());
        assert_eq!(
            profiles.select("slack", FieldPurpose::FreeForm),
            Profile::Prose
        );
    }

    #[test]
    fn reports_broken_rows_and_uses_the_rest() {
        let mut profiles = Profiles::default();
        let problems = profiles.extend("profiles.tsv", "foo\tchatty\n\tchat\nbar\tchat");
        let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "profiles.tsv, line 1: unknown profile, write one of prose, email, chat, code, terminal, password; the other lines are used",
                "profiles.tsv, line 2: the client's name is missing; the other lines are used",
            ]
        );
        assert_eq!(
            profiles.select("bar", FieldPurpose::FreeForm),
            Profile::Chat
        );
    }
}
