//! Written text from recognised words: marks, case, numbers, spoken commands, fit to the caret.
//!
//! Pure functions over strings and data tables: no audio, no model, no I/O.
