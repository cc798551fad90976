//! The doctor object: what works on this desktop, and what mends the rest.

use zbus::Type;

/// The interface of the doctor object.
pub const DOCTOR_INTERFACE: &str = "io.github.sotto.Doctor1";

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, Type)]
pub struct Finding {
    /// What was checked, as a stable name.
    pub check: String,
    /// `ok`, `problem`, or `optional` for what is not there and need not be.
    pub status: String,
    /// One sentence: what was found, and what to do about it.
    pub sentence: String,
    /// What [`DoctorProxy::mend`] or a page of the tray can do about it; empty for nothing.
    pub remedy: String,
}

/// Checks of this desktop: what a tray may ask for.
#[zbus::proxy(
    interface = "io.github.sotto.Doctor1",
    default_service = "io.github.sotto.Sotto",
    default_path = "/io/github/sotto/Sotto"
)]
pub trait Doctor {
    /// Makes every check; takes up to some seconds.
    fn examine(&self) -> Result<Vec<Finding>, DoctorError>;

    /// The findings and versions as text to copy, without names of users and folders.
    fn report(&self) -> Result<String, DoctorError>;

    /// Carries out a remedy that is the daemon's to carry out.
    fn mend(&self, remedy: &str) -> Result<(), DoctorError>;
}

/// Why a call was refused. The text of each is one sentence for the user.
#[derive(Debug, Clone, PartialEq, zbus::DBusError)]
#[zbus(prefix = "io.github.sotto.Error")]
pub enum DoctorError {
    /// The bus failed, or the daemon is not there.
    #[zbus(error)]
    ZBus(zbus::Error),
    /// There is no such remedy, or it failed.
    NotMended(String),
    /// The checks did not come to an end.
    NotReady(String),
}
