//! The profiles of applications, `[[profile]]`, replaced in the text of the settings file.
//!
//! They are one setting, `profile`, whose value is the list of all. A profile that stays keeps its
//! lines and comments.

use serde_json::Value;
use toml::Table;

/// The key under which the list is set.
pub(super) const KEY: &str = "profile";

/// The text with these profiles in the place of those that it has; none for what is no list.
pub(super) fn edit_lines(text: &str, wanted: Option<&Value>) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut others: Vec<&str> = Vec::new();
    let mut place = None;
    let mut at = 0;
    while at < lines.len() {
        if is_header(lines[at]) {
            let end = end_of_block(&lines, at);
            place.get_or_insert(others.len());
            blocks.push(Block::new(&lines[at..end]));
            at = end;
            // The empty line below a block goes with it.
            if lines.get(at).is_some_and(|line| line.trim().is_empty()) {
                at += 1;
            }
        } else {
            others.push(lines[at]);
            at += 1;
        }
    }
    let wanted = wanted
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let written: Vec<String> = wanted
        .iter()
        .map(|profile| {
            let kept = blocks
                .iter()
                .find(|block| block.value.as_ref() == Some(profile));
            kept.map_or_else(|| block_of(profile), |block| block.lines.join("\n"))
        })
        .collect();
    let (before, after) = others.split_at(place.unwrap_or(others.len()));
    let mut edited: Vec<String> = before.iter().map(|line| (*line).to_owned()).collect();
    for (nth, block) in written.into_iter().enumerate() {
        // What stands above the first block may be a comment on it.
        let is_apart = nth == 0 && place.is_some();
        if !is_apart && edited.last().is_some_and(|line| !line.trim().is_empty()) {
            edited.push(String::new());
        }
        edited.push(block);
    }
    if !wanted.is_empty() && after.first().is_some_and(|line| !line.trim().is_empty()) {
        edited.push(String::new());
    }
    edited.extend(after.iter().map(|line| (*line).to_owned()));
    edited
        .iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect()
}

/// The lines of one profile and what they say.
struct Block<'a> {
    lines: &'a [&'a str],
    value: Option<Value>,
}

impl<'a> Block<'a> {
    fn new(lines: &'a [&'a str]) -> Self {
        let read: Option<Table> = toml::from_str(&lines.join("\n")).ok();
        let value = read.and_then(|table| {
            let profile = table.get(KEY)?.as_array()?.first()?;
            Some(super::json(profile))
        });
        Self { lines, value }
    }
}

fn is_header(line: &str) -> bool {
    let bare: String = line
        .split('#')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    bare == "[[profile]]"
}

/// Where the block that begins at `header` ends; comments above the next header belong to that.
fn end_of_block(lines: &[&str], header: usize) -> usize {
    let next = lines[header + 1..]
        .iter()
        .position(|line| line.trim_start().starts_with('['))
        .map_or(lines.len(), |n_lines| header + 1 + n_lines);
    let says_something = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    };
    (header..next)
        .rev()
        .find(|&at| says_something(lines[at]))
        .map_or(next, |last| last + 1)
}

fn block_of(profile: &Value) -> String {
    let mut block = "[[profile]]".to_owned();
    for (name, value) in profile.as_object().into_iter().flatten() {
        block.push_str(&format!("\n{name} = {value}"));
    }
    block
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{Config, DEFAULT_TEXT, edit};
    use super::*;

    #[track_caller]
    fn edited(text: &str, value: Value) -> String {
        edit(text, KEY, Some(&value), "config.toml").unwrap()
    }

    #[test]
    fn profiles_are_added_changed_and_removed() {
        let chat = json!({"application": "gedit", "style": "chat"});
        let code =
            json!({"application": "kate", "style": "code", "words": ["struct", "New \"York\""]});
        let one = edited(DEFAULT_TEXT, json!([chat]));
        assert_eq!(
            one,
            format!("{DEFAULT_TEXT}\n[[profile]]\napplication = \"gedit\"\nstyle = \"chat\"\n")
        );
        let two = edited(&one, json!([chat, code]));
        let config = Config::parse(&two, "").unwrap();
        assert_eq!(config.profile.len(), 2);
        assert_eq!(config.profile[1].words, ["struct", "New \"York\""]);
        let other = edited(&two, json!([code]));
        assert!(!other.contains("gedit\"\nstyle"), "{other}");
        assert_eq!(
            Config::parse(&other, "").unwrap().profile,
            config.profile[1..]
        );
        let none = edited(&other, json!([]));
        assert_eq!(none.trim_end(), DEFAULT_TEXT.trim_end());
        assert_eq!(edit(&other, KEY, None, "").unwrap(), none);
    }

    #[test]
    fn comments_and_other_settings_stay() {
        let text = "[key]\nmode = \"hold\"\n\n# mine\n[[profile]] # first\n# why\napplication = \"a\"\n\n\
            [[ profile ]]\napplication = \"b\"\nwords = [\n  \"x\",\n]\n\n# the text\n[text]\ncommands = false\n";
        let kept = json!({"application": "a"});
        let same = edited(text, json!([kept, {"application": "b", "words": ["x"]}]));
        assert_eq!(same, text);
        let changed = edited(text, json!([kept, {"application": "c"}]));
        assert_eq!(
            changed,
            "[key]\nmode = \"hold\"\n\n# mine\n[[profile]] # first\n# why\napplication = \"a\"\n\n\
            [[profile]]\napplication = \"c\"\n\n# the text\n[text]\ncommands = false\n"
        );
    }

    #[test]
    fn what_is_no_profile_is_refused() {
        let refused = |value: Value| edit("", KEY, Some(&value), "").unwrap_err().to_string();
        for value in [
            json!([{"application": ""}]),
            json!([{"application": "a", "style": "loud"}]),
            json!([{"application": "a", "color": 1}]),
            json!([{}]),
            json!(["a"]),
            json!("a"),
            json!({"application": "a"}),
        ] {
            assert!(!refused(value.clone()).is_empty(), "{value}");
        }
        let inline = "profile = [{ application = \"a\" }]\n";
        let error = edit(inline, KEY, Some(&json!([])), "config.toml").unwrap_err();
        assert!(error.to_string().contains("by hand"), "{error}");
    }

    proptest! {
        #[test]
        fn any_list_is_taken_and_read_again(
            names in prop::collection::vec("[ -~äß東\t\"\\\\#\\[\\]]{1,8}", 0..4),
            more in prop::collection::vec("[a-z#\\[\\]]{1,4}", 0..3),
        ) {
            let list: Vec<Value> = names
                .iter()
                .filter(|name| !name.trim().is_empty())
                .map(|name| json!({"application": name, "words": more}))
                .collect();
            let first = edited(DEFAULT_TEXT, json!(list));
            let config = Config::parse(&first, "").unwrap();
            prop_assert_eq!(config.profile.len(), list.len());
            prop_assert_eq!(edited(&first, json!(list)), first.clone());
            let gone = edited(&first, json!([]));
            prop_assert_eq!(gone.trim_end(), DEFAULT_TEXT.trim_end());
        }
    }
}
