//! What the user brings: profiles of applications, broken tables, models from a folder.

use std::fs;

use serde_json::json;
use sotto_tests::{source_root, wait_for};

use super::Window;

/// Gives a control a value as a person does: it hears of it when they leave it.
fn fill(window: &Window, name: &str, value: &str) {
    let script = "const found = document.querySelectorAll(`[name='${arguments[0]}']`);\
        const control = found[found.length - 1]; control.value = arguments[1];\
        control.dispatchEvent(new Event('input')); control.dispatchEvent(new Event('change'));";
    window.browser.run_with(script, &json!([name, value]));
}

#[test]
fn profiles_of_applications_are_edited_and_exported() {
    let Some(window) = Window::open("profiles of applications", "text") else {
        return;
    };
    let browser = &window.browser;
    browser.run("document.querySelector('[data-table=profiles]').open = true;");
    browser.press("Add an application");
    fill(&window, "profile.application", "gedit");
    fill(&window, "profile.style", "chat");
    fill(&window, "profile.words", "Kubernetes\nNew York");
    window.settings_hold("application = \"gedit\"");
    window.settings_hold("style = \"chat\"");
    window.settings_hold("words = [\"Kubernetes\",\"New York\"]");
    browser.press("Add an application");
    fill(&window, "profile.application", "kate");
    window.settings_hold("application = \"kate\"");
    browser.wait_for_text("[data-table=profiles] summary .hint", |text| {
        text == "2 applications"
    });
    browser
        .run("document.querySelector('[data-table=profiles] > .row button:last-child').click();");
    let exported = ["home/Downloads", "home"]
        .map(|folder| window.scene.desktop.path(folder).join("sotto-profiles.tsv"));
    let text = wait_for("the exported file", || {
        exported
            .iter()
            .find_map(|path| fs::read_to_string(path).ok())
    });
    assert_eq!(text, "gedit\tchat\tKubernetes, New York\nkate\t\t\n");
    browser.press("Remove the application gedit");
    wait_for("the profile to go", || {
        let settings = window.scene.settings();
        (!settings.contains("\napplication = \"gedit\"")).then_some(())
    });
    window.settings_hold("application = \"kate\"");
    window.go("home");
    window.go("text");
    let script = "return [...document.querySelectorAll('[name=\"profile.application\"]')].map((e) => e.value);";
    assert_eq!(browser.run(script), json!(["kate"]));
    let table = "# mine\nslack\tchat\nkate\tcode\tstruct, impl\n";
    let give = "const input = document.querySelector('[data-table=profiles] input[type=file]');\
        const list = new DataTransfer(); list.items.add(new File([arguments[0]], 'more.tsv'));\
        input.files = list.files; input.dispatchEvent(new Event('change'));";
    browser.run_with(give, &json!([table]));
    browser.wait_for_text("#news", |text| text == "2 lines were added.");
    assert_eq!(browser.run(script), json!(["slack", "kate"]));
    window.settings_hold("words = [\"struct\",\"impl\"]");
}

#[test]
fn the_doctor_tells_broken_lines_of_tables() {
    let Some(window) = Window::open("broken lines of tables", "home") else {
        return;
    };
    let folder = window.scene.desktop.path("config/sotto");
    fs::write(folder.join("snippets.tsv"), "sign\tBest\nself\t{self}\n").unwrap();
    fs::write(folder.join("words.txt"), "Siobhan :heavy\n").unwrap();
    window.go("doctor");
    let browser = &window.browser;
    let told = browser.wait_for_text("[data-check=tables]", |text| !text.is_empty());
    assert!(
        told.contains("snippets.tsv, line 2: unknown variable"),
        "{told}"
    );
    assert!(
        told.contains("words.txt, line 1: the weight is no number"),
        "{told}"
    );
    let mut doctor = window.scene.sotto("doctor");
    let output = doctor.output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(report.contains("snippets.tsv, line 2: "), "{report}");
    browser.press("Edit them");
    browser.find("main[data-page=text]");
    fs::remove_file(folder.join("snippets.tsv")).unwrap();
    fs::remove_file(folder.join("words.txt")).unwrap();
    window.go("doctor");
    browser.wait_for_text("[data-check=tables]", |text| text.contains("Works"));
}

#[test]
fn a_model_is_chosen_by_the_desktops_dialog_and_imported() {
    let Some(window) = Window::open("a model is chosen by dialog", "models") else {
        return;
    };
    let browser = &window.browser;
    let model = window.scene.desktop.path("my-model");
    fs::create_dir(&model).unwrap();
    for file in fs::read_dir(source_root().join("models/starter/en")).unwrap() {
        let path = file.unwrap().path();
        if path
            .extension()
            .is_some_and(|ending| ending == "onnx" || ending == "txt")
        {
            fs::copy(&path, model.join(path.file_name().unwrap())).unwrap();
        }
    }
    browser.press("Choose a folder…");
    let desktop = &window.scene.desktop;
    desktop.focus_window("Choose a folder");
    // The dialog takes a path as soon as one is typed.
    desktop.xdotool(&["type", "--delay", "40", model.to_str().unwrap()]);
    desktop.xdotool(&["key", "Return"]);
    let script = "return document.querySelector('[name=import]').value;";
    wait_for("the path in its field", || {
        (browser.run(script) == json!(model)).then_some(())
    });
    fill(&window, "import-language", "en");
    browser.press("Import");
    browser.wait_for_text("#news", |text| text.ends_with("is installed."));
    let installed = fs::read_dir(window.scene.desktop.path("data/sotto/models")).unwrap();
    let is_model = |folder: &fs::DirEntry| folder.path().join("manifest.toml").exists();
    assert_eq!(installed.flatten().filter(is_model).count(), 1);
    browser.press("Choose an archive…");
    desktop.focus_window("Choose an archive");
    desktop.xdotool(&["key", "Escape"]);
    wait_for("the page to go on", || {
        (browser.run(script) == "").then_some(())
    });
}
