//! Rules about the repository itself: what must hold is a test.

mod dependencies;
mod files;
mod manifests;
