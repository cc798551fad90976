//! A stand-in for the desktop's portal: global shortcuts and the remote desktop's keyboard.
//!
//! It answers as `xdg-desktop-portal` does, on the session bus of a [`Desktop`](crate::desktop::Desktop), and tells what
//! it was asked. Source: the portal's interface descriptions.
//!
//! Longer than 400 lines because the portals stand on one bus and share their sessions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use zbus::message::Header;
use zbus::{Connection, OwnedObjectPath, OwnedVariant, Variant, connection::Builder, interface};

use crate::wait_for;

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const KEYBOARD: u32 = 1;

type Options = HashMap<String, OwnedVariant>;

/// What the desktop's user answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Consent {
    /// Yes.
    #[default]
    Given,
    /// Yes, though the answer names nothing that was given.
    GivenSilently,
    /// No.
    Declined,
}

/// A key that was typed through the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypedKey {
    /// X keysym.
    pub keysym: i32,
    /// Whether it went down.
    pub down: bool,
}

/// What the portal was asked.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Applications that gave their name.
    pub registered: Vec<String>,
    /// Preferred triggers of the shortcuts that were bound.
    pub triggers: Vec<String>,
    /// Restore tokens with which a keyboard was asked for.
    pub restore_tokens: Vec<Option<String>>,
    /// Keys typed.
    pub typed: Vec<TypedKey>,
    /// Sessions that their program closed.
    pub n_closed: usize,
    shortcut: Option<Shortcut>,
}

#[derive(Debug, Clone)]
struct Shortcut {
    client: String,
    session: OwnedObjectPath,
    id: String,
}

impl Asked {
    /// The text that the typed keys give.
    #[must_use]
    pub fn text(&self) -> String {
        let presses = self.typed.iter().filter(|key| key.down);
        presses
            .filter_map(|key| {
                let keysym = u32::try_from(key.keysym).ok()?;
                char::from_u32(keysym & 0x00ff_ffff)
            })
            .collect()
    }
}

#[derive(Debug, Clone, Default)]
struct Memory {
    asked: Arc<Mutex<Asked>>,
    consent: Consent,
}

impl Memory {
    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The running stand-in; dropped, it leaves the bus.
#[derive(Debug)]
pub struct Portal {
    memory: Memory,
    connection: Connection,
    runtime: Handle,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Portal {
    /// Takes the portal's name on the bus at this address.
    ///
    /// # Panics
    ///
    /// Where the bus refuses.
    #[must_use]
    pub fn start(bus_address: &str, consent: Consent) -> Self {
        let memory = Memory {
            consent,
            ..Memory::default()
        };
        let (address, served) = (bus_address.to_owned(), memory.clone());
        let (end, ended) = oneshot::channel();
        let (started, start) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("the system gives a thread its event loop");
            runtime.block_on(async {
                let connection = serve(&address, served).await;
                let _gone = started.send((connection, Handle::current()));
                let _dropped = ended.await;
            });
        });
        let (connection, runtime) = start.recv().expect("the portal serves");
        Self {
            memory,
            connection,
            runtime,
            end: Some(end),
            thread: Some(thread),
        }
    }

    /// What it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Asked {
        self.memory.asked().clone()
    }

    /// Waits until a shortcut is bound.
    #[track_caller]
    pub fn wait_for_shortcut(&self) {
        wait_for("a shortcut", || {
            self.memory.asked().shortcut.is_some().then_some(())
        });
    }

    /// The key went down, or repeats.
    #[track_caller]
    pub fn press(&self) {
        self.signal("Activated");
    }

    /// The key went up.
    #[track_caller]
    pub fn release(&self) {
        self.signal("Deactivated");
    }

    fn signal(&self, name: &str) {
        let shortcut = self.memory.asked().shortcut.clone();
        let shortcut = shortcut.expect("a shortcut is bound");
        let body = (
            shortcut.session,
            shortcut.id,
            0_u64,
            HashMap::<String, OwnedVariant>::new(),
        );
        self.runtime
            .block_on(self.connection.emit_signal(
                Some(shortcut.client),
                PATH,
                "org.freedesktop.portal.GlobalShortcuts",
                name,
                &body,
            ))
            .expect("the bus takes a signal");
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

async fn serve(address: &str, memory: Memory) -> Connection {
    let served = Builder::address(address)
        .serve_at(PATH, Registry(memory.clone()))
        .serve_at(PATH, GlobalShortcuts(memory.clone()))
        .serve_at(PATH, RemoteDesktop(memory))
        .name(NAME)
        .build();
    served.await.expect("the bus gives the portal its name")
}

/// The caller's part of request and session paths.
fn sender(header: &Header<'_>) -> String {
    let name = header.sender().expect("a bus names the sender");
    name.trim_start_matches(':').replace('.', "_")
}

fn text(options: &Options, key: &str) -> Option<String> {
    match &**options.get(key)? {
        Variant::Str(text) => Some(text.to_string()),
        _ => None,
    }
}

fn object(path: String) -> OwnedObjectPath {
    OwnedObjectPath::try_from(path).expect("a path of letters, digits and strokes")
}

/// Opens a session object, and says which.
async fn open_session(
    memory: &Memory,
    connection: &Connection,
    header: &Header<'_>,
    options: &Options,
) -> OwnedObjectPath {
    let token = text(options, "session_handle_token").unwrap_or_default();
    let path = object(format!("{PATH}/session/{}/{token}", sender(header)));
    let server = connection.object_server();
    let served = server.at(path.clone(), OpenSession(memory.clone())).await;
    served.expect("the path is free");
    path
}

/// Answers a request, as always by a signal after the call.
fn answer(
    connection: &Connection,
    header: &Header<'_>,
    options: &Options,
    response: u32,
    results: HashMap<&'static str, Variant<'static>>,
) -> OwnedObjectPath {
    let token = text(options, "handle_token").unwrap_or_default();
    let path = object(format!("{PATH}/request/{}/{token}", sender(header)));
    let client = header.sender().map(ToString::to_string);
    let (connection, request) = (connection.clone(), path.clone());
    tokio::spawn(async move {
        let body = (response, results);
        let sent = connection.emit_signal(
            client,
            request,
            "org.freedesktop.portal.Request",
            "Response",
            &body,
        );
        sent.await.expect("the bus takes a signal");
    });
    path
}

struct Registry(Memory);

#[interface(name = "org.freedesktop.host.portal.Registry")]
impl Registry {
    fn register(&self, app_id: String, _options: Options) {
        self.0.asked().registered.push(app_id);
    }
}

struct OpenSession(Memory);

#[interface(name = "org.freedesktop.portal.Session")]
impl OpenSession {
    fn close(&self) {
        self.0.asked().n_closed += 1;
    }
}

struct GlobalShortcuts(Memory);

#[interface(name = "org.freedesktop.portal.GlobalShortcuts")]
impl GlobalShortcuts {
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }

    async fn create_session(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        options: Options,
    ) -> OwnedObjectPath {
        let session = open_session(&self.0, connection, &header, &options).await;
        let handle = Variant::from(session.as_str().to_owned());
        let results = HashMap::from([("session_handle", handle)]);
        answer(connection, &header, &options, 0, results)
    }

    fn bind_shortcuts(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        session: OwnedObjectPath,
        shortcuts: Vec<(String, Options)>,
        _parent_window: String,
        options: Options,
    ) -> OwnedObjectPath {
        let empty = HashMap::new();
        if self.0.consent == Consent::Declined {
            return answer(connection, &header, &options, 1, empty);
        }
        let mut asked = self.0.asked();
        let client = header.sender().map(ToString::to_string).unwrap_or_default();
        for (id, shortcut) in &shortcuts {
            asked.triggers.extend(text(shortcut, "preferred_trigger"));
            asked.shortcut = Some(Shortcut {
                client: client.clone(),
                session: session.clone(),
                id: id.clone(),
            });
        }
        drop(asked);
        let bound: Vec<(String, HashMap<&str, Variant<'_>>)> = match self.0.consent {
            Consent::Given => shortcuts.into_iter().map(described).collect(),
            _ => Vec::new(),
        };
        let results = HashMap::from([("shortcuts", Variant::from(bound))]);
        answer(connection, &header, &options, 0, results)
    }

    fn list_shortcuts(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        _session: OwnedObjectPath,
        options: Options,
    ) -> OwnedObjectPath {
        let none: Vec<(String, HashMap<&str, Variant<'_>>)> = Vec::new();
        let results = HashMap::from([("shortcuts", Variant::from(none))]);
        answer(connection, &header, &options, 0, results)
    }
}

/// A shortcut as the portal names it in its answer.
fn described((id, _wish): (String, Options)) -> (String, HashMap<&'static str, Variant<'static>>) {
    let described = HashMap::from([
        ("description", Variant::from("Hold to dictate")),
        ("trigger_description", Variant::from("the key")),
    ]);
    (id, described)
}

struct RemoteDesktop(Memory);

#[interface(name = "org.freedesktop.portal.RemoteDesktop")]
impl RemoteDesktop {
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        2
    }

    #[zbus(property)]
    fn available_device_types(&self) -> u32 {
        KEYBOARD
    }

    async fn create_session(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        options: Options,
    ) -> OwnedObjectPath {
        let session = open_session(&self.0, connection, &header, &options).await;
        let handle = Variant::from(session.as_str().to_owned());
        let results = HashMap::from([("session_handle", handle)]);
        answer(connection, &header, &options, 0, results)
    }

    fn select_devices(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        _session: OwnedObjectPath,
        options: Options,
    ) -> OwnedObjectPath {
        let token = text(&options, "restore_token");
        self.0.asked().restore_tokens.push(token);
        answer(connection, &header, &options, 0, HashMap::new())
    }

    fn start(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        _session: OwnedObjectPath,
        _parent_window: String,
        options: Options,
    ) -> OwnedObjectPath {
        let n_starts = self.0.asked().restore_tokens.len();
        let (response, results) = match self.0.consent {
            Consent::Declined => (1, HashMap::new()),
            Consent::GivenSilently => (0, HashMap::new()),
            Consent::Given => {
                let token = format!("token-{n_starts}");
                let results = HashMap::from([
                    ("devices", Variant::from(KEYBOARD)),
                    ("restore_token", Variant::from(token)),
                ]);
                (0, results)
            }
        };
        answer(connection, &header, &options, response, results)
    }

    fn notify_keyboard_keysym(
        &self,
        _session: OwnedObjectPath,
        _options: Options,
        keysym: i32,
        state: u32,
    ) {
        self.0.asked().typed.push(TypedKey {
            keysym,
            down: state == 1,
        });
    }
}
