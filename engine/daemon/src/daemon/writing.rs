//! How text is written here: the model's language, the settings and the user's tables.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sotto_i18n::io_cause;
use sotto_text::{Language, TableFault, TableProblem, TextRules, UserTable, UserTables};

use crate::daemon::{config::Config, text_config::profile_table};

/// The user's tables, in the folder of the settings.
#[derive(Debug, Clone)]
pub(crate) struct TextFiles {
    folder: PathBuf,
}

/// What the files held when they were read. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct TableTexts {
    words: String,
    replacements: String,
    snippets: String,
    spoken: String,
    spoken_name: String,
}

impl std::fmt::Debug for TableTexts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableTexts").finish_non_exhaustive()
    }
}

impl TextFiles {
    /// The tables beside this settings file.
    pub(crate) fn beside(config: &Path) -> Self {
        Self {
            folder: config.parent().unwrap_or(Path::new("")).to_owned(),
        }
    }

    /// Reads the tables of a language; those that are not there are empty.
    pub(crate) fn read(&self, language: Language) -> (TableTexts, Vec<TableProblem>) {
        let mut problems = Vec::new();
        let mut read = |name: &str| match std::fs::read_to_string(self.folder.join(name)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                problems.push(TableProblem {
                    table: name.to_owned(),
                    line: 1,
                    fault: TableFault::Unreadable {
                        cause: io_cause(&error),
                    },
                });
                String::new()
            }
        };
        let spoken_name = match language {
            Language::English => "spoken.en.tsv",
            Language::German => "spoken.de.tsv",
            Language::French => "spoken.fr.tsv",
            Language::Spanish => "spoken.es.tsv",
            Language::Other => "spoken.tsv",
        };
        let texts = TableTexts {
            words: read("words.txt"),
            replacements: read(REPLACEMENTS),
            snippets: read(SNIPPETS),
            spoken: read(spoken_name),
            spoken_name: spoken_name.to_owned(),
        };
        (texts, problems)
    }
}

const REPLACEMENTS: &str = "replacements.tsv";
const SNIPPETS: &str = "snippets.tsv";

/// The rules of a language with the settings and these tables.
pub(crate) fn rules(
    language: Language,
    config: &Config,
    texts: &TableTexts,
) -> (TextRules, Vec<TableProblem>) {
    let table = |name, text| UserTable { name, text };
    let profiles = profile_table(&config.profile);
    let tables = UserTables {
        words: &texts.words,
        replacements: table(REPLACEMENTS, &texts.replacements),
        snippets: table(SNIPPETS, &texts.snippets),
        spoken: table(&texts.spoken_name, &texts.spoken),
        profiles: table("config.toml", &profiles),
    };
    TextRules::new(language, config.text.choices(), &tables)
}

/// What cannot be used of the tables beside the settings, those of languages that are not spoken
/// now included.
pub(crate) fn table_problems(config_path: &Path, config: &Config) -> Vec<TableProblem> {
    let files = TextFiles::beside(config_path);
    let mut problems = Vec::new();
    for language in Language::WITH_TABLES.into_iter().chain([Language::Other]) {
        let (texts, mut found) = files.read(language);
        found.extend(rules(language, config, &texts).1);
        for problem in found {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    problems
}

/// Where problems are, without what the lines hold: `snippets.tsv: lines 3, 7`.
pub(crate) fn places(problems: &[TableProblem]) -> Vec<String> {
    let mut places: Vec<(String, Vec<String>)> = Vec::new();
    for TableProblem { table, line, .. } in problems {
        let line = line.to_string();
        match places.iter_mut().find(|(known, _)| known == table) {
            Some((_, lines)) => lines.push(line),
            None => places.push((table.clone(), vec![line])),
        }
    }
    let place = |(table, lines): (String, Vec<String>)| match lines.as_slice() {
        [line] => tr::tr!("{}: line {}", table, line),
        lines => tr::tr!("{}: lines {}", table, lines.join(", ")),
    };
    places.into_iter().map(place).collect()
}

/// What is in use at the moment, to be read anew when files or the model change.
#[derive(Debug)]
pub(crate) struct Writing {
    files: TextFiles,
    language: Language,
    /// What the rules in use were made of.
    made_of: Option<(Language, Config, TableTexts)>,
}

impl Writing {
    /// Nothing has been read yet.
    pub(crate) const fn new(files: TextFiles) -> Self {
        Self {
            files,
            language: Language::English,
            made_of: None,
        }
    }

    /// The model hears another language.
    pub(crate) const fn set_language(&mut self, language: Language) {
        self.language = language;
    }

    /// New rules and their problems, if anything they are made of has changed.
    pub(crate) fn renewed(
        &mut self,
        config: &Config,
    ) -> Option<(Arc<TextRules>, Vec<TableProblem>)> {
        let (texts, mut problems) = self.files.read(self.language);
        let made_of = (self.language, config.clone(), texts);
        if self.made_of.as_ref() == Some(&made_of) {
            return None;
        }
        let (rules, broken) = rules(self.language, config, &made_of.2);
        self.made_of = Some(made_of);
        problems.extend(broken);
        Some((Arc::new(rules), problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_anew_when_they_change() {
        let folder = tempfile::tempdir().unwrap();
        let mut writing = Writing::new(TextFiles::beside(&folder.path().join("config.toml")));
        let config = Config::default();
        let (_, problems) = writing.renewed(&config).unwrap();
        assert_eq!(problems, []);
        assert!(writing.renewed(&config).is_none());
        let broken = "fine\tFine\nbroken\n\nbroken too\n";
        std::fs::write(folder.path().join("replacements.tsv"), broken).unwrap();
        std::fs::write(folder.path().join("spoken.en.tsv"), "smile\tsing\t:)").unwrap();
        let (_, problems) = writing.renewed(&config).unwrap();
        assert_eq!(
            places(&problems),
            ["replacements.tsv: lines 2, 4", "spoken.en.tsv: line 1"]
        );
        writing.set_language(Language::German);
        let (_, problems) = writing.renewed(&config).unwrap();
        assert_eq!(places(&problems), ["replacements.tsv: lines 2, 4"]);
    }

    #[test]
    fn tables_of_every_language_are_looked_through() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert_eq!(table_problems(&path, &Config::default()), []);
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("replacements.tsv", "fine\tFine\nbroken\n");
        write("spoken.de.tsv", "lächeln\tsing\t:)");
        write("spoken.tsv", "\tmark\t!");
        let problems = table_problems(&path, &Config::default());
        let told: Vec<_> = problems
            .iter()
            .map(|found| (found.table.as_str(), found.line))
            .collect();
        assert_eq!(
            told,
            [
                ("replacements.tsv", 2),
                ("spoken.de.tsv", 1),
                ("spoken.tsv", 1)
            ]
        );
    }

    #[test]
    fn what_is_no_text_is_a_problem_and_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("snippets.tsv"), [0xff, 0xfe, b'a']).unwrap();
        let files = TextFiles::beside(&folder.path().join("config.toml"));
        let (texts, problems) = files.read(Language::English);
        assert_eq!(texts.snippets, "");
        assert_eq!(places(&problems), ["snippets.tsv: line 1"]);
        assert!(!format!("{texts:?}").contains("snippets"));
    }
}
