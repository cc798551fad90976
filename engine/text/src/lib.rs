//! Written text from recognized words: marks, case, numbers, spoken commands, fit to the caret.
//!
//! Pure functions over strings and data tables: no audio, no model, no I/O.
//! Shipped tables are embedded; the user's own are passed in as strings, and a broken row is
//! reported with its line number while the rest is used.

mod caret;
mod command;
mod correction;
mod itn;
mod language;
mod ledger;
mod piece;
mod pipeline;
mod profile;
mod replacement;
mod rules;
mod sentence;
mod spoken;
mod table;
mod word;

pub use caret::{CaretFit, Ending, Place, Surroundings};
pub use command::{COMMAND_PAUSE_MS, Command, Commands, Target};
pub use correction::{Homophones, Hypotheses, KnownWord, MAX_ALTERNATIVES, alternatives};
pub use itn::{Itn, Kind, Kinds};
pub use language::Language;
pub use ledger::{EditPlan, FieldText, Keys, Ledger, Refused};
pub use pipeline::TextShaper;
pub use profile::{AutomaticMarks, CapitalPolicy, FieldPurpose, FinalPeriod, Profile, Profiles};
pub use replacement::{Hotword, Replacements, SnippetValues, SnippetVariables, names_around};
pub use rules::{Switch, TextChoices, TextRules, UserTable, UserTables};
pub use sentence::SentenceSplitter;
pub use spoken::SpokenForms;
pub use table::{TableFault, TableProblem};
pub use word::{Case, Mark, MarkedWord};
