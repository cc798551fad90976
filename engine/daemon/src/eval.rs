//! `sotto eval`: error rates, speed, latency and steadiness on recordings with known words.
//!
//! Each recording goes through the recognizer in blocks of 20 ms, so audio times are exact to
//! 20 ms. The real-time factor counts the time inside the recognizer, not the decoding of the file.

mod align;
mod manifest;
mod normalize;
mod report;
mod timing;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::{self, IsTerminal, Write},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use sotto_core::{
    recognizer::{Recognizer, RecognizerEvent},
    time::Millis,
};

use self::{
    align::align,
    manifest::Item,
    normalize::Rules,
    report::{Report, Score},
    timing::Timing,
};
use crate::{
    audio_file::AudioFile,
    cli::EvalArgs,
    model::{self, LoadedModel},
    notice, parallel,
};

/// Blocks a second.
const BLOCK_RATE_HZ: u32 = 50;

/// Evaluates all recordings; the result says whether every one of them could be read.
pub(crate) fn run(args: &EvalArgs) -> anyhow::Result<bool> {
    let items = chosen(manifest::read(&args.manifest)?, args)?;
    let model = model::load(&args.recognition)?;
    let rules = model
        .language
        .as_deref()
        .map_or(Rules::English, Rules::of_language);

    let bar = progress(items.len() as u64);
    let mut report = Report::default();
    let mut hypotheses = "path\treference\thypothesis\n".to_owned();
    let mut all_done = true;
    parallel::in_order(
        &items,
        usize::from(args.recognition.threads),
        |item| evaluate(item, &model, rules),
        |item, result| {
            match result {
                Ok((score, hypothesis)) => {
                    report.add(&item.set, &score);
                    let reference = item.text.replace('\t', " ");
                    // Writing into a string cannot fail.
                    let _ = writeln!(
                        hypotheses,
                        "{}\t{reference}\t{hypothesis}",
                        item.path.display()
                    );
                }
                Err(error) => {
                    bar.suspend(|| notice::say_error(&error));
                    all_done = false;
                }
            }
            bar.inc(1);
        },
    );
    bar.finish_and_clear();

    write_results(args, &report, &model.id, &hypotheses)?;
    Ok(all_done)
}

fn write_results(
    args: &EvalArgs,
    report: &Report,
    model: &str,
    hypotheses: &str,
) -> anyhow::Result<()> {
    let write = |path: &Path, text: &str| {
        fs::write(path, text).with_context(|| tr::tr!("{} cannot be written", path.display()))
    };
    if let Some(path) = &args.hypotheses {
        write(path, hypotheses)?;
    }
    let mut out = io::stdout();
    match &args.json {
        Some(path) if path == Path::new("-") => out.write_all(report.json(model)?.as_bytes())?,
        Some(path) => {
            write(path, &report.json(model)?)?;
            out.write_all(report.table().as_bytes())?;
        }
        None => out.write_all(report.table().as_bytes())?,
    }
    Ok(())
}

/// The recordings that the arguments ask for.
fn chosen(items: Vec<Item>, args: &EvalArgs) -> anyhow::Result<Vec<Item>> {
    let known: BTreeSet<_> = items.iter().map(|item| item.set.clone()).collect();
    if let Some(unknown) = args.sets.iter().find(|set| !known.contains(*set)) {
        let known: Vec<_> = known.into_iter().collect();
        bail!(tr::tr!(
            "{} has no set \"{}\"; it has {}",
            args.manifest.display(),
            unknown,
            known.join(", ")
        ));
    }
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut n_of_set = BTreeMap::new();
    let mut chosen = Vec::new();
    for item in items {
        let n_before = n_of_set.entry(item.set.clone()).or_insert(0_usize);
        if (args.sets.is_empty() || args.sets.contains(&item.set)) && *n_before < limit {
            *n_before += 1;
            chosen.push(item);
        }
    }
    if chosen.is_empty() {
        bail!(tr::tr!(
            "{} names no recordings: add lines to it",
            args.manifest.display()
        ));
    }
    Ok(chosen)
}

fn progress(n_items: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("[{bar:40}] {pos}/{len}  {eta}")
        .expect("the template is constant");
    ProgressBar::new(n_items).with_style(style)
}

/// Figures and text of one recording.
fn evaluate(item: &Item, model: &LoadedModel, rules: Rules) -> anyhow::Result<(Score, String)> {
    let mut file = AudioFile::open(&item.path)?;
    let rate_hz = file.sample_rate_hz();
    let mut run = Run {
        recognizer: Recognizer::new(Arc::clone(&model.speech), &model.config, rate_hz)
            .with_context(|| item.path.display().to_string())?,
        timing: Timing::default(),
        computed: Duration::ZERO,
        hypothesis: String::new(),
    };
    let samples_per_block = usize::try_from(rate_hz / BLOCK_RATE_HZ).unwrap_or(1).max(1);
    let mut n_samples = 0_u64;
    let mut block = Vec::new();
    while file.next_block(&mut block) {
        for part in block.chunks(samples_per_block) {
            n_samples += part.len() as u64;
            run.step(Some(part), Millis(n_samples * 1000 / u64::from(rate_hz)))
                .with_context(|| item.path.display().to_string())?;
        }
    }
    let audio_time = Millis(n_samples * 1000 / u64::from(rate_hz));
    run.step(None, audio_time)
        .with_context(|| item.path.display().to_string())?;

    let reference = normalize::words(&item.text, rules);
    let hypothesis = normalize::words(&run.hypothesis, rules);
    let score = Score {
        n_files: 1,
        words: align(&reference, &hypothesis),
        chars: align(
            &normalize::chars(&reference),
            &normalize::chars(&hypothesis),
        ),
        audio: Duration::from_millis(audio_time.0),
        computed: run.computed,
        timing: run.timing,
    };
    Ok((score, run.hypothesis))
}

/// One recording on its way through the recognizer.
struct Run {
    recognizer: Recognizer,
    timing: Timing,
    computed: Duration,
    hypothesis: String,
}

impl Run {
    /// Takes the next samples, or ends the stream.
    fn step(&mut self, samples: Option<&[f32]>, audio_time: Millis) -> anyhow::Result<()> {
        let began = Instant::now();
        match samples {
            Some(samples) => self.recognizer.push(samples),
            None => self.recognizer.finish(),
        }
        self.computed += began.elapsed();
        while let Some(event) = self.recognizer.poll() {
            match event {
                RecognizerEvent::Partial(transcript) => {
                    self.timing.partial(&transcript, audio_time)
                }
                RecognizerEvent::Final(result) => {
                    let transcript = &result.transcript;
                    self.timing.finish_utterance(&transcript.stable, audio_time);
                    if !self.hypothesis.is_empty() && !transcript.is_empty() {
                        self.hypothesis.push(' ');
                    }
                    self.hypothesis.push_str(&transcript.text());
                }
                RecognizerEvent::Failed(error) => return Err(anyhow!(error)),
                RecognizerEvent::Started { .. } | RecognizerEvent::Lost { .. } => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn choose(args: &[&str]) -> Result<Vec<String>, String> {
        let parsed = Cli::try_parse_from([&["sotto", "eval", "m.tsv"], args].concat()).unwrap();
        let Command::Eval(args) = parsed.command else {
            panic!("another verb")
        };
        let items = [("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")].map(|(set, path)| Item {
            set: set.to_owned(),
            path: path.into(),
            text: String::new(),
        });
        chosen(items.into(), &args)
            .map(|items| {
                items
                    .iter()
                    .map(|item| item.path.display().to_string())
                    .collect()
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn sets_and_limit_choose_recordings() {
        assert_eq!(choose(&[]).unwrap(), ["1", "2", "3", "4"]);
        assert_eq!(choose(&["--set", "a"]).unwrap(), ["1", "3", "4"]);
        assert_eq!(choose(&["--limit", "2"]).unwrap(), ["1", "2", "3"]);
        assert_eq!(
            choose(&["--set", "b", "--set", "a", "--limit", "1"]).unwrap(),
            ["1", "2"]
        );
        assert!(
            choose(&["--set", "c"])
                .unwrap_err()
                .contains("no set \"c\"; it has a, b")
        );
        assert!(
            choose(&["--limit", "0"])
                .unwrap_err()
                .contains("names no recordings")
        );
    }
}
