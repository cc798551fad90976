//! Our IBus engine against a real `ibus-daemon`: registration, selection, activation, the daemon's end.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::time::Duration;

use sotto_ibus::{
    Activation, EngineEventKind, Field, IbusError, KeyChord, KeyEdge, KeyRole, LinkEvent,
    Modifiers, Previous, RememberedEngine, Restored, Start, Text,
};
use sotto_tests::desktop::{Desktop, PROGRAMS};
use sotto_tests::engine::{ENGINE, TestEngine, component};
use sotto_tests::probe::{Probe, Toolkit};
use sotto_tests::{requires, requires_python};

/// An engine that every IBus brings along.
const OTHER_ENGINE: &str = "xkb:us::eng";

fn here(test: &str) -> bool {
    requires(test, &PROGRAMS) && requires_python(test, &["gi"])
}

async fn selected(link: &sotto_ibus::Link) -> Option<String> {
    link.global_engine().await.unwrap().map(|desc| desc.name)
}

#[tokio::test]
async fn registers_at_run_time_and_is_selected() {
    if !here("registers_at_run_time_and_is_selected") {
        return;
    }
    let desktop = Desktop::start();
    let mut engine = TestEngine::start(desktop.surroundings(), Start::AtRunTime);
    let link = engine.link().await;
    assert!(!link.is_installed(ENGINE).await.unwrap());
    assert!(link.is_installed(OTHER_ENGINE).await.unwrap());
    link.set_global_engine(ENGINE).await.unwrap();
    assert_eq!(selected(&link).await.as_deref(), Some(ENGINE));
    engine
        .wait_for("the object", |kind| {
            (*kind == EngineEventKind::Created).then_some(())
        })
        .await;
    // Nothing has the focus: the daemon's stand-in has it, and is not taken for a field.
    let (_, focus) = engine
        .wait_for("the focus of no field", |kind| match kind {
            EngineEventKind::FocusIn(focus) => Some(focus.clone()),
            _ => None,
        })
        .await;
    assert_eq!(focus.field(), Field::Fake, "{focus:?}");
    assert_eq!(link.wait_for_field(Duration::from_millis(1)).await, None);
    engine
        .wait_for("enabling", |kind| {
            (*kind == EngineEventKind::Enabled).then_some(())
        })
        .await;

    link.set_global_engine(OTHER_ENGINE).await.unwrap();
    engine
        .wait_for("disabling", |kind| {
            (*kind == EngineEventKind::Disabled).then_some(())
        })
        .await;
    engine
        .wait_for("the object's end", |kind| {
            (*kind == EngineEventKind::Destroyed).then_some(())
        })
        .await;
    assert!(matches!(
        link.set_global_engine("no-such-engine").await,
        Err(IbusError::Refused { .. })
    ));
}

#[tokio::test]
async fn is_known_by_its_component_file() {
    if !here("is_known_by_its_component_file") {
        return;
    }
    let mut desktop = Desktop::start();
    fs::write(
        desktop.component_folder().join("sotto.xml"),
        component().to_xml(),
    )
    .unwrap();
    desktop.kill_ibus();
    desktop.start_ibus();

    let mut engine = TestEngine::start(desktop.surroundings(), Start::ByFile);
    let link = engine.link().await;
    assert!(link.is_installed(ENGINE).await.unwrap());
    let listed = desktop
        .command("ibus")
        .args(["list-engine", "--name-only"])
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&listed.stdout)
            .lines()
            .any(|line| line == ENGINE)
    );

    link.set_global_engine(ENGINE).await.unwrap();
    assert_eq!(selected(&link).await.as_deref(), Some(ENGINE));

    let mut second = TestEngine::start(desktop.surroundings(), Start::ByFile);
    let LinkEvent::Absent(error) = second.link_event().await else {
        panic!("the name is taken")
    };
    assert!(
        matches!(&*error, IbusError::NameTaken { name } if name == "org.freedesktop.IBus.Sotto"),
        "{error}"
    );
}

#[tokio::test]
async fn is_active_for_one_dictation_and_goes_back() {
    if !here("is_active_for_one_dictation_and_goes_back") {
        return;
    }
    let desktop = Desktop::start();
    let kept = RememberedEngine::at(&desktop.path("run/sotto/engine"));
    let mut engine = TestEngine::start(desktop.surroundings(), Start::AtRunTime);
    let link = engine.link().await;
    link.set_global_engine(OTHER_ENGINE).await.unwrap();
    let mut probe = Probe::start(&desktop, Toolkit::Gtk3);
    probe.focus(1);

    for word in ["one ", "two "] {
        let activation = Activation::begin(&link, ENGINE, &kept).await.unwrap();
        assert_eq!(
            *activation.previous(),
            Previous::Other(OTHER_ENGINE.to_owned())
        );
        let focus = link.wait_for_field(Duration::from_secs(5)).await;
        assert!(focus.is_some(), "the field has the focus");
        // The daemon may tell of the same field twice: first without its name, then with it.
        let (event, focus) = engine
            .wait_for("the field", |kind| match kind {
                EngineEventKind::FocusIn(seen) => {
                    let current = link.focus().borrow().clone();
                    (current.as_ref() == Some(seen)).then(|| seen.clone())
                }
                _ => None,
            })
            .await;
        assert_eq!(focus.field(), Field::Real);
        event
            .engine
            .commit_to(focus.serial, &Text::new(word))
            .await
            .unwrap();
        assert_eq!(activation.end(&link, &kept).await.unwrap(), Restored::Yes);
        assert_eq!(selected(&link).await.as_deref(), Some(OTHER_ENGINE));
        let late = event
            .engine
            .commit_to(focus.serial, &Text::new("late"))
            .await;
        assert!(matches!(late, Err(IbusError::FocusMoved)), "{late:?}");
    }
    probe.wait_for_text(1, "one two ");

    // Chosen for good: it stays.
    link.set_global_engine(ENGINE).await.unwrap();
    let activation = Activation::begin(&link, ENGINE, &kept).await.unwrap();
    assert_eq!(*activation.previous(), Previous::Ours);
    assert_eq!(
        activation.end(&link, &kept).await.unwrap(),
        Restored::NotNeeded
    );
    assert_eq!(selected(&link).await.as_deref(), Some(ENGINE));

    // The user chose another engine in the middle: that stays.
    link.set_global_engine(OTHER_ENGINE).await.unwrap();
    let activation = Activation::begin(&link, ENGINE, &kept).await.unwrap();
    link.set_global_engine("xkb:us:intl:eng").await.unwrap();
    assert_eq!(
        activation.end(&link, &kept).await.unwrap(),
        Restored::UserChose
    );
    assert_eq!(selected(&link).await.as_deref(), Some("xkb:us:intl:eng"));
    assert_eq!(kept.mend(&link).await.unwrap(), Restored::NotNeeded);
}

#[tokio::test]
async fn a_crash_in_a_dictation_is_mended_at_the_next_start() {
    if !here("a_crash_in_a_dictation_is_mended_at_the_next_start") {
        return;
    }
    let desktop = Desktop::start();
    let kept = RememberedEngine::at(&desktop.path("run/sotto/engine"));
    let mut engine = TestEngine::start(desktop.surroundings(), Start::AtRunTime);
    let link = engine.link().await;
    link.set_global_engine(OTHER_ENGINE).await.unwrap();
    let cut_off = Activation::begin(&link, ENGINE, &kept).await.unwrap();
    link.close().await;
    drop((cut_off, engine));

    let mut engine = TestEngine::start(desktop.surroundings(), Start::AtRunTime);
    let link = engine.link().await;
    assert_eq!(kept.mend(&link).await.unwrap(), Restored::Yes);
    assert_eq!(selected(&link).await.as_deref(), Some(OTHER_ENGINE));
    assert_eq!(kept.mend(&link).await.unwrap(), Restored::NotNeeded);
}

#[tokio::test]
async fn comes_back_after_the_daemon_was_killed() {
    if !here("comes_back_after_the_daemon_was_killed") {
        return;
    }
    let mut desktop = Desktop::start();
    let mut engine = TestEngine::start(desktop.surroundings(), Start::AtRunTime);
    let link = engine.link().await;
    link.set_global_engine(ENGINE).await.unwrap();
    let (event, ()) = engine
        .wait_for("enabling", |kind| {
            (*kind == EngineEventKind::Enabled).then_some(())
        })
        .await;
    let address = desktop.surroundings().find().unwrap();

    desktop.kill_ibus();
    assert!(matches!(engine.link_event().await, LinkEvent::Down));
    engine
        .wait_for("the object's end", |kind| {
            (*kind == EngineEventKind::Destroyed).then_some(())
        })
        .await;
    assert!(event.engine.commit(&Text::new("lost")).await.is_err());
    assert!(matches!(engine.link_event().await, LinkEvent::Absent(_)));

    desktop.start_ibus();
    assert_ne!(desktop.surroundings().find().unwrap(), address);
    let link = engine.link().await;
    link.set_global_engine(ENGINE).await.unwrap();
    engine
        .wait_for("enabling", |kind| {
            (*kind == EngineEventKind::Enabled).then_some(())
        })
        .await;
}

#[tokio::test]
async fn only_our_keys_are_kept_from_the_application() {
    if !here("only_our_keys_are_kept_from_the_application")
        || !requires("only_our_keys_are_kept_from_the_application", &["xdotool"])
    {
        return;
    }
    let desktop = Desktop::start();
    let mut engine = TestEngine::start(desktop.surroundings(), Start::AtRunTime);
    let link = engine.link().await;
    link.set_global_engine(ENGINE).await.unwrap();
    engine
        .policy
        .set_push_to_talk(Some(KeyChord::new(0xffc6, Modifiers::default())));
    let mut probe = Probe::start(&desktop, Toolkit::Gtk3);
    probe.focus(0);
    link.wait_for_field(Duration::from_secs(5))
        .await
        .expect("the field has the focus");

    desktop.xdotool(&["key", "a"]);
    desktop.xdotool(&["keydown", "F9"]);
    let key = |kind: &EngineEventKind| match kind {
        EngineEventKind::Key {
            role: KeyRole::PushToTalk,
            edge,
        } => Some(*edge),
        _ => None,
    };
    assert_eq!(engine.wait_for("the press", key).await.1, KeyEdge::Press);
    desktop.xdotool(&["keyup", "F9"]);
    let is_release = |kind: &EngineEventKind| key(kind).filter(|edge| *edge == KeyEdge::Release);
    engine.wait_for("the release", is_release).await;
    desktop.xdotool(&["key", "Escape", "b"]);
    probe.wait_for_text(0, "ab");
    probe.wait_for("the last key", |event| {
        event["name"] == "b" && event["edge"] == "release"
    });
    let names: Vec<_> = probe
        .events
        .iter()
        .filter(|event| event["event"] == "key")
        .map(|event| event["name"].clone())
        .collect();
    assert_eq!(names, ["a", "a", "Escape", "Escape", "b", "b"]);
}
