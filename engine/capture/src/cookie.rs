//! The PulseAudio cookie: 256 bytes by which a client shows that it belongs to the user.
//!
//! PulseAudio's own library makes the file where there is none; the client used here fails instead, so it is made here
//! in the same place. Fresh homes and Flatpaks have none.
//!
//! Source: <https://www.freedesktop.org/wiki/Software/PulseAudio/Documentation/User/Community/>.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

const COOKIE_BYTES: usize = 256;

/// Where a cookie may be.
pub(crate) struct CookiePlaces {
    /// Where the client looks: the first that exists counts.
    pub(crate) looked_at: Vec<PathBuf>,
    /// Where PulseAudio's library looks, should the configuration folder be elsewhere.
    pub(crate) config: Option<PathBuf>,
    /// Where one is made.
    pub(crate) made_at: Option<PathBuf>,
}

impl CookiePlaces {
    pub(crate) fn of_process() -> Self {
        let path = |name| {
            env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let named = path("PULSE_COOKIE");
        let within_home = |name| Some(path("HOME")?.join(name));
        let made_at = within_home(".config/pulse/cookie");
        let looked_at = [named.clone(), made_at.clone(), within_home(".pulse-cookie")];
        Self {
            looked_at: looked_at.into_iter().flatten().collect(),
            config: path("XDG_CONFIG_HOME").map(|config| config.join("pulse").join("cookie")),
            made_at: named.or(made_at),
        }
    }

    /// Makes a cookie where there is none: the user's own from another folder, else a new one.
    pub(crate) fn ensure(&self) -> io::Result<()> {
        if let Some(found) = self.looked_at.iter().find(|place| place.exists()) {
            return if is_cookie(found) {
                Ok(())
            } else {
                Err(io::Error::other("not a cookie"))
            };
        }
        let place = self.made_at.as_ref();
        let place =
            place.ok_or_else(|| io::Error::other("neither PULSE_COOKIE nor HOME is set"))?;
        let cookie = match &self.config {
            Some(config) if is_cookie(config) => fs::read(config)?,
            _ => new_cookie()?,
        };
        write_cookie(place, &cookie)
    }
}

fn is_cookie(place: &Path) -> bool {
    fs::metadata(place).is_ok_and(|found| found.is_file() && found.len() >= COOKIE_BYTES as u64)
}

fn new_cookie() -> io::Result<Vec<u8>> {
    let mut cookie = vec![0; COOKIE_BYTES];
    fs::File::open("/dev/urandom")?.read_exact(&mut cookie)?;
    Ok(cookie)
}

fn write_cookie(place: &Path, cookie: &[u8]) -> io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(place)?
        .write_all(cookie)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_cookie_is_made_once_and_only_where_none_is() {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join(".config/pulse/cookie");
        let old = folder.path().join(".pulse-cookie");
        let config = folder.path().join("elsewhere");
        let places = CookiePlaces {
            looked_at: vec![made.clone(), old.clone()],
            config: Some(config.clone()),
            made_at: Some(made.clone()),
        };
        places.ensure().unwrap();
        let first = fs::read(&made).unwrap();
        assert_eq!(first.len(), COOKIE_BYTES);
        assert_eq!(
            fs::metadata(&made).unwrap().permissions().mode() & 0o777,
            0o600
        );
        places.ensure().unwrap();
        assert_eq!(fs::read(&made).unwrap(), first);

        fs::remove_file(&made).unwrap();
        fs::write(&config, [7; COOKIE_BYTES]).unwrap();
        places.ensure().unwrap();
        assert_eq!(fs::read(&made).unwrap(), [7; COOKIE_BYTES]);

        fs::remove_file(&made).unwrap();
        fs::write(&old, [8; COOKIE_BYTES]).unwrap();
        places.ensure().unwrap();
        assert!(!made.exists());

        fs::write(&old, "short").unwrap();
        assert!(places.ensure().is_err());
        let nowhere = CookiePlaces {
            looked_at: vec![],
            config: None,
            made_at: None,
        };
        assert!(nowhere.ensure().is_err());
    }
}
