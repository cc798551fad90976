//! Size of files, words that must not be in them, and the module tree and the invariants of ARCHITECTURE.md.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use sotto_tests::source_root;

/// A longer file has to say why, in a line that starts with [`EXCUSE`].
const MAX_LINES: usize = 400;

/// Follows `//` or `#` in a file past [`MAX_LINES`].
const EXCUSE: &str = "Longer than 400 lines because";

/// Source files of the repository with their text, paths relative to its root.
fn sources(extensions: &[&str]) -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.starts_with("target") || name.starts_with("__") || name == ".git" {
                continue;
            }
            if path.is_dir() {
                walk(&path, extensions, found);
            } else if path
                .extension()
                .is_some_and(|extension| extensions.contains(&extension.to_str().unwrap()))
            {
                found.push(path);
            }
        }
    }
    let root = source_root();
    let mut found = Vec::new();
    walk(&root, extensions, &mut found);
    found.sort();
    assert!(!found.is_empty());
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.strip_prefix(&root).unwrap().to_owned(), text)
        })
        .collect()
}

#[track_caller]
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Lines that count: tables of cases read best in one file, so tests are left out.
fn n_counted_lines(text: &str) -> usize {
    text.split("\n#[cfg(test)]\nmod tests {")
        .next()
        .map_or(0, |counted| counted.lines().count())
}

#[test]
fn long_files_say_why() {
    let complaints: Vec<_> = sources(&["rs", "js", "py", "sh"])
        .iter()
        .filter(|(_, text)| n_counted_lines(text) > MAX_LINES)
        .filter(|(_, text)| {
            !text.lines().any(|line| {
                line.trim_start_matches(['/', '!', '#', '*', ' '])
                    .starts_with(EXCUSE)
            })
        })
        .map(|(path, text)| {
            format!(
                "{} has {} lines: split it, or say \"{EXCUSE} …\"",
                path.display(),
                n_counted_lines(text)
            )
        })
        .collect();
    assert_none(&complaints);
}

#[test]
fn nothing_is_left_for_later() {
    let words = [
        ["to", "do!("],
        ["unimpl", "emented!("],
        ["FIX", "ME"],
        ["TO", "DO"],
        ["#[ig", "nore"],
    ];
    let mut complaints = Vec::new();
    for (path, text) in sources(&["rs", "py", "sh", "toml"]) {
        for (line_idx, line) in text.lines().enumerate() {
            for word in words.map(|halves| halves.concat()) {
                if line.contains(&word) {
                    complaints.push(format!("{}:{}: {word}", path.display(), line_idx + 1));
                }
            }
        }
    }
    assert_none(&complaints);
}

/// Paths in the code block under "Module tree": a folder at the margin, its files indented.
fn module_tree(architecture: &str) -> Vec<PathBuf> {
    let section = architecture
        .split("## Module tree")
        .nth(1)
        .expect("the section is there");
    let block = section
        .split("```")
        .nth(1)
        .expect("the section has a code block");
    let mut folder = PathBuf::new();
    let mut paths = Vec::new();
    for line in block.lines().filter(|line| !line.trim().is_empty()) {
        let name = line
            .split_whitespace()
            .next()
            .expect("the line is not empty");
        if line.starts_with(' ') {
            paths.push(folder.join(name));
        } else {
            folder = PathBuf::from(name);
            paths.push(folder.clone());
        }
    }
    paths
}

#[test]
fn every_file_of_the_module_tree_exists() {
    let root = source_root();
    let architecture = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let paths = module_tree(&architecture);
    assert!(paths.len() > 10, "the module tree is not parsed");
    let complaints: Vec<_> = paths
        .iter()
        .filter(|path| !root.join(path).exists())
        .map(|path| {
            format!(
                "ARCHITECTURE.md names {}, which does not exist",
                path.display()
            )
        })
        .collect();
    assert_none(&complaints);
}

/// Whether the module tree lists this file: all of `src`, and what tests share, but no tests beside a module.
fn belongs_in_the_tree(path: &Path) -> bool {
    let parts: Vec<_> = path.iter().filter_map(|part| part.to_str()).collect();
    let is_of_a_test = parts[1..]
        .iter()
        .any(|part| ["tests", "tests.rs", "main.rs", "fuzz_targets"].contains(part))
        && !parts.ends_with(&["src", "main.rs"]);
    (parts.contains(&"src") || parts[0] == "tests") && !is_of_a_test
}

#[test]
fn every_module_stands_in_the_module_tree() {
    let architecture = fs::read_to_string(source_root().join("ARCHITECTURE.md")).unwrap();
    let told = module_tree(&architecture);
    let complaints: Vec<_> = sources(&["rs"])
        .iter()
        .filter(|(path, _)| belongs_in_the_tree(path) && !told.contains(path))
        .map(|(path, _)| format!("ARCHITECTURE.md does not name {}", path.display()))
        .collect();
    assert_none(&complaints);
}

/// Names of the tests in these sources.
fn test_names(sources: &[(PathBuf, String)]) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for (_, text) in sources {
        let mut is_test = false;
        for line in text.lines().map(str::trim_start) {
            let function = line.trim_start_matches("async ").strip_prefix("fn ");
            if line == "#[test]" || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if let Some(name) = function
                && std::mem::take(&mut is_test)
            {
                names.insert(name.split('(').next().unwrap_or(name));
            }
        }
    }
    names
}

/// Whether a guard in the table is named as a test is: words with lines between them.
fn is_test_name(guard: &str) -> bool {
    guard.contains('_')
        && guard
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

#[test]
fn every_invariant_has_a_test_that_exists() {
    let architecture = fs::read_to_string(source_root().join("ARCHITECTURE.md")).unwrap();
    let (_, section) = architecture.split_once("## Invariants").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let sources = sources(&["rs"]);
    let tests = test_names(&sources);
    let rows: Vec<_> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .skip(1)
        .collect();
    assert!(rows.len() > 10, "the table of invariants is not parsed");
    let mut complaints = Vec::new();
    let mut told = BTreeSet::new();
    for row in rows {
        let (invariant, guards) = row.split_once(" | ").unwrap();
        if !told.insert(invariant) || guards.contains("no guard") {
            complaints.push(format!("said twice, or without a guard: \"{invariant}\""));
        }
        let mut guards = guards.split('`').skip(1).step_by(2).peekable();
        if guards.peek().is_none() {
            complaints.push(format!("no guard of \"{invariant}\" is named"));
        }
        for guard in guards.filter(|guard| is_test_name(guard) && !tests.contains(guard)) {
            complaints.push(format!("{guard} is no test; it guards \"{invariant}\""));
        }
    }
    assert_none(&complaints);
}

#[test]
fn rust_modules_say_what_they_are_for() {
    let complaints: Vec<_> = sources(&["rs"])
        .iter()
        .filter(|(path, _)| path.components().any(|part| part.as_os_str() == "src"))
        .filter(|(path, _)| path.file_name().unwrap() != "tests.rs")
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| format!("{} opens without a module doc", path.display()))
        .collect();
    assert_none(&complaints);
}
