//! Phrases that the recognizer is to prefer: the user's, the application's, those around the caret.

use std::{fmt, sync::Arc};

use sotto_core::{
    context_graph::{ContextGraph, Phrase, PhrasesError, read_phrases},
    tokens::Tokenizer,
};
use sotto_text::{TableFault, TableProblem};
use tr::tr;

use crate::{daemon::log::note, model::DEFAULT_BOOST};

/// Bonus for a token of a name around the caret: it is less sure to be said than a word of the
/// user's own.
const NAME_BOOST: f32 = 1.0;

/// The file of the user's words, beside the settings.
const WORDS: &str = "words.txt";

/// Phrases by where they come from. `Debug` shows counts only.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Hotwords {
    /// The text of `words.txt`.
    pub(crate) own: String,
    /// Commands, and spoken names of marks and layout.
    pub(crate) spoken: Vec<String>,
    /// What corrections have taught.
    pub(crate) learned: Vec<String>,
    /// Words of the application that is spoken to.
    pub(crate) application: Vec<String>,
    /// Names around the caret.
    pub(crate) names: Vec<String>,
}

impl fmt::Debug for Hotwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hotwords")
            .field("n_bytes", &self.own.len())
            .field("n_spoken", &self.spoken.len())
            .field("n_learned", &self.learned.len())
            .field("n_application", &self.application.len())
            .field("n_names", &self.names.len())
            .finish()
    }
}

impl Hotwords {
    /// What the model can spell of them, and the lines of `words.txt` that it cannot use.
    pub(crate) fn graph(
        &self,
        tokenizer: &Tokenizer,
    ) -> (Option<Arc<ContextGraph>>, Vec<TableProblem>) {
        let (mut phrases, broken) = own_phrases(&self.own, tokenizer);
        let others = self.spoken.iter().chain(&self.learned);
        let others = others.chain(&self.application);
        let others = others.map(|word| (word, DEFAULT_BOOST));
        let names = self.names.iter().map(|name| (name, NAME_BOOST));
        for (word, boost) in others.chain(names) {
            // What the model has no letters for cannot be preferred.
            phrases.extend(read(word, tokenizer, boost).unwrap_or_default());
        }
        let graph = (!phrases.is_empty()).then(|| Arc::new(ContextGraph::new(&phrases)));
        (graph, broken)
    }

    /// The same, with a note about lines that cannot be used.
    pub(crate) fn graph_noted(&self, tokenizer: &Tokenizer) -> Option<Arc<ContextGraph>> {
        let (graph, broken) = self.graph(tokenizer);
        if !broken.is_empty() {
            let lines: Vec<String> = broken.iter().map(|row| row.line.to_string()).collect();
            note!(
                "{}",
                tr!(
                    "words.txt: the model cannot write lines {}; the others are preferred",
                    lines.join(", ")
                )
            );
        }
        graph
    }
}

fn read(line: &str, tokenizer: &Tokenizer, boost: f32) -> Result<Vec<Phrase>, PhrasesError> {
    read_phrases(WORDS, line.as_bytes(), tokenizer, boost)
}

/// The phrases of `words.txt`, and its lines that cannot be used with this model.
pub(crate) fn own_phrases(words: &str, tokenizer: &Tokenizer) -> (Vec<Phrase>, Vec<TableProblem>) {
    let mut phrases = Vec::new();
    let mut broken = Vec::new();
    for (line, text) in (1..).zip(words.lines()) {
        if text.trim_start().starts_with('#') {
            continue;
        }
        match read(text, tokenizer, DEFAULT_BOOST) {
            Ok(read) => phrases.extend(read),
            Err(error) => broken.push(TableProblem {
                table: WORDS.to_owned(),
                line,
                fault: match error {
                    PhrasesError::NoBoost { .. } => TableFault::NoWeight,
                    PhrasesError::NoSpelling { .. } | PhrasesError::NotUtf8 { .. } => {
                        TableFault::NoSpelling
                    }
                },
            }),
        }
    }
    (phrases, broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_lines_are_counted_and_the_rest_is_used() {
        let table = "<blk> 0\n▁ 1\na 2\nb 3\n";
        let tokenizer = Tokenizer::from_bytes("tokens.txt", table.as_bytes(), None).unwrap();
        let hotwords = Hotwords {
            own: "# mine\nab\nxyz\nba :2\nab :x\n".to_owned(),
            names: vec!["Zoe".to_owned()],
            ..Hotwords::default()
        };
        let (graph, broken) = hotwords.graph(&tokenizer);
        assert!(graph.is_some());
        let broken: Vec<_> = broken
            .into_iter()
            .map(|row| (row.line, row.fault))
            .collect();
        assert_eq!(
            broken,
            [(3, TableFault::NoSpelling), (5, TableFault::NoWeight)]
        );
        let (graph, broken) = Hotwords::default().graph(&tokenizer);
        assert!(graph.is_none() && broken.is_empty());
        assert!(!format!("{hotwords:?}").contains("Zoe"));
    }
}
