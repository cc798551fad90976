//! `sotto languages` and `sotto language`: what can be spoken, and which of it is.

use std::io::{self, Write as _};

use anyhow::bail;
use sotto_models::{Manifest, SearchPath};
use sotto_text::Language;

use crate::daemon::{Config, Files, set_model};

/// A model and the primary tag of its language.
fn spoken() -> Vec<(String, Manifest)> {
    let primary = |tag: &str| {
        tag.split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_lowercase()
    };
    SearchPath::from_environment()
        .installed()
        .map(|(_, manifest)| (primary(&manifest.language), manifest))
        .collect()
}

/// The model to speak a language with: the first one installed.
pub(crate) fn model_for(language: Language) -> Option<String> {
    spoken()
        .into_iter()
        .find(|(tag, _)| Language::from_tag(tag) == language)
        .map(|(_, manifest)| manifest.id)
}

/// Prints the language, whether it has rules for text, and the model of each one installed.
///
/// # Errors
///
/// If the list cannot be written.
pub(crate) fn list() -> anyhow::Result<bool> {
    let files = Files::from_environment()?;
    let in_use = Config::read(&files.config)?.model.id;
    let mut out = io::stdout().lock();
    for (tag, manifest) in spoken() {
        let rules = match Language::from_tag(&tag) {
            // TRANSLATORS: what is done to the text of a language.
            Language::Other => tr::tr!("marks and spaces only"),
            _ => tr::tr!("all text rules"),
        };
        let mark = if manifest.id == in_use { "*" } else { " " };
        writeln!(out, "{mark} {tag}\t{}\t{rules}", manifest.id)?;
    }
    Ok(true)
}

/// Chooses the first installed model of a language in the settings; a running daemon follows.
///
/// # Errors
///
/// If there is none, or the settings cannot be written.
pub(crate) fn switch(code: &str) -> anyhow::Result<bool> {
    let wanted = code.to_lowercase();
    let Some((_, manifest)) = spoken().into_iter().find(|(tag, _)| *tag == wanted) else {
        let mut known: Vec<String> = spoken().into_iter().map(|(tag, _)| tag).collect();
        known.dedup();
        bail!(tr::tr!(
            "no model for \"{}\" is installed: there are models for {}",
            code,
            known.join(", ")
        ));
    };
    set_model(&Files::from_environment()?.config, &manifest.id)?;
    Ok(true)
}
