//! Whether every line of the user's tables can be used: own words, replacements, snippets, spoken
//! marks, corrections.
//!
//! What is told names files and lines and says what is wrong with them; it never holds what the
//! lines say.

use sotto_i18n::io_cause;
use sotto_models::{Bundle, SearchPath, StampStore};
use sotto_text::{TableFault, TableProblem};
use tr::tr;

use crate::{
    daemon::{Config, Files, own_phrases, table_problems},
    explain::explain,
    model,
    words::learned_problems,
};

/// Lines that are told one by one; of more it is told how many there are.
const MAX_TOLD: usize = 8;

/// The check.
pub(super) fn tables() -> Result<String, String> {
    let files = Files::from_environment().map_err(|error| error.to_string())?;
    sentence(&problems(&files))
}

fn problems(files: &Files) -> Vec<TableProblem> {
    // Broken settings are told by another check.
    let config = Config::read(&files.config).unwrap_or_default();
    let mut problems = table_problems(&files.config, &config);
    problems.extend(learned_problems(&files.learned));
    problems.extend(word_problems(files, &config));
    problems.sort_by(|a, b| (&a.table, a.line).cmp(&(&b.table, b.line)));
    problems.dedup_by(|a, b| (&a.table, a.line) == (&b.table, b.line));
    problems
}

/// Lines of `words.txt` that the model in use cannot prefer.
fn word_problems(files: &Files, config: &Config) -> Vec<TableProblem> {
    let path = files.words();
    let unreadable = |cause: String| {
        vec![TableProblem {
            table: "words.txt".to_owned(),
            line: 1,
            fault: TableFault::Unreadable { cause },
        }]
    };
    let words = match std::fs::read_to_string(&path) {
        Ok(words) => words,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => return unreadable(io_cause(&error)),
    };
    // A model that cannot be read is told by another check.
    let tokenizer = SearchPath::from_environment()
        .find(&config.model.id)
        .and_then(|dir| Bundle::open(&dir, &StampStore::in_user_cache()))
        .ok()
        .and_then(|bundle| model::tokenizer(&bundle, None).ok());
    tokenizer.map_or_else(Vec::new, |tokenizer| own_phrases(&words, &tokenizer).1)
}

fn sentence(problems: &[TableProblem]) -> Result<String, String> {
    if problems.is_empty() {
        return Ok(tr!("every line can be used"));
    }
    let mut told: Vec<String> = problems
        .iter()
        .take(MAX_TOLD)
        .map(|problem| explain(problem))
        .collect();
    let n_more = problems.len().saturating_sub(MAX_TOLD);
    if n_more > 0 {
        told.push(tr!("and {n} line more" | "and {n} lines more" % n_more));
    }
    Err(told.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_line_is_told_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files {
            config: folder.path().join("config.toml"),
            history: folder.path().join("history.jsonl"),
            remembered_engine: folder.path().join("engine"),
            typing_token: folder.path().join("typing-token"),
            learned: folder.path().join("learned.tsv"),
        };
        let told = || sentence(&problems(&files));
        assert_eq!(told().unwrap(), "every line can be used");
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("snippets.tsv", "sign\tBest\nself\t{self}\n");
        write("learned.tsv", "# mine\nsecret\n");
        let sentence = told().unwrap_err();
        assert_eq!(
            sentence,
            "learned.tsv, line 2: a correction needs what is wanted, a tab, and what was written first; \
             snippets.tsv, line 2: unknown variable: a snippet may use date and clipboard, and no other snippet"
        );
        write("replacements.tsv", &"broken\n".repeat(20));
        let sentence = told().unwrap_err();
        assert!(
            sentence.contains("replacements.tsv, line 7: "),
            "{sentence}"
        );
        assert!(sentence.ends_with("; and 14 lines more"), "{sentence}");
        assert!(!sentence.contains("secret"));
    }
}
