//! What anyone may hand to the program, read without its surroundings: the entry points of fuzzing.

use std::{io::Cursor, path::Path};

use crate::{
    audio_file::{AudioFile, Name},
    daemon::{config::Config, config_edit},
};

/// Decodes an audio file that is in memory: how many samples a second, and how many in all.
///
/// # Errors
///
/// A sentence, if there is no sound in it.
pub fn decode(file: Vec<u8>) -> Result<(u32, u64), String> {
    let name = Name::of(Path::new("sound"));
    let mut file = AudioFile::from_source(Box::new(Cursor::new(file)), None, name)
        .map_err(|error| error.to_string())?;
    let (mut block, mut n_samples) = (Vec::new(), 0);
    while file.next_block(&mut block) {
        n_samples += block.len() as u64;
    }
    Ok((file.sample_rate_hz(), n_samples))
}

/// Reads the text of the settings.
///
/// # Errors
///
/// A sentence that names a line, if they cannot be used.
pub fn check_settings(text: &str) -> Result<(), String> {
    let config = Config::parse(text, "config.toml").map_err(|error| error.to_string())?;
    let _ = config.session();
    Ok(())
}

/// The text of the settings with another model in it.
///
/// # Errors
///
/// A sentence, if the text cannot be edited.
pub fn with_model(text: &str, id: &str) -> Result<String, String> {
    config_edit::edit(text, "model.id", Some(&id.into()), "config.toml")
        .map_err(|error| error.to_string())
}
