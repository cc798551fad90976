//! "Correct …": alternatives at the caret, chosen by digit, arrow or voice.

use sotto_text::{Command, KnownWord, Target, alternatives};

use super::{Awaiting, Phase, Session};
use crate::{
    dictation::{Addressee, Content, Edit, Pending},
    effect::{Effect, FieldAct, UserMessage},
    input::{Choice, ContextId},
    spoken::Spoken,
};

/// Alternatives that are shown.
#[derive(Debug)]
pub(super) struct Choosing {
    context: ContextId,
    /// The text as it stands.
    target: Spoken,
    choices: Vec<Spoken>,
    highlighted: usize,
}

impl Session {
    /// The user's own words, for alternatives that sound alike.
    pub fn set_known_words(&mut self, words: Vec<KnownWord>) {
        self.known_words = words;
    }

    pub(super) fn start_choosing(&mut self, context: &ContextId, target: String) {
        let found = alternatives(
            &target,
            &self.written.hypotheses(),
            &self.known_words,
            self.shaping.rules().homophones(),
        );
        if found.is_empty() {
            self.refuse(UserMessage::NoAlternatives);
            return;
        }
        self.choosing = Some(Choosing {
            context: context.clone(),
            target: Spoken::new(target),
            choices: found.into_iter().map(Spoken::new).collect(),
            highlighted: 0,
        });
        let ends_at = self.now + self.config.choice_timeout;
        if let Phase::Finishing { deadline, .. } = &mut self.phase {
            *deadline = ends_at;
        }
        self.show_choices();
    }

    fn show_choices(&mut self) {
        if let Some(choosing) = &self.choosing {
            let context = choosing.context.clone();
            let act = FieldAct::ShowChoices {
                choices: choosing.choices.clone(),
                highlighted: choosing.highlighted,
            };
            self.act(&context, act);
        }
    }

    /// Ends a dictation that waits for nothing but a choice, if it does: a press while alternatives
    /// are shown begins the next one, and they stay to be chosen by voice.
    pub(super) fn end_unless_choosing(&mut self, hopeless: bool) {
        if self.choosing.is_none() || hopeless {
            self.end();
        } else if self.again.is_some() {
            let choosing = self.choosing.take();
            self.end();
            self.choosing = choosing;
        }
    }

    /// Takes the alternatives away without a choice.
    pub(super) fn stop_choosing(&mut self) {
        if self.choosing.take().is_some() {
            self.push(Effect::HideChoices);
        }
    }

    /// A key or a click on the alternatives.
    pub(super) fn choice(&mut self, choice: Choice) {
        let Some(choosing) = &mut self.choosing else {
            return;
        };
        let n_choices = choosing.choices.len();
        match choice {
            Choice::Number(at) if at < n_choices => return self.choose(at),
            Choice::Number(_) => return,
            Choice::Accept => {
                let at = choosing.highlighted;
                return self.choose(at);
            }
            Choice::Next => choosing.highlighted = (choosing.highlighted + 1) % n_choices,
            Choice::Previous => {
                choosing.highlighted = (choosing.highlighted + n_choices - 1) % n_choices;
            }
        }
        self.show_choices();
    }

    /// Replaces the text by an alternative, and remembers that it was wanted.
    pub(super) fn choose(&mut self, at: usize) {
        let Some(choosing) = self.choosing.take() else {
            return;
        };
        self.push(Effect::HideChoices);
        let Some(chosen) = choosing.choices.get(at) else {
            return;
        };
        self.push(Effect::Learn {
            heard: choosing.target.clone(),
            chosen: chosen.clone(),
        });
        let command = Command::Replace {
            target: Target::Text(choosing.target.as_str().to_owned()),
            with: chosen.as_str().to_owned(),
        };
        let pending = Pending {
            addressee: Addressee::Context(choosing.context),
            content: Content::Edit(Edit::Command(command)),
        };
        let ends_at = self.now + self.config.return_grace;
        if let Phase::Finishing {
            awaiting: Awaiting::Focus,
            deadline,
            ..
        } = &mut self.phase
        {
            *deadline = ends_at;
        }
        if let Some(dictation) = self.dictation() {
            dictation.pending.push_back(pending);
        }
    }
}
