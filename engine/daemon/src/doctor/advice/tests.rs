use std::{collections::HashMap, path::PathBuf};

use super::*;

/// The sentences of the checks, with whether they are problems.
fn told(place: &Place) -> HashMap<&'static str, (&'static str, String)> {
    findings(place)
        .into_iter()
        .map(|finding| {
            let told = match finding.outcome {
                Ok(sentence) => ("ok", sentence),
                Err(sentence) if finding.is_needed => ("problem", sentence),
                Err(sentence) => ("hint", sentence),
            };
            (finding.what, told)
        })
        .collect()
}

fn on(session: Session, desktop: Desktop) -> Place {
    Place {
        session,
        desktop,
        ..Place::default()
    }
}

#[test]
fn each_desktop_has_its_advice() {
    let unset = || vec!["GTK_IM_MODULE=ibus".to_owned()];
    let gnome = on(Session::Wayland, Desktop::Gnome);
    let plasma = Place {
        has_ibus_wayland: true,
        missing_variables: unset(),
        ..on(Session::Wayland, Desktop::Plasma)
    };
    let sway = Place {
        missing_variables: unset(),
        ..on(Session::Wayland, Desktop::Sway)
    };
    let x11 = Place {
        missing_modules: vec!["ibus-gtk3", "ibus-gtk4"],
        ..on(Session::X11, Desktop::Other)
    };
    let with = |place: &Place, change: &dyn Fn(&mut Place)| {
        let mut place = place.clone();
        change(&mut place);
        place
    };
    let table = [
        // A package's engine is listed in the settings, one of run time is not.
        (gnome.clone(), "desktop", "ok", "do not list Sotto"),
        (
            with(&gnome, &|p| p.lists_engine = true),
            "desktop",
            "ok",
            "may be among",
        ),
        (gnome, "applications", "ok", "compositor"),
        // Plasma's compositor does it once it was told, and then variables are in the way of nothing.
        (plasma.clone(), "desktop", "problem", "IBus Wayland"),
        (
            with(&plasma, &|p| {
                p.virtual_keyboard = Some("org.fcitx.Fcitx5.desktop".to_owned())
            }),
            "desktop",
            "problem",
            "IBus Wayland",
        ),
        (
            with(&plasma, &|p| {
                p.virtual_keyboard =
                    Some("org.freedesktop.IBus.Panel.Wayland.Gtk3.desktop".to_owned());
            }),
            "desktop",
            "ok",
            "virtual keyboard is IBus",
        ),
        (plasma.clone(), "applications", "ok", "compositor"),
        (
            with(&plasma, &|p| p.is_sandboxed = true),
            "desktop",
            "hint",
            "IBus Wayland",
        ),
        // An IBus without a virtual keyboard for Plasma.
        (
            with(&plasma, &|p| p.has_ibus_wayland = false),
            "applications",
            "problem",
            "GTK_IM_MODULE=ibus",
        ),
        (
            sway.clone(),
            "applications",
            "problem",
            "set GTK_IM_MODULE=ibus and log in again",
        ),
        (sway.clone(), "desktop", "hint", "sotto release"),
        (
            with(&sway, &|p| p.has_bound_key = true),
            "desktop",
            "ok",
            "bound",
        ),
        (
            x11.clone(),
            "applications",
            "problem",
            "install ibus-gtk3 ibus-gtk4:",
        ),
        (
            with(&x11, &|p| p.missing_modules.clear()),
            "applications",
            "ok",
            "told to use IBus",
        ),
        (
            with(&sway, &|p| p.chromium = vec!["code"]),
            "chromium",
            "hint",
            "code takes text only",
        ),
        (
            with(&x11, &|p| {
                p.flatpak_applications = FlatpakApplications::Unreached
            }),
            "flatpak",
            "hint",
            "portal is missing",
        ),
        (
            with(&x11, &|p| {
                p.flatpak_applications = FlatpakApplications::Reached
            }),
            "flatpak",
            "ok",
            "through its portal",
        ),
        (
            with(&x11, &|p| p.ibus_version = Some([1, 5, 26])),
            "ibus",
            "hint",
            "IBus 1.5.26 does not tell",
        ),
        (
            with(&x11, &|p| p.ibus_version = Some([1, 5, 27])),
            "ibus",
            "ok",
            "1.5.27",
        ),
        (
            with(&x11, &|p| p.tray = Tray::WithoutWebKit),
            "tray",
            "hint",
            "install WebKitGTK 4.1",
        ),
        (
            with(&x11, &|p| p.tray = Tray::Ready),
            "tray",
            "ok",
            "sotto-tray",
        ),
        (x11.clone(), "start", "hint", "startup programs"),
        (
            with(&x11, &|p| p.starter = Starter::Unasked),
            "start",
            "hint",
            "systemctl --user enable",
        ),
        (
            with(&x11, &|p| p.starter = Starter::Session),
            "start",
            "ok",
            "with the session",
        ),
        (
            with(&x11, &|p| {
                p.installations = vec!["/usr/bin/sotto".to_owned(), "Flatpak".to_owned()]
            }),
            "installations",
            "hint",
            "/usr/bin/sotto, Flatpak",
        ),
        (
            with(&x11, &|p| {
                p.unwritable = Some((PathBuf::from("/home/a"), "no space".to_owned()))
            }),
            "folders",
            "problem",
            "/home/a (no space)",
        ),
    ];
    for (place, what, status, part) in table {
        let told = told(&place);
        let (found, sentence) = &told[what];
        assert_eq!(*found, status, "{what}: {sentence}\n{place:?}");
        assert!(sentence.contains(part), "{what}: {sentence}\n{place:?}");
    }
}

#[test]
fn what_does_not_concern_a_place_is_not_told() {
    let told = told(&Place {
        chromium: vec!["chromium"],
        flatpak_applications: FlatpakApplications::None,
        installations: vec!["/usr/bin/sotto".to_owned()],
        ..on(Session::X11, Desktop::Other)
    });
    for what in [
        "ibus",
        "desktop",
        "chromium",
        "flatpak",
        "tray",
        "installations",
        "folders",
    ] {
        assert!(!told.contains_key(what), "{what}: {:?}", told[what]);
    }
}
