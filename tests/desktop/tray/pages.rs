//! What each page shows and changes, with the daemon behind it.

use std::fs;

use serde_json::json;
use sotto_tests::scene::{HEARD, SENTENCE};
use sotto_tests::wait_for;

use super::{Window, hub, wait_for_page};

#[test]
fn the_window_shows_what_the_daemon_does() {
    let Some(window) = Window::open("the window shows what the daemon does", "home") else {
        return;
    };
    let browser = &window.browser;
    browser.wait_for_text("main .big", |text| text == "Ready");
    browser.press("Pause");
    browser.wait_for_text("main .big", |text| text == "Paused");
    let refused = window.scene.sotto("press").output().unwrap();
    assert!(!refused.status.success(), "a press while paused");
    browser.press("Resume");
    browser.wait_for_text("#state", |text| text == "Ready");
    window.scene.tell("toggle");
    browser.wait_for_text("#state", |text| text == "Listening");
    window.scene.tell("cancel");
    browser.wait_for_text("#state", |text| text == "Ready");
}

#[test]
fn the_first_steps_lead_to_a_dictated_sentence() {
    let Some(window) = Window::open("the first steps", "welcome") else {
        return;
    };
    let browser = &window.browser;
    let at_step = |step: u8| browser.find(&format!("main [data-step='{step}']"));
    at_step(1);
    browser.press("Listen to the microphone");
    let speaking = window.scene.say(SENTENCE);
    browser.wait_for_text(".figures", |text| text.starts_with("Peak -1"));
    drop(speaking);
    browser.press("Next");
    at_step(2);
    wait_for("the microphone to close", || {
        let script = "return window.__TAURI__.core.invoke('status').then((s) => s['Microphones1.Metering']);";
        (browser.run(script) == false).then_some(())
    });
    browser.wait_for_text("[data-model=starter-en] .badge", |text| text == "In use");
    browser.press("Next");
    at_step(3);
    browser.press("Record a key");
    window.scene.desktop.xdotool(&["key", "F9"]);
    browser.wait_for_text("main .big", |text| text == "F9");
    window.settings_hold("push_to_talk = \"F9\"");
    // The daemon takes the new key into use a moment after the file is there.
    wait_for("the key to arrive", || {
        window.scene.desktop.xdotool(&["key", "F9"]);
        let script = "return document.querySelector('[data-count=Presses]').textContent;";
        (browser.run(script) != "0").then_some(())
    });
    browser.wait_for_text("[data-count=Releases]", |text| text != "0");
    window.scene.tell("cancel");
    browser.press("Next");
    at_step(4);
    dictate(&window);
    browser.wait_for_text("main .good", |text| text.starts_with("It works"));
    browser.press("Done");
    wait_for_page(browser, "home");
}

/// Dictates the sentence into the field of the page.
fn dictate(window: &Window) {
    let browser = &window.browser;
    browser.click(&browser.find("textarea.try"));
    window.scene.desktop.xdotool(&["keydown", "F9"]);
    window.scene.wait_for_state("listening");
    window.scene.say(SENTENCE).wait();
    window.scene.desktop.xdotool(&["keyup", "F9"]);
    let script = "return document.querySelector('textarea.try').value;";
    wait_for("the sentence in the field", || {
        let text = browser.run(script).as_str()?.to_lowercase();
        text.contains(HEARD).then_some(())
    });
    window.scene.wait_for_state("idle");
}

#[test]
fn a_click_starts_and_ends_dictation_into_the_page() {
    let Some(window) = Window::open("a click starts and ends dictation", "home") else {
        return;
    };
    let browser = &window.browser;
    browser.press("Start listening");
    window.scene.wait_for_state("listening");
    window.scene.say(SENTENCE).wait();
    browser.press("Stop listening");
    let script = "return document.querySelector('textarea.try').value;";
    wait_for("the sentence in the field", || {
        let text = browser.run(script).as_str()?.to_lowercase();
        text.contains(HEARD).then_some(())
    });
}

#[test]
fn the_microphone_is_heard_recorded_and_closed() {
    let Some(window) = Window::open("the microphone page", "microphone") else {
        return;
    };
    let browser = &window.browser;
    let devices =
        browser.run("return [...document.querySelectorAll('select option')].map((o) => o.value);");
    assert!(devices.as_array().unwrap().len() > 1, "{devices}");
    let chosen = devices[1].as_str().unwrap();
    let choose = "const select = document.querySelector('select'); select.value = arguments[0];\
        select.dispatchEvent(new Event('change'));";
    browser.run_with(choose, &json!([chosen]));
    window.settings_hold(&format!("device = {chosen:?}"));
    browser.press("Listen to the microphone");
    browser.wait_for_text(".figures", |text| text.contains("noise floor"));
    browser.press("Record four seconds");
    let speaking = window.scene.say(SENTENCE);
    let status =
        "return window.__TAURI__.core.invoke('status').then((s) => s['Microphones1.Recording']);";
    wait_for("the recording", || {
        (browser.run(status) == "recorded").then_some(())
    });
    drop(speaking);
    browser.press("Play the recording");
    wait_for("the player", || {
        (browser.run(status) == "playing").then_some(())
    });
    let pid = format!("application.process.id = \"{}\"", window.scene.daemon_pid());
    let is_heard = || {
        let players = window.scene.microphone.pactl(&["list", "sink-inputs"]);
        players.contains(&pid)
    };
    wait_for("the sound of the recording", || is_heard().then_some(()));
    wait_for("the end of the recording", || {
        (browser.run(status) == "recorded").then_some(())
    });
    browser.press("Play the recording");
    wait_for("the player", || {
        (browser.run(status) == "playing").then_some(())
    });
    window.go("home");
    wait_for("the microphone to close", || {
        (browser.run(status) == "none").then_some(())
    });
    let sources = window
        .scene
        .microphone
        .pactl(&["list", "short", "source-outputs"]);
    assert_eq!(sources, "", "the microphone is open");
    wait_for("silence", || (!is_heard()).then_some(()));
}

#[test]
fn a_window_that_ends_closes_the_microphone() {
    let Some(window) = Window::open("a window that ends closes the microphone", "microphone")
    else {
        return;
    };
    window.browser.press("Listen to the microphone");
    window
        .browser
        .wait_for_text(".figures", |text| text.contains("noise floor"));
    let Window { browser, scene } = window;
    let is_open = || {
        let recorders = scene.microphone.pactl(&["list", "short", "source-outputs"]);
        !recorders.is_empty()
    };
    assert!(is_open(), "the meter hears");
    drop(browser);
    wait_for("the microphone to close", || (!is_open()).then_some(()));
}

#[test]
fn the_window_outlives_the_daemon() {
    let Some(mut window) = Window::open("the window outlives the daemon", "home") else {
        return;
    };
    window.scene.kill_daemon();
    let absent = "Sotto is not running";
    window
        .browser
        .wait_for_text("#state", |text| text == absent);
    window.go("text");
    window.browser.find("main[data-page=text] [role=alert]");
    window.scene.start_daemon();
    window
        .browser
        .wait_for_text("#state", |text| text == "Ready");
    window.browser.press("Try again");
    window.browser.find("[name='table.words']");
}

#[test]
fn words_are_written_to_their_file() {
    let Some(window) = Window::open("words are written to their file", "text") else {
        return;
    };
    let browser = &window.browser;
    browser.run("document.querySelector('[data-table=words]').open = true;");
    let area = browser.find("[name='table.words']");
    browser.type_into(&area, "Siobhan\u{e007}Kubernetes :2.5");
    browser.run("document.querySelector('[data-table=words] button.main').click();");
    let file = window.scene.desktop.path("config/sotto/words.txt");
    wait_for("the words in their file", || {
        (fs::read_to_string(&file).ok()? == "Siobhan\nKubernetes :2.5\n").then_some(())
    });
    browser.wait_for_text("#news", |text| text == "Saved.");
    browser.run("document.querySelector('[data-table=replacements]').open = true;");
    let area = browser.find("[name='table.replacements']");
    browser.type_into(&area, "my mail\u{e004}ada@example.org");
    browser.run("document.querySelector('[data-table=replacements] button.main').click();");
    let file = window.scene.desktop.path("config/sotto/replacements.tsv");
    wait_for("the replacement in its file", || {
        (fs::read_to_string(&file).ok()? == "my mail\tada@example.org\n").then_some(())
    });
    browser.run("document.querySelector('[name=\"text.commands\"]').click();");
    window.settings_hold("commands = false");
}

#[test]
fn the_doctor_finds_and_reports_without_names() {
    let Some(window) = Window::open("the doctor", "doctor") else {
        return;
    };
    let browser = &window.browser;
    for check in ["model", "microphone", "daemon", "input method"] {
        let item = browser.find(&format!("[data-check='{check}']"));
        assert!(
            browser.text(&item).contains("Works"),
            "{check}: {}",
            browser.text(&item)
        );
    }
    let key = browser.find("[data-check='push-to-talk']");
    let told = browser.text(&key);
    assert!(
        told.contains("The X server") && told.contains("Choose a key"),
        "{told}"
    );
    let start = browser.find("[data-check='start']");
    let told = browser.text(&start);
    assert!(
        told.contains("Optional") && told.contains("Settings"),
        "{told}"
    );
    browser.press("Show the report");
    let report = browser.wait_for_text("pre", |text| text.contains("Sotto"));
    let home = window.scene.desktop.path("home");
    assert!(!report.contains(home.to_str().unwrap()), "{report}");
    assert!(report.contains("microphone"), "{report}");
}

#[test]
fn history_is_off_until_it_is_wanted() {
    let Some(window) =
        Window::open_with("history", "history", "[key]\npush_to_talk = \"F9\"\n", &[])
    else {
        return;
    };
    let browser = &window.browser;
    let file = window.scene.desktop.path("state/sotto/history.jsonl");
    window.go("home");
    dictate(&window);
    assert!(!file.exists(), "kept without being asked to");
    window.go("history");
    browser.run("document.querySelector('[name=\"history.enabled\"]').click();");
    window.settings_hold("enabled = true");
    window.go("home");
    dictate(&window);
    wait_for("the text in the history", || file.exists().then_some(()));
    window.go("history");
    let text = browser.wait_for_text(".dictated", |_| true);
    assert!(text.to_lowercase().contains(HEARD), "{text}");
    browser.type_into(&browser.find("[name=search]"), "no such word");
    browser.wait_for_text("main [role=status]", |text| {
        text == "There is nothing here."
    });
    browser.press("Delete everything");
    browser.press("Really delete everything");
    wait_for("an empty history", || {
        fs::read_to_string(&file).ok()?.is_empty().then_some(())
    });
}

#[test]
fn a_model_is_downloaded_paused_resumed_and_deleted() {
    let Some(window) = Window::open("a model is downloaded", "home") else {
        return;
    };
    let hub = hub::Hub::start(&window.scene.desktop.path("config/sotto/catalogue.d"));
    window.go("models");
    let browser = &window.browser;
    browser.press("Download Test model");
    browser.wait_for_text("[data-model=test-model] .download .hint", |text| {
        text.contains(" of ")
    });
    browser.press("Pause the download of Test model");
    browser.find("[aria-label='Resume the download of Test model']");
    let served = hub.n_bytes();
    hub.let_go();
    browser.press("Resume the download of Test model");
    browser.wait_for_text("[data-model=test-model] .badge", |text| text == "Installed");
    assert!(served > 0, "nothing was served before the pause");
    assert!(hub.n_ranges() > 0, "the download began anew");
    let folder = window.scene.desktop.path("data/sotto/models/test-model");
    hub.is_copied_to(&folder);
    browser.press("Measure the speed of Test model");
    browser.wait_for_text("[data-model=test-model]", |text| {
        text.contains("s of sound in one second")
    });
    browser.press("Use Test model");
    window.settings_hold("id = \"test-model\"");
    browser.wait_for_text("[data-model=test-model] .badge", |text| text == "In use");
    browser.press("Use Starter, English");
    browser.press("Delete Test model");
    browser.press("Delete Test model");
    wait_for("the model to be deleted", || {
        (!folder.exists()).then_some(())
    });
}

#[test]
fn settings_are_switched_and_reset() {
    let Some(window) = Window::open("settings are switched and reset", "settings") else {
        return;
    };
    let browser = &window.browser;
    let entry = window
        .scene
        .desktop
        .path("config/autostart/io.github.sotto.Sotto.Tray.desktop");
    browser.run("document.querySelector('[name=autostart]').click();");
    wait_for("the autostart entry", || {
        let text = fs::read_to_string(&entry).ok()?;
        text.contains("sotto-tray\" --background").then_some(())
    });
    browser.run("document.querySelector('[name=autostart]').click();");
    wait_for("no autostart entry", || (!entry.exists()).then_some(()));
    browser.run("document.querySelector('[name=\"feedback.cues\"]').click();");
    window.settings_hold("cues = false");
    window.go("home");
    window.go("settings");
    browser.press("Reset feedback.cues to its default");
    wait_for("the default", || {
        let settings = window.scene.settings();
        (!settings.contains("\ncues = false")).then_some(())
    });
    let number = "const n = document.querySelector('[name=\"listening.stop_after_silence_s\"]');\
        if (n) { n.value = '21'; n.dispatchEvent(new Event('change')); } return Boolean(n);";
    wait_for("the page to stand again", || {
        (browser.run(number) == true).then_some(())
    });
    window.settings_hold("stop_after_silence_s = 21");
}
