//! The window on Wayland: every page, the state of the daemon, a picture.

use sotto_tests::desktop::Desktop;
use sotto_tests::scene::Scene;
use sotto_tests::wayland::SWAY_PROGRAMS;
use sotto_tests::{requires, webdriver};

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
