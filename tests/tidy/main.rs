//! Rules about the repository itself: what must hold is a test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod dependencies;
mod files;
mod manifests;
