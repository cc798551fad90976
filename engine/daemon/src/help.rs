//! The command line's help and complaints in the person's language.
//!
//! Help texts are the doc comments of `cli.rs`; here each goes through the catalogue, once, after
//! clap has put the command together. What clap itself says is said anew, because it speaks English.

use std::{fmt::Write as _, sync::LazyLock};

use clap::{
    Arg, Command, CommandFactory as _, FromArgMatches as _,
    builder::StyledStr,
    error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind},
};
use sotto_i18n::translate;
use tr::tr;

use crate::cli::Cli;

/// Headings of the parts of a help text. clap takes borrowed ones only.
struct Headings {
    commands: String,
    arguments: String,
    options: String,
}

static HEADINGS: LazyLock<Headings> = LazyLock::new(|| Headings {
    commands: tr!("Commands"),
    arguments: tr!("Arguments"),
    options: tr!("Options"),
});

/// Reads the command line; ends the program where that asks for help or is wrong.
pub(crate) fn parse() -> Cli {
    let is_english = sotto_i18n::catalogue().language() == "en";
    let command = if is_english {
        Cli::command()
    } else {
        translated(Cli::command())
    };
    let parsed = command
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| {
        if is_english || !InOwnWords::knows(error.kind()) {
            error.exit()
        }
        error.apply::<InOwnWords>().exit()
    })
}

/// The command with every help text and heading from the catalogue.
fn translated(mut command: Command) -> Command {
    command.build();
    translated_tree(command)
}

fn translated_tree(command: Command) -> Command {
    let header = *command.get_styles().get_header();
    // TRANSLATORS: heading before the form of a command line.
    let usage = format!("{header}{}{header:#}", tr!("Usage:"));
    let template = "{before-help}{about-with-newline}\n".to_owned()
        + &usage
        + " {usage}\n\n{all-args}{after-help}";
    let about = command.get_about().map(translated_text);
    let long_about = command.get_long_about().map(translated_text);
    let mut command = command
        .help_template(template)
        .subcommand_help_heading(HEADINGS.commands.as_str())
        .mut_args(translated_argument)
        .mut_subcommands(translated_tree);
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(about) = long_about {
        command = command.long_about(about);
    }
    command
}

fn translated_text(text: &StyledStr) -> String {
    // The texts that clap adds by itself.
    match text.to_string().as_str() {
        "Print help" => tr!("Print help"),
        "Print help (see more with '--help')" => tr!("Print help (see more with '--help')"),
        "Print help (see a summary with '-h')" => tr!("Print help (see a summary with '-h')"),
        "Print version" => tr!("Print version"),
        "Print this message or the help of the given subcommand(s)" => {
            tr!("Print this message or the help of the given command")
        }
        text => translate(text).into_owned(),
    }
}

fn translated_argument(argument: Arg) -> Arg {
    let heading = if argument.is_positional() {
        HEADINGS.arguments.as_str()
    } else {
        HEADINGS.options.as_str()
    };
    let mut help = argument.get_help().map(translated_text).unwrap_or_default();
    let mut long_help = argument.get_long_help().map(translated_text);
    let mut argument = argument.help_heading(heading);
    let defaults: Vec<_> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    let takes_values = argument.get_action().takes_values();
    if takes_values && !defaults.is_empty() && !argument.is_hide_default_value_set() {
        let default = tr!("[default: {}]", defaults.join(" "));
        for text in [Some(&mut help), long_help.as_mut()].into_iter().flatten() {
            let _ = write!(text, " {default}");
        }
        argument = argument.hide_default_value(true);
    }
    let mut values = argument.get_possible_values();
    values.retain(|value| !value.is_hide_set());
    if takes_values && !values.is_empty() && !argument.is_hide_possible_values_set() {
        let mut long = long_help.unwrap_or_else(|| help.clone());
        let _ = write!(long, "\n\n{}", tr!("Possible values:"));
        for value in &values {
            let _ = write!(long, "\n- {}", value.get_name());
            if let Some(meaning) = value.get_help() {
                let _ = write!(long, ": {}", translated_text(meaning));
            }
        }
        long_help = Some(long);
        let names: Vec<_> = values.iter().map(|value| value.get_name()).collect();
        let _ = write!(help, " {}", tr!("[possible values: {}]", names.join(", ")));
        argument = argument.hide_possible_values(true);
    }
    if let Some(long_help) = long_help {
        argument = argument.long_help(long_help);
    }
    argument.help(help)
}

/// Complaints about a command line, each as a sentence from the catalogue.
enum InOwnWords {}

impl InOwnWords {
    fn knows(kind: ErrorKind) -> bool {
        matches!(
            kind,
            ErrorKind::UnknownArgument
                | ErrorKind::InvalidSubcommand
                | ErrorKind::MissingRequiredArgument
                | ErrorKind::InvalidValue
                | ErrorKind::ValueValidation
                | ErrorKind::ArgumentConflict
        )
    }
}

fn context<F: ErrorFormatter>(error: &Error<F>, kind: ContextKind) -> String {
    error.get(kind).map(plain).unwrap_or_default()
}

fn plain(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(" "),
        other => other.to_string(),
    }
}

impl ErrorFormatter for InOwnWords {
    fn format_error(error: &Error<Self>) -> StyledStr {
        let of = |kind| context(error, kind);
        let argument = of(ContextKind::InvalidArg);
        let sentence = match error.kind() {
            ErrorKind::UnknownArgument => tr!("the argument '{}' is not known", argument),
            ErrorKind::InvalidSubcommand => tr!(
                "the command '{}' is not known",
                of(ContextKind::InvalidSubcommand)
            ),
            ErrorKind::MissingRequiredArgument => tr!("these arguments are missing: {}", argument),
            ErrorKind::ArgumentConflict => tr!(
                "the argument '{}' cannot be used together with '{}'",
                argument,
                of(ContextKind::PriorArg)
            ),
            _ if of(ContextKind::InvalidValue).is_empty() => {
                tr!("the argument '{}' needs a value", argument)
            }
            _ => tr!(
                "the value '{}' does not suit '{}'",
                of(ContextKind::InvalidValue),
                argument
            ),
        };
        let mut text = StyledStr::new();
        let _ = writeln!(text, "sotto: {sentence}");
        let similar = [
            ContextKind::SuggestedArg,
            ContextKind::SuggestedSubcommand,
            ContextKind::SuggestedValue,
        ];
        if let Some(similar) = similar.into_iter().find_map(|kind| error.get(kind)) {
            let _ = writeln!(text, "\n  {}", tr!("similar: {}", plain(similar)));
        }
        if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue) {
            let values = values.join(", ");
            if !values.is_empty() {
                let _ = writeln!(text, "\n  {}", tr!("[possible values: {}]", values));
            }
        }
        let _ = writeln!(
            text,
            "\n{}",
            tr!("For more information, try '{}'.", "--help")
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    fn texts(command: &Command, found: &mut BTreeSet<String>) {
        let mut add = |text: Option<&StyledStr>| {
            found.extend(text.map(ToString::to_string));
        };
        add(command.get_about());
        add(command.get_long_about());
        for argument in command.get_arguments() {
            add(argument.get_help());
            add(argument.get_long_help());
            for value in argument.get_possible_values() {
                if !value.is_hide_set() {
                    add(value.get_help());
                }
            }
        }
        for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
            texts(verb, found);
        }
    }

    #[test]
    fn every_help_text_is_in_the_template() {
        let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../../po/sotto.pot");
        let template = fs::read_to_string(template).unwrap();
        let mut found = BTreeSet::new();
        texts(&Cli::command(), &mut found);
        assert!(found.len() > 30);
        for text in found {
            let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
            let quoted = quoted.replace('\n', "\\n\"\n\"");
            assert!(
                template.contains(&format!("msgid \"{quoted}\"\n"))
                    || template.contains(&format!("msgid \"\"\n\"{quoted}\"\n")),
                "po/sotto.pot lacks {text:?}: run po/extract.py"
            );
        }
    }

    #[test]
    fn translating_keeps_the_definition_consistent() {
        let command = translated(Cli::command());
        command.clone().debug_assert();
        let help = command.clone().render_long_help().to_string();
        assert!(help.contains("Usage: "), "{help}");
        assert!(help.contains("Commands:"), "{help}");
        let matches = command
            .try_get_matches_from(["sotto", "transcribe", "a.wav", "--format", "srt"])
            .unwrap();
        Cli::from_arg_matches(&matches).unwrap();
    }

    #[track_caller]
    fn check(arguments: &[&str], expected: &str) {
        let error = translated(Cli::command())
            .try_get_matches_from([&["sotto"], arguments].concat())
            .unwrap_err();
        assert!(InOwnWords::knows(error.kind()));
        let text = error.apply::<InOwnWords>().render().to_string();
        assert!(text.starts_with(&format!("sotto: {expected}\n")), "{text}");
    }

    #[test]
    fn complaints_name_what_is_wrong() {
        check(&["statuss"], "the command 'statuss' is not known");
        check(&["status", "--now"], "the argument '--now' is not known");
        check(&["transcribe"], "these arguments are missing: <FILE>...");
        check(
            &["transcribe", "a", "--format", "doc"],
            "the value 'doc' does not suit '--format <FORMAT>'",
        );
        check(
            &["transcribe", "a", "--beam", "0"],
            "the value '0' does not suit '--beam <N>'",
        );
        check(
            &["transcribe", "a", "--greedy", "--beam", "2"],
            "the argument '--greedy' cannot be used together with '--beam <N>'",
        );
    }
}
