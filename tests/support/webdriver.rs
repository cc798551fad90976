//! A window with web pages, driven as a person would through `WebKitWebDriver`.
//!
//! Source: the WebDriver recommendation of the W3C, and WebKitGTK's own capability that names the program to start.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Running, limited};
use crate::{PATIENCE, wait_for};

/// The program that drives WebKitGTK.
pub const PROGRAM: &str = "WebKitWebDriver";

/// Name under which elements travel.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Longest wait for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// A driven window. Fields end in the order in which they stand here.
#[derive(Debug)]
pub struct Browser {
    session: String,
    port: u16,
    _driver: Running,
}

/// An element of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element(String);

impl Browser {
    /// Starts the driver by `driver`, which holds the environment, and lets it start the program.
    ///
    /// # Panics
    ///
    /// Where the window does not open.
    #[track_caller]
    #[must_use]
    pub fn start(mut driver: Command, program: &Path, arguments: &[&str]) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .expect("there is a free port")
            .port();
        driver
            .arg(format!("--port={port}"))
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = Running::start(limited(&driver).stdout(Stdio::null()).stderr(Stdio::null()));
        wait_for("the driver to listen", || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        let mut browser = Self {
            session: String::new(),
            port,
            _driver: driver,
        };
        let options = json!({ "binary": program, "args": arguments });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let session = browser.request("POST", "/session", &wanted);
        browser.session = session["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("no session: {session}"))
            .to_owned();
        browser
    }

    /// Runs JavaScript; its `return` is the answer.
    #[track_caller]
    pub fn run(&self, script: &str) -> Value {
        self.run_with(script, &json!([]))
    }

    /// The same with arguments, which the script finds in `arguments`.
    #[track_caller]
    pub fn run_with(&self, script: &str, arguments: &Value) -> Value {
        let body = json!({ "script": script, "args": arguments });
        self.command("POST", "execute/sync", &body)
    }

    /// Runs JavaScript that calls its last argument with the answer.
    #[track_caller]
    pub fn run_async(&self, script: &str) -> Value {
        let body = json!({ "script": script, "args": [] });
        self.command("POST", "execute/async", &body)
    }

    /// Waits for an element by CSS selector.
    #[track_caller]
    pub fn find(&self, selector: &str) -> Element {
        wait_for(&format!("the element {selector}"), || {
            self.find_all(selector).into_iter().next()
        })
    }

    /// Every element there is by CSS selector.
    #[track_caller]
    #[must_use]
    pub fn find_all(&self, selector: &str) -> Vec<Element> {
        let body = json!({ "using": "css selector", "value": selector });
        let found = self.command("POST", "elements", &body);
        let found = found.as_array().cloned().unwrap_or_default();
        found
            .iter()
            .filter_map(|element| Some(Element(element[ELEMENT].as_str()?.to_owned())))
            .collect()
    }

    /// Waits for a button or link that reads exactly so, and clicks it.
    #[track_caller]
    pub fn press(&self, label: &str) {
        let script = "const [label] = arguments; const found = [...document.querySelectorAll('main button, main a')]\
            .find((e) => (e.getAttribute('aria-label') ?? e.textContent).trim() === label && !e.disabled);\
            found?.scrollIntoView({ block: 'center' }); found?.click(); return Boolean(found);";
        wait_for(&format!("the button {label:?}"), || {
            (self.run_with(script, &json!([label])) == true).then_some(())
        });
    }

    /// Clicks an element.
    #[track_caller]
    pub fn click(&self, element: &Element) {
        self.command("POST", &format!("element/{}/click", element.0), &json!({}));
    }

    /// Types into an element; WebDriver's codes stand for keys without a sign.
    #[track_caller]
    pub fn type_into(&self, element: &Element, text: &str) {
        let path = format!("element/{}/value", element.0);
        self.command("POST", &path, &json!({ "text": text }));
    }

    /// The text that an element shows.
    #[track_caller]
    #[must_use]
    pub fn text(&self, element: &Element) -> String {
        let path = format!("element/{}/text", element.0);
        let text = self.command("GET", &path, &Value::Null);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an element by CSS selector shows a text that `wanted` likes.
    #[track_caller]
    pub fn wait_for_text(&self, selector: &str, wanted: impl Fn(&str) -> bool) -> String {
        let script = "return document.querySelector(arguments[0])?.textContent ?? null;";
        let start = Instant::now();
        loop {
            let text = self.run_with(script, &json!([selector]));
            match text.as_str() {
                Some(text) if wanted(text) => return text.to_owned(),
                _ if start.elapsed() > PATIENCE => {
                    panic!("waited for another text in {selector}; it is {text}")
                }
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// Resizes the window, in pixels.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        let rect = json!({ "width": width, "height": height });
        self.command("POST", "window/rect", &rect);
    }

    #[track_caller]
    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.request(method, &format!("/session/{}/{path}", self.session), body)
    }

    #[track_caller]
    fn request(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self
            .exchange(method, path, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let answer: Value = serde_json::from_str(&answer)
            .unwrap_or_else(|error| panic!("{method} {path}: {error} in {answer:?}"));
        let value = answer["value"].clone();
        assert!(
            value.get("error").is_none(),
            "{method} {path} {:.300}: {value}",
            body.to_string()
        );
        value
    }

    fn exchange(&self, method: &str, path: &str, body: &Value) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (_head, body) = answer
            .split_once("\r\n\r\n")
            .ok_or(std::io::ErrorKind::InvalidData)?;
        Ok(body.to_owned())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The window may have ended by itself.
        let _ended = self.exchange(
            "DELETE",
            &format!("/session/{}", self.session),
            &Value::Null,
        );
    }
}
