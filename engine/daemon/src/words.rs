//! The user's own words: `words.txt`, and what corrections have taught (`learned.tsv`).
//!
//! `words.txt` lies beside the settings: one word or phrase a line, ` :2.5` at its end for more or
//! less weight. `learned.tsv` lies with the user's data: what was wanted, what was written first,
//! how often. What was learned is preferred when it is heard, and offered first when it is
//! corrected again; it never changes a text by itself.

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use sotto_i18n::io_cause;
use sotto_text::{KnownWord, TableFault, TableProblem};

use crate::{cli::WordsCommand, daemon::Files};

const LEARNED_HEADER: &str = "# wanted\twritten first\ttimes\n";

/// One correction. `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
struct Lesson {
    chosen: String,
    heard: String,
    n_times: u32,
}

/// The lessons of a file, by line; `None` for a line that is none.
fn lessons(text: &str) -> impl Iterator<Item = (usize, Option<Lesson>)> {
    let lesson = |line: &str| {
        let mut cells = line.split('\t').map(str::trim);
        let (chosen, heard) = (cells.next()?.to_owned(), cells.next()?.to_owned());
        let n_times = cells.next().and_then(|cell| cell.parse().ok()).unwrap_or(1);
        (!chosen.is_empty()).then_some(Lesson {
            chosen,
            heard,
            n_times,
        })
    };
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
        .map(move |(number, line)| (number, lesson(line)))
}

/// The lines of the file with corrections that teach nothing.
pub(crate) fn learned_problems(path: &Path) -> Vec<TableProblem> {
    let problem = |line, fault| TableProblem {
        table: path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        line,
        fault,
    };
    match fs::read_to_string(path) {
        Ok(text) => lessons(&text)
            .filter(|(_, lesson)| lesson.is_none())
            .map(|(line, _)| problem(line, TableFault::NoCorrection))
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let cause = io_cause(&error);
            vec![problem(1, TableFault::Unreadable { cause })]
        }
    }
}

/// What corrections have taught. `Debug` shows counts only.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Learned(Vec<Lesson>);

impl fmt::Debug for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Learned({} lessons)", self.0.len())
    }
}

impl Learned {
    /// Reads the file; one that is not there teaches nothing, and broken lines are left out.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> Self {
        Self(lessons(text).filter_map(|(_, lesson)| lesson).collect())
    }

    /// Takes a correction in.
    pub(crate) fn learn(&mut self, heard: &str, chosen: &str) {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (heard, chosen) = (line(heard), line(chosen));
        let known = self
            .0
            .iter_mut()
            .find(|lesson| lesson.heard == heard && lesson.chosen == chosen);
        match known {
            Some(lesson) => lesson.n_times = lesson.n_times.saturating_add(1),
            None => self.0.push(Lesson {
                chosen,
                heard,
                n_times: 1,
            }),
        }
    }

    fn forget(&mut self, word: &str) -> bool {
        let n_before = self.0.len();
        self.0.retain(|lesson| lesson.chosen != word);
        self.0.len() < n_before
    }

    /// Writes the file as a whole.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let rows = self.0.iter().map(|lesson| {
            let Lesson {
                chosen,
                heard,
                n_times,
            } = lesson;
            format!("{chosen}\t{heard}\t{n_times}\n")
        });
        let text: String = std::iter::once(LEARNED_HEADER.to_owned())
            .chain(rows)
            .collect();
        replace(path, &text)
    }

    /// Words that are worth preferring: names, and what was chosen again.
    pub(crate) fn hotwords(&self) -> Vec<&str> {
        let mut words: Vec<&str> = Vec::new();
        for lesson in &self.0 {
            let is_other = lesson.chosen.to_lowercase() != lesson.heard.to_lowercase();
            let is_name = lesson.chosen.contains(char::is_uppercase)
                && !lesson.heard.contains(char::is_uppercase);
            if is_other
                && (is_name || lesson.n_times > 1)
                && !words.contains(&lesson.chosen.as_str())
            {
                words.push(&lesson.chosen);
            }
        }
        words
    }

    fn known_words(&self) -> impl Iterator<Item = KnownWord> + '_ {
        self.0.iter().map(|lesson| KnownWord {
            text: lesson.chosen.clone(),
            taken_for: Some(lesson.heard.clone()),
        })
    }
}

/// The phrase of a line of `words.txt`, without its weight.
pub(crate) fn phrase(line: &str) -> &str {
    let line = line.trim();
    match line.rsplit_once(char::is_whitespace) {
        Some((phrase, weight)) if weight.starts_with(':') => phrase.trim_end(),
        _ => line,
    }
}

/// Everything that may be meant when a text is corrected.
pub(crate) fn known_words(words: &str, learned: &Learned) -> Vec<KnownWord> {
    let own = words
        .lines()
        .map(phrase)
        .filter(|phrase| !phrase.is_empty())
        .map(|phrase| KnownWord {
            text: phrase.to_owned(),
            taken_for: None,
        });
    learned.known_words().chain(own).collect()
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension("new");
    fs::write(&fresh, text)?;
    fs::rename(fresh, path)
}

/// The two files, for the verbs.
struct WordFiles {
    words: PathBuf,
    learned: PathBuf,
}

impl WordFiles {
    fn read(&self) -> anyhow::Result<(String, Learned)> {
        let words = match fs::read_to_string(&self.words) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read,
        };
        let words = words.with_context(|| tr::tr!("{} cannot be read", self.words.display()))?;
        let learned = Learned::read(&self.learned)
            .with_context(|| tr::tr!("{} cannot be read", self.learned.display()))?;
        Ok((words, learned))
    }

    fn add(&self, added: &[String]) -> anyhow::Result<()> {
        let (mut words, _) = self.read()?;
        for word in added {
            let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_known = words.lines().any(|line| phrase(line) == phrase(&word));
            if is_known || word.is_empty() {
                continue;
            }
            if !words.is_empty() && !words.ends_with('\n') {
                words.push('\n');
            }
            words.push_str(&word);
            words.push('\n');
        }
        replace(&self.words, &words)
            .with_context(|| tr::tr!("{} cannot be written", self.words.display()))
    }

    /// Answers whether every word was there.
    fn remove(&self, removed: &[String]) -> anyhow::Result<bool> {
        let (words, mut learned) = self.read()?;
        let is_removed = |line: &str| removed.iter().any(|word| phrase(line) == word.trim());
        let kept: String = words
            .split_inclusive('\n')
            .filter(|line| !is_removed(line))
            .collect();
        let mut all_there = true;
        let mut any_learned = false;
        for word in removed {
            let was_own = words.lines().any(|line| phrase(line) == word.trim());
            let was_learned = learned.forget(word.trim());
            any_learned |= was_learned;
            all_there &= was_own || was_learned;
        }
        if kept != words {
            replace(&self.words, &kept)
                .with_context(|| tr::tr!("{} cannot be written", self.words.display()))?;
        }
        if any_learned {
            learned
                .write(&self.learned)
                .with_context(|| tr::tr!("{} cannot be written", self.learned.display()))?;
        }
        Ok(all_there)
    }

    /// Own and learned words, as `words.txt` takes them.
    fn export(&self) -> anyhow::Result<String> {
        let (words, learned) = self.read()?;
        let own = words.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut lines: Vec<&str> = own.collect();
        for word in learned.hotwords() {
            if !lines.iter().any(|line| phrase(line) == word) {
                lines.push(word);
            }
        }
        Ok(lines.into_iter().map(|line| format!("{line}\n")).collect())
    }

    fn list(&self, out: &mut impl io::Write) -> anyhow::Result<()> {
        let (words, learned) = self.read()?;
        for line in words.lines().map(str::trim).filter(|line| !line.is_empty()) {
            writeln!(out, "{line}")?;
        }
        for lesson in &learned.0 {
            let Lesson {
                chosen,
                heard,
                n_times,
            } = lesson;
            // TRANSLATORS: behind a word that a correction has taught; {} is what was written first.
            let why = tr::tr!("learned, for \"{}\"", heard);
            writeln!(out, "{chosen}\t{why}\t{n_times}")?;
        }
        Ok(())
    }
}

/// `sotto words`
///
/// # Errors
///
/// If a file cannot be read or written.
pub(crate) fn run(command: &WordsCommand) -> anyhow::Result<bool> {
    let files = Files::from_environment()?;
    let files = WordFiles {
        words: files.words(),
        learned: files.learned,
    };
    match command {
        WordsCommand::List => files.list(&mut io::stdout().lock())?,
        WordsCommand::Add(args) => files.add(&args.words)?,
        WordsCommand::Remove(args) => return files.remove(&args.words),
        WordsCommand::Export => io::stdout().lock().write_all(files.export()?.as_bytes())?,
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> WordFiles {
        WordFiles {
            words: folder.join("config/words.txt"),
            learned: folder.join("data/learned.tsv"),
        }
    }

    #[test]
    fn words_are_added_listed_exported_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        files
            .add(&words(&["Siobhan", "New  York :2.5", "Siobhan"]))
            .unwrap();
        let mut learned = Learned::default();
        learned.learn("chevron", "Shevaun");
        learned.learn("their", "there");
        learned.write(&files.learned).unwrap();
        let mut listed = Vec::new();
        files.list(&mut listed).unwrap();
        assert_eq!(
            String::from_utf8(listed).unwrap(),
            "Siobhan\nNew York :2.5\nShevaun\tlearned, for \"chevron\"\t1\nthere\tlearned, for \"their\"\t1\n"
        );
        assert_eq!(files.export().unwrap(), "Siobhan\nNew York :2.5\nShevaun\n");
        assert!(files.remove(&words(&["New York", "Shevaun"])).unwrap());
        assert!(!files.remove(&words(&["nobody"])).unwrap());
        assert_eq!(files.export().unwrap(), "Siobhan\n");
    }

    #[test]
    fn lessons_are_read_again_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sotto/learned.tsv");
        let mut learned = Learned::read(&path).unwrap();
        learned.learn("their", "there");
        assert_eq!(learned.hotwords(), Vec::<&str>::new());
        learned.learn("their", "there");
        learned.learn("sotto", "Sotto");
        assert_eq!(learned.hotwords(), ["there"]);
        learned.write(&path).unwrap();
        assert_eq!(Learned::read(&path).unwrap(), learned);
        let broken = "# mine\nbroken\n\n\tb\nA\tb\tx\n";
        assert_eq!(Learned::parse(broken).0.len(), 1);
        fs::write(&path, broken).unwrap();
        let problems = learned_problems(&path);
        let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [2, 4]);
        assert_eq!(learned_problems(&folder.path().join("absent")), []);
        assert!(!format!("{learned:?}").contains("there"));
    }

    #[test]
    fn what_is_known_comes_from_both_files() {
        let mut learned = Learned::default();
        learned.learn("chevron", "Siobhan");
        let known = known_words("Kubernetes :3\n\nNew York\n", &learned);
        let texts: Vec<(&str, Option<&str>)> = known
            .iter()
            .map(|word| (word.text.as_str(), word.taken_for.as_deref()))
            .collect();
        assert_eq!(
            texts,
            [
                ("Siobhan", Some("chevron")),
                ("Kubernetes", None),
                ("New York", None)
            ]
        );
    }
}
