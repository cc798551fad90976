//! The window on Wayland: every page, the state of the daemon, a picture, dictation into its own field.

use sotto_tests::desktop::Desktop;
use sotto_tests::scene::{HEARD, SENTENCE, Scene};
use sotto_tests::wayland::{GNOME_PROGRAMS, GNOME_PYTHON_MODULE, KEYBOARD_PROGRAM, SWAY_PROGRAMS};
use sotto_tests::{requires, requires_python, wait_for, webdriver};

use super::{PAGES, Window, show};

#[test]
fn the_window_works_on_sway() {
    let test = "the window works on sway";
    if !requires(test, &SWAY_PROGRAMS) || !requires(test, &[webdriver::PROGRAM]) {
        return;
    }
    let model = Some("models/starter/en");
    let settings = "[feedback]\nnotifications = false\n";
    let Some(scene) = Scene::on(Desktop::start_sway, test, model, settings) else {
        return;
    };
    scene.select_engine("xkb:us::eng");
    let browser = show(&scene, "home", &[]);
    let window = Window { browser, scene };
    let browser = &window.browser;
    browser.wait_for_text("main .big", |text| text == "Ready");
    // Without a keyboard the compositor gives a window no focus: what is said has no field to go to.
    browser.press("Start listening");
    window.scene.wait_for_state("listening");
    browser.wait_for_text("#state", |text| text == "Listening");
    browser.press("Stop listening");
    window.scene.wait_for_state("idle");
    browser.wait_for_text("#state", |text| text == "Ready");
    if let Some(folder) = std::env::var_os("SOTTO_SCREENSHOTS") {
        let file = std::path::Path::new(&folder).join("wayland-window.png");
        window.scene.desktop.screenshot(&file);
    }
    for page in PAGES {
        window.go(page);
        browser.wait_for_text("h1", |text| !text.is_empty());
    }
}

/// The last of the first steps: the sentence arrives in the field of the page.
fn dictate_into_the_first_steps(mut scene: Scene) {
    let browser = show(&scene, "welcome", &[]);
    scene.desktop.focus_in_gnome();
    scene.desktop.plug_in_keyboard();
    let window = Window { browser, scene };
    let Window { browser, scene } = &window;
    wait_for("a page with the keyboard", || {
        (browser.run("return document.hasFocus();") == true).then_some(())
    });
    for step in 1..=3 {
        browser.find(&format!("main [data-step='{step}']"));
        browser.press("Next");
    }
    browser.find("main [data-step='4']");
    browser.press("Start listening");
    scene.wait_for_state("listening");
    scene.say(SENTENCE).wait();
    browser.press("Stop listening");
    let script = "return document.querySelector('textarea.try').value;";
    wait_for("the sentence in the field", || {
        let text = browser.run(script).as_str()?.to_lowercase();
        text.contains(HEARD).then_some(())
    });
    browser.wait_for_text("main .good", |text| text.starts_with("It works"));
    scene.wait_for_state("idle");
}

const SETTINGS: &str = "[feedback]\nnotifications = false\n";
const MODEL: Option<&str> = Some("models/starter/en");

#[test]
fn the_first_sentence_arrives_on_sway() {
    let test = "the first sentence arrives on sway";
    let programs = [webdriver::PROGRAM, KEYBOARD_PROGRAM];
    if !requires(test, &SWAY_PROGRAMS) || !requires(test, &programs) {
        return;
    }
    if let Some(scene) = Scene::on(Desktop::start_sway, test, MODEL, SETTINGS) {
        scene.select_engine("xkb:us::eng");
        dictate_into_the_first_steps(scene);
    }
}

#[test]
fn the_first_sentence_arrives_on_gnome() {
    let test = "the first sentence arrives on GNOME";
    if !requires(test, &GNOME_PROGRAMS)
        || !requires(test, &[webdriver::PROGRAM])
        || !requires_python(test, &[GNOME_PYTHON_MODULE])
    {
        return;
    }
    if let Some(scene) = Scene::on(Desktop::start_gnome, test, MODEL, SETTINGS) {
        dictate_into_the_first_steps(scene);
    }
}
