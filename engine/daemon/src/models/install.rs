//! `sotto models install`: lets `sotto-fetch` download, and shows how far it is.
//!
//! This program speaks to no network; `sotto-fetch` lies beside it or on the search path, and tells
//! what it does in lines of JSON.

use std::{
    env,
    io::{self, BufRead as _, BufReader, IsTerminal as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, anyhow};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde::Deserialize;
use tr::tr;

use crate::{
    models::{catalogue, license, size},
    notice,
};

/// The program that downloads.
const PROGRAM: &str = "sotto-fetch";

/// What of its lines is shown.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
enum Line {
    Planned {
        commit: String,
        total_bytes: u64,
        done_bytes: u64,
        files: Vec<File>,
    },
    Progress {
        done_bytes: u64,
    },
    Waiting {
        seconds: f64,
        reason: String,
    },
    Installing,
    Installed {
        dir: PathBuf,
    },
    Failed {
        message: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct File {
    name: String,
    size: u64,
    sha256: String,
}

/// Beside this program, or on the search path.
fn program(own: Option<&Path>) -> PathBuf {
    own.and_then(Path::parent)
        .map(|folder| folder.join(PROGRAM))
        .filter(|program| program.is_file())
        .unwrap_or_else(|| PROGRAM.into())
}

/// Downloads and installs a model.
///
/// # Errors
///
/// If it is not in the catalogue, cannot be had, or cannot be installed.
pub(crate) fn run(id: &str) -> anyhow::Result<bool> {
    let catalogue = catalogue();
    let model = catalogue.model(id).ok_or_else(|| {
        anyhow!(tr!(
            "no model \"{}\" is in the catalogue: \"sotto models list --all\" shows what is",
            id
        ))
    })?;
    // TRANSLATORS: name of a model, length of its files, license
    notice::say(tr!(
        "{}: {}, license {}",
        model.name,
        size(model),
        license(model)
    ));
    if !model.license.note.is_empty() {
        notice::say(sotto_i18n::translate(&model.license.note));
    }
    let program = program(env::current_exe().ok().as_deref());
    let mut child = Command::new(&program)
        .args(["install", id, "--json-progress"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| tr!("{} does not start: install Sotto again", program.display()))?;
    let lines = child.stdout.take().expect("its output is piped");
    let ended = show(BufReader::new(lines).lines());
    let status = child
        .wait()
        .with_context(|| tr!("{} cannot be waited for", program.display()))?;
    match ended {
        Some(Ok(dir)) if status.success() => {
            notice::say(tr!(
                "\"{}\" is installed in {}; \"sotto models use {}\" dictates with it",
                model.name,
                dir.display(),
                id
            ));
            Ok(true)
        }
        Some(Err(message)) => Err(anyhow!(message)),
        _ => Err(anyhow!(tr!(
            "{} ended before it was done: start it again, and it goes on where it was",
            PROGRAM
        ))),
    }
}

/// Shows what happens; the answer is how it ended, if it said so.
fn show(lines: impl Iterator<Item = io::Result<String>>) -> Option<Result<PathBuf, String>> {
    let bar = if io::stderr().is_terminal() {
        ProgressBar::no_length()
    } else {
        ProgressBar::hidden()
    };
    let style = "[{bar:30}] {bytes} / {total_bytes}  {bytes_per_sec}  {eta}  {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is constant"));
    let say = |sentence: String| bar.suspend(|| notice::say(sentence));
    let mut ended = None;
    for line in lines.map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Line::Planned {
                commit,
                total_bytes,
                done_bytes,
                files,
            }) => {
                if !commit.is_empty() {
                    say(tr!("commit {}", commit));
                }
                for file in files {
                    let (name, size) = (file.name, HumanBytes(file.size));
                    say(format!("{name}  {size}  SHA-256 {}", file.sha256));
                }
                bar.set_length(total_bytes);
                bar.set_position(done_bytes);
                bar.reset_eta();
            }
            Ok(Line::Progress { done_bytes }) => bar.set_position(done_bytes),
            Ok(Line::Waiting { seconds, reason }) => say(tr!(
                "the network failed ({}); next attempt in {} s",
                reason,
                seconds.ceil()
            )),
            Ok(Line::Installing) => bar.set_message(tr!("checking")),
            Ok(Line::Installed { dir }) => ended = Some(Ok(dir)),
            Ok(Line::Failed { message }) => ended = Some(Err(message)),
            Ok(Line::Other) | Err(_) => {}
        }
    }
    bar.finish_and_clear();
    ended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(lines: &[&str]) -> Option<Result<PathBuf, String>> {
        show(lines.iter().map(|line| Ok((*line).to_owned())))
    }

    #[test]
    fn the_lines_of_the_downloader_are_understood() {
        let planned =
            r#"{"event":"planned","model":"m","commit":"c","total_bytes":9,"done_bytes":0,
            "files":[{"role":"ctc","name":"m.onnx","size":9,"sha256":"00"}]}"#
                .replace('\n', "");
        let progress = r#"{"event":"progress","model":"m","file":"m.onnx","done_bytes":3,
            "total_bytes":9,"bytes_per_second":1.5,"seconds_left":4.0}"#
            .replace('\n', "");
        for line in [&planned, &progress] {
            assert!(!matches!(
                serde_json::from_str(line),
                Ok(Line::Other) | Err(_)
            ));
        }
        let installed = r#"{"event":"installed","model":"m","dir":"/x/m"}"#;
        let resolving = r#"{"event":"resolving","model":"m"}"#;
        assert_eq!(
            ended(&[resolving, &planned, &progress, "not JSON", installed]),
            Some(Ok("/x/m".into()))
        );
        let failed = r#"{"event":"failed","model":"m","kind":"network","message":"no"}"#;
        assert_eq!(ended(&[resolving, failed]), Some(Err("no".to_owned())));
        assert_eq!(ended(&[&planned]), None);
    }

    #[test]
    fn the_downloader_beside_this_program_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("sotto");
        assert_eq!(program(Some(&own)), Path::new(PROGRAM));
        std::fs::write(folder.path().join(PROGRAM), "").unwrap();
        assert_eq!(program(Some(&own)), folder.path().join(PROGRAM));
        assert_eq!(program(None), Path::new(PROGRAM));
    }
}
