//! Tables of the user, and spoken edits of what stands in a field.

use std::sync::LazyLock;

use sotto_text::{
    Commands, EditPlan, FieldText, Keys, Kinds, Language, Ledger, MarkedWord, Place, Profiles,
    SnippetValues, TextShaper, names_around,
};

/// Without shipped tables, which would take most of the time to read.
const LANGUAGE: Language = Language::Other;

/// Read once: reading them takes longer than an edit.
static COMMANDS: LazyLock<Commands> = LazyLock::new(|| Commands::new(Language::English));

/// Any text is a user's table with some broken rows; what is left shapes any words, those after a zero.
///
/// # Panics
///
/// Where that does not hold.
pub fn tables(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (table, spoken) = text.split_once('\0').unwrap_or((&text, &text));
    let n_lines = table.lines().count();
    let mut shaper = TextShaper::new(LANGUAGE, Kinds::default());
    let mut problems = shaper.extend_spoken("spoken.tsv", table);
    problems.extend(shaper.extend_replacements("replacements.tsv", table));
    problems.extend(Profiles::default().extend("profiles.tsv", table));
    assert!(
        problems
            .iter()
            .all(|problem| (1..=n_lines.max(1)).contains(&problem.line))
    );
    let _ = names_around(table, LANGUAGE);
    let words: Vec<MarkedWord> = spoken
        .split_whitespace()
        .take(64)
        .map(MarkedWord::plain)
        .collect();
    let place = Place::prose(Some(table), Some(spoken));
    let _ = shaper.shape(&words, &place, &SnippetValues::default());
}

/// Any surrounding text, true or not, and any spoken edit: a plan inside the text, or a refusal.
///
/// Cursor, anchor and whether there are keys are the first three bytes; what was committed, the text of
/// the field and what is spoken follow, zeros between them.
///
/// # Panics
///
/// Where that does not hold.
pub fn edits(bytes: &[u8]) {
    let &[cursor, anchor, has_keys, ref rest @ ..] = bytes else {
        return;
    };
    let rest = String::from_utf8_lossy(rest);
    let mut parts = rest.splitn(3, '\0');
    let (Some(committed), Some(text), Some(spoken)) = (parts.next(), parts.next(), parts.next())
    else {
        return;
    };
    let mut ledger = Ledger::default();
    for part in committed.split('\n') {
        ledger.committed(part);
    }
    let n_chars = text.chars().count();
    // One beyond the end, too.
    let within = |position: u8| usize::from(position) % (n_chars + 2);
    let field = FieldText {
        text,
        cursor: within(cursor),
        anchor: within(anchor),
    };
    let keys = if has_keys % 2 == 1 {
        Keys::Available
    } else {
        Keys::Unavailable
    };
    let words: Vec<MarkedWord> = spoken
        .split_whitespace()
        .take(16)
        .map(MarkedWord::plain)
        .collect();
    let Some(command) = COMMANDS.recognize(&words, Some(text)) else {
        return;
    };
    for field in [Some(field), None] {
        let Ok(plan) = ledger.plan_edit(&command, field, keys) else {
            continue;
        };
        if let (
            EditPlan::Replace {
                offset,
                n_chars: n_deleted,
                ..
            },
            Some(field),
        ) = (&plan, field)
        {
            let from = field
                .cursor
                .checked_add_signed(*offset)
                .expect("the plan begins inside the text");
            assert!(from + n_deleted <= n_chars, "the plan ends inside the text");
        }
        ledger.edited(&command, &plan, field);
    }
}
