//! Rules about the repository itself: what must hold is a test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod dependencies;
mod files;
mod manifests;
mod translations;
