//! Changes one setting in the text of the settings file and leaves every other line as it is.
//!
//! The text is edited by lines and then read again: an edit that would change anything else is
//! refused, so that a file in an unusual layout is never damaged.

mod profiles;

use std::{fs, io, path::Path};

use sotto_i18n::io_cause;
use toml::{Table, Value};
use tr::tr;

use crate::daemon::config::{Config, DEFAULT_TEXT};

/// A setting with its value in use and its default.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: serde_json::Value,
    pub(crate) default: serde_json::Value,
}

/// Why a setting was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditError {
    #[error("{}", tr!("there is no setting \"{}\": \"config.toml\" lists them all", .0))]
    Unknown(String),
    #[error("{}", tr!("\"{}\" does not take this value: {}", .key, .problem))]
    Wrong { key: String, problem: String },
    #[error(
        "{}",
        tr!(
            "{} is laid out in a way that cannot be edited here: open it and set \"{}\" by hand",
            .file,
            .key
        )
    )]
    Layout { file: String, key: String },
    #[error("{}", tr!("{} cannot be read or written: {}", .file, io_cause(.source)))]
    File { file: String, source: io::Error },
    #[error("{}", tr!("{}: mend the file first", .0))]
    Broken(String),
}

/// Every setting, in the order of their keys.
///
/// # Errors
///
/// If the file cannot be read.
pub(crate) fn list(path: &Path) -> Result<Vec<Entry>, EditError> {
    let text = read(path)?;
    let set: Table = toml::from_str(&text).map_err(|_error| broken(path, &text))?;
    let mut defaults = Vec::new();
    flatten("", &default_table(), &mut defaults);
    defaults.push((profiles::KEY.to_owned(), Value::Array(Vec::new())));
    Ok(defaults
        .into_iter()
        .map(|(key, default)| Entry {
            value: lookup(&set, &key).map_or_else(|| json(&default), json),
            default: json(&default),
            key,
        })
        .collect())
}

/// Gives a setting a value, or its default with `None`.
///
/// # Errors
///
/// If there is no such setting, it does not take the value, or the file cannot be written.
pub(crate) fn set(
    path: &Path,
    key: &str,
    value: Option<&serde_json::Value>,
) -> Result<(), EditError> {
    let text = read(path)?;
    let edited = edit(&text, key, value, &path.display().to_string())?;
    if edited == text {
        return Ok(());
    }
    write(path, &edited).map_err(|source| EditError::File {
        file: path.display().to_string(),
        source,
    })
}

/// Chooses the model with this id.
///
/// # Errors
///
/// If the settings cannot be written.
pub(crate) fn set_model(path: &Path, id: &str) -> Result<(), EditError> {
    set(path, "model.id", Some(&serde_json::Value::from(id)))
}

fn read(path: &Path) -> Result<String, EditError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(DEFAULT_TEXT.to_owned()),
        Err(source) => Err(EditError::File {
            file: path.display().to_string(),
            source,
        }),
    }
}

/// Replaces the file as a whole; where it is a link, what it points to.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_absent| path.to_owned());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("toml.new");
    fs::write(&new, text)?;
    if let Ok(old) = fs::metadata(&path) {
        fs::set_permissions(&new, old.permissions())?;
    }
    fs::rename(&new, &path)
}

fn broken(path: &Path, text: &str) -> EditError {
    let problem = Config::parse(text, &path.display().to_string()).map_or_else(
        |error| error.to_string(),
        |_config| path.display().to_string(),
    );
    EditError::Broken(problem)
}

/// Every setting with its default, from the documented text.
fn default_table() -> Table {
    let uncommented: String = DEFAULT_TEXT
        .lines()
        .map(|line| assignment(line).map_or(line, |(setting, _name)| setting))
        .flat_map(|line| [line, "\n"])
        .collect();
    toml::from_str(&uncommented).expect("a test reads the documented text this way")
}

/// The setting in a line, commented out or not, and its name.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let (setting, (name, _value)) = match line.strip_prefix("# ") {
        Some(setting) => (setting, setting.split_once(" = ")?),
        None => (line, line.split_once('=')?),
    };
    let name = name.trim();
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    is_name.then_some((setting, name))
}

fn flatten(prefix: &str, table: &Table, into: &mut Vec<(String, Value)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            Value::Table(table) => flatten(&key, table, into),
            value => into.push((key, value.clone())),
        }
    }
}

fn lookup<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    let mut names = key.split('.');
    let first = table.get(names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => text.as_str().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Boolean(flag) => (*flag).into(),
        Value::Datetime(time) => time.to_string().into(),
        Value::Array(values) => values.iter().map(json).collect(),
        Value::Table(table) => table
            .iter()
            .map(|(name, value)| (name.clone(), json(value)))
            .collect(),
    }
}

pub(crate) fn edit(
    text: &str,
    key: &str,
    value: Option<&serde_json::Value>,
    file: &str,
) -> Result<String, EditError> {
    let before: Table = toml::from_str(text).map_err(|_error| broken(Path::new(file), text))?;
    let (edited, value) = if key == profiles::KEY {
        let wanted = value.filter(|value| !value.as_array().is_some_and(Vec::is_empty));
        (profiles::edit_lines(text, wanted), wanted)
    } else {
        let unknown = || EditError::Unknown(key.to_owned());
        lookup(&default_table(), key)
            .filter(|default| !default.is_table())
            .ok_or_else(unknown)?;
        let (section, name) = key.rsplit_once('.').ok_or_else(unknown)?;
        (edit_lines(text, section, name, value), value)
    };
    let layout = || EditError::Layout {
        file: file.to_owned(),
        key: key.to_owned(),
    };
    let after: Table = toml::from_str(&edited).map_err(|_error| layout())?;
    if let Err(error) = Config::parse(&edited, file) {
        if Config::parse(text, file).is_err() {
            return Err(EditError::Broken(error.to_string()));
        }
        return Err(EditError::Wrong {
            key: key.to_owned(),
            problem: error.to_string(),
        });
    }
    let (mut others_before, mut others_after) = (Vec::new(), Vec::new());
    flatten("", &before, &mut others_before);
    flatten("", &after, &mut others_after);
    others_before.retain(|(other, _)| other != key);
    others_after.retain(|(other, _)| other != key);
    let stands = lookup(&after, key).map(json);
    if others_before != others_after || stands.as_ref() != value {
        return Err(layout());
    }
    Ok(edited)
}

fn edit_lines(text: &str, section: &str, name: &str, value: Option<&serde_json::Value>) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let new_line = value.map(|value| format!("{name} = {value}"));
    let Some(header) = lines.iter().position(|line| is_header(line, section)) else {
        if let Some(new_line) = new_line {
            if lines.last().is_some_and(|line| !line.trim().is_empty()) {
                lines.push(String::new());
            }
            lines.push(format!("[{section}]"));
            lines.push(new_line);
        }
        return joined(&lines);
    };
    let end = lines[header + 1..]
        .iter()
        .position(|line| line.trim_start().starts_with('['))
        .map_or(lines.len(), |n_lines| header + 1 + n_lines);
    let is_named = |line: &str| assignment(line).is_some_and(|(_, found)| found == name);
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let within = header + 1..end;
    if let Some(at) = within
        .clone()
        .find(|&at| is_named(&lines[at]) && !is_comment(&lines[at]))
    {
        // A value may go on over several lines: up to where they can be read.
        let last = (at..end)
            .find(|&last| toml::from_str::<Table>(&lines[at..=last].join("\n")).is_ok())
            .unwrap_or(at);
        lines.splice(at..=last, new_line);
    } else if let Some(new_line) = new_line {
        let documented = within
            .clone()
            .find(|&at| is_named(&lines[at]))
            .map(|at| at + 1);
        let after_text = || {
            within
                .rev()
                .find(|&at| !lines[at].trim().is_empty())
                .map_or(header + 1, |at| at + 1)
        };
        let at = documented.unwrap_or_else(after_text);
        lines.insert(at, new_line);
    }
    joined(&lines)
}

fn is_header(line: &str, section: &str) -> bool {
    line.trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .is_some_and(|(name, rest)| {
            name.trim() == section && (rest.trim().is_empty() || rest.trim().starts_with('#'))
        })
}

fn joined(lines: &[String]) -> String {
    lines
        .iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn edited(text: &str, key: &str, value: serde_json::Value) -> Result<String, String> {
        let value = (!value.is_null()).then_some(value);
        edit(text, key, value.as_ref(), "config.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn a_value_stands_below_its_documented_default_and_goes_again() {
        let text = edited(DEFAULT_TEXT, "feedback.cues", json!(false)).unwrap();
        assert!(text.contains("# cues = true\ncues = false\n"), "{text}");
        assert!(!Config::parse(&text, "").unwrap().feedback.cues);
        let changed = edited(&text, "feedback.cues", json!(true)).unwrap();
        assert!(changed.contains("# cues = true\ncues = true\n"));
        assert_eq!(
            edited(&changed, "feedback.cues", json!(null)).unwrap(),
            DEFAULT_TEXT
        );
    }

    #[test]
    fn comments_of_the_user_stay() {
        let text = "# mine\n[key] # the key\nmode = \"hold\" # I hold it\n\n[model]\n";
        let changed = edited(text, "key.tap_limit_ms", json!(200)).unwrap();
        assert_eq!(
            changed,
            "# mine\n[key] # the key\nmode = \"hold\" # I hold it\ntap_limit_ms = 200\n\n[model]\n"
        );
        let added = edited("", "key.tap_limit_ms", json!(200)).unwrap();
        assert_eq!(added, "[key]\ntap_limit_ms = 200\n");
    }

    #[test]
    fn what_cannot_be_done_is_told_and_changes_nothing() {
        let told = |text, key, value| edited(text, key, value).unwrap_err();
        assert!(told("", "key.color", json!(1)).contains("no setting"));
        assert!(told("", "key", json!(1)).contains("no setting"));
        assert!(told("", "feedback.cues", json!("yes")).contains("does not take"));
        assert!(told("", "key.mode", json!("press")).contains("does not take"));
        assert!(told("key.mode = \"hold\"", "key.tap_limit_ms", json!(1)).contains("by hand"));
        assert!(told("[key\n", "key.tap_limit_ms", json!(1)).contains("mend the file"));
        assert!(told("[keys]\n", "key.tap_limit_ms", json!(1)).contains("mend the file"));
    }

    #[test]
    fn every_setting_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        set(&path, "listening.stop_after_silence_s", Some(&json!(3))).unwrap();
        let entries = list(&path).unwrap();
        let entry = |key: &str| entries.iter().find(|entry| entry.key == key).unwrap();
        assert_eq!(entry("listening.stop_after_silence_s").value, json!(3));
        assert_eq!(entry("listening.stop_after_silence_s").default, json!(8));
        assert_eq!(entry("key.mode").value, json!("hold-or-tap"));
        assert!(Config::read(&path).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_taken_as_it_is_or_refused(device in "\\PC{0,20}|[\"\\\\\n\t'#]{0,8}") {
            let text = edited(DEFAULT_TEXT, "microphone.device", json!(device)).unwrap();
            prop_assert_eq!(Config::parse(&text, "").unwrap().microphone.device, device);
            prop_assert_eq!(edited(&text, "microphone.device", json!(null)).unwrap(), DEFAULT_TEXT);
        }
    }
}
