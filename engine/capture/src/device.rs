//! Sound systems and their microphones: list, select, fall back.

use std::fmt;
use std::str::FromStr;

use cpal::traits::{DeviceTrait as _, HostTrait as _};

use crate::cookie::CookiePlaces;
use crate::error::{CaptureError, CaptureErrorKind};

/// A sound system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostName {
    /// PipeWire, natively; only in builds with the feature `pipewire`.
    PipeWire,
    /// PulseAudio, or PipeWire's stand-in for it.
    PulseAudio,
    /// ALSA; its device `default` is often a way to one of the others.
    Alsa,
}

impl HostName {
    /// All, the likeliest to serve best first.
    pub const ALL: [Self; 3] = [Self::PipeWire, Self::PulseAudio, Self::Alsa];

    /// Name as in settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PipeWire => "pipewire",
            Self::PulseAudio => "pulseaudio",
            Self::Alsa => "alsa",
        }
    }

    fn of(id: cpal::HostId) -> Option<Self> {
        id.name().parse().ok()
    }

    fn id(self) -> Option<cpal::HostId> {
        cpal::ALL_HOSTS
            .iter()
            .copied()
            .find(|id| Self::of(*id) == Some(self))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for HostName {
    type Err = CaptureError;

    fn from_str(name: &str) -> Result<Self, CaptureError> {
        let found = Self::ALL
            .into_iter()
            .find(|host| host.as_str().eq_ignore_ascii_case(name));
        found.ok_or_else(|| CaptureError::new(CaptureErrorKind::BadName, name))
    }
}

/// Which sound system to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HostChoice {
    /// The first of [`HostName::ALL`] that works.
    #[default]
    Automatic,
    /// This one and no other.
    Only(HostName),
}

/// Which microphone to use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The one that the user's desktop has as its default, also when that changes.
    #[default]
    Default,
    /// The one with this [`DeviceEntry::id`].
    Id(String),
}

/// A microphone in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceEntry {
    /// Name for settings: the sound system, a colon, the system's own name of the device.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The sound system.
    pub host: HostName,
    /// Whether it is the default of its sound system.
    pub is_default: bool,
}

/// The microphones of the chosen sound system; automatically that of the first that has any.
///
/// # Errors
///
/// [`CaptureErrorKind::NoSoundSystem`] where none answers, [`CaptureErrorKind::NoDevice`] where none has a microphone.
pub fn list_devices(choice: HostChoice) -> Result<Vec<DeviceEntry>, CaptureError> {
    first_success(choice, |host, name| {
        let default = host
            .default_input_device()
            .and_then(|device| device.id().ok());
        let devices = host
            .input_devices()
            .map_err(|error| CaptureError::from_cpal(name.as_str(), error))?;
        let entries: Vec<_> = devices
            // ALSA lists devices that cannot be opened.
            .filter(|device| device.default_input_config().is_ok())
            .filter_map(|device| {
                let id = device.id().ok()?;
                let is_default = default.as_ref() == Some(&id);
                Some(DeviceEntry {
                    id: id.to_string(),
                    name: device.to_string(),
                    host: name,
                    is_default,
                })
            })
            .collect();
        if entries.is_empty() {
            Err(CaptureError::new(CaptureErrorKind::NoDevice, name.as_str()))
        } else {
            Ok(entries)
        }
    })
}

/// Gives the chosen device of the chosen sound system to `open`; automatically each system in turn until one succeeds.
pub(crate) fn with_device<T>(
    host: HostChoice,
    device: &DeviceChoice,
    open: impl Fn(&cpal::Device, String) -> Result<T, CaptureError>,
) -> Result<T, CaptureError> {
    match device {
        DeviceChoice::Default => first_success(host, |host, name| {
            let device = host.default_input_device();
            let device = device
                .ok_or_else(|| CaptureError::new(CaptureErrorKind::NoDevice, name.as_str()))?;
            open(&device, format!("{name}:default"))
        }),
        DeviceChoice::Id(id) => {
            let parsed: cpal::DeviceId = id
                .parse()
                .map_err(|_| CaptureError::new(CaptureErrorKind::BadName, id.as_str()))?;
            let name = HostName::of(parsed.host());
            let name =
                name.ok_or_else(|| CaptureError::new(CaptureErrorKind::BadName, id.as_str()))?;
            let gone = || CaptureError::new(CaptureErrorKind::DeviceGone, id.as_str());
            let device = host_by_name(name)?.device_by_id(&parsed).ok_or_else(gone)?;
            open(&device, id.clone())
        }
    }
}

/// Gives the desktop's loudspeaker to `open`, of each sound system in turn until one succeeds.
pub(crate) fn with_loudspeaker<T>(
    open: impl Fn(&cpal::Device, String) -> Result<T, CaptureError>,
) -> Result<T, CaptureError> {
    first_success(HostChoice::Automatic, |host, name| {
        let device = host.default_output_device();
        let device =
            device.ok_or_else(|| CaptureError::new(CaptureErrorKind::NoDevice, name.as_str()))?;
        open(&device, format!("{name}:default"))
    })
}

/// Tries sound systems in order; of several failures the first that is not merely about an absent system is told.
fn first_success<T>(
    choice: HostChoice,
    attempt: impl Fn(&cpal::Host, HostName) -> Result<T, CaptureError>,
) -> Result<T, CaptureError> {
    let names = match choice {
        HostChoice::Automatic => HostName::ALL.to_vec(),
        HostChoice::Only(name) => vec![name],
    };
    let mut told: Option<CaptureError> = None;
    for name in names {
        match host_by_name(name).and_then(|host| attempt(&host, name)) {
            Ok(success) => return Ok(success),
            Err(error) => {
                let absent = |error: &CaptureError| error.kind() == CaptureErrorKind::NoSoundSystem;
                if told
                    .as_ref()
                    .is_none_or(|told| absent(told) && !absent(&error))
                {
                    told = Some(error);
                }
            }
        }
    }
    Err(told
        .unwrap_or_else(|| CaptureError::new(CaptureErrorKind::NoSoundSystem, "the sound system")))
}

fn host_by_name(name: HostName) -> Result<cpal::Host, CaptureError> {
    let absent = || CaptureError::new(CaptureErrorKind::NoSoundSystem, name.as_str());
    let id = name.id().ok_or_else(absent)?;
    if name == HostName::PulseAudio && CookiePlaces::of_process().ensure().is_err() {
        return Err(absent());
    }
    cpal::host_from_id(id).map_err(|error| CaptureError::from_cpal(name.as_str(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts_go_both_ways() {
        for host in HostName::ALL {
            assert_eq!(host.to_string().parse::<HostName>().unwrap(), host);
        }
        assert_eq!("ALSA".parse::<HostName>().unwrap(), HostName::Alsa);
        assert_eq!(
            "oss".parse::<HostName>().unwrap_err().kind(),
            CaptureErrorKind::BadName
        );
        for host in [HostName::PulseAudio, HostName::Alsa] {
            assert!(host.id().is_some(), "{host} is built in");
        }
    }

    #[test]
    fn names_that_are_none_are_refused() {
        for id in ["", "nonsense", "nohost:default"] {
            let choice = DeviceChoice::Id(id.to_owned());
            let error = with_device(HostChoice::Automatic, &choice, |_, _| Ok(())).unwrap_err();
            assert_eq!(error.kind(), CaptureErrorKind::BadName, "{id:?}");
            assert!(!error.is_transient());
        }
    }
}
