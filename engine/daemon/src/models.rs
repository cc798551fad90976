//! `sotto models`: what is installed on this computer.

use std::io::{self, Write};

use sotto_models::SearchPath;

/// Prints id, language, license, name and directory of each model, tab-separated.
pub(crate) fn list() -> anyhow::Result<bool> {
    let mut out = io::stdout();
    for (dir, manifest) in SearchPath::from_environment().installed() {
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}",
            manifest.id,
            manifest.language,
            manifest.license,
            manifest.name,
            dir.display()
        )?;
    }
    Ok(true)
}
