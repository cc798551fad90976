//! What a desktop needs for dictation, by what is known of it: the guides of the README as checks.

use tr::tr;

use crate::doctor::{
    Finding, SET_ENVIRONMENT,
    place::{Desktop, FlatpakApplications, Place, Session, Starter, Tray},
};

/// The first IBus that tells which application has focus.
const TELLS_OF_FOCUS: [u32; 3] = [1, 5, 27];

/// How text gets from IBus to applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Compositor,
    /// By the toolkits' own modules, which variables choose.
    Modules,
}

/// All advice that this place has need of.
pub(super) fn findings(place: &Place) -> Vec<Finding> {
    [
        ibus(place),
        desktop(place),
        Some(applications(place)),
        chromium(place),
        flatpak_applications(place),
        tray(place),
        start(place),
        installations(place),
        folders(place),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn way(place: &Place) -> Way {
    match (place.session, place.desktop) {
        (Session::Wayland, Desktop::Gnome) => Way::Compositor,
        (Session::Wayland, Desktop::Plasma) if place.has_ibus_wayland || place.is_sandboxed => {
            Way::Compositor
        }
        _ => Way::Modules,
    }
}

fn works(what: &'static str, sentence: String) -> Finding {
    Finding::needed(what, Ok(sentence))
}

fn problem(what: &'static str, sentence: String) -> Finding {
    Finding::needed(what, Err(sentence))
}

fn hint(what: &'static str, sentence: String) -> Finding {
    Finding::optional(what, Err(sentence))
}

fn ibus(place: &Place) -> Option<Finding> {
    let version = place.ibus_version?;
    let [major, minor, patch] = version;
    let text = format!("{major}.{minor}.{patch}");
    Some(if version < TELLS_OF_FOCUS {
        hint(
            "ibus",
            tr!(
                "IBus {} does not tell which application has focus, so text is not fitted to the application: install 1.5.27 or newer for that",
                text
            ),
        )
    } else {
        works("ibus", tr!("IBus {} tells all that is needed", text))
    })
}

fn desktop(place: &Place) -> Option<Finding> {
    let what = "desktop";
    match (place.session, place.desktop) {
        (Session::Wayland, Desktop::Gnome) if place.lists_engine => Some(works(
            what,
            tr!("GNOME needs nothing: Sotto may be among its input sources and need not be"),
        )),
        (Session::Wayland, Desktop::Gnome) => Some(works(
            what,
            tr!(
                "GNOME needs nothing: its settings do not list Sotto, because IBus lists only what a package installed"
            ),
        )),
        (Session::Wayland, Desktop::Plasma) if way(place) == Way::Compositor => {
            let chosen = place.virtual_keyboard.as_deref().unwrap_or_default();
            let advice = || {
                tr!(
                    "choose \"IBus Wayland\" in System Settings, Keyboard, Virtual Keyboard, and do not start ibus-daemon yourself"
                )
            };
            Some(if chosen.to_ascii_lowercase().contains("ibus") {
                works(what, tr!("Plasma's virtual keyboard is IBus"))
            } else if place.is_sandboxed {
                // From in there the choice cannot be seen.
                hint(what, advice())
            } else {
                problem(what, advice())
            })
        }
        (_, Desktop::Sway | Desktop::Hyprland) if place.has_bound_key => Some(works(
            what,
            tr!("a key is bound in the compositor's settings"),
        )),
        (_, Desktop::Sway | Desktop::Hyprland) if !place.is_sandboxed => Some(hint(
            what,
            tr!(
                "bind a key to \"sotto press\" and its release to \"sotto release\" in the compositor's settings"
            ),
        )),
        _ => None,
    }
}

/// Whether toolkits are told to use IBus, and can.
fn applications(place: &Place) -> Finding {
    let what = "applications";
    if way(place) == Way::Compositor {
        return works(what, tr!("the Wayland compositor connects them to IBus"));
    }
    let outcome = if !place.missing_variables.is_empty() {
        Err(tr!(
            "set {} and log in again",
            place.missing_variables.join(" ")
        ))
    } else if !place.missing_modules.is_empty() {
        Err(tr!(
            "install {}: without that, GTK applications take no text from IBus",
            place.missing_modules.join(" ")
        ))
    } else {
        Ok(tr!("they are told to use IBus"))
    };
    let remedy = if place.missing_variables.is_empty() {
        ""
    } else {
        SET_ENVIRONMENT
    };
    Finding {
        remedy,
        ..Finding::needed(what, outcome)
    }
}

fn chromium(place: &Place) -> Option<Finding> {
    (place.session == Session::Wayland && !place.chromium.is_empty()).then(|| {
        hint(
            "chromium",
            tr!(
                "{} takes text only if started with --ozone-platform=wayland --enable-wayland-ime --wayland-text-input-version=3",
                place.chromium.join(", ")
            ),
        )
    })
}

fn flatpak_applications(place: &Place) -> Option<Finding> {
    let what = "flatpak";
    if way(place) == Way::Compositor {
        return None;
    }
    match place.flatpak_applications {
        FlatpakApplications::None => None,
        FlatpakApplications::Reached => Some(works(
            what,
            tr!("applications from Flatpak reach IBus through its portal"),
        )),
        FlatpakApplications::Unreached => Some(hint(
            what,
            tr!(
                "applications from Flatpak take no text, because IBus's portal is missing: install all of the package ibus"
            ),
        )),
    }
}

fn tray(place: &Place) -> Option<Finding> {
    let what = "tray";
    match place.tray {
        Tray::Absent => None,
        Tray::Ready => Some(works(what, tr!("sotto-tray has what it needs"))),
        Tray::WithoutWebKit => Some(hint(
            what,
            tr!(
                "sotto-tray cannot start: install WebKitGTK 4.1 (libwebkit2gtk-4.1-0, webkit2gtk4.1 or webkit2gtk-4.1); dictation does without"
            ),
        )),
    }
}

fn start(place: &Place) -> Option<Finding> {
    let what = "start";
    if place.is_sandboxed {
        return None;
    }
    Some(match place.starter {
        Starter::Session => works(what, tr!("Sotto starts with the session")),
        Starter::Unasked => hint(
            what,
            tr!("\"systemctl --user enable --now sotto\" starts Sotto with each session"),
        ),
        Starter::Nothing => hint(
            what,
            tr!(
                "nothing starts Sotto at login: add \"sotto daemon\" to the session's startup programs"
            ),
        ),
    })
}

fn installations(place: &Place) -> Option<Finding> {
    (place.installations.len() > 1).then(|| {
        hint(
            "installations",
            tr!(
                "Sotto is installed more than once ({}): the first that starts serves; remove those that you do not want",
                place.installations.join(", ")
            ),
        )
    })
}

fn folders(place: &Place) -> Option<Finding> {
    let (folder, why) = place.unwritable.as_ref()?;
    Some(problem(
        "folders",
        tr!(
            "nothing can be written in {} ({}): free space there, or new settings and words are lost",
            folder.display(),
            why
        ),
    ))
}

#[cfg(test)]
mod tests;
