//! Writes recognized utterances as text, SubRip, WebVTT or JSON, each as soon as it is final.
//!
//! * text: one line for an utterance;
//! * SubRip and WebVTT: see [`super::cues`] for how words become cues;
//! * JSON: one object for a file with `file`, `utterances` (each with `start`, `end`, `text` and
//!   `words`, each with `word`, `start`, `end`, `confidence`) and `duration`; times in seconds.

use std::{
    io::{self, Write},
    slice,
};

use serde::Serialize;
use sotto_core::{time::Millis, transcript::Word};

use super::cues::{Cue, cues, text};

/// Output formats of `sotto transcribe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// One line of text for each utterance
    #[default]
    Txt,
    /// SubRip subtitles
    Srt,
    /// WebVTT subtitles
    Vtt,
    /// Words with start, end and confidence
    Json,
}

impl Format {
    /// Extension of a file in this format.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Json => "json",
        }
    }
}

/// Writes the transcript of one file.
pub(crate) struct TranscriptWriter<W: Write> {
    format: Format,
    out: W,
    n_written: u64,
}

#[derive(Serialize)]
struct JsonUtterance {
    start: f64,
    end: f64,
    text: String,
    words: Vec<JsonWord>,
}

#[derive(Serialize)]
struct JsonWord {
    word: String,
    start: f64,
    end: f64,
    confidence: f64,
}

impl<W: Write> TranscriptWriter<W> {
    /// Starts the transcript of the file called `name`.
    pub(crate) fn begin(format: Format, mut out: W, name: &str) -> io::Result<Self> {
        match format {
            Format::Txt | Format::Srt => {}
            Format::Vtt => writeln!(out, "WEBVTT\n")?,
            Format::Json => {
                write!(
                    out,
                    "{{\"file\":{},\"utterances\":[",
                    serde_json::to_string(name)?
                )?;
            }
        }
        Ok(Self {
            format,
            out,
            n_written: 0,
        })
    }

    /// Writes one final utterance and flushes, so that a reader of a pipe sees it at once.
    pub(crate) fn utterance(&mut self, words: &[Word]) -> io::Result<()> {
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return Ok(());
        };
        match self.format {
            Format::Txt => writeln!(self.out, "{}", text(words))?,
            Format::Srt => {
                for cue in cues(words) {
                    self.n_written += 1;
                    write_srt(&mut self.out, self.n_written, &cue)?;
                }
            }
            Format::Vtt => {
                for cue in cues(words) {
                    write_vtt(&mut self.out, &cue)?;
                }
            }
            Format::Json => {
                let separator = if self.n_written == 0 { "\n" } else { ",\n" };
                self.n_written += 1;
                let utterance = JsonUtterance {
                    start: first.start.as_secs_f64(),
                    end: last.end.as_secs_f64(),
                    text: text(words),
                    words: words.iter().map(JsonWord::from).collect(),
                };
                write!(
                    self.out,
                    "{separator}{}",
                    serde_json::to_string(&utterance)?
                )?;
            }
        }
        self.out.flush()
    }

    /// Ends the transcript of a file that lasted this long.
    pub(crate) fn finish(mut self, duration: Millis) -> io::Result<()> {
        if self.format == Format::Json {
            writeln!(self.out, "\n],\"duration\":{}}}", duration.as_secs_f64())?;
        }
        self.out.flush()
    }
}

impl From<&Word> for JsonWord {
    fn from(word: &Word) -> Self {
        Self {
            word: text(slice::from_ref(word)),
            start: word.start.as_secs_f64(),
            end: word.end.as_secs_f64(),
            confidence: (f64::from(word.confidence) * 10_000.0).round() / 10_000.0,
        }
    }
}

fn write_srt(out: &mut impl Write, number: u64, cue: &Cue) -> io::Result<()> {
    let (start, end) = (clock(cue.start, ','), clock(cue.end, ','));
    writeln!(
        out,
        "{number}\n{start} --> {end}\n{}\n",
        cue.lines.join("\n")
    )
}

fn write_vtt(out: &mut impl Write, cue: &Cue) -> io::Result<()> {
    let (start, end) = (clock(cue.start, '.'), clock(cue.end, '.'));
    let lines = cue
        .lines
        .join("\n")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    writeln!(out, "{start} --> {end}\n{lines}\n")
}

/// `01:02:03,456` with the given mark before the milliseconds.
fn clock(time: Millis, mark: char) -> String {
    let (seconds, millis) = (time.0 / 1000, time.0 % 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}{mark}{millis:03}",
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, start: u64, end: u64) -> Word {
        Word {
            text: text.to_owned(),
            written: text.to_owned(),
            start: Millis(start),
            end: Millis(end),
            confidence: 0.912_34,
            ..Word::default()
        }
    }

    #[track_caller]
    fn check(format: Format, expected: &str) {
        let mut out = Vec::new();
        let mut writer = TranscriptWriter::begin(format, &mut out, "a \"b\".wav").unwrap();
        writer
            .utterance(&[word("Fish", 500, 900), word("& <chips>", 950, 1_800)])
            .unwrap();
        writer.utterance(&[]).unwrap();
        writer
            .utterance(&[word("please", 3_723_004, 3_724_500)])
            .unwrap();
        writer.finish(Millis(3_725_000)).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn text_is_one_line_for_an_utterance() {
        check(Format::Txt, "Fish & <chips>\nplease\n");
    }

    #[test]
    fn subrip_numbers_its_cues() {
        check(
            Format::Srt,
            "1\n00:00:00,500 --> 00:00:01,800\nFish & <chips>\n\n\
             2\n01:02:03,004 --> 01:02:04,500\nplease\n\n",
        );
    }

    #[test]
    fn webvtt_escapes_what_it_must() {
        check(
            Format::Vtt,
            "WEBVTT\n\n00:00:00.500 --> 00:00:01.800\nFish &amp; &lt;chips&gt;\n\n\
             01:02:03.004 --> 01:02:04.500\nplease\n\n",
        );
    }

    #[test]
    fn json_holds_words_with_times_and_confidence() {
        let mut out = Vec::new();
        let mut writer = TranscriptWriter::begin(Format::Json, &mut out, "a \"b\".wav").unwrap();
        writer
            .utterance(&[word("hello", 500, 900), word("there", 950, 1_800)])
            .unwrap();
        writer.utterance(&[word("again", 3_000, 3_500)]).unwrap();
        writer.finish(Millis(4_000)).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(document["file"], "a \"b\".wav");
        assert_eq!(document["duration"], 4.0);
        assert_eq!(document["utterances"][0]["text"], "hello there");
        assert_eq!(document["utterances"][0]["words"][1]["word"], "there");
        assert_eq!(document["utterances"][0]["words"][1]["start"], 0.95);
        assert_eq!(document["utterances"][0]["words"][1]["confidence"], 0.9123);
        assert_eq!(document["utterances"][1]["end"], 3.5);
    }

    #[test]
    fn json_without_words_is_still_a_document() {
        let mut out = Vec::new();
        let writer = TranscriptWriter::begin(Format::Json, &mut out, "a").unwrap();
        writer.finish(Millis(0)).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(document["utterances"], serde_json::json!([]));
    }
}
