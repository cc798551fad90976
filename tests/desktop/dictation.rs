//! The whole program: speech into the microphone, words at the caret of a real window.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::Stdio;

use sotto_tests::probe::{PASSWORD_FIELD, Probe, Toolkit};
use sotto_tests::process::{Running, limited};
use sotto_tests::scene::{HEARD, SENTENCE, Scene};
use sotto_tests::{requires, requires_python, wait_for};

/// The daemon and a window to write into, or word that `test` is skipped.
fn open(test: &str, toolkit: Toolkit) -> Option<(Probe, Scene)> {
    if !requires_python(test, &[toolkit.python_module()]) {
        return None;
    }
    let scene = Scene::open(test, "[feedback]\nnotifications = false\n")?;
    Some((Probe::start(&scene.desktop, toolkit), scene))
}

/// What a probe tells of a preedit that holds words.
fn shows_words(event: &serde_json::Value) -> bool {
    event["event"] == "preedit" && event["text"].as_str().is_some_and(|text| text.len() > 4)
}

fn stands_in_the_field(toolkit: Toolkit) {
    let Some((mut probe, scene)) = open(&format!("dictation into {}", toolkit.name()), toolkit)
    else {
        return;
    };
    let engine = "xkb:us::eng";
    scene.select_engine(engine);
    probe.focus(0);
    scene.wait_for_field();
    scene.tell("press");
    scene.wait_for_state("listening");
    scene.say(SENTENCE).wait();
    probe.wait_for("words while the key is held", shows_words);
    screenshot(&scene, toolkit.name(), "preedit");
    scene.tell("release");
    let event = probe.wait_for("the sentence", |event| {
        event["event"] == "text" && event["field"] == 0 && event["text"] != ""
    });
    let text = event["text"].as_str().unwrap().to_lowercase();
    assert!(text.contains(HEARD), "{text}");
    scene.wait_for_state("idle");
    assert_eq!(probe.read(0).to_lowercase(), text);
    assert_eq!(probe.read(1), "");
    scene.wait_for_engine(engine);
    screenshot(&scene, toolkit.name(), "text");
}

/// For a person to look at, in the folder that the variable names.
fn screenshot(scene: &Scene, toolkit: &str, moment: &str) {
    if let Some(folder) = std::env::var_os("SOTTO_SCREENSHOTS") {
        let name = format!("dictation-{toolkit}-{moment}.png");
        scene.desktop.screenshot(&Path::new(&folder).join(name));
    }
}

#[test]
fn a_spoken_sentence_stands_in_gtk3() {
    stands_in_the_field(Toolkit::Gtk3);
}

#[test]
fn a_spoken_sentence_stands_in_gtk4() {
    stands_in_the_field(Toolkit::Gtk4);
}

#[test]
fn a_spoken_sentence_stands_in_qt5() {
    stands_in_the_field(Toolkit::Qt5);
}

#[test]
fn a_spoken_sentence_stands_in_qt6() {
    stands_in_the_field(Toolkit::Qt6);
}

#[test]
fn a_spoken_sentence_stands_in_xterm() {
    let test = "a_spoken_sentence_stands_in_xterm";
    if !requires(test, &["xterm"]) {
        return;
    }
    let Some(scene) = Scene::open(test, "[feedback]\nnotifications = false\n") else {
        return;
    };
    let typed = scene.desktop.path("typed");
    let mut xterm = scene.desktop.command("xterm");
    xterm
        .args(["-u8", "-T", "the terminal", "-e", "sh", "-c"])
        .arg(format!("stty -icanon -echo; exec tee {}", typed.display()));
    let _xterm = Running::start(limited(&xterm).stdout(Stdio::null()).stderr(Stdio::null()));
    wait_for("tee in xterm", || typed.exists().then_some(()));
    scene.desktop.focus_window("the terminal");
    scene.tell("press");
    scene.wait_for_state("listening");
    scene.say(SENTENCE).wait();
    scene.tell("release");
    wait_for("the sentence in xterm", || {
        let text = std::fs::read_to_string(&typed).ok()?;
        text.to_lowercase().contains(HEARD).then_some(())
    });
    screenshot(&scene, "xterm", "text");
}

/// A page that tells by its title what stands in its fields.
const PAGE: &str = r#"<!DOCTYPE html><meta charset="utf-8"><title>the page</title>
<textarea id="text" rows="8" cols="60"></textarea><p><input id="secret" type="password"></p>
<script>
const text = document.getElementById("text");
const secret = document.getElementById("secret");
text.addEventListener("compositionupdate", (event) => { document.title = `preedit: ${event.data}`; });
text.addEventListener("input", (event) => {
    if (!event.isComposing) document.title = `text: ${text.value}`;
});
text.addEventListener("compositionend", () => { document.title = `text: ${text.value}`; });
secret.addEventListener("focus", () => { document.title = "secret"; });
secret.addEventListener("input", () => { document.title = `secret: ${secret.value}`; });
addEventListener("load", () => { text.focus(); document.title = "the page is ready"; });
</script>"#;

fn title(scene: &Scene) -> Option<String> {
    let mut window = scene.desktop.command("xdotool");
    window.args(["getwindowfocus", "getwindowname"]);
    let output = window.stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[track_caller]
fn wait_for_title(scene: &Scene, wanted: &str) {
    wait_for(&format!("{wanted:?} in the page's title"), || {
        title(scene)?.to_lowercase().contains(wanted).then_some(())
    });
}

#[test]
fn a_spoken_sentence_stands_in_chromium() {
    let test = "a_spoken_sentence_stands_in_chromium";
    if !requires(test, &["chromium"]) {
        return;
    }
    let Some(scene) = Scene::open(test, "[feedback]\nnotifications = false\n") else {
        return;
    };
    let page = scene.desktop.path("page.html");
    std::fs::write(&page, PAGE).unwrap();
    let mut chromium = scene.desktop.command("chromium");
    chromium
        .args(["--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
        ])
        .args(["--disable-sync", "--disable-quic", "--password-store=basic"])
        .arg("--ozone-platform=x11")
        .arg(format!(
            "--user-data-dir={}",
            scene.desktop.path("chromium").display()
        ))
        .arg(format!("--app=file://{}", page.display()));
    let _chromium = Running::start(
        limited(&chromium)
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    scene.desktop.focus_window("the page is ready");
    scene.select_engine("xkb:us::eng");

    scene.tell("press");
    scene.wait_for_state("listening");
    let mut speech = scene.say(SENTENCE);
    wait_for_title(&scene, "preedit: ple");
    speech.wait();
    screenshot(&scene, "chromium", "preedit");
    scene.tell("release");
    wait_for_title(&scene, HEARD);
    wait_for_title(&scene, "text: ");
    scene.wait_for_state("idle");
    scene.wait_for_engine("xkb:us::eng");
    screenshot(&scene, "chromium", "text");

    scene.desktop.xdotool(&["key", "Tab"]);
    wait_for_title(&scene, "secret");
    let _refused = scene.sotto("press").output();
    scene.say(SENTENCE).wait();
    let _already_ended = scene.sotto("release").output();
    scene.wait_for_state("idle");
    assert_eq!(title(&scene).unwrap().trim(), "secret");
}

#[test]
fn a_password_field_hears_nothing() {
    let Some((mut probe, scene)) = open("a password field hears nothing", Toolkit::Gtk3) else {
        return;
    };
    probe.focus(PASSWORD_FIELD);
    let _ = scene.sotto("press").output();
    let _ = scene.sotto("release").output();
    scene.wait_for_state("idle");
    assert_eq!(probe.read(PASSWORD_FIELD), "");
}
