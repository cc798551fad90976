//! Manual pages and shell completions, made from the definition of the command line when a package is built.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;

/// Prints the completions of one shell.
///
/// # Errors
///
/// If standard output is closed.
pub(crate) fn completions(shell: Shell) -> anyhow::Result<bool> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut visible(), "sotto", &mut script);
    io::stdout().write_all(&script)?;
    Ok(true)
}

/// Writes `sotto.1` and one page for each verb.
///
/// # Errors
///
/// If the directory is not there or cannot be written.
pub(crate) fn pages(dir: &Path) -> anyhow::Result<bool> {
    let mut command = visible();
    command.build();
    for (name, page) in render("sotto", &command)? {
        let path = dir.join(format!("{name}.1"));
        fs::write(&path, page).with_context(|| {
            tr::tr!(
                "cannot write {}: name an existing directory",
                path.display()
            )
        })?;
    }
    Ok(true)
}

/// The command line without what is only for packages.
fn visible() -> clap::Command {
    let whole = Cli::command();
    let shown: Vec<_> = whole
        .get_subcommands()
        .filter(|verb| !verb.is_hide_set())
        .cloned()
        .collect();
    let top = clap::Command::new("sotto").version(env!("CARGO_PKG_VERSION"));
    match whole.get_about() {
        Some(about) => top.about(about.clone()),
        None => top,
    }
    .subcommand_required(true)
    .subcommands(shown)
}

/// The pages of a command and of its verbs, by name.
fn render(name: &str, command: &clap::Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut page = Vec::new();
    let man = clap_mangen::Man::new(command.clone().disable_help_subcommand(true))
        .title(name.to_uppercase())
        .section("1");
    man.render(&mut page)?;
    let mut pages = vec![(name.to_owned(), page)];
    for verb in command.get_subcommands() {
        if verb.get_name() != "help" {
            pages.extend(render(&format!("{name}-{}", verb.get_name()), verb)?);
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_that_is_shown_has_a_page() {
        let dir = tempfile::tempdir().unwrap();
        assert!(pages(dir.path()).unwrap());
        let page = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
        assert!(page("sotto.1").contains("sotto\\-press"));
        assert!(page("sotto-transcribe.1").contains("partials"));
        assert!(page("sotto-models-list.1").contains("models"));
        assert!(!dir.path().join("sotto-completions.1").exists());
        pages(&dir.path().join("none")).unwrap_err();
    }

    #[test]
    fn completions_name_the_verbs_that_are_shown() {
        let mut script = Vec::new();
        clap_complete::generate(Shell::Bash, &mut visible(), "sotto", &mut script);
        let script = String::from_utf8(script).unwrap();
        assert!(script.contains("paste-last"));
        assert!(!script.contains("completions"));
    }
}
