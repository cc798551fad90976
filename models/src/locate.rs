//! Finds a model by directory or by id.
//!
//! Order: a path that is a directory; the user's data directory; the system's data directories;
//! the Flatpak's; and, when run from a source tree, `models/starter/` in it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{MANIFEST_FILE, Manifest, ModelError};

/// The directories that hold model directories, in the order in which they are searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPath {
    dirs: Vec<PathBuf>,
}

impl SearchPath {
    /// Searches these directories, first one first.
    #[must_use]
    pub const fn new(dirs: Vec<PathBuf>) -> Self {
        Self { dirs }
    }

    /// The directories of this user and this system.
    #[must_use]
    pub fn from_environment() -> Self {
        let mut dirs = Vec::new();
        if let Some(project) = directories::ProjectDirs::from("", "", "sotto") {
            dirs.push(project.data_dir().join("models"));
        }
        let system = env::var_os("XDG_DATA_DIRS").filter(|value| !value.is_empty());
        let system = system.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
        for dir in env::split_paths(&system).chain(["/usr/share".into(), "/app/share".into()]) {
            let dir = dir.join("sotto").join("models");
            if dir.is_absolute() && !dirs.contains(&dir) {
                dirs.push(dir);
            }
        }
        if let Some(dir) = source_tree() {
            dirs.push(dir);
        }
        Self { dirs }
    }

    /// The directory of a model: `wanted` is a directory, or the id of an installed model.
    ///
    /// # Errors
    /// If there is neither; the error lists where was searched.
    pub fn find(&self, wanted: &str) -> Result<PathBuf, ModelError> {
        let as_path = Path::new(wanted);
        if as_path.is_dir() {
            return Ok(as_path.to_owned());
        }
        if as_path.exists() {
            return Err(ModelError::NotAModel(as_path.to_owned()));
        }
        let named = (as_path.components().count() == 1 && !wanted.starts_with('.'))
            .then(|| {
                self.dirs
                    .iter()
                    .map(|dir| dir.join(wanted))
                    .find(|dir| dir.is_dir())
            })
            .flatten();
        named
            .or_else(|| {
                self.installed()
                    .find(|(_, manifest)| manifest.id == wanted)
                    .map(|(dir, _)| dir)
            })
            .ok_or_else(|| ModelError::NotFound {
                wanted: wanted.to_owned(),
                searched: self.dirs.clone(),
            })
    }

    /// Every model with a readable manifest, in search order; its files are not checked.
    pub fn installed(&self) -> impl Iterator<Item = (PathBuf, Manifest)> + '_ {
        self.dirs.iter().flat_map(|dir| {
            let mut model_dirs: Vec<_> = fs::read_dir(dir)
                .into_iter()
                .flatten()
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| !is_hidden(path) && path.join(MANIFEST_FILE).is_file())
                .collect();
            model_dirs.sort();
            model_dirs
                .into_iter()
                .filter_map(|path| Some((path.clone(), Manifest::read(&path).ok()?)))
        })
    }
}

/// Downloads and other unfinished work.
fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// `models/starter` of the source tree that the program was built in and still lies in.
fn source_tree() -> Option<PathBuf> {
    let starter_in = |root: &Path| Some(root.join("models/starter")).filter(|dir| dir.is_dir());
    let executable = env::current_exe().ok()?;
    let near = executable.ancestors().skip(1).find_map(starter_in);
    if cfg!(debug_assertions) {
        near.or_else(|| starter_in(Path::new(env!("CARGO_MANIFEST_DIR")).parent()?))
    } else {
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(root: &Path, dir_name: &str, id: &str) {
        let dir = root.join(dir_name);
        fs::create_dir_all(&dir).unwrap();
        let hash = "0".repeat(64);
        let file = |role, path| {
            format!(
                "[[files]]\nrole = \"{role}\"\npath = \"{path}\"\nsize = 1\nsha256 = \"{hash}\"\n"
            )
        };
        let text = format!(
            "format = 1\nid = \"{id}\"\nname = \"n\"\nlanguage = \"en\"\nlicense = \"MIT\"\n{}{}",
            file("ctc", "model.onnx"),
            file("tokens", "tokens.txt"),
        );
        fs::write(dir.join(MANIFEST_FILE), text).unwrap();
    }

    #[test]
    fn a_model_is_found_by_directory_by_name_and_by_id() {
        let root = tempfile::tempdir().unwrap();
        let user = root.path().join("user");
        let system = root.path().join("system");
        install(&user, "en", "starter-en");
        install(&system, "starter-en", "starter-en");
        install(&system, "fr", "starter-fr");
        fs::create_dir_all(system.join("broken")).unwrap();
        fs::write(system.join("broken").join(MANIFEST_FILE), "format = ").unwrap();
        let path = SearchPath::new(vec![root.path().join("none"), user.clone(), system.clone()]);

        let given = user.join("en");
        assert_eq!(path.find(given.to_str().unwrap()).unwrap(), given);
        assert_eq!(path.find("starter-en").unwrap(), system.join("starter-en"));
        assert_eq!(path.find("starter-fr").unwrap(), system.join("fr"));
        assert_eq!(path.find("broken").unwrap(), system.join("broken"));
        assert_eq!(path.installed().count(), 3);

        let message = path.find("starter-de").unwrap_err().to_string();
        assert!(message.contains("no model \"starter-de\""), "{message}");
        assert!(message.contains("system"), "{message}");
        path.find("../system/fr").unwrap_err();
    }
}
