//! Private dictation for the Linux desktop.

fn main() {}
