//! One dictation: what was said since the press, to whom, and what of it waits for delivery.

use std::collections::VecDeque;

use sotto_text::Command;

use crate::{
    effect::KeepReason,
    focus::Focused,
    heard::HeardWords,
    input::{CaptureId, ContextId},
    session::Mode,
    spoken::Spoken,
    time::Millis,
};

/// Where a text belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Addressee {
    /// No context was known yet when it was spoken.
    Unknown,
    /// The context that had focus when it was spoken.
    Context(ContextId),
    /// Wherever focus is: the user asked for it.
    Focused,
    /// Nowhere any more.
    Nobody(KeepReason),
}

/// The utterance being spoken.
#[derive(Debug)]
pub(crate) struct Utterance {
    pub(crate) addressee: Addressee,
    /// Words that will not change, without those that were committed already.
    pub(crate) stable: HeardWords,
    pub(crate) unstable: HeardWords,
    /// Words at its start that are on their way to the field already.
    pub(crate) n_taken: usize,
}

impl Utterance {
    /// Takes the words so far; answers whether they are others than before.
    pub(crate) fn set_words(&mut self, stable: &HeardWords, unstable: &HeardWords) -> bool {
        let n_unstable = self.n_taken.saturating_sub(stable.len());
        let (stable, unstable) = (stable.skip(self.n_taken), unstable.skip(n_unstable));
        let changed = self.stable != stable || self.unstable != unstable;
        self.stable = stable;
        self.unstable = unstable;
        changed
    }

    /// All words that are not on their way yet.
    pub(crate) fn words(&self) -> HeardWords {
        self.stable.followed_by(&self.unstable)
    }
}

/// What is to be written.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// Words to be shaped.
    Words(HeardWords),
    /// A text that was written before.
    Text(Spoken),
    /// A change of what stands there.
    Edit(Edit),
}

/// A change of what stands in the field.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// By a command.
    Command(Command),
    /// The rest of an edit: text for the place where it was.
    Insert(Spoken),
    /// By one of the alternatives shown.
    Choose(usize),
}

/// What was finished and waits for focus.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) addressee: Addressee,
    pub(crate) content: Content,
}

/// What was said since the press.
#[derive(Debug)]
pub(crate) struct Dictation {
    pub(crate) capture: CaptureId,
    pub(crate) mode: Mode,
    pub(crate) started_at: Millis,
    /// Since when the microphone is open; nothing was said to anybody before.
    pub(crate) listening_since: Option<Millis>,
    pub(crate) released_at: Option<Millis>,
    /// The context new speech is addressed to.
    anchor: Option<ContextId>,
    /// When the anchor received focus, if that was after the press.
    anchored_at: Option<Millis>,
    /// How many contexts were the anchor so far, but for those that focus only passed through.
    n_anchors: usize,
    /// When the anchor changed: speech noticed shortly after may have begun before.
    moved_at: Option<Millis>,
    /// Whom late words are addressed to, once nothing more is heard.
    closed_to: Option<Addressee>,
    pub(crate) utterance: Option<Utterance>,
    pub(crate) pending: VecDeque<Pending>,
    /// Whether something of this dictation was committed.
    pub(crate) committed: bool,
    pub(crate) undelivered: Option<(Spoken, KeepReason)>,
    /// When somebody was last heard.
    pub(crate) heard_at: Millis,
    /// Since when the microphone delivers digital silence.
    pub(crate) muted_since: Option<Millis>,
    pub(crate) muted: Muted,
}

/// Whether the user knows that the microphone delivers digital silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Muted {
    Untold,
    Told,
}

/// What a focus change means for the dictation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shift {
    /// The dictation goes on.
    Harmless,
    /// Something spoken to the old target is still on its way: no more may be heard.
    Interrupts,
}

impl Dictation {
    pub(crate) fn new(
        capture: CaptureId,
        mode: Mode,
        now: Millis,
        anchor: Option<ContextId>,
    ) -> Self {
        Self {
            capture,
            mode,
            started_at: now,
            listening_since: None,
            released_at: None,
            n_anchors: usize::from(anchor.is_some()),
            anchor,
            anchored_at: None,
            moved_at: None,
            closed_to: None,
            utterance: None,
            pending: VecDeque::new(),
            committed: false,
            undelivered: None,
            heard_at: now,
            muted_since: None,
            muted: Muted::Untold,
        }
    }

    /// Whom speech noticed at `now` is addressed to.
    fn addressee(&self, now: Millis, onset_latency: Millis) -> Addressee {
        if let Some(closed_to) = &self.closed_to {
            return closed_to.clone();
        }
        let moved = self.moved_at.is_some_and(|at| now < at + onset_latency);
        match &self.anchor {
            Some(_) if moved => Addressee::Nobody(KeepReason::FocusMoved),
            Some(id) => Addressee::Context(id.clone()),
            None => Addressee::Unknown,
        }
    }

    /// The utterance being spoken, begun at `now` if there is none.
    pub(crate) fn utterance(&mut self, now: Millis, onset_latency: Millis) -> &mut Utterance {
        let addressee = self.addressee(now, onset_latency);
        self.utterance.get_or_insert_with(|| Utterance {
            addressee,
            stable: HeardWords::default(),
            unstable: HeardWords::default(),
            n_taken: 0,
        })
    }

    /// Sends the first `n_words` of the utterance on their way.
    pub(crate) fn take_finished(&mut self, n_words: usize) {
        let Some(utterance) = &mut self.utterance else {
            return;
        };
        if n_words == 0 {
            return;
        }
        utterance.n_taken += n_words;
        let words = utterance.stable.take(n_words);
        utterance.stable = utterance.stable.skip(n_words);
        self.pending.push_back(Pending {
            addressee: utterance.addressee.clone(),
            content: Content::Words(words),
        });
    }

    /// Ends the utterance with these words, or without knowing better than its last partial:
    /// whom it was spoken to, and what of it is not on its way yet.
    pub(crate) fn complete(
        &mut self,
        now: Millis,
        onset_latency: Millis,
        words: Option<HeardWords>,
    ) -> (Addressee, HeardWords) {
        let fallback = self.addressee(now, onset_latency);
        match (self.utterance.take(), words) {
            (Some(spoken), Some(words)) => (spoken.addressee, words.skip(spoken.n_taken)),
            (Some(spoken), None) => {
                let words = spoken.words();
                (spoken.addressee, words)
            }
            (None, words) => (fallback, words.unwrap_or_default()),
        }
    }

    /// Has something wait for delivery.
    pub(crate) fn deliver(&mut self, addressee: &Addressee, contents: Vec<Content>) {
        let addressee = |content| Pending {
            addressee: addressee.clone(),
            content,
        };
        self.pending.extend(contents.into_iter().map(addressee));
    }

    fn addressees(&mut self) -> impl Iterator<Item = &mut Addressee> {
        let spoken = self
            .utterance
            .iter_mut()
            .map(|utterance| &mut utterance.addressee);
        let pending = self
            .pending
            .iter_mut()
            .map(|pending| &mut pending.addressee);
        spoken.chain(pending).chain(&mut self.closed_to)
    }

    /// A text field received focus.
    ///
    /// The first one soon after the microphone opened is where the user was looking at the press. One that had focus
    /// for less than `grace` before it was not: focus passed through it, right after the press.
    /// After a move, and later, a field that passes takes nothing of that back.
    pub(crate) fn focus(
        &mut self,
        now: Millis,
        id: &ContextId,
        grace: Millis,
        adoption: Millis,
    ) -> Shift {
        if self.anchor.as_ref() == Some(id) {
            return Shift::Harmless;
        }
        let soon_after = |since| now <= since + adoption;
        let passing = soon_after(self.started_at)
            && self.n_anchors == 1
            && self.anchored_at.is_some_and(|at| now < at + grace);
        let moved = match self.anchor.replace(id.clone()) {
            Some(before) if passing && !self.owes(&before) => false,
            before => {
                self.n_anchors += 1;
                before.is_some()
            }
        };
        self.anchored_at = Some(now);
        if !moved && self.listening_since.is_none_or(soon_after) {
            self.moved_at = None;
            self.readdress(&Addressee::Unknown, &Addressee::Context(id.clone()));
            return Shift::Harmless;
        }
        self.moved_at = Some(now);
        if !moved {
            return Shift::Harmless;
        }
        self.readdress(
            &Addressee::Unknown,
            &Addressee::Nobody(KeepReason::FocusMoved),
        );
        if self.addressees().next().is_some() {
            Shift::Interrupts
        } else {
            Shift::Harmless
        }
    }

    /// Gives speech from before any focus to the context whose focus came together with the
    /// release of the key: a grab of the key takes focus away while it is held.
    pub(crate) fn adopt_at_release(&mut self, current: &Focused, grace: Millis, adoption: Millis) {
        let (Mode::Key, Some(released_at)) = (self.mode, self.released_at) else {
            return;
        };
        let came_with_release =
            current.since + grace >= released_at && current.since <= released_at + adoption;
        if came_with_release && self.n_anchors == 1 && self.anchor.as_ref() == Some(&current.id) {
            self.moved_at = None;
            self.readdress(&Addressee::Unknown, &Addressee::Context(current.id.clone()));
        }
    }

    /// No more is heard: what the recognizer still says was spoken to where focus is now.
    pub(crate) fn close(&mut self, now: Millis, onset_latency: Millis) {
        let addressee = self.addressee(now, onset_latency);
        self.closed_to.get_or_insert(addressee);
    }

    /// The field behind the context changed.
    pub(crate) fn reset(&mut self, now: Millis, id: &ContextId) -> Shift {
        if self.anchor.as_ref() == Some(id) {
            self.moved_at = Some(now);
        }
        let interrupts = self.owes(id);
        self.readdress(
            &Addressee::Context(id.clone()),
            &Addressee::Nobody(KeepReason::FocusMoved),
        );
        if interrupts {
            Shift::Interrupts
        } else {
            Shift::Harmless
        }
    }

    /// All contexts are gone.
    pub(crate) fn lose_contexts(&mut self, reason: KeepReason) {
        self.anchor = None;
        self.anchored_at = None;
        self.moved_at = None;
        for addressee in self.addressees() {
            if *addressee != Addressee::Focused {
                *addressee = Addressee::Nobody(reason);
            }
        }
    }

    /// Whether something spoken to the context is not delivered yet.
    pub(crate) fn owes(&mut self, id: &ContextId) -> bool {
        self.addressees()
            .any(|addressee| matches!(addressee, Addressee::Context(to) if to == id))
    }

    fn readdress(&mut self, from: &Addressee, to: &Addressee) {
        for addressee in self.addressees() {
            if addressee == from {
                *addressee = to.clone();
            }
        }
    }

    /// Throws away what was spoken to the context.
    pub(crate) fn discard(&mut self, id: &ContextId) {
        let to = Addressee::Context(id.clone());
        self.utterance
            .take_if(|utterance| utterance.addressee == to);
        self.pending.retain(|pending| pending.addressee != to);
    }

    /// Moves text to what could not be delivered.
    pub(crate) fn give_up(&mut self, text: &Spoken, reason: KeepReason) {
        self.undelivered = Some(match self.undelivered.take() {
            Some((before, reason)) => (before.joined(text), reason),
            None => (text.clone(), reason),
        });
    }
}
