//! Any surrounding text, true or not, and any spoken edit: a plan inside the text, or a refusal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sotto_text::{Commands, EditPlan, FieldText, Keys, Language, Ledger, MarkedWord};

fuzz_target!(|input: (u32, u32, bool, String, String, String)| {
    let (cursor, anchor, has_keys, committed, text, spoken) = input;
    let mut ledger = Ledger::default();
    for part in committed.split('\n') {
        ledger.committed(part);
    }
    let n_chars = text.chars().count();
    let within = |position: u32| if n_chars == 0 { 0 } else { position as usize % (n_chars + 2) };
    let field = FieldText { text: &text, cursor: within(cursor), anchor: within(anchor) };
    let keys = if has_keys { Keys::Available } else { Keys::Unavailable };
    let words: Vec<MarkedWord> = spoken.split_whitespace().take(16).map(MarkedWord::plain).collect();
    let Some(command) = Commands::new(Language::English).recognize(&words, Some(&text)) else { return };
    for field in [Some(field), None] {
        let Ok(plan) = ledger.plan_edit(&command, field, keys) else { continue };
        if let (EditPlan::Replace { offset, n_chars: n_deleted, .. }, Some(field)) = (&plan, field) {
            let from = field.cursor.checked_add_signed(*offset).expect("the plan begins inside the text");
            assert!(from + n_deleted <= n_chars, "the plan ends inside the text");
        }
        ledger.edited(&command, &plan, field);
    }
});
