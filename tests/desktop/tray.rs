//! The window of the tray application, driven through its web view, with the real daemon behind it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a test tells why it is skipped")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sotto_tests::scene::{HEARD, SENTENCE, Scene};
use sotto_tests::webdriver::{self, Browser};
use sotto_tests::{requires, wait_for};

#[path = "tray/axe.rs"]
mod axe;
#[path = "tray/hub.rs"]
mod hub;
#[path = "tray/translated.rs"]
mod translated;

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
    window.go("home");
    wait_for("the microphone to close", || {
        (browser.run(status) == "none").then_some(())
    });
    let sources = window
        .scene
        .microphone
        .pactl(&["list", "short", "source-outputs"]);
    assert_eq!(sources, "", "the microphone is open");
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
fn nothing_is_wrong_for_assistive_technology() {
    let test = "axe-core finds nothing on any page";
    let Some(axe) = axe::source(test) else {
        return;
    };
    for theme in ["Adwaita", "Adwaita:dark"] {
        let Some(window) = Window::open_with(test, "welcome", "", &[("GTK_THEME", theme)]) else {
            return;
        };
        let dark = window
            .browser
            .run("return matchMedia('(prefers-color-scheme: dark)').matches;");
        assert_eq!(dark, theme.ends_with("dark"), "{theme}");
        for page in PAGES {
            window.go(page);
            window.browser.run(OPEN_DETAILS);
            axe::check(&window.browser, &axe, &format!("{page} in {theme}"));
            if page == "welcome" {
                for step in 2..=4 {
                    window.browser.press("Next");
                    window.browser.find(&format!("main [data-step='{step}']"));
                    axe::check(&window.browser, &axe, &format!("step {step} in {theme}"));
                }
            }
        }
        everything_fits(&window);
    }
}

/// No page is wider than the window, in a small one and in one with half of the room, as at 200 %.
#[track_caller]
fn everything_fits(window: &Window) {
    for (width, height) in [(900, 640), (480, 480)] {
        window.browser.resize(width, height);
        for page in PAGES {
            window.go(page);
            window.browser.run(OPEN_DETAILS);
            let script = "const room = document.documentElement.clientWidth;\
                return [...document.querySelectorAll('main *')].filter((e) => e.checkVisibility() \
                && e.getBoundingClientRect().right > room + 1 && !e.closest('pre')).map((e) => e.outerHTML.slice(0, 200));";
            let wide = window.browser.run(script);
            assert_eq!(wide, json!([]), "{page} at {width} pixels");
            let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;";
            assert_eq!(window.browser.run(script), 0, "{page} at {width} pixels");
        }
    }
}

#[test]
fn long_strings_fit() {
    let test = "long strings fit";
    if !requires(test, &["python3", webdriver::PROGRAM]) {
        return;
    }
    let Some(scene) = Scene::open(test, "") else {
        return;
    };
    let compile = sotto_tests::source_root().join("po/compile.py");
    let made = Command::new("python3")
        .arg(compile)
        .arg(scene.desktop.path("data/locale"))
        .arg("--pseudo")
        .status();
    assert!(made.unwrap().success(), "po/compile.py");
    let environment = [("LC_ALL", "en_XA.UTF-8")];
    let browser = show(&scene, "welcome", &environment);
    let window = Window { browser, scene };
    let title = window.browser.wait_for_text("h1", |_| true);
    assert!(title.starts_with('['), "{title} is not translated");
    for page in PAGES {
        window.go(page);
        window.browser.run(OPEN_DETAILS);
        translated::check(&window.browser, page, &[]);
    }
    everything_fits(&window);
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
    browser.find("[name='listening.stop_after_silence_s']");
    let number = "const n = document.querySelector('[name=\"listening.stop_after_silence_s\"]');\
        n.value = '21'; n.dispatchEvent(new Event('change'));";
    browser.run(number);
    window.settings_hold("stop_after_silence_s = 21");
}

#[test]
fn every_control_is_reached_by_the_keyboard() {
    let Some(window) = Window::open("every control by the keyboard", "shortcut") else {
        return;
    };
    for page in ["shortcut", "settings", "history"] {
        window.go(page);
        let script = "return [...document.querySelectorAll('main button:enabled, main input, main select, main a[href]')]\
            .filter((e) => e.checkVisibility()).length;";
        let n_controls = window.browser.run(script).as_u64().unwrap();
        let reached = "const e = document.activeElement; if (e && e.closest('main') && e !== document.getElementById('main')) {\
            const style = getComputedStyle(e); e.dataset.reached = style.outlineStyle !== 'none' ? 'yes' : 'unseen'; }";
        window
            .browser
            .run("document.getElementById('main').focus();");
        for _ in 0..n_controls + 5 {
            window.scene.desktop.xdotool(&["key", "Tab"]);
            window.browser.run(reached);
        }
        let count = |seen: &str| -> Value {
            let script =
                "return document.querySelectorAll(`main [data-reached=${arguments[0]}]`).length;";
            window.browser.run_with(script, &json!([seen]))
        };
        assert_eq!(count("unseen"), 0, "{page}: focus that cannot be seen");
        assert!(
            count("yes").as_u64().unwrap() >= n_controls,
            "{page}: {} of {n_controls}",
            count("yes")
        );
    }
}

#[test]
fn nothing_from_elsewhere_runs_in_the_window() {
    let Some(window) = Window::open("nothing from elsewhere runs in the window", "home") else {
        return;
    };
    let browser = &window.browser;
    let hub = hub::Hub::start(&window.scene.desktop.path("config/sotto/catalogue.d"));
    let fetched = browser.run_async(&format!(
        "const done = arguments[0]; fetch('http://127.0.0.1:{}/').then(() => done('reached'), () => done('refused'));",
        hub.port()
    ));
    assert_eq!(fetched, "refused");
    let evaluated =
        browser.run("try { return new Function('return 1')(); } catch { return 'refused'; }");
    assert_eq!(evaluated, "refused");
    browser.run(
        "const s = document.createElement('script'); s.textContent = 'window.strange = 1'; document.body.append(s);",
    );
    assert_eq!(
        browser.run("return window.strange ?? 'refused';"),
        "refused"
    );
    let invoked = browser.run_async(
        "const done = arguments[0]; window.__TAURI__.core.invoke('plugin:window|close').then(() => done('done'), () => done('refused'));",
    );
    assert_eq!(invoked, "refused");
    browser.run(&format!(
        "location.href = 'http://127.0.0.1:{}/';",
        hub.port()
    ));
    assert_eq!(browser.run("return location.protocol;"), "tauri:");
    let table = browser.run_async(
        "const done = arguments[0]; window.__TAURI__.core.invoke('read_table', { name: '../../etc/passwd' }).then(done, () => done('refused'));",
    );
    assert_eq!(table, "refused");
}

/// Pictures of every page in each theme, for people: `SOTTO_SCREENSHOTS` names the folder.
#[test]
fn pages_can_be_looked_at() {
    let Some(folder) = std::env::var_os("SOTTO_SCREENSHOTS") else {
        println!("no pictures: SOTTO_SCREENSHOTS names no folder");
        return;
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).unwrap();
    let locale = std::env::var("SOTTO_SCREENSHOTS_LOCALE").unwrap_or_else(|_| "C.UTF-8".to_owned());
    for (name, theme) in [("light", "Adwaita"), ("dark", "Adwaita:dark")] {
        let environment = [("GTK_THEME", theme), ("LC_ALL", locale.as_str())];
        let Some(window) = Window::open_with("pictures", "welcome", "", &environment) else {
            return;
        };
        window.browser.resize(900, 760);
        for page in PAGES {
            window.go(page);
            let painted = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)));";
            window.browser.run_async(painted);
            let language = locale.split('.').next().unwrap_or(&locale);
            window
                .scene
                .desktop
                .screenshot(&folder.join(format!("{page}-{name}-{language}.png")));
        }
    }
}
