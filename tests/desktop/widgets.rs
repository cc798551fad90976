//! Text through our engine into real text fields: GTK 3, GTK 4, Qt 5, Qt 6 and xterm.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use sotto_ibus::{
    EngineEvent, EngineEventKind, Field, Focus, Link, Purpose, Start, Text, Underline,
};
use sotto_tests::desktop::{Desktop, PROGRAMS};
use sotto_tests::engine::{ENGINE, TestEngine};
use sotto_tests::probe::{PASSWORD_FIELD, Probe, Toolkit};
use sotto_tests::process::{Running, limited};
use sotto_tests::{requires, requires_python, wait_for};

const FIELD_TIMEOUT: Duration = Duration::from_secs(10);

struct Scene {
    probe: Probe,
    engine: TestEngine,
    link: Arc<Link>,
    desktop: Desktop,
}

impl Scene {
    async fn open(toolkit: Toolkit) -> Self {
        let desktop = Desktop::start();
        let mut engine = TestEngine::start(desktop.surroundings(), Start::AtRunTime);
        let link = engine.link().await;
        link.set_global_engine(ENGINE).await.unwrap();
        let probe = Probe::start(&desktop, toolkit);
        Self {
            probe,
            engine,
            link,
            desktop,
        }
    }

    /// Puts the caret into a field; the engine to answer on and the focus it has.
    async fn enter(&mut self, field: usize) -> (EngineEvent, Focus) {
        self.probe.focus(field);
        self.link
            .wait_for_field(FIELD_TIMEOUT)
            .await
            .expect("the field has the focus");
        let (event, focus) = self.engine.wait_for("the field", real_focus).await;
        (event, focus)
    }
}

fn real_focus(kind: &EngineEventKind) -> Option<Focus> {
    match kind {
        EngineEventKind::FocusIn(focus) if focus.field() == Field::Real => Some(focus.clone()),
        _ => None,
    }
}

async fn shows_preedit_and_takes_text(toolkit: Toolkit) {
    let test = format!("text into {}", toolkit.name());
    if !requires(&test, &PROGRAMS) || !requires_python(&test, &[toolkit.python_module()]) {
        return;
    }
    let mut scene = Scene::open(toolkit).await;
    let (event, focus) = scene.enter(0).await;
    let engine = event.engine;

    for preedit in ["zwölf", "zwölf Äpfel 🍏"] {
        let text = Text::new(preedit).underlined(Underline::Single);
        engine.set_preedit(&text, text.n_chars()).await.unwrap();
        scene.probe.wait_for_preedit(0, preedit);
    }
    if let Some(folder) = std::env::var_os("SOTTO_SCREENSHOTS") {
        scene.desktop.screenshot(
            &std::path::Path::new(&folder).join(format!("{}-preedit.png", toolkit.name())),
        );
    }
    engine.clear_preedit().await.unwrap();
    scene.probe.wait_for_preedit(0, "");
    engine
        .commit_to(
            engine.focus().unwrap_or(focus).serial,
            &Text::new("Zwölf Äpfel 🍏, bitte."),
        )
        .await
        .unwrap();
    scene.probe.wait_for_text(0, "Zwölf Äpfel 🍏, bitte.");

    engine.require_surrounding().await.unwrap();
    engine.commit(&Text::new(" Ja 🍎")).await.unwrap();
    scene.probe.wait_for_text(0, "Zwölf Äpfel 🍏, bitte. Ja 🍎");
    scene
        .engine
        .wait_for("the text around the caret", |kind| match kind {
            EngineEventKind::Surrounding(surrounding) => {
                (surrounding.before_cursor() == Some("Zwölf Äpfel 🍏, bitte. Ja 🍎")).then_some(())
            }
            _ => None,
        })
        .await;
    engine.delete_before(" Ja 🍎").await.unwrap();
    scene.probe.wait_for_text(0, "Zwölf Äpfel 🍏, bitte.");
    assert_eq!(scene.probe.read(0), "Zwölf Äpfel 🍏, bitte.");
    assert_eq!(scene.probe.read(1), "");
    if let Some(folder) = std::env::var_os("SOTTO_SCREENSHOTS") {
        scene.desktop.screenshot(
            &std::path::Path::new(&folder).join(format!("{}-text.png", toolkit.name())),
        );
    }
}

#[tokio::test]
async fn gtk3_shows_preedit_and_takes_text() {
    shows_preedit_and_takes_text(Toolkit::Gtk3).await;
}

#[tokio::test]
async fn gtk4_shows_preedit_and_takes_text() {
    shows_preedit_and_takes_text(Toolkit::Gtk4).await;
}

#[tokio::test]
async fn qt5_shows_preedit_and_takes_text() {
    shows_preedit_and_takes_text(Toolkit::Qt5).await;
}

#[tokio::test]
async fn qt6_shows_preedit_and_takes_text() {
    shows_preedit_and_takes_text(Toolkit::Qt6).await;
}

/// GTK drops a preedit whose field loses the focus, and tells of the new field; text for the old one is refused.
#[tokio::test]
async fn gtk_moves_between_fields() {
    for toolkit in [Toolkit::Gtk3, Toolkit::Gtk4] {
        if !requires("gtk_moves_between_fields", &PROGRAMS)
            || !requires_python("gtk_moves_between_fields", &[toolkit.python_module()])
        {
            return;
        }
        let mut scene = Scene::open(toolkit).await;
        let (event, first) = scene.enter(0).await;
        let text = Text::new("half a sen").underlined(Underline::Single);
        event
            .engine
            .set_preedit(&text, text.n_chars())
            .await
            .unwrap();
        scene.probe.wait_for_preedit(0, "half a sen");
        let (event, second) = scene.enter(2).await;
        assert_ne!(first.serial, second.serial);
        assert!(
            event
                .engine
                .commit_to(first.serial, &Text::new("half a sentence"))
                .await
                .is_err()
        );
        event
            .engine
            .commit_to(second.serial, &Text::new("another"))
            .await
            .unwrap();
        scene.probe.wait_for_text(2, "another");
        assert_eq!(scene.probe.read(0), "", "{toolkit:?}");
    }
}

/// Qt tells of another field in the same window by a Reset only, and commits the preedit by itself.
#[tokio::test]
async fn qt_moves_between_fields() {
    for toolkit in [Toolkit::Qt5, Toolkit::Qt6] {
        if !requires("qt_moves_between_fields", &PROGRAMS)
            || !requires_python("qt_moves_between_fields", &[toolkit.python_module()])
        {
            return;
        }
        let mut scene = Scene::open(toolkit).await;
        let (event, _) = scene.enter(0).await;
        let engine = event.engine;
        let text = Text::new("half a sen").underlined(Underline::Single);
        engine.set_preedit(&text, text.n_chars()).await.unwrap();
        scene.probe.wait_for_preedit(0, "half a sen");
        scene.engine.take_all();
        let before = engine.focus().expect("the field has the focus");
        scene.probe.ask_focus(1);
        let (_, renewed) = scene
            .engine
            .wait_for("a reset", |kind| match kind {
                EngineEventKind::Reset(focus) => Some(focus.clone()),
                _ => None,
            })
            .await;
        assert_ne!(renewed.map(|focus| focus.serial), Some(before.serial));
        assert!(
            engine
                .commit_to(before.serial, &Text::new("half a sentence"))
                .await
                .is_err()
        );
        engine.commit(&Text::new("another")).await.unwrap();
        scene.probe.wait_for_text(1, "another");
        assert_eq!(scene.probe.read(0), "half a sen", "{toolkit:?}");
    }
}

#[tokio::test]
async fn gtk4_tells_of_a_password_field() {
    if !requires("gtk4_tells_of_a_password_field", &PROGRAMS)
        || !requires_python("gtk4_tells_of_a_password_field", &["gi"])
    {
        return;
    }
    let mut scene = Scene::open(Toolkit::Gtk4).await;
    scene.enter(0).await;
    scene.probe.focus(PASSWORD_FIELD);
    let (_, content) = scene
        .engine
        .wait_for("the purpose", |kind| match kind {
            EngineEventKind::ContentType(content) if content.purpose != Purpose::FreeForm => {
                Some(*content)
            }
            _ => None,
        })
        .await;
    assert_eq!(content.purpose, Purpose::Password);
    assert!(content.is_secret());
}

/// A GTK 3 password field takes the focus away from the input method altogether.
#[tokio::test]
async fn gtk3_gives_no_focus_in_a_password_field() {
    if !requires("gtk3_gives_no_focus_in_a_password_field", &PROGRAMS)
        || !requires_python("gtk3_gives_no_focus_in_a_password_field", &["gi"])
    {
        return;
    }
    let mut scene = Scene::open(Toolkit::Gtk3).await;
    let (event, _) = scene.enter(0).await;
    scene.probe.focus(PASSWORD_FIELD);
    let fake = |kind: &EngineEventKind| match kind {
        EngineEventKind::FocusIn(focus) if focus.field() == Field::Fake => Some(()),
        _ => None,
    };
    scene.engine.wait_for("the focus of no field", fake).await;
    event.engine.commit(&Text::new("secret")).await.unwrap();
    scene.enter(1).await;
    assert_eq!(scene.probe.read(PASSWORD_FIELD), "");
}

#[tokio::test]
async fn xterm_takes_text() {
    if !requires("xterm_takes_text", &PROGRAMS) || !requires("xterm_takes_text", &["xterm"]) {
        return;
    }
    let desktop = Desktop::start();
    let mut engine = TestEngine::start(desktop.surroundings(), Start::AtRunTime);
    let link = engine.link().await;
    link.set_global_engine(ENGINE).await.unwrap();
    let typed = desktop.path("typed");
    let mut xterm = desktop.command("xterm");
    xterm.args(["-u8", "-e", "sh", "-c"]).arg(format!(
        "stty -icanon -echo; exec cat > {}",
        typed.display()
    ));
    let _xterm = Running::start(limited(&xterm).stdout(Stdio::null()).stderr(Stdio::null()));
    wait_for("cat in xterm", || typed.exists().then_some(()));
    link.wait_for_field(FIELD_TIMEOUT)
        .await
        .expect("xterm has the focus");
    let (event, focus) = engine.wait_for("xterm", real_focus).await;
    assert_eq!(focus.client.as_deref(), Some("xim"));
    event
        .engine
        .commit_to(focus.serial, &Text::new("ls Grüße"))
        .await
        .unwrap();
    wait_for("the text in xterm", || {
        (fs::read_to_string(&typed).ok()? == "ls Grüße").then_some(())
    });
}
