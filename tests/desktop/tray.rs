//! The window of the tray application, driven through its web view, with the real daemon behind it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a test tells why it is skipped")]

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use sotto_tests::scene::Scene;
use sotto_tests::webdriver::{self, Browser};
use sotto_tests::{requires, wait_for};

#[path = "tray/access.rs"]
mod access;
#[path = "tray/axe.rs"]
mod axe;
#[path = "tray/hub.rs"]
mod hub;
#[path = "tray/own.rs"]
mod own;
#[path = "tray/pages.rs"]
mod pages;
#[path = "tray/translated.rs"]
mod translated;
#[path = "tray/wayland.rs"]
mod wayland;

/// Every page of the window.
const PAGES: [&str; 9] = [
    "welcome",
    "home",
    "models",
    "shortcut",
    "microphone",
    "text",
    "history",
    "doctor",
    "settings",
];

/// Opens what is folded.
const OPEN_DETAILS: &str =
    "document.querySelectorAll('details').forEach((d) => { d.open = true; });";

/// The window and what is behind it. Fields end in the order in which they stand here.
struct Window {
    browser: Browser,
    scene: Scene,
}

/// A program of the same build as this test.
fn program(name: &str) -> PathBuf {
    sotto_tests::scene::sotto().with_file_name(name)
}

/// A program in the session, with the sound of the scene.
fn in_session(scene: &Scene, program: &str) -> Command {
    let mut command = scene.desktop.command(program);
    let sound = scene.microphone.environment().into_iter();
    command
        .envs(sound.filter(|(name, _)| name.starts_with("PULSE")))
        .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
    command
}

impl Window {
    /// Opens everything, or tells that `test` is skipped.
    #[track_caller]
    fn open(test: &str, page: &str) -> Option<Self> {
        Self::open_with(test, page, "", &[])
    }

    #[track_caller]
    fn open_with(
        test: &str,
        page: &str,
        settings: &str,
        environment: &[(&str, &str)],
    ) -> Option<Self> {
        if !requires(test, &[webdriver::PROGRAM]) {
            return None;
        }
        let scene = Scene::open(test, settings)?;
        let browser = show(&scene, page, environment);
        Some(Self { browser, scene })
    }

    #[track_caller]
    fn go(&self, page: &str) {
        let script = "location.hash = arguments[0];";
        self.browser.run_with(script, &json!([page]));
        wait_for_page(&self.browser, page);
    }

    fn settings_hold(&self, line: &str) {
        wait_for(&format!("{line:?} in the settings"), || {
            let settings = self.scene.settings();
            settings.lines().any(|found| found == line).then_some(())
        });
    }
}

#[track_caller]
fn show(scene: &Scene, page: &str, environment: &[(&str, &str)]) -> Browser {
    let mut driver = in_session(scene, webdriver::PROGRAM);
    driver.envs(environment.iter().copied());
    let browser = Browser::start(driver, &program("sotto-tray"), &["--window", page]);
    wait_for_page(&browser, page);
    browser
}

#[track_caller]
fn wait_for_page(browser: &Browser, page: &str) {
    browser.find(&format!("main[data-page={page}]"));
}
