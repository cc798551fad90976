//! What the variables of snippets stand for: the date and the clipboard, read when a dictation begins.

use std::{path::PathBuf, process::Stdio, time::Duration};

use sotto_text::{SnippetValues, SnippetVariables};
use tokio::process::Command;
use tr::tr;

use crate::daemon::{log::note, offer::find_program};

/// A program that has no answer by then has none.
const PATIENCE: Duration = Duration::from_secs(2);

/// Reads what is wanted; what cannot be had stays empty.
pub(crate) async fn read(wanted: SnippetVariables) -> SnippetValues {
    let mut values = SnippetValues::default();
    if wanted.date {
        // The C library writes the date as the user's locale has it.
        let date = output(find_program("date"), &["+%x"]).await;
        values.date = date.unwrap_or_default().trim().to_owned();
    }
    if wanted.clipboard {
        let wayland = std::env::var_os("WAYLAND_DISPLAY").and_then(|_| find_program("wl-paste"));
        values.clipboard = match wayland {
            Some(program) => output(Some(program), &["--no-newline", "--type", "text"]).await,
            None => output(find_program("xclip"), &["-selection", "clipboard", "-o"]).await,
        };
    }
    values
}

async fn output(program: Option<PathBuf>, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program?);
    command.args(arguments);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command.kill_on_drop(true);
    match tokio::time::timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) if output.status.success() => String::from_utf8(output.stdout).ok(),
        Ok(Ok(_)) => None,
        Ok(Err(error)) => {
            note!("{}", tr!("a snippet's variable cannot be read: {}", error));
            None
        }
        Err(_elapsed) => None,
    }
}
