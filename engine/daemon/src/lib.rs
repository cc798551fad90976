//! Private dictation for the Linux desktop: the program, as a library so that [`input`] can be fuzzed.
//!
//! Exit codes: 0 if everything was done, 1 if something failed, 2 if the command line is wrong.

mod audio_file;
mod cli;
mod client;
mod daemon;
mod doctor;
mod eval;
mod explain;
mod help;
pub mod input;
mod language;
mod manual;
mod model;
mod models;
mod notice;
mod parallel;
mod source;
mod transcribe;
mod words;

use std::{io, process::ExitCode};

use sotto_ibus::Start;

use crate::{
    cli::{Command, ModelsCommand},
    client::Verb,
};

/// Does what the command line says.
#[must_use]
pub fn main() -> ExitCode {
    sotto_i18n::speak!();
    sotto_models::speak();
    let done = match &help::parse().command {
        Command::Transcribe(args) => transcribe::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Models(command) => match command {
            ModelsCommand::List(args) => models::list(args),
            ModelsCommand::Install(args) => models::install::run(&args.id),
            ModelsCommand::Remove(args) => models::remove(&args.id),
            ModelsCommand::Import(args) => models::import(args),
            ModelsCommand::Use(args) => models::use_model(&args.id),
            ModelsCommand::Bench(args) => models::bench::run(args),
        },
        Command::Daemon(args) => daemon::run(if args.ibus {
            Start::ByFile
        } else {
            Start::AtRunTime
        }),
        Command::Press => client::ask(Verb::Press),
        Command::Release => client::ask(Verb::Release),
        Command::Toggle => client::ask(Verb::Toggle),
        Command::Cancel => client::ask(Verb::Cancel),
        Command::PasteLast => client::ask(Verb::PasteLast),
        Command::Words(command) => words::run(command),
        Command::Languages => language::list(),
        Command::Language(args) => language::switch(&args.code),
        Command::Status => client::ask(Verb::Status),
        Command::Devices => doctor::devices(),
        Command::Doctor => doctor::examine(),
        Command::Completions(args) => manual::completions(args.shell),
        Command::Man(args) => manual::pages(&args.dir),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if is_closed_pipe(&error) => ExitCode::FAILURE,
        Err(error) => {
            notice::say_error(&error);
            ExitCode::FAILURE
        }
    }
}

/// Whoever reads our output has seen enough, as in `sotto … | head`: nothing to complain about.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
