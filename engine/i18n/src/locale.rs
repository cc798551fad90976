//! Which language the person reads, and where its catalogue lies.
//!
//! `LC_ALL`, `LC_MESSAGES` and `LANG` name one locale, `LANGUAGE` a list of languages, as gettext has it
//! (<https://www.gnu.org/software/gettext/manual/html_node/Locale-Environment-Variables.html>).

use std::{
    env,
    path::{Path, PathBuf},
};

use directories::BaseDirs;

use crate::{DOMAIN, catalogue::Catalogue};

/// Readers of the first are served best by the second, where the first is missing.
const KIN: [(&str, &str); 5] = [
    ("pt", "pt_BR"),
    ("pt_PT", "pt_BR"),
    ("zh", "zh_CN"),
    ("zh_SG", "zh_CN"),
    ("zh_MY", "zh_CN"),
];

/// Folder names of the catalogues that suit a locale, best first: `de_AT.UTF-8@euro` gives
/// `de_AT@euro`, `de_AT`, `de@euro`, `de`.
pub fn candidates(locale: &str) -> Vec<String> {
    let (base, modifier) = match locale.split_once('@') {
        Some((base, modifier)) => (base, Some(modifier)),
        None => (locale, None),
    };
    let base = base.split('.').next().unwrap_or(base);
    let language = base.split('_').next().unwrap_or(base);
    let mut names = Vec::new();
    let mut add = |name: String| {
        let is_plain = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '@'));
        if is_plain && !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    };
    for part in [base, language] {
        if let Some(modifier) = modifier {
            add(format!("{part}@{modifier}"));
        }
        add(part.to_owned());
    }
    for (reader, kin) in KIN {
        if reader == base {
            add(kin.to_owned());
        }
    }
    names
}

/// What decides on the catalogue: the wanted locales, and folders in the form of
/// `/usr/share/locale`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Locales, best first.
    pub locales: Vec<String>,
    /// Folders, the first one first.
    pub folders: Vec<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        let variable = |name: &str| env::var(name).ok();
        let data_dirs = variable("XDG_DATA_DIRS").filter(|dirs| !dirs.is_empty());
        Self {
            locales: locales(variable),
            folders: folders(
                BaseDirs::new().as_ref().map(BaseDirs::data_dir),
                env::current_exe().ok().as_deref(),
                data_dirs
                    .as_deref()
                    .unwrap_or("/usr/local/share:/usr/share"),
            ),
        }
    }

    /// The first catalogue that is there and whole; English, if none is or English is wanted.
    pub fn catalogue(&self) -> Catalogue {
        for locale in &self.locales {
            for name in candidates(locale) {
                for folder in &self.folders {
                    let file = folder
                        .join(&name)
                        .join("LC_MESSAGES")
                        .join(DOMAIN)
                        .with_extension("mo");
                    if let Ok(catalogue) = Catalogue::read(&file) {
                        return catalogue;
                    }
                }
            }
            if is_english(locale) {
                break;
            }
        }
        Catalogue::english()
    }
}

fn is_english(locale: &str) -> bool {
    locale
        .split(['_', '.', '@', '-'])
        .next()
        .is_some_and(|language| language.eq_ignore_ascii_case("en"))
}

/// The wanted locales. `C` and `POSIX` want English, whatever `LANGUAGE` says.
fn locales(variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(set)
        .unwrap_or_default();
    let base = locale.split('.').next().unwrap_or_default();
    if matches!(base, "" | "C" | "POSIX") {
        return Vec::new();
    }
    let languages = set("LANGUAGE").unwrap_or_default();
    languages
        .split(':')
        .filter(|language| !language.is_empty())
        .map(str::to_owned)
        .chain([locale.clone()])
        .collect()
}

/// Where catalogues may lie: the person's own, those installed with the program, those beside its
/// build, those of the system.
fn folders(data_home: Option<&Path>, program: Option<&Path>, data_dirs: &str) -> Vec<PathBuf> {
    let prefix = program.and_then(Path::parent).and_then(Path::parent);
    let installed = prefix.map(|prefix| prefix.join("share/locale"));
    let built = prefix.map(|prefix| prefix.join("locale"));
    let system = data_dirs
        .split(':')
        .filter(|dir| dir.starts_with('/'))
        .map(|dir| Path::new(dir).join("locale"));
    let mut folders: Vec<_> = data_home
        .map(|home| home.join("locale"))
        .into_iter()
        .chain(installed)
        .chain(built)
        .collect();
    folders.extend(system);
    folders
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::catalogue::tests::compiled;

    #[track_caller]
    fn check_candidates(locale: &str, expected: &[&str]) {
        assert_eq!(candidates(locale), expected, "{locale}");
    }

    #[test]
    fn locales_name_catalogues() {
        check_candidates(
            "de_AT.UTF-8@euro",
            &["de_AT@euro", "de_AT", "de@euro", "de"],
        );
        check_candidates("pt_PT.UTF-8", &["pt_PT", "pt", "pt_BR"]);
        check_candidates("zh_TW", &["zh_TW", "zh"]);
        check_candidates("zh_SG.utf8", &["zh_SG", "zh", "zh_CN"]);
        check_candidates("../../etc", &[]);
        check_candidates("", &[]);
    }

    #[track_caller]
    fn check_locales(variables: &[(&str, &str)], expected: &[&str]) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(locales(variable), expected, "{variables:?}");
    }

    #[test]
    fn variables_outrank_each_other() {
        check_locales(&[], &[]);
        check_locales(&[("LANG", "de_DE.UTF-8")], &["de_DE.UTF-8"]);
        check_locales(&[("LANG", "de_DE"), ("LC_MESSAGES", "fr_FR")], &["fr_FR"]);
        check_locales(&[("LC_MESSAGES", "fr_FR"), ("LC_ALL", "pl_PL")], &["pl_PL"]);
        check_locales(&[("LC_ALL", ""), ("LANG", "pl_PL")], &["pl_PL"]);
        check_locales(
            &[("LANG", "de_DE"), ("LANGUAGE", "nl::fr")],
            &["nl", "fr", "de_DE"],
        );
        check_locales(&[("LANG", "C.UTF-8"), ("LANGUAGE", "de")], &[]);
        check_locales(&[("LANGUAGE", "de")], &[]);
    }

    #[test]
    fn folders_in_their_order() {
        let dirs = folders(
            Some(Path::new("/home/a/.local/share")),
            Some(Path::new("/opt/sotto/bin/sotto")),
            "/usr/share:relative:",
        );
        let expected = [
            "/home/a/.local/share/locale",
            "/opt/sotto/share/locale",
            "/opt/sotto/locale",
            "/usr/share/locale",
        ];
        assert_eq!(dirs, expected.map(PathBuf::from));
    }

    #[test]
    fn the_best_catalogue_is_taken_and_a_damaged_one_passed_over() {
        let root = tempfile::tempdir().unwrap();
        let write = |folder: &str, language: &str, bytes: &[u8]| {
            let dir = root.path().join(folder).join(language).join("LC_MESSAGES");
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join("sotto.mo"), bytes).unwrap();
        };
        for language in ["de", "pl", "pt_BR", "en_XA"] {
            let header = format!("Language: {language}\n");
            write("b", language, &compiled(&[("", &header)], u32::to_le_bytes));
        }
        write("a", "de", b"damaged");
        let chosen = |locales: &[&str]| {
            let surroundings = Surroundings {
                locales: locales.iter().map(ToString::to_string).collect(),
                folders: ["a", "none", "b"]
                    .map(|name| root.path().join(name))
                    .to_vec(),
            };
            surroundings.catalogue().language().to_owned()
        };
        assert_eq!(chosen(&["de_CH.UTF-8"]), "de");
        assert_eq!(chosen(&["pt_PT.UTF-8"]), "pt_BR");
        assert_eq!(chosen(&["sv_SE", "pl_PL"]), "pl");
        assert_eq!(chosen(&["en_GB", "de"]), "en");
        assert_eq!(chosen(&["en_XA"]), "en_XA");
        assert_eq!(chosen(&["sv"]), "en");
        assert_eq!(chosen(&[]), "en");
    }
}
