//! Private dictation for the Linux desktop: the program.
//!
//! Exit codes: 0 if everything was done, 1 if something failed, 2 if the command line is wrong.

mod audio_file;
mod cli;
mod eval;
mod model;
mod models;
mod notice;
mod parallel;
mod source;
mod transcribe;

use std::{io, process::ExitCode};

use clap::Parser;

use crate::cli::{Cli, Command, ModelsCommand};

fn main() -> ExitCode {
    let done = match &Cli::parse().command {
        Command::Transcribe(args) => transcribe::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Models(ModelsCommand::List) => models::list(),
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
