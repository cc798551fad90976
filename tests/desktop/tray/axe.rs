//! axe-core, from the npm registry, run in the driven page.

use std::fs;
use std::process::Command;

use serde_json::json;
use sotto_tests::webdriver::Browser;
use sotto_tests::{requires, source_root};

/// The release whose rules hold.
const VERSION: &str = "4.14.1";

/// The script, fetched once; `None` if `test` is skipped.
pub(crate) fn source(test: &str) -> Option<String> {
    if !requires(test, &["npm"]) {
        return None;
    }
    let folder = source_root().join("target/axe").join(VERSION);
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if !script.is_file() {
        fs::create_dir_all(&folder).expect("the target folder is writable");
        let status = Command::new("npm")
            .args([
                "install",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--no-save",
                "--prefix",
            ])
            .arg(&folder)
            .arg(format!("axe-core@{VERSION}"))
            .status();
        let done = status.is_ok_and(|status| status.success());
        if !done && std::env::var_os("CI").is_none() {
            println!("skipped: {test} needs axe-core from the npm registry, which does not answer");
            return None;
        }
        assert!(done, "npm fetches axe-core");
    }
    Some(fs::read_to_string(script).expect("the script was fetched"))
}

/// Fails with what axe-core finds on the page.
#[track_caller]
pub(crate) fn check(browser: &Browser, source: &str, page: &str) {
    if browser.run("return typeof window.axe;") == "undefined" {
        browser.run(source);
    }
    let script = "const done = arguments[arguments.length - 1];\
        axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations.map((v) => \
        `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | ')}`)), (e) => done([String(e)]));";
    let violations = browser.run_async(script);
    assert_eq!(violations, json!([]), "{page}");
}
