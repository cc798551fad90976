//! Everything by which one language is written, with the user's choices and tables.

use crate::caret::Place;
use crate::command::Commands;
use crate::correction::Homophones;
use crate::itn::Kinds;
use crate::language::Language;
use crate::pipeline::TextShaper;
use crate::profile::{AutomaticMarks, FieldPurpose, Profile, Profiles};
use crate::replacement::{SnippetValues, SnippetVariables};
use crate::sentence::SentenceSplitter;
use crate::table::TableProblem;
use crate::word::MarkedWord;

/// Whether a part of the chain works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Switch {
    /// It does.
    #[default]
    On,
    /// It does not.
    Off,
}

/// What the user chose about text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextChoices {
    /// Marks of the punctuation model.
    pub automatic_marks: AutomaticMarks,
    /// Spoken punctuation and layout.
    pub spoken_forms: Switch,
    /// Editing commands.
    pub commands: Switch,
    /// Numbers, by kind.
    pub numbers: Kinds,
}

impl Default for TextChoices {
    fn default() -> Self {
        Self {
            automatic_marks: AutomaticMarks::Keep,
            spoken_forms: Switch::On,
            commands: Switch::On,
            numbers: Kinds::default(),
        }
    }
}

/// A table of the user: its name for messages, and its text.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct UserTable<'a> {
    /// Usually the name of its file.
    pub name: &'a str,
    /// The rows.
    pub text: &'a str,
}

impl std::fmt::Debug for UserTable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserTable")
            .field("name", &self.name)
            .field("n_bytes", &self.text.len())
            .finish()
    }
}

/// The user's tables.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserTables<'a> {
    /// The user's words, one a line, written as they stand there; a weight as ` :2.5` is not part of them.
    pub words: &'a str,
    /// Spoken words and what is written for them.
    pub replacements: UserTable<'a>,
    /// The same, with variables and line breaks.
    pub snippets: UserTable<'a>,
    /// Spoken marks, layout and signs.
    pub spoken: UserTable<'a>,
    /// Parts of clients' names and their profiles.
    pub profiles: UserTable<'a>,
}

/// The rules of one language.
#[derive(Debug)]
pub struct TextRules {
    language: Language,
    shaper: TextShaper,
    profiles: Profiles,
    commands: Commands,
    splitter: SentenceSplitter,
    homophones: Homophones,
}

impl TextRules {
    /// The shipped rules with the user's choices and tables, and the rows that were left out.
    #[must_use]
    pub fn new(
        language: Language,
        choices: TextChoices,
        tables: &UserTables<'_>,
    ) -> (Self, Vec<TableProblem>) {
        let mut rules = Self {
            language,
            shaper: TextShaper::with_choices(language, choices),
            profiles: Profiles::default(),
            commands: match choices.commands {
                Switch::On => Commands::new(language),
                Switch::Off => Commands::new(Language::Other),
            },
            splitter: SentenceSplitter::new(language),
            homophones: Homophones::new(language),
        };
        let mut problems = Vec::new();
        let words = as_replacements(tables.words);
        problems.extend(rules.shaper.extend_replacements("words.txt", &words));
        for table in [tables.replacements, tables.snippets] {
            problems.extend(rules.shaper.extend_replacements(table.name, table.text));
        }
        if choices.spoken_forms == Switch::On {
            let UserTable { name, text } = tables.spoken;
            problems.extend(rules.shaper.extend_spoken(name, text));
        }
        let UserTable { name, text } = tables.profiles;
        problems.extend(rules.profiles.extend(name, text));
        (rules, problems)
    }

    /// The shipped rules as they are.
    #[must_use]
    pub fn shipped(language: Language) -> Self {
        Self::new(language, TextChoices::default(), &UserTables::default()).0
    }

    /// Whose rules they are.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The profile for a client and the purpose of its field.
    #[must_use]
    pub fn profile(&self, client: &str, purpose: FieldPurpose) -> Profile {
        self.profiles.select(client, purpose)
    }

    /// The text to insert at `place` for these words.
    #[must_use]
    pub fn shape(&self, words: &[MarkedWord], place: &Place<'_>, values: &SnippetValues) -> String {
        self.shaper.shape(words, place, values)
    }

    /// A text that is written already, as it must be inserted at `place`.
    #[must_use]
    pub fn fit(&self, text: &str, place: &Place<'_>) -> String {
        self.shaper.fit(text, place)
    }

    /// The variables that the user's snippets use.
    #[must_use]
    pub fn variables(&self) -> SnippetVariables {
        self.shaper.variables()
    }

    /// What is said to the program rather than written: phrases for a recognizer to know, in order.
    #[must_use]
    pub fn spoken_phrases(&self) -> Vec<String> {
        let spoken = self.shaper.spoken_phrases();
        let mut phrases: Vec<String> = self.commands.phrases().chain(spoken).collect();
        phrases.sort();
        phrases.dedup();
        phrases
    }

    /// The editing commands.
    #[must_use]
    pub const fn commands(&self) -> &Commands {
        &self.commands
    }

    /// Words that sound the same.
    #[must_use]
    pub const fn homophones(&self) -> &Homophones {
        &self.homophones
    }

    /// How many of these words are sentences that are finished for certain.
    #[must_use]
    pub fn n_finished(&self, words: &[MarkedWord]) -> usize {
        let may_end = |word: &MarkedWord| {
            let mark = word.mark.map(crate::word::Mark::as_char);
            matches!(
                mark.or_else(|| word.text.chars().next_back()),
                Some('.' | '?' | '!')
            )
        };
        if !words.iter().any(may_end) {
            return 0;
        }
        let mut text = String::new();
        let mut starts = Vec::with_capacity(words.len());
        for word in words {
            if !text.is_empty() {
                text.push(' ');
            }
            starts.push(text.len());
            text.push_str(&word.case.apply(&word.text));
            text.extend(word.mark.map(crate::word::Mark::as_char));
        }
        let end = self.splitter.finished(&text);
        starts.iter().take_while(|start| **start < end).count()
    }
}

/// Words with capitals, as rows that write them so however they are heard.
fn as_replacements(words: &str) -> String {
    let phrase = |line: &str| match line.trim().rsplit_once(char::is_whitespace) {
        Some((phrase, weight)) if weight.starts_with(':') => phrase.trim().to_owned(),
        _ => line.trim().to_owned(),
    };
    words
        .lines()
        .map(phrase)
        .filter(|phrase| !phrase.starts_with('#') && phrase.contains(char::is_uppercase))
        .map(|phrase| {
            let written = phrase
                .replace('\\', "\\\\")
                .replace('{', "{{")
                .replace('}', "}}");
            format!("{}\t{written}\n", phrase.to_lowercase().replace('\t', " "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finished_sentences_are_counted_in_words() {
        let rules = TextRules::shipped(Language::English);
        for (text, expected) in [
            ("", 0),
            ("we met dr smith", 0),
            ("We met Dr. Smith and he", 0),
            ("It works. Then we", 2),
            ("It works. Does it? Yes it does", 4),
            ("It works.", 0),
        ] {
            let words = MarkedWord::from_written(text);
            assert_eq!(rules.n_finished(&words), expected, "{text}");
        }
    }

    #[test]
    fn what_is_said_to_the_program_is_known_as_phrases() {
        let phrases = TextRules::shipped(Language::English).spoken_phrases();
        for phrase in [
            "scratch that",
            "correct",
            "choose two",
            "new paragraph",
            "go to end",
        ] {
            assert!(phrases.iter().any(|known| known == phrase), "{phrase}");
        }
        for word in ["two", "", "comma"] {
            assert!(!phrases.iter().any(|known| known == word), "{word}");
        }
    }

    #[test]
    fn choices_switch_parts_off() {
        let choices = TextChoices {
            automatic_marks: AutomaticMarks::Drop,
            spoken_forms: Switch::Off,
            commands: Switch::Off,
            numbers: Kinds::NONE,
        };
        let (rules, problems) = TextRules::new(Language::English, choices, &UserTables::default());
        assert_eq!(problems, []);
        let words = MarkedWord::from_written("Twenty five people comma and more.");
        let place = Place::prose(Some(""), Some(""));
        let text = rules.shape(&words, &place, &SnippetValues::default());
        assert_eq!(text, "Twenty five people comma and more");
        let scratch = MarkedWord::from_written("scratch that");
        assert_eq!(rules.commands().recognize(&scratch, None), None);
    }

    #[test]
    fn user_tables_apply_and_their_problems_are_told() {
        let table = |name, text| UserTable { name, text };
        let tables = UserTables {
            replacements: table("replacements.tsv", "sotto voce\tSotto Voce\nbroken"),
            snippets: table("snippets.tsv", "my sign\tBest,\\nJo"),
            spoken: table("spoken.en.tsv", "smiley\tfree\t:-)\nx\tnonsense"),
            profiles: table("profiles", "quill\tchat"),
            words: "# mine\nMcKay :2.5\nword\nNew {York}\n",
        };
        let (rules, problems) = TextRules::new(Language::English, TextChoices::default(), &tables);
        let told: Vec<(String, usize)> = problems
            .iter()
            .map(|problem| (problem.table.clone(), problem.line))
            .collect();
        assert_eq!(
            told,
            [
                ("replacements.tsv".to_owned(), 2),
                ("spoken.en.tsv".to_owned(), 2)
            ]
        );
        let words = MarkedWord::from_written("sotto voce smiley my sign");
        let place = Place::prose(Some(""), Some(""));
        let text = rules.shape(&words, &place, &SnippetValues::default());
        assert_eq!(text, "Sotto Voce :-) Best,\nJo");
        assert_eq!(
            rules.profile("Quill", FieldPurpose::FreeForm),
            Profile::Chat
        );
    }
}
