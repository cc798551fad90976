//! What we wrote into a field: the ledger for edits, and the hypotheses behind the words.

use std::collections::VecDeque;

use sotto_text::{Hypotheses, Keys, Ledger, MarkedWord};

use crate::{heard::HeardWords, input::ContextId};

/// The most utterances whose other hypotheses are kept.
const MAX_UTTERANCES: usize = 16;

/// Whether everything that happened to the field since our first commit was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Sight {
    /// Keys passed through our engine, and none came.
    Unbroken,
    /// The user may have typed or moved while another engine was selected.
    #[default]
    Broken,
    /// The caret is somewhere else.
    Moved,
}

/// One utterance with its other hypotheses. `Debug` shows counts only.
#[derive(Debug)]
struct Utterance {
    best: Vec<MarkedWord>,
    others: Vec<Vec<MarkedWord>>,
}

/// Our own text in one field; in memory only.
#[derive(Debug, Default)]
pub(crate) struct Written {
    context: Option<ContextId>,
    ledger: Ledger,
    sight: Sight,
    utterances: VecDeque<Utterance>,
}

impl Written {
    /// Text was committed there, behind `before` where the application tells it.
    pub(crate) fn committed(&mut self, context: &ContextId, before: Option<&str>, text: &str) {
        self.turn_to(context);
        let tail = self.ledger.tail();
        let continues = match (self.sight, before) {
            (Sight::Unbroken, _) => true,
            // Some applications tell the last line only.
            (Sight::Broken, Some(told)) => told.ends_with(tail) || tail.ends_with(told),
            (Sight::Broken, None) | (Sight::Moved, _) => false,
        };
        if !continues {
            self.ledger.forget();
        }
        if self.ledger.tail().is_empty() {
            self.sight = Sight::Unbroken;
        }
        self.ledger.committed(text);
    }

    fn turn_to(&mut self, context: &ContextId) {
        if self.context.as_ref() != Some(context) {
            self.typed();
            self.context = Some(context.clone());
        }
    }

    /// The user typed: nothing of ours is at the caret for certain.
    pub(crate) fn typed(&mut self) {
        self.context = None;
        self.ledger.forget();
        self.sight = Sight::Broken;
    }

    /// Nothing is known any more.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Keys do not pass through us any more.
    pub(crate) fn lose_sight(&mut self) {
        if self.sight == Sight::Unbroken {
            self.sight = Sight::Broken;
        }
    }

    /// The caret is somewhere else in the same context.
    pub(crate) const fn moved(&mut self) {
        self.sight = Sight::Moved;
    }

    /// The text we left before the caret of this field.
    pub(crate) fn tail(&self, context: &ContextId) -> Option<&str> {
        let is_here = self.context.as_ref() == Some(context) && self.sight != Sight::Moved;
        Some(self.ledger.tail()).filter(|tail| is_here && !tail.is_empty())
    }

    /// The ledger of this field, for edits, and whether keys alone may carry them out.
    pub(crate) fn ledger(&mut self, context: &ContextId) -> (&mut Ledger, Keys) {
        self.turn_to(context);
        let keys = match self.sight {
            Sight::Unbroken => Keys::Available,
            Sight::Broken | Sight::Moved => Keys::Unavailable,
        };
        (&mut self.ledger, keys)
    }

    /// Remembers what else an utterance may have been.
    pub(crate) fn remember(&mut self, best: &HeardWords, others: &[HeardWords]) {
        if self.utterances.len() == MAX_UTTERANCES {
            self.utterances.pop_back();
        }
        self.utterances.push_front(Utterance {
            best: best.marked(),
            others: others.iter().map(HeardWords::marked).collect(),
        });
    }

    /// The utterances with their other hypotheses, the last one first.
    pub(crate) fn hypotheses(&self) -> Vec<Hypotheses<'_>> {
        self.utterances
            .iter()
            .map(|utterance| Hypotheses {
                best: &utterance.best,
                others: &utterance.others,
            })
            .collect()
    }
}
