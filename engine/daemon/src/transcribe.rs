//! `sotto transcribe`: recordings to text, with the recognizer that dictation uses.
//!
//! A file is decoded block by block and each final goes out at once, so memory does not depend on
//! the length of the file. A file that fails is named and the others are still done.

mod cues;
mod format;
mod view;

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, anyhow, bail};
use sotto_core::{
    recognizer::{Recognizer, RecognizerEvent},
    time::Millis,
};
use tr::tr;

pub(crate) use self::format::Format;
use self::{format::TranscriptWriter, view::View};
use crate::{
    audio_file::Name,
    cli::TranscribeArgs,
    model::{self, LoadedModel},
    notice, parallel,
    source::Source,
};

/// Transcribes all files; the result says whether every one of them succeeded.
pub(crate) fn run(args: &TranscribeArgs) -> anyhow::Result<bool> {
    let target = Target::new(args)?;
    let model = model::load(&args.recognition)?;
    let n_threads = usize::from(args.recognition.threads).min(args.files.len());
    if n_threads > 1 {
        run_parallel(args, &target, &model, n_threads)
    } else {
        run_in_turn(args, &target, &model)
    }
}

fn run_in_turn(
    args: &TranscribeArgs,
    target: &Target,
    model: &LoadedModel,
) -> anyhow::Result<bool> {
    let mut all_done = true;
    for path in &args.files {
        let done = target.open(path).and_then(|out| {
            let mut view = View::on_standard_error(path, args.partials);
            transcribe(path, args, model, out, &mut view)
        });
        all_done &= report(done)?;
    }
    Ok(all_done)
}

/// Standard output gets the files in their order, each as soon as it and all before it are done.
fn run_parallel(
    args: &TranscribeArgs,
    target: &Target,
    model: &LoadedModel,
    n_threads: usize,
) -> anyhow::Result<bool> {
    let mut all_done = true;
    let mut broken_output = None;
    let work = |path: &PathBuf| match target {
        Target::StandardOutput => {
            let mut buffer = Vec::new();
            let done = transcribe(path, args, model, &mut buffer, &mut View::none());
            (done, buffer)
        }
        Target::File(_) | Target::Directory(..) => {
            let done = target
                .open(path)
                .and_then(|out| transcribe(path, args, model, out, &mut View::none()));
            (done, Vec::new())
        }
    };
    parallel::in_order(&args.files, n_threads, work, |_, (done, buffer)| {
        if let Err(error) = io::stdout().write_all(&buffer) {
            broken_output.get_or_insert(error);
        }
        match report(done) {
            Ok(is_done) => all_done &= is_done,
            Err(_) => all_done = false,
        }
    });
    match broken_output {
        Some(error) => Err(error.into()),
        None => Ok(all_done),
    }
}

/// Says why a file failed; a reader that has gone away ends everything.
fn report(done: anyhow::Result<()>) -> anyhow::Result<bool> {
    let Err(error) = done else { return Ok(true) };
    if crate::is_closed_pipe(&error) {
        return Err(error);
    }
    notice::say_error(&error);
    Ok(false)
}

/// Where transcripts go.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    StandardOutput,
    File(PathBuf),
    Directory(PathBuf, Format),
}

impl Target {
    fn new(args: &TranscribeArgs) -> anyhow::Result<Self> {
        if args.raw.is_some() && args.files != [Path::new("-")] {
            bail!(tr!(
                "--raw is for standard input: give \"-\" as the only file"
            ));
        }
        let is_subtitles = matches!(args.format, Format::Srt | Format::Vtt);
        match &args.output {
            None if is_subtitles && args.files.len() > 1 => {
                bail!(tr!(
                    "subtitles of several files need a file each: give a directory with --output"
                ))
            }
            None => Ok(Self::StandardOutput),
            Some(path) => {
                let names_directory = path.as_os_str().as_encoded_bytes().ends_with(b"/");
                if path.is_dir() || names_directory || args.files.len() > 1 {
                    fs::create_dir_all(path)
                        .with_context(|| tr!("the directory {} cannot be made", path.display()))?;
                    Ok(Self::Directory(path.clone(), args.format))
                } else {
                    Ok(Self::File(path.clone()))
                }
            }
        }
    }

    /// The stream for the transcript of one input.
    fn open(&self, input: &Path) -> anyhow::Result<Box<dyn Write>> {
        let create = |path: &Path| -> anyhow::Result<Box<dyn Write>> {
            let file =
                File::create(path).with_context(|| tr!("{} cannot be written", path.display()))?;
            Ok(Box::new(BufWriter::new(file)))
        };
        match self {
            Self::StandardOutput => Ok(Box::new(io::stdout())),
            Self::File(path) => create(path),
            Self::Directory(dir, format) => {
                if !input.exists() && input != Path::new("-") {
                    bail!(tr!(
                        "{}: there is no such file; check the name",
                        input.display()
                    ));
                }
                create(&dir.join(output_name(input, *format)))
            }
        }
    }
}

/// `talk.flac` becomes `talk.srt`, standard input `stdin.srt`.
fn output_name(input: &Path, format: Format) -> PathBuf {
    let stem = if input == Path::new("-") {
        Path::new("stdin")
    } else {
        input
    };
    let name = stem
        .file_name()
        .map_or_else(|| Path::new("unnamed"), Path::new);
    name.with_extension(format.extension())
}

/// Transcribes one file into `out`.
fn transcribe(
    path: &Path,
    args: &TranscribeArgs,
    model: &LoadedModel,
    out: impl Write,
    view: &mut View,
) -> anyhow::Result<()> {
    let name = Name::of(path).to_string();
    let mut source = Source::open(path, args.raw)?;
    let rate_hz = source.sample_rate_hz();
    let mut recognizer = Recognizer::new(Arc::clone(&model.speech), &model.config, rate_hz)
        .with_context(|| name.clone())?;
    let mut writer = TranscriptWriter::begin(args.format, out, &name)?;
    view.begin(source.duration());

    let mut n_samples = 0_u64;
    let mut block = Vec::new();
    let mut is_open = true;
    while is_open {
        is_open = source.next_block(&mut block)?;
        if is_open {
            recognizer.push(&block);
            n_samples += block.len() as u64;
        } else {
            recognizer.finish();
        }
        let audio_time = Millis(n_samples * 1000 / u64::from(rate_hz));
        while let Some(event) = recognizer.poll() {
            match event {
                RecognizerEvent::Partial(transcript) => view.partial(&transcript, audio_time),
                RecognizerEvent::Final(result) => {
                    view.aside(|| writer.utterance(&result.transcript.stable))?;
                }
                RecognizerEvent::Failed(error) => {
                    view.end();
                    return Err(anyhow!(error).context(tr!(
                        "{}: stopped at {} s",
                        name,
                        audio_time.as_secs_f64()
                    )));
                }
                RecognizerEvent::Started { .. } | RecognizerEvent::Lost { .. } => {}
            }
        }
        view.advance(audio_time);
    }
    view.end();
    writer.finish(Millis(n_samples * 1000 / u64::from(rate_hz)))?;
    if let Some(damage) = source.damage() {
        notice::say(format_args!("{name}: {damage}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn target(args: &[&str]) -> Result<Target, String> {
        let parsed = Cli::try_parse_from([&["sotto", "transcribe"], args].concat()).unwrap();
        let Command::Transcribe(args) = parsed.command else {
            panic!("another verb")
        };
        Target::new(&args).map_err(|error| error.to_string())
    }

    #[test]
    fn output_goes_where_it_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, file) = (dir.path().to_str().unwrap(), dir.path().join("a.txt"));
        let file = file.to_str().unwrap();
        assert_eq!(target(&["a.wav", "b.wav"]), Ok(Target::StandardOutput));
        assert_eq!(
            target(&["a.wav", "-o", file]),
            Ok(Target::File(file.into()))
        );
        let directory = || Ok(Target::Directory(folder.into(), Format::Srt));
        assert_eq!(
            target(&["a.wav", "-o", folder, "--format", "srt"]),
            directory()
        );
        assert_eq!(
            target(&["a.wav", "b.wav", "-o", folder, "--format", "srt"]),
            directory()
        );
        assert!(
            target(&["a.wav", "b.wav", "--format", "srt"])
                .unwrap_err()
                .contains("directory")
        );
        assert!(
            target(&["a.wav", "--raw", "16000"])
                .unwrap_err()
                .contains("\"-\"")
        );
    }

    #[test]
    fn an_output_file_is_called_like_its_input() {
        assert_eq!(
            output_name(Path::new("x/talk.v2.flac"), Format::Vtt),
            Path::new("talk.v2.vtt")
        );
        assert_eq!(
            output_name(Path::new("-"), Format::Json),
            Path::new("stdin.json")
        );
    }
}
