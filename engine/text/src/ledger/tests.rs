use proptest::prelude::*;

use super::*;
use crate::command::Commands;
use crate::language::Language;
use crate::word::MarkedWord;

/// A field that carries plans out, as an application would.
struct Field {
    text: Vec<char>,
    ledger: Ledger,
    access: Access,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Surrounding,
    KeysOnly,
}

impl Field {
    fn new(access: Access, typed: &str) -> Self {
        Self {
            text: typed.chars().collect(),
            ledger: Ledger::default(),
            access,
        }
    }

    fn commit(&mut self, text: &str) {
        self.text.extend(text.chars());
        self.ledger.committed(text);
    }

    fn written(&self) -> String {
        self.text.iter().collect()
    }

    fn run(&mut self, command: &Command) -> Result<EditPlan, Refused> {
        let written = self.written();
        let field = (self.access == Access::Surrounding).then(|| at_end(&written));
        let plan = self.ledger.plan_edit(command, field, Keys::Available)?;
        let len = self.text.len();
        match &plan {
            EditPlan::Replace {
                offset,
                n_chars,
                insert,
            } => {
                let start = len.checked_add_signed(*offset).unwrap();
                self.text.splice(start..start + n_chars, insert.chars());
            }
            EditPlan::Keys {
                n_backspaces,
                insert,
            } => {
                self.text.truncate(len - n_backspaces);
                self.text.extend(insert.chars());
            }
            _ => {}
        }
        self.ledger.edited(command, &plan, field);
        Ok(plan)
    }

    fn say(&mut self, spoken: &str) {
        let words = MarkedWord::from_written(spoken);
        let command = Commands::new(Language::English)
            .recognize(&words, Some(&self.written()))
            .unwrap_or_else(|| panic!("{spoken} is no command"));
        self.run(&command).unwrap();
    }
}

fn at_end(text: &str) -> FieldText<'_> {
    let cursor = text.chars().count();
    FieldText {
        text,
        cursor,
        anchor: cursor,
    }
}

/// Commits, then each command with the text it must leave, with surrounding text and without.
#[track_caller]
fn check(commits: &[&str], steps: &[(&str, &str)]) {
    for access in [Access::Surrounding, Access::KeysOnly] {
        let mut field = Field::new(access, "");
        for text in commits {
            field.commit(text);
        }
        for (spoken, expected) in steps {
            field.say(spoken);
            assert_eq!(field.written(), *expected, "after {spoken}");
            assert!(field.written().ends_with(field.ledger.tail()));
        }
    }
}

#[test]
fn scratch_undo_and_redo() {
    check(
        &["One.", " Two.", " Three."],
        &[
            ("scratch that", "One. Two."),
            ("scratch that", "One."),
            ("undo that", "One. Two."),
            ("undo that", "One. Two. Three."),
            ("redo that", "One. Two."),
            ("undo that", "One. Two. Three."),
            ("undo that", "One. Two."),
            ("scratch that", "One."),
        ],
    );
}

#[test]
fn edits_of_named_text() {
    check(
        &["The red house", " and the Old cat."],
        &[
            ("replace red with blue", "The blue house and the Old cat."),
            (
                "replace old with young",
                "The blue house and the Young cat.",
            ),
            ("delete young", "The blue house and the cat."),
            ("capitalize cat", "The blue house and the Cat."),
            ("undo that", "The blue house and the cat."),
            ("undo that", "The blue house and the Young cat."),
            ("delete last word", "The blue house and the Young"),
            ("new sentence", "The blue house and the Young."),
            ("delete last sentence", ""),
        ],
    );
    check(
        &["One two.", " Three four."],
        &[
            ("capitalize that", "One two. Three Four."),
            ("delete last sentence", "One two."),
        ],
    );
}

#[test]
fn select_and_correct_name_a_place() {
    let mut field = Field::new(Access::Surrounding, "Äpfel ");
    field.commit("and pears, pears.");
    let plan = field.run(&Command::Select(Target::Text("pears".into())));
    assert_eq!(
        plan,
        Ok(EditPlan::Select {
            offset: -6,
            n_chars: 5
        })
    );
    let plan = field.run(&Command::Correct(Target::Text("äpfel".into())));
    assert_eq!(
        plan,
        Ok(EditPlan::Correct {
            offset: -23,
            text: "Äpfel".into()
        })
    );
    assert_eq!(field.run(&Command::StopDictation), Ok(EditPlan::Stop));
    assert_eq!(field.run(&Command::GoToEnd), Ok(EditPlan::MoveToEnd));
}

#[test]
fn a_selection_is_that() {
    let ledger = Ledger::default();
    let field = FieldText {
        text: "one two three",
        cursor: 7,
        anchor: 4,
    };
    let capitalize = Command::Capitalize(Target::That);
    assert_eq!(
        ledger.plan_edit(&capitalize, Some(field), Keys::Unavailable),
        Ok(EditPlan::Replace {
            offset: -3,
            n_chars: 3,
            insert: "Two".into()
        })
    );
}

#[track_caller]
fn check_refused(committed: &str, field: Option<FieldText<'_>>, keys: Keys, why: Refused) {
    let mut ledger = Ledger::default();
    ledger.committed(committed);
    let plan = ledger.plan_edit(&Command::ScratchThat, field, keys);
    assert_eq!(plan, Err(why));
}

#[test]
fn uncertain_text_is_refused() {
    let field = |text, cursor, anchor| {
        Some(FieldText {
            text,
            cursor,
            anchor,
        })
    };
    use Keys::{Available, Unavailable};
    check_refused("", None, Available, Refused::NothingDictated);
    check_refused("hello", None, Unavailable, Refused::OutOfReach);
    check_refused(
        "hello",
        Some(at_end("hello!")),
        Available,
        Refused::TextChanged,
    );
    check_refused("hello", Some(at_end("")), Available, Refused::TextChanged);
    check_refused(
        "hello",
        field("hello", 99, 99),
        Available,
        Refused::CaretOutOfRange,
    );
    check_refused(
        "hello",
        field("hello", 5, 99),
        Available,
        Refused::CaretOutOfRange,
    );
    check_refused("für", field("für", 4, 4), Available, Refused::CaretInBytes);
    check_refused(
        "für",
        field("für das", 4, 4),
        Available,
        Refused::CaretInBytes,
    );
    check_refused("👍🏽", None, Available, Refused::OutOfReach);
    check_refused("e\u{301}", None, Available, Refused::OutOfReach);
    check_refused("שלום", None, Available, Refused::OutOfReach);
}

#[test]
fn any_script_is_edited_through_surrounding_text() {
    for text in ["👍🏽", "e\u{301}", "שלום", "a\nb"] {
        let mut field = Field::new(Access::Surrounding, "x");
        field.commit(text);
        field.run(&Command::ScratchThat).unwrap();
        assert_eq!(field.written(), "x");
    }
}

#[test]
fn typing_ends_the_ledger() {
    let mut ledger = Ledger::default();
    ledger.committed("hello");
    ledger.forget();
    let plan = ledger.plan_edit(&Command::ScratchThat, None, Keys::Available);
    assert_eq!(plan, Err(Refused::NothingDictated));
}

#[test]
fn shows_no_text() {
    let mut ledger = Ledger::default();
    ledger.committed("secret");
    let plan = ledger.plan_edit(&Command::NewSentence, None, Keys::Available);
    assert!(!format!("{ledger:?} {plan:?} {:?}", at_end("secret")).contains("secret"));
}

fn commands() -> impl Strategy<Value = Command> {
    let target = prop_oneof![
        Just(Target::That),
        Just(Target::LastWord),
        Just(Target::LastSentence),
        "[a-c]{1,2}".prop_map(Target::Text),
    ];
    prop_oneof![
        Just(Command::ScratchThat),
        Just(Command::Undo),
        Just(Command::Redo),
        Just(Command::NewSentence),
        target.clone().prop_map(Command::Delete),
        target.clone().prop_map(Command::Capitalize),
        (target, "[a-c]{1,3}").prop_map(|(target, with)| Command::Replace { target, with }),
    ]
}

proptest! {
    #[test]
    fn the_ledger_and_the_field_agree(
        typed in "[a-c. ]{0,6}",
        steps in proptest::collection::vec(
            prop_oneof![
                "[a-c. é👍]{1,6}".prop_map(Ok),
                commands().prop_map(Err),
            ],
            0..16,
        ),
        is_surrounding in any::<bool>(),
    ) {
        let access = if is_surrounding { Access::Surrounding } else { Access::KeysOnly };
        let mut field = Field::new(access, &typed);
        for step in steps {
            match step {
                Ok(text) => field.commit(&text),
                Err(command) => drop(field.run(&command)),
            }
            prop_assert!(field.written().ends_with(field.ledger.tail()));
        }
    }

    #[test]
    fn undo_restores_the_text(text in "[a-c. ]{1,9}", command in commands()) {
        let mut field = Field::new(Access::Surrounding, "");
        field.commit(&text);
        let edits = !matches!(command, Command::Undo | Command::Redo);
        if edits && field.run(&command).is_ok() {
            field.run(&Command::Undo).unwrap();
            prop_assert_eq!(field.written(), text);
        }
    }

    #[test]
    fn lying_fields_are_taken(
        committed in any::<String>(),
        text in any::<String>(),
        cursor in 0_usize..20,
        anchor in 0_usize..20,
        command in commands(),
    ) {
        let mut ledger = Ledger::default();
        ledger.committed(&committed);
        let field = Some(FieldText { text: &text, cursor, anchor });
        if let Ok(plan) = ledger.plan_edit(&command, field, Keys::Available) {
            ledger.edited(&command, &plan, field);
        }
    }
}
