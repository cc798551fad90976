//! The command line: what can be asked, in types.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::transcribe::Format;

/// Private dictation for the Linux desktop: speech becomes text on this computer.
#[derive(Debug, Parser)]
#[command(name = "sotto", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write what is said in recordings
    Transcribe(TranscribeArgs),
    /// Measure error rates and latency on recordings whose words are known
    Eval(EvalArgs),
    /// Models on this computer
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Dictate: hold the microphone, the model and the input method until asked to end
    Daemon(DaemonArgs),
    /// Push-to-talk key went down: bind it to a key of the desktop
    Press,
    /// Push-to-talk key went up: bind it to the release of that key
    Release,
    /// Start listening, or end it: for desktops that bind presses only
    Toggle,
    /// Throw away what was said since the last sentence and end
    Cancel,
    /// Insert the last text again, where focus is
    PasteLast,
    /// Words and names that you use: they are preferred when they are heard
    #[command(subcommand)]
    Words(WordsCommand),
    /// List the languages that can be spoken; the one in use has a star
    Languages,
    /// Speak another language, with the first model installed for it
    Language(LanguageArgs),
    /// Show what the daemon is doing
    Status,
    /// List the microphones
    Devices,
    /// Say what works on this desktop, and why the rest does not
    Doctor,
    /// Print a shell's completions, for packages
    #[command(hide = true)]
    Completions(CompletionsArgs),
    /// Write the manual pages into a directory, for packages
    #[command(hide = true)]
    Man(ManArgs),
}

/// Arguments of `sotto completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Arguments of `sotto man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// An existing directory
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

/// Verbs about words.
#[derive(Debug, Subcommand)]
pub(crate) enum WordsCommand {
    /// List your words, and what corrections have taught
    List,
    /// Add words or phrases; " :2.5" at the end gives one more or less weight
    Add(WordsArgs),
    /// Remove words or phrases, learned ones too
    Remove(WordsArgs),
    /// Print all words as a file that "words.txt" and "--words" take
    Export,
}

/// Arguments of `sotto words add` and `sotto words remove`.
#[derive(Debug, Args)]
pub(crate) struct WordsArgs {
    /// A word or phrase
    #[arg(required = true, value_name = "WORD")]
    pub(crate) words: Vec<String>,
}

/// Arguments of `sotto language`.
#[derive(Debug, Args)]
pub(crate) struct LanguageArgs {
    /// A language code, such as "en" or "de"
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
}

/// Arguments of `sotto daemon`.
#[derive(Debug, Args)]
pub(crate) struct DaemonArgs {
    /// Started by ibus-daemon, which knows the engine from its component file
    #[arg(long)]
    pub(crate) ibus: bool,
}

/// Verbs about models.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// List the models that are installed
    List(ModelsListArgs),
    /// Download a model of the catalogue and install it; goes on where an earlier download ended
    Install(ModelsInstallArgs),
    /// Delete an installed model
    Remove(ModelIdArgs),
    /// Install a model from a folder or an archive (tar, tar.gz, tar.bz2)
    Import(ModelsImportArgs),
    /// Dictate with this model from now on
    Use(ModelIdArgs),
    /// Measure how fast a model is on this computer
    Bench(ModelsBenchArgs),
}

/// Arguments of `sotto models list`.
#[derive(Debug, Args)]
pub(crate) struct ModelsListArgs {
    /// Also list the models that can be installed
    #[arg(long)]
    pub(crate) all: bool,
}

/// Arguments of `sotto models install`.
#[derive(Debug, Args)]
pub(crate) struct ModelsInstallArgs {
    /// Id of a model that "sotto models list --all" shows
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// Arguments that name an installed model.
#[derive(Debug, Args)]
pub(crate) struct ModelIdArgs {
    /// Id of an installed model
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// Arguments of `sotto models import`.
#[derive(Debug, Args)]
pub(crate) struct ModelsImportArgs {
    /// Folder or archive
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// Install it under this id
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Language of the model, such as "de", where it does not say so itself
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
}

/// Arguments of `sotto models bench`.
#[derive(Debug, Args)]
pub(crate) struct ModelsBenchArgs {
    /// Ids of installed models; all of them where none is given
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Print the figures as lines of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which model, and how it is decoded.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecognitionArgs {
    /// Model directory, or id of an installed model
    #[arg(long, value_name = "DIR|ID", default_value = sotto_models::BUILT_IN_MODEL)]
    pub(crate) model: String,
    /// Words and phrases to prefer, one a line, with an optional weight as " :2.5" at the end
    #[arg(long, value_name = "FILE")]
    pub(crate) words: Option<PathBuf>,
    /// Keep N hypotheses
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) beam: Option<u16>,
    /// Follow the best hypothesis only
    #[arg(long, conflicts_with_all = ["beam", "words"])]
    pub(crate) greedy: bool,
    /// Recognize up to N files at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: u16,
}

/// Arguments of `sotto transcribe`.
#[derive(Debug, Args)]
pub(crate) struct TranscribeArgs {
    /// Audio files (WAV, FLAC, Ogg, MP3, M4A and more); "-" is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Show the text on standard error while it forms
    #[arg(long, conflicts_with = "threads")]
    pub(crate) partials: bool,
    /// Write here instead of standard output; a directory takes one file for each input
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Standard input is raw PCM (16-bit little-endian, mono) at this many samples a second
    #[arg(long, value_name = "RATE", value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    pub(crate) raw: Option<u32>,
    #[command(flatten)]
    pub(crate) recognition: RecognitionArgs,
}

/// Arguments of `sotto eval`.
#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// Tab-separated list with the columns set, path, seconds and text; paths are relative to it
    #[arg(value_name = "MANIFEST")]
    pub(crate) manifest: PathBuf,
    /// Also write the figures here, as JSON ("-" for standard output instead of the table)
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Evaluate only this set (may be given several times)
    #[arg(long = "set", value_name = "NAME")]
    pub(crate) sets: Vec<String>,
    /// Evaluate only the first N recordings of each set
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Write path, reference and hypothesis of each recording here, tab-separated
    #[arg(long, value_name = "FILE")]
    pub(crate) hypotheses: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) recognition: RecognitionArgs,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_greedy_search_takes_no_beam_and_no_words() {
        let parse = |args: &[&str]| Cli::try_parse_from([&["sotto", "transcribe"], args].concat());
        parse(&[
            "a.wav", "--beam", "8", "--words", "w.txt", "--format", "srt",
        ])
        .unwrap();
        parse(&["a.wav", "--greedy"]).unwrap();
        parse(&["-", "--raw", "16000", "--partials"]).unwrap();
        parse(&["a.wav", "--greedy", "--beam", "8"]).unwrap_err();
        parse(&["a.wav", "--greedy", "--words", "w.txt"]).unwrap_err();
        parse(&["a.wav", "--beam", "0"]).unwrap_err();
        parse(&[]).unwrap_err();
    }
}
