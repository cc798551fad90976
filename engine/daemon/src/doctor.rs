//! `sotto doctor` and `sotto devices`: what works on this desktop, and why the rest does not.

mod advice;
mod ground;
mod place;
mod tables;

use std::{
    env,
    io::{self, Write as _},
};

use console::{Alignment, measure_text_width, pad_str};
use sotto_api::DictationProxy;
use sotto_capture::{HostChoice, list_devices};
use sotto_ibus::Surroundings;
use sotto_models::{Bundle, SearchPath, StampStore};
use tr::tr;

use crate::{
    client::state_name,
    daemon::{Config, Files, clipboard_program, doors, examine_keyboard},
    doctor::place::Place,
    explain::explain,
};

/// Remedy of the daemon: starts the input method.
pub(crate) const START_IBUS: &str = "start-ibus";
/// Remedies of the tray: a page where the user mends it, or a file that it writes.
const INSTALL_MODEL: &str = "install-model";
const CHOOSE_MICROPHONE: &str = "choose-microphone";
const SET_ENVIRONMENT: &str = "set-environment";
const RECORD_SHORTCUT: &str = "record-shortcut";
const EDIT_TABLES: &str = "edit-tables";

const KEYBOARD: &str = "keyboard";
/// The check of the user's tables: dictation works without it too, but not as the user wants.
const TABLES: &str = "tables";

/// One line of the report.
pub(crate) struct Finding {
    /// A stable name.
    pub(crate) what: &'static str,
    pub(crate) outcome: Result<String, String>,
    /// What mends it, where a program can; empty for nothing.
    pub(crate) remedy: &'static str,
    /// Dictation does not work without it.
    pub(crate) is_needed: bool,
}

impl Finding {
    fn needed(what: &'static str, outcome: Result<String, String>) -> Self {
        Self {
            what,
            outcome,
            remedy: "",
            is_needed: true,
        }
    }

    fn optional(what: &'static str, outcome: Result<String, String>) -> Self {
        Self {
            is_needed: false,
            ..Self::needed(what, outcome)
        }
    }

    fn with(self, remedy: &'static str) -> Self {
        Self { remedy, ..self }
    }
}

/// Lists the microphones, with the ids that the settings take.
///
/// # Errors
///
/// If no sound system answers or there is no microphone.
pub(crate) fn devices() -> anyhow::Result<bool> {
    let devices = list_devices(HostChoice::Automatic)?;
    let mut out = io::stdout().lock();
    for device in devices {
        let name = if device.is_default {
            tr!("{}  (default)", device.name)
        } else {
            device.name
        };
        writeln!(out, "{}\n    {name}", device.id)?;
    }
    Ok(true)
}

/// Makes every check.
pub(crate) fn findings() -> Vec<Finding> {
    let mut findings = vec![
        Finding::needed("model", model()).with(INSTALL_MODEL),
        Finding::needed("microphone", microphone()).with(CHOOSE_MICROPHONE),
        Finding::needed("daemon", daemon()),
        Finding::needed("input method", input_method()).with(START_IBUS),
    ];
    findings.extend(advice::findings(&Place::of_process()));
    findings.push(Finding::optional(KEYBOARD, keyboard()));
    findings.push(Finding::needed("clipboard", clipboard()));
    findings.push(Finding::needed(TABLES, tables::tables()).with(EDIT_TABLES));
    findings
}

/// Whether the push-to-talk key is seen by any of the ways to see it.
pub(crate) fn push_to_talk() -> Finding {
    let mut broken = Vec::new();
    let mut outcome = None;
    for door in keys() {
        match door.outcome {
            Ok(works) => outcome = outcome.or(Some(works)),
            Err(why) => broken.push(why),
        }
    }
    Finding::needed("push-to-talk", outcome.ok_or_else(|| broken.join("; "))).with(RECORD_SHORTCUT)
}

/// The findings as text to copy, without names of users and folders.
pub(crate) fn report() -> String {
    let mut report = format!("Sotto {}\n", env!("CARGO_PKG_VERSION"));
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .map_or("unknown", |name| name.trim_matches('"'));
    let desktop = env::var("XDG_CURRENT_DESKTOP").unwrap_or_else(|_| "unknown".to_owned());
    let session = env::var("XDG_SESSION_TYPE").unwrap_or_else(|_| "unknown".to_owned());
    report.push_str(&format!(
        "system: {system}; desktop: {desktop}; session: {session}\n"
    ));
    for finding in findings() {
        let (mark, text) = match &finding.outcome {
            Ok(text) => ("ok", text),
            Err(text) => ("no", text),
        };
        report.push_str(&format!("{mark}  {:<13} {text}\n", finding.what));
    }
    redacted(&report, &secrets())
}

/// What must not be in a report, and what stands for it.
fn secrets() -> Vec<(String, &'static str)> {
    let of = |name: &str| env::var(name).ok();
    [
        (of("XDG_RUNTIME_DIR"), "RUNTIME"),
        (of("HOME"), "~"),
        (of("USER"), "USER"),
        (of("LOGNAME"), "USER"),
    ]
    .into_iter()
    .filter_map(|(secret, stands)| Some((secret.filter(|secret| secret.len() > 2)?, stands)))
    .collect()
}

fn redacted(text: &str, secrets: &[(String, &'static str)]) -> String {
    secrets
        .iter()
        .fold(text.to_owned(), |text, (secret, stands)| {
            text.replace(secret, stands)
        })
}

/// What was checked, as a person reads it.
fn title(what: &str) -> String {
    match what {
        "model" => tr!("model"),
        "microphone" => tr!("microphone"),
        "daemon" => tr!("daemon"),
        "input method" => tr!("input method"),
        "applications" => tr!("applications"),
        KEYBOARD => tr!("keyboard"),
        "ibus" => "IBus".to_owned(),
        "desktop" => tr!("desktop"),
        "chromium" => "Chromium".to_owned(),
        "flatpak" => "Flatpak".to_owned(),
        "tray" => tr!("tray icon"),
        "start" => tr!("start"),
        "installations" => tr!("installations"),
        "folders" => tr!("folders"),
        "clipboard" => tr!("clipboard"),
        // TRANSLATORS: the user's tables of words, replacements and snippets.
        TABLES => tr!("tables"),
        "key by X11" => tr!("key by X11"),
        "key by portal" => tr!("key by portal"),
        other => other.to_owned(),
    }
}

/// Reports on each part; the answer is whether dictation reaches applications.
///
/// # Errors
///
/// If the report cannot be written.
pub(crate) fn examine() -> anyhow::Result<bool> {
    let findings = findings();
    let keys = keys();
    let shown = || findings.iter().chain(&keys);
    let titles: Vec<_> = shown().map(|finding| title(finding.what)).collect();
    // TRANSLATORS: before a part that works, or does not; as short as these.
    let marks = [tr!("ok"), tr!("no")];
    let widest = |texts: &[String]| texts.iter().map(|text| measure_text_width(text)).max();
    let mark_columns = widest(&marks).unwrap_or(0);
    let title_columns = widest(&titles).unwrap_or(0) + 1;
    let mut out = io::stdout().lock();
    for (finding, title) in shown().zip(&titles) {
        let (mark, text) = match &finding.outcome {
            Ok(text) => (&marks[0], text),
            Err(text) => (&marks[1], text),
        };
        let mark = pad_str(mark, mark_columns, Alignment::Left, None);
        let title = pad_str(title, title_columns, Alignment::Left, None);
        writeln!(out, "{mark}  {title} {text}")?;
    }
    writeln!(out, "\n=>  {}", delivery(&findings))?;
    Ok(findings
        .iter()
        .filter(|finding| finding.what != TABLES)
        .all(|finding| finding.outcome.is_ok() || !finding.is_needed))
}

/// The first rung of the ladder that holds here, and why those above it do not.
fn delivery(findings: &[Finding]) -> String {
    let rungs = [
        ("input method", tr!("text is inserted by the input method")),
        (KEYBOARD, tr!("text is typed through the desktop's portal")),
        (
            "clipboard",
            tr!("text goes to the clipboard, with a notification"),
        ),
    ];
    let mut broken = Vec::new();
    for (what, works) in rungs {
        let Some(finding) = findings.iter().find(|finding| finding.what == what) else {
            continue;
        };
        match &finding.outcome {
            Ok(_) => return with_reasons(&works, &broken),
            Err(why) => broken.push(format!("{}: {why}", title(what))),
        }
    }
    let kept = tr!("text is kept in memory until \"sotto paste-last\"");
    with_reasons(&kept, &broken)
}

fn with_reasons(delivery: &str, broken: &[String]) -> String {
    let mut told = delivery.to_owned();
    for why in broken {
        // TRANSLATORS: {} is a part that does not work, and why.
        told.push_str(&format!("\n    {}", tr!("without {}", why)));
    }
    told
}

fn model() -> Result<String, String> {
    let files = Files::from_environment().map_err(|error| error.to_string())?;
    let config = Config::read(&files.config).map_err(|error| explain(&error))?;
    let dir = SearchPath::from_environment()
        .find(&config.model.id)
        .map_err(|error| explain(&error))?;
    let bundle =
        Bundle::open(&dir, &StampStore::in_user_cache()).map_err(|error| explain(&error))?;
    Ok(tr!("{} in {}", bundle.id(), bundle.dir().display()))
}

fn microphone() -> Result<String, String> {
    let devices = list_devices(HostChoice::Automatic).map_err(|error| explain(&error))?;
    let default = devices
        .iter()
        .find(|device| device.is_default)
        .or(devices.first());
    default
        .map(|device| device.id.clone())
        .ok_or_else(|| tr!("no microphone: plug one in"))
}

/// The ways by which the push-to-talk key can be seen; one of them is enough.
fn keys() -> Vec<Finding> {
    let settings = Files::from_environment()
        .ok()
        .and_then(|files| Config::read(&files.config).ok())
        .unwrap_or_default();
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    else {
        return Vec::new();
    };
    runtime
        .block_on(doors(&settings.key))
        .into_iter()
        .map(|door| Finding::needed(door.name, door.outcome))
        .collect()
}

/// Whether the desktop's portal would type where no input method can be reached.
fn keyboard() -> Result<String, String> {
    let files = Files::from_environment().map_err(|error| error.to_string())?;
    let config = Config::read(&files.config).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime
        .block_on(examine_keyboard())
        .map_err(|error| explain(&error))?;
    if config.delivery.keyboard {
        Ok(tr!("the desktop's portal can type"))
    } else {
        Err(tr!(
            "the desktop's portal can type: set keyboard = true in the settings to let it"
        ))
    }
}

fn daemon() -> Result<String, String> {
    let asked = async {
        let connection = sotto_api::session_bus().await?;
        DictationProxy::new(&connection).await?.state().await
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| explain(&error))?;
    runtime.block_on(asked).map(state_name).map_err(|error| {
        tr!(
            "it does not answer: start it with \"sotto daemon\" ({})",
            error
        )
    })
}

fn input_method() -> Result<String, String> {
    let found = Surroundings::of_process().find();
    found
        .map(|_| tr!("ibus-daemon is there"))
        .map_err(|error| explain(&error))
}

fn clipboard() -> Result<String, String> {
    clipboard_program().map(|(program, _)| program.display().to_string()).ok_or_else(|| {
        tr!("install wl-clipboard (Wayland) or xclip (X11) to have text that cannot be inserted there")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_no_user_and_no_home() {
        let secrets = [("/home/ada".to_owned(), "~"), ("ada".to_owned(), "USER")];
        assert_eq!(
            redacted("model in /home/ada/.local; ada's microphone", &secrets),
            "model in ~/.local; USER's microphone"
        );
    }
}
