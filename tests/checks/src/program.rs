//! Files that a person hands to the program.

use sotto_daemon::input;

/// Any bytes are an audio file, perhaps a damaged one, or an error of one line.
///
/// # Panics
///
/// Where that does not hold.
pub fn audio(bytes: &[u8]) {
    match input::decode(bytes.to_vec()) {
        Ok((sample_rate_hz, n_samples)) => assert!(sample_rate_hz > 0 && n_samples > 0),
        Err(problem) => assert!(!problem.contains('\n')),
    }
}

/// Any text is settings, or an error of one line that names the line; of settings, one can be changed,
/// and what comes out are settings again.
///
/// # Panics
///
/// Where that does not hold.
pub fn settings(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Err(problem) = input::check_settings(text) {
        assert!(problem.starts_with("config.toml, line ") && !problem.contains('\n'));
    } else if let Ok(edited) = input::with_model(text, "other") {
        assert_eq!(input::check_settings(&edited), Ok(()));
        assert_eq!(input::with_model(&edited, "other"), Ok(edited));
    }
}
