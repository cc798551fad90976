//! The tray application: what a person sees of Sotto.
//!
//! One program, two processes. The resident one shows the icon and its menu and links no web view
//! to anything: it sleeps until something happens. The other shows the window and ends with it, so
//! that all memory of the pages is given back. Both are clients of the daemon over the session bus
//! and keep nothing that the daemon does not.

mod autostart;
mod bus;
mod commands;
mod draw;
mod environment;
mod files;
mod history;
mod icon;
mod instance;
mod notify;
mod resident;
mod theme;
mod user_table;
mod window;

use std::process::ExitCode;

/// What was asked for on the command line.
#[derive(Debug, PartialEq, Eq)]
enum Role {
    /// Shows the icon, and this page at the start.
    Resident {
        first_page: Option<String>,
    },
    /// Shows the window with this page.
    Window {
        page: String,
    },
    Help,
    Version,
    /// An argument that is none.
    Wrong(String),
}

impl Role {
    fn parse(arguments: impl IntoIterator<Item = String>) -> Self {
        let mut role = Self::Resident {
            first_page: Some(String::new()),
        };
        for argument in arguments {
            match argument.as_str() {
                "--background" => role = Self::Resident { first_page: None },
                "--window" => {
                    role = Self::Window {
                        page: String::new(),
                    }
                }
                "--help" | "-h" => return Self::Help,
                "--version" | "-V" => return Self::Version,
                page if instance::is_page(page) => match &mut role {
                    Self::Resident { first_page } => *first_page = Some(argument),
                    Self::Window { page } => *page = argument,
                    Self::Help | Self::Version | Self::Wrong(_) => {}
                },
                _ => return Self::Wrong(argument),
            }
        }
        role
    }
}

fn main() -> ExitCode {
    sotto_i18n::speak!();
    let done = match Role::parse(std::env::args().skip(1)) {
        Role::Resident { first_page } => resident::run(first_page),
        Role::Window { page } => window::run(&page),
        Role::Help => {
            say(&tr::tr!(
                "usage: sotto-tray [--background | --window] [PAGE]\n\nShows the icon of Sotto, and its window unless started with --background."
            ));
            return ExitCode::SUCCESS;
        }
        Role::Version => {
            say(concat!("sotto-tray ", env!("CARGO_PKG_VERSION")));
            return ExitCode::SUCCESS;
        }
        Role::Wrong(argument) => {
            note(&tr::tr!(
                "there is no option {0}: sotto-tray --help shows them",
                argument
            ));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "an answer to the command line")]
fn say(text: &str) {
    println!("{text}");
}

/// A note for the journal.
#[expect(clippy::print_stderr, reason = "notes for the journal go there")]
fn note(text: &str) {
    eprintln!("sotto-tray: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_names_role_and_page() {
        let role = |arguments: &[&str]| Role::parse(arguments.iter().map(|&a| a.to_owned()));
        let resident = |page: Option<&str>| Role::Resident {
            first_page: page.map(str::to_owned),
        };
        assert_eq!(role(&[]), resident(Some("")));
        assert_eq!(role(&["--background"]), resident(None));
        assert_eq!(role(&["history"]), resident(Some("history")));
        assert_eq!(
            role(&["--window", "doctor"]),
            Role::Window {
                page: "doctor".to_owned()
            }
        );
        assert_eq!(role(&["--nothing"]), Role::Wrong("--nothing".to_owned()));
        assert_eq!(role(&["nowhere"]), Role::Wrong("nowhere".to_owned()));
    }
}
