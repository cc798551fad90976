//! Everyone reaches everything: assistive technology, keyboard, small windows, long strings; and nothing foreign runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use sotto_tests::requires;
use sotto_tests::scene::Scene;
use sotto_tests::webdriver;

use super::{OPEN_DETAILS, PAGES, Window, axe, hub, show, translated};

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
    window.browser.resize(900, 640);
    for page in PAGES {
        window.go(page);
        window.browser.run(OPEN_DETAILS);
        let cut = window.browser.run(CUT_CHOICES);
        assert_eq!(cut, json!([]), "{page}: choices that are cut");
    }
}

/// Choices that are longer than their control; names of devices are as long as they are.
const CUT_CHOICES: &str = r#"
    const pen = document.createElement('canvas').getContext('2d');
    return [...document.querySelectorAll('main select:not([name="microphone.device"])')].flatMap((select) => {
        const style = getComputedStyle(select);
        pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const room = select.clientWidth - 40;
        return [...select.options].map((o) => o.text).filter((text) => pen.measureText(text).width > room);
    });
"#;

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
            let picture = |part: &str| {
                let file = format!("{page}{part}-{name}-{language}.png");
                window.scene.desktop.screenshot(&folder.join(file));
            };
            picture("");
            if page == "text" || page == "models" {
                window.browser.run(OPEN_DETAILS);
                let last = "document.querySelector('[data-table=profiles] > .row button')?.click();\
                    document.querySelector('[data-table=profiles] > .row, [name=import]').scrollIntoView({ block: 'center' });";
                window.browser.run(last);
                window.browser.run_async(painted);
                picture("-own");
            }
        }
    }
}
