//! Dead keys and compose sequences of the keys that pass.
//!
//! An application that asks an input method about its keys leaves composing to it: GTK 3 loses every accent
//! otherwise. Sequences come from the files that X11 has for the language of the user, or from the user's own
//! `XCompose` (`Compose(5)`).

use kbvm::Keysym;
use kbvm::xkb::Context;
use kbvm::xkb::compose::{ComposeTable, FeedResult, State};
use kbvm::xkb::diagnostic::Diagnostic;

use crate::keys::{COMMANDING, KeyEvent, MAX_HELD, Verdict};

/// Input methods type UTF-8; the sequences of languages in older encodings are few and not in it.
const USUAL_LOCALE: &str = "en_US.UTF-8";

const KEYSYM_SPACE: Keysym = Keysym(0x20);
const KEYSYM_BACKSPACE: Keysym = Keysym(0xff08);
const KEYSYM_ESCAPE: Keysym = Keysym(0xff1b);

/// What becomes of a key, and the text that is typed before it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Composed {
    pub(crate) verdict: Verdict,
    pub(crate) typed: String,
}

impl Composed {
    pub(crate) const fn alone(verdict: Verdict) -> Self {
        Self {
            verdict,
            typed: String::new(),
        }
    }
}

impl std::fmt::Debug for Composed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Composed({:?}, …)", self.verdict)
    }
}

/// The user's sequences, and how far one has come.
pub(crate) struct Compose {
    /// None until the first key: a table takes some milliseconds to read.
    sequences: Option<Option<Sequences>>,
    read: fn() -> Option<ComposeTable>,
    /// Keys that wait for the rest of their sequence.
    pending: Vec<Keysym>,
    /// Hardware keys whose press the application did not see, so that it sees no release either.
    held: Vec<u32>,
}

struct Sequences {
    table: ComposeTable,
    at: State,
}

impl Compose {
    /// The sequences of the user that this process belongs to.
    pub(crate) fn of_process() -> Self {
        Self::new(|| table_of(&Context::default()))
    }

    fn new(read: fn() -> Option<ComposeTable>) -> Self {
        Self {
            sequences: None,
            read,
            pending: Vec::new(),
            held: Vec::new(),
        }
    }

    /// Forgets the keys that wait, for when the caret is elsewhere.
    pub(crate) fn reset(&mut self) {
        self.pending.clear();
        if let Some(Some(sequences)) = &mut self.sequences {
            sequences.at = sequences.table.create_state();
        }
    }

    /// Decides about a key that is not ours.
    pub(crate) fn take(&mut self, key: KeyEvent) -> Composed {
        let held = self.held.iter().position(|code| *code == key.keycode);
        if let Some(place) = held {
            self.held.remove(place);
        }
        if key.is_release() {
            return Composed::alone(if held.is_some() {
                Verdict::Swallow
            } else {
                Verdict::Pass
            });
        }
        if key.state & COMMANDING != 0 {
            return Composed::alone(Verdict::Pass);
        }
        let composed = self.press(Keysym(key.keyval));
        if composed.verdict == Verdict::Swallow {
            if self.held.len() == MAX_HELD {
                self.held.remove(0);
            }
            self.held.push(key.keycode);
        }
        composed
    }

    fn press(&mut self, keysym: Keysym) -> Composed {
        let read = self.read;
        let Some(sequences) = self
            .sequences
            .get_or_insert_with(|| read().map(Sequences::new))
        else {
            return Composed::alone(Verdict::Pass);
        };
        match sequences.feed(keysym) {
            None => Composed::alone(Verdict::Pass),
            Some(Step::Pending) => {
                self.pending.push(keysym);
                Composed::alone(Verdict::Swallow)
            }
            Some(Step::Composed(typed)) => {
                self.pending.clear();
                Composed {
                    verdict: Verdict::Swallow,
                    typed,
                }
            }
            Some(Step::Aborted) => {
                let waited = std::mem::take(&mut self.pending);
                if matches!(keysym, KEYSYM_BACKSPACE | KEYSYM_ESCAPE) {
                    return Composed::alone(Verdict::Swallow);
                }
                let spelled: String = waited
                    .iter()
                    .filter_map(|keysym| sequences.alone(*keysym))
                    .collect();
                // With nothing waiting this cannot be aborted again.
                let next = self.press(keysym);
                Composed {
                    verdict: next.verdict,
                    typed: spelled + &next.typed,
                }
            }
        }
    }
}

enum Step {
    Pending,
    Composed(String),
    Aborted,
}

impl Sequences {
    fn new(table: ComposeTable) -> Self {
        let at = table.create_state();
        Self { table, at }
    }

    /// None: the key has nothing to do with a sequence.
    fn feed(&mut self, keysym: Keysym) -> Option<Step> {
        Some(match self.table.feed(&mut self.at, keysym)? {
            FeedResult::Pending => Step::Pending,
            FeedResult::Aborted => Step::Aborted,
            FeedResult::Composed { string, keysym } => {
                let character = || keysym.and_then(Keysym::char).map(String::from);
                Step::Composed(
                    string
                        .map(str::to_owned)
                        .or_else(character)
                        .unwrap_or_default(),
                )
            }
        })
    }

    /// What a key types whose sequence came to nothing: an accent by itself, or the letter on the key.
    fn alone(&self, keysym: Keysym) -> Option<String> {
        let mut at = self.table.create_state();
        self.table.feed(&mut at, keysym);
        match self.table.feed(&mut at, KEYSYM_SPACE) {
            Some(FeedResult::Composed {
                string: Some(accent),
                ..
            }) => Some(accent.to_owned()),
            _ => keysym.char().map(String::from),
        }
    }
}

fn table_of(context: &Context) -> Option<ComposeTable> {
    // What is wrong in a file of the user's is told by every other program that reads it.
    let mut faults: Vec<Diagnostic> = Vec::new();
    let locale = context.locale().to_ascii_lowercase();
    let own = (locale.ends_with("utf-8") || locale.ends_with("utf8"))
        .then(|| context.compose_table_builder().build(&mut faults))
        .flatten();
    own.or_else(|| {
        let mut usual = context.compose_table_builder();
        usual.locale(USUAL_LOCALE);
        usual.build(&mut faults)
    })
}

#[cfg(test)]
mod tests;
