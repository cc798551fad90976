//! Whether Sotto starts with the session: a file in the user's autostart folder.
//!
//! Source: the Desktop Application Autostart Specification of freedesktop.org.

use std::{env, fs, io, path::PathBuf};

use crate::files::{Folders, write_private};

/// The same name as the package's entry for menus, so that desktops know them to be one.
const FILE: &str = "io.github.sotto.Sotto.Tray.desktop";

fn path(folders: &Folders) -> PathBuf {
    folders.config_home.join("autostart").join(FILE)
}

/// Whether it starts with the session.
pub(crate) fn is_on(folders: &Folders) -> bool {
    fs::read_to_string(path(folders)).is_ok_and(|text| {
        !text.lines().any(|line| {
            matches!(
                line.trim(),
                "Hidden=true" | "X-GNOME-Autostart-enabled=false"
            )
        })
    })
}

/// Makes it start with the session, or not.
///
/// # Errors
///
/// If the file cannot be written or deleted.
pub(crate) fn set(folders: &Folders, on: bool) -> io::Result<()> {
    if on {
        let program = env::current_exe()?;
        write_private(&path(folders), &entry(&program.to_string_lossy()))
    } else {
        match fs::remove_file(path(folders)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn entry(program: &str) -> String {
    // Within quotes, these four need a backslash; in a desktop file that is itself written twice.
    let quoted: String = program
        .chars()
        .flat_map(|c| match c {
            '"' | '`' | '$' => vec!['\\', '\\', c],
            '\\' => vec!['\\', '\\', '\\', '\\'],
            '%' => vec!['%', '%'],
            c => vec![c],
        })
        .collect();
    format!(
        "[Desktop Entry]\nType=Application\nName=Sotto\nExec=\"{quoted}\" --background\nIcon=io.github.sotto.Sotto\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::folders_in;

    #[test]
    fn the_switch_writes_and_deletes_the_file() {
        let root = tempfile::tempdir().unwrap();
        let folders = folders_in(root.path());
        assert!(!is_on(&folders));
        set(&folders, false).unwrap();
        set(&folders, true).unwrap();
        assert!(is_on(&folders));
        let text = fs::read_to_string(path(&folders)).unwrap();
        assert!(text.contains(" --background\n"), "{text}");
        fs::write(path(&folders), format!("{text}Hidden=true\n")).unwrap();
        assert!(!is_on(&folders));
        set(&folders, false).unwrap();
        assert!(!path(&folders).exists());
    }

    #[test]
    fn a_path_with_unusual_signs_is_quoted() {
        let text = entry("/opt/a b/$x%\\sotto");
        assert!(
            text.contains("Exec=\"/opt/a b/\\\\$x%%\\\\\\\\sotto\" --background"),
            "{text}"
        );
    }
}
