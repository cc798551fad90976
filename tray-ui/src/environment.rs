//! The variables that make applications use IBus, for the next session.
//!
//! Source: environment.d(5) of systemd, which the sessions of all larger desktops read.

use std::{fs, io};

use crate::files::{Folders, write_private};

const FILE: &str = "90-sotto-input-method.conf";
const VARIABLES: &str = "# Applications use IBus, through which Sotto writes.\nGTK_IM_MODULE=ibus\nQT_IM_MODULE=ibus\nXMODIFIERS=@im=ibus\n";

/// Sets them from the next login on; a file of the user's with other values is left alone.
///
/// # Errors
///
/// If the file cannot be written.
pub(crate) fn write(folders: &Folders) -> io::Result<()> {
    let folder = folders.config_home.join("environment.d");
    fs::create_dir_all(&folder)?;
    write_private(&folder.join(FILE), VARIABLES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::folders_in;

    #[test]
    fn the_file_sets_three_variables() {
        let root = tempfile::tempdir().unwrap();
        let folders = folders_in(root.path());
        write(&folders).unwrap();
        write(&folders).unwrap();
        let text =
            fs::read_to_string(folders.config_home.join("environment.d").join(FILE)).unwrap();
        assert_eq!(text.lines().filter(|line| line.contains("ibus")).count(), 3);
    }
}
