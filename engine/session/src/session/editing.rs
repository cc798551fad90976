//! Editing by voice: commands are recognized, planned against the field as it is, and carried out.
//!
//! Before an edit the application is asked for its text once more; what it tells is compared with
//! what we wrote. Where it tells nothing, our own commits serve, by key presses, as long as every
//! key since passed through us.

use sotto_text::{COMMAND_PAUSE_MS, Command, EditPlan, FieldText, Keys, Ledger, Refused, Target};

use super::Session;
use crate::{
    dictation::{Addressee, Content, Edit, Pending},
    effect::{Cue, EditKey, Effect, FieldAct, UserMessage},
    heard::HeardWords,
    input::{ContextId, Surrounding},
    spoken::Spoken,
    time::Millis,
};

/// What the delivery of an edit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Hold {
    /// Nothing has been asked yet.
    #[default]
    Unasked,
    /// The application's answer, or the time after which none comes: an unchanged text is not told again.
    Answer(Millis),
    /// The time by which pressed keys have done their work.
    Keys(Millis),
    /// Over.
    Over,
}

impl Hold {
    pub(super) const fn deadline(self) -> Option<Millis> {
        match self {
            Self::Answer(deadline) | Self::Keys(deadline) => Some(deadline),
            Self::Unasked | Self::Over => None,
        }
    }
}

impl Session {
    /// The finished words, as text or as a command at their end. `n_taken` words of the utterance
    /// are committed already.
    pub(super) fn understand(
        &mut self,
        words: &HeardWords,
        n_taken: usize,
        addressee: &Addressee,
    ) -> Vec<Content> {
        let text = |words: HeardWords| (!words.is_empty()).then_some(Content::Words(words));
        if words.is_empty() || matches!(addressee, Addressee::Nobody(_)) {
            return text(words.clone()).into_iter().collect();
        }
        let (marked, gaps_ms) = (words.marked(), words.gaps_ms());
        let commands = self.shaping.rules().commands();
        if self.choosing.is_some() {
            if let Some(at) = commands.recognize_choice(&marked) {
                return vec![Content::Edit(Edit::Choose(at))];
            }
            self.stop_choosing();
        }
        let commands = self.shaping.rules().commands();
        let before = self
            .focus
            .current()
            .filter(|focused| *addressee == Addressee::Context(focused.id.clone()))
            .and_then(|focused| self.around(focused).before);
        let found = commands
            .recognize_last(&marked, &gaps_ms, before.as_deref())
            .filter(|(at, _)| {
                let begins_anew = gaps_ms.first().is_some_and(|gap| *gap >= COMMAND_PAUSE_MS);
                *at > 0 || n_taken == 0 || begins_anew
            });
        match found {
            Some((at, command)) => text(words.take(at))
                .into_iter()
                .chain([Content::Edit(Edit::Command(command))])
                .collect(),
            None => text(words.clone()).into_iter().collect(),
        }
    }

    /// Whether the edit may be carried out now; asks for the field's text before.
    pub(super) fn may_edit(&mut self, edit: &Edit, context: &ContextId) -> bool {
        let needs_text = match edit {
            Edit::Command(Command::StopDictation | Command::SwitchLanguage(_))
            | Edit::Choose(_) => false,
            Edit::Command(_) => true,
            Edit::Insert(_) => return matches!(self.hold, Hold::Over | Hold::Unasked),
        };
        match self.hold {
            Hold::Unasked if needs_text => {
                self.act(context, FieldAct::Read);
                self.hold = Hold::Answer(self.now + self.config.surrounding_wait);
                false
            }
            Hold::Unasked | Hold::Over => true,
            Hold::Answer(_) | Hold::Keys(_) => false,
        }
    }

    /// The focused field told its text.
    pub(super) fn surrounding(&mut self, surrounding: Surrounding) {
        self.focus.set_surrounding(Some(surrounding));
        if matches!(self.hold, Hold::Answer(_)) {
            self.hold = Hold::Over;
        }
        self.expect();
    }

    pub(super) fn expire_hold(&mut self) {
        if self
            .hold
            .deadline()
            .is_some_and(|deadline| deadline <= self.now)
        {
            self.hold = Hold::Over;
        }
    }

    pub(super) fn edit(&mut self, edit: Edit, context: &ContextId) {
        self.hold = Hold::Unasked;
        match edit {
            Edit::Insert(text) => self.insert(context, &text),
            Edit::Choose(at) => self.choose(at),
            Edit::Command(Command::StopDictation) => self.finish(),
            Edit::Command(Command::SwitchLanguage(language)) => {
                self.push(Effect::SwitchLanguage(language));
            }
            Edit::Command(command) => self.edit_field(&command, context),
        }
    }

    fn edit_field(&mut self, command: &Command, context: &ContextId) {
        self.clear_preedit();
        let surrounding = self
            .focus
            .current()
            .and_then(|focused| focused.surrounding().cloned());
        let field = surrounding.as_ref().map(|surrounding| FieldText {
            text: &surrounding.text,
            cursor: surrounding.cursor as usize,
            anchor: surrounding.anchor as usize,
        });
        let (ledger, keys) = self.written.ledger(context);
        let keys = match command {
            Command::GoToEnd => Keys::Available,
            _ => keys,
        };
        let planned = match ledger.plan_edit(command, field, keys) {
            // What is named may stand there all the same.
            Err(Refused::TextChanged) if names_text(command) => {
                ledger.forget();
                Ledger::default().plan_edit(command, field, keys)
            }
            planned => planned,
        };
        match planned {
            Ok(plan) => {
                ledger.edited(command, &plan, field);
                self.carry_out(plan, context, field);
            }
            Err(refused) => {
                self.tell(UserMessage::NotEdited(refused));
                self.push(Effect::PlayCue(Cue::Problem));
            }
        }
    }

    fn carry_out(&mut self, plan: EditPlan, context: &ContextId, field: Option<FieldText<'_>>) {
        match plan {
            EditPlan::Replace {
                offset,
                n_chars,
                insert,
            } => {
                let removed = field.map_or_else(Removed::default, |field| {
                    Removed::new(field, offset, n_chars)
                });
                self.forget_surrounding();
                if removed != Removed::default() {
                    let delete = FieldAct::Delete {
                        before: Spoken::new(removed.before),
                        after: Spoken::new(removed.after),
                    };
                    self.act(context, delete);
                }
                self.insert(context, &Spoken::new(insert + &removed.between));
            }
            EditPlan::Keys {
                n_backspaces,
                insert,
            } => {
                self.press_key(context, EditKey::BackSpace, n_backspaces);
                let insert = Spoken::new(insert);
                if n_backspaces == 0 {
                    self.insert(context, &insert);
                } else if !insert.as_str().is_empty() {
                    self.hold = Hold::Keys(self.now + self.config.keys_wait);
                    let pending = Pending {
                        addressee: Addressee::Context(context.clone()),
                        content: Content::Edit(Edit::Insert(insert)),
                    };
                    if let Some(dictation) = self.dictation() {
                        dictation.pending.push_front(pending);
                    }
                }
            }
            EditPlan::Select { offset, n_chars } => {
                if offset < 0 {
                    self.press_key(context, EditKey::Left, offset.unsigned_abs());
                    self.press_key(context, EditKey::SelectRight, n_chars);
                    self.forget_surrounding();
                }
            }
            EditPlan::Correct { text, .. } => self.start_choosing(context, text),
            EditPlan::MoveToEnd => {
                self.press_key(context, EditKey::TextEnd, 1);
                self.forget_surrounding();
            }
            EditPlan::Stop => self.finish(),
        }
    }

    fn press_key(&mut self, context: &ContextId, key: EditKey, n_times: usize) {
        if n_times > 0 {
            self.act(context, FieldAct::Press { key, n_times });
        }
    }

    pub(super) fn act(&mut self, context: &ContextId, act: FieldAct) {
        let context = context.clone();
        self.push(Effect::Field { context, act });
    }

    /// Commits text that is part of an edit: the ledger knows of it already.
    fn insert(&mut self, context: &ContextId, text: &Spoken) {
        if !text.as_str().is_empty() {
            self.forget_surrounding();
            self.push(Effect::Commit {
                context: context.clone(),
                text: text.clone(),
            });
        }
    }

    /// What the application told does not hold after an edit; it tells anew.
    fn forget_surrounding(&mut self) {
        self.focus.set_surrounding(None);
    }
}

/// What an edit takes out of the field, and what it puts back behind it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Removed {
    before: String,
    after: String,
    /// Text between the edit and the caret.
    between: String,
}

impl Removed {
    fn new(field: FieldText<'_>, offset: isize, n_chars: usize) -> Self {
        let text = |from: usize, to: usize| -> String {
            field
                .text
                .chars()
                .skip(from)
                .take(to.saturating_sub(from))
                .collect()
        };
        let start = field.cursor.saturating_add_signed(offset);
        let end = start + n_chars;
        if n_chars == 0 {
            return Self::default();
        }
        Self {
            before: text(start, field.cursor),
            after: text(field.cursor.max(start), end),
            between: text(end, field.cursor),
        }
    }
}

/// Whether the command says itself what text it is about.
const fn names_text(command: &Command) -> bool {
    matches!(
        command,
        Command::Select(Target::Text(_) | Target::LastWord | Target::LastSentence)
            | Command::Delete(Target::Text(_) | Target::LastWord | Target::LastSentence)
            | Command::Capitalize(Target::Text(_))
            | Command::Replace { .. }
            | Command::Correct(Target::Text(_))
            | Command::NewSentence
    )
}
