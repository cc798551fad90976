//! What a page says goes through the catalogue: in the pseudo-locale it stands in brackets.

use serde_json::json;
use sotto_tests::webdriver::Browser;

/// Texts of the page itself, with those of names and settings left out: what the daemon says and
/// what things are called comes from elsewhere.
const UNMARKED: &str = r#"
    const spoken = 'button, label, legend, summary, h1, h2, dt, th, option, nav a, .hint, .big';
    const said = [];
    for (const element of document.querySelectorAll(spoken)) {
        if (element.checkVisibility() && !element.closest('[translate=no], code, pre, datalist')) {
            said.push(element.textContent);
        }
    }
    for (const name of ['aria-label', 'title', 'placeholder']) {
        for (const element of document.querySelectorAll(`[${name}]`)) said.push(element.getAttribute(name));
    }
    const isKey = (text) => /^[a-z0-9_.]+$/.test(text);
    const texts = said.map((text) => text.trim()).filter((text) => /\p{L}{2}/u.test(text));
    const unmarked = texts.filter((text) => !text.includes('[') && !isKey(text) && text !== 'Sotto');
    return [texts.length - unmarked.length, unmarked];
"#;

/// Fails where a page says something that was never marked. `names` are names of things.
#[track_caller]
pub(crate) fn check(browser: &Browser, page: &str, names: &[&str]) {
    let said = browser.run(UNMARKED);
    assert!(said[0].as_u64() > Some(10), "{page} says little: {said}");
    let unmarked: Vec<_> = said[1]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|text| !names.iter().any(|name| **text == json!(name)))
        .collect();
    assert!(unmarked.is_empty(), "{page} says {unmarked:?}");
}
