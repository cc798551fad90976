//! A web server on this computer that keeps to the rules until it is told to break one.
//!
//! It answers one request on each connection, and says so. Faults stand in a queue, and each spoils one answer.
//! It understands `GET`, `Range: bytes=N-` and `If-Range`, which is all that a download needs.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// One way to spoil an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends after so many bytes of the head.
    CutHead(usize),
    /// The connection ends after so many bytes of the body.
    CutBody(usize),
    /// The head comes a byte at a time, with pauses.
    SlowHead(Duration),
    /// The body comes a byte at a time, with pauses.
    SlowBody(Duration),
    /// The status is another one, and the body is empty.
    Status(u16),
    /// The answer leads elsewhere.
    Redirect(String),
    /// `Content-Length` says so many bytes.
    Length(u64),
    /// There is no `Content-Length`: the body ends with the connection.
    NoLength,
    /// The body goes on after the file with so many bytes, without a length that would tell.
    Surplus(usize),
    /// The whole file comes, whatever part was asked for.
    IgnoreRange,
    /// `Content-Range` says this.
    ContentRange(String),
    /// Status 206 with a whole file, though no part was asked for.
    UnaskedPart,
    /// The file has one wrong bit at this place.
    FlipBit(usize),
    /// Not HTTP at all.
    Garbage(Vec<u8>),
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// First line, such as `GET /a HTTP/1.1`.
    pub line: String,
    /// Header fields by their names in small letters.
    pub fields: BTreeMap<String, String>,
}

impl Request {
    /// First byte of the part that is asked for.
    #[must_use]
    pub fn range_start(&self) -> Option<usize> {
        let range = self.fields.get("range")?.strip_prefix("bytes=")?;
        range.strip_suffix('-')?.parse().ok()
    }

    fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or("")
    }
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, Arc<Vec<u8>>>,
    faults: VecDeque<Fault>,
    requests: Vec<Request>,
    n_body_bytes: u64,
    /// Places in a file at which the next answer that comes past it stops and waits.
    hold: Option<usize>,
    is_held: bool,
    has_ended: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The server; it ends when dropped.
pub struct HttpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl HttpServer {
    /// Starts on a free port.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this computer is free");
        let address = listener.local_addr().expect("the port is bound");
        let shared = Arc::new(Shared::default());
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.lock().has_ended {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let serving = Arc::clone(&serving);
                thread::spawn(move || {
                    // A client that goes away is part of the play.
                    let _gone = answer(&stream, &serving);
                });
            }
        });
        Self { address, shared }
    }

    /// Its address, such as `http://127.0.0.1:4711`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves bytes at a path.
    pub fn serve(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        let bytes = Arc::new(bytes.into());
        self.shared.lock().files.insert(path.to_owned(), bytes);
    }

    /// Spoils the next answers, one each.
    pub fn spoil(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.lock().faults.extend(faults);
    }

    /// Forgets the faults that are left; the answer is how many.
    pub fn clear_faults(&self) -> usize {
        std::mem::take(&mut self.shared.lock().faults).len()
    }

    /// What was asked for since the last call.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.shared.lock().requests)
    }

    /// Bytes of bodies that were sent.
    #[must_use]
    pub fn n_body_bytes(&self) -> u64 {
        self.shared.lock().n_body_bytes
    }

    /// The next answer that comes past this byte of its file stops there, until [`Self::release`].
    pub fn hold_at(&self, offset: usize) {
        self.shared.lock().hold = Some(offset);
    }

    /// Waits until an answer is held; false after the time given.
    #[must_use]
    pub fn wait_held(&self, patience: Duration) -> bool {
        let state = self.shared.lock();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, patience, |state| !state.is_held);
        waited.is_ok_and(|(state, _)| state.is_held)
    }

    /// Lets the held answer go on.
    pub fn release(&self) {
        let mut state = self.shared.lock();
        state.hold = None;
        state.is_held = false;
        self.shared.changed.notify_all();
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.shared.lock().has_ended = true;
        self.release();
        // Wakes the thread that waits for connections.
        let _refused = TcpStream::connect(self.address);
    }
}

fn read_request(stream: &TcpStream) -> std::io::Result<Request> {
    let mut lines = BufReader::new(stream).lines();
    let mut next = || lines.next().unwrap_or_else(|| Ok(String::new()));
    let line = next()?;
    let mut fields = BTreeMap::new();
    loop {
        let field = next()?;
        let Some((name, value)) = field.split_once(':') else {
            return Ok(Request { line, fields });
        };
        fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
}

fn answer(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let request = read_request(stream)?;
    if request.line.is_empty() {
        // A connection that asked for nothing uses up no fault.
        return Ok(());
    }
    let (file, fault) = {
        let mut state = shared.lock();
        state.requests.push(request.clone());
        let file = state.files.get(request.path()).cloned();
        (file, state.faults.pop_front())
    };
    let mut stream = stream;
    let fault = fault.as_ref();
    let mut head = String::new();
    match fault {
        Some(Fault::Garbage(bytes)) => return stream.write_all(bytes),
        Some(Fault::Status(status)) => {
            head = empty(&format!("{status} No"), "");
        }
        Some(Fault::Redirect(to)) => {
            head = empty("302 Found", &format!("Location: {to}\r\n"));
        }
        _ if file.is_none() => head = empty("404 No", ""),
        _ => {}
    }
    if !head.is_empty() {
        return stream.write_all(head.as_bytes());
    }
    let mut file = file.expect("the head is written otherwise");
    if let Some(Fault::FlipBit(place)) = fault {
        Arc::make_mut(&mut file)[*place] ^= 1;
    }
    let is_same = request
        .fields
        .get("if-range")
        .is_none_or(|etag| etag == ETAG);
    let asked = request
        .range_start()
        .filter(|_| is_same && fault != Some(&Fault::IgnoreRange));
    let size = file.len();
    let start = asked.unwrap_or(0);
    if start >= size && asked.is_some() {
        let range = format!("Content-Range: bytes */{size}\r\n");
        return stream.write_all(empty("416 No", &range).as_bytes());
    }
    let is_part = asked.is_some() || fault == Some(&Fault::UnaskedPart);
    head.push_str(if is_part {
        "HTTP/1.1 206 Partial Content\r\n"
    } else {
        "HTTP/1.1 200 OK\r\n"
    });
    head.push_str(&format!("ETag: {ETAG}\r\nConnection: close\r\n"));
    if let Some(Fault::ContentRange(range)) = fault {
        head.push_str(&format!("Content-Range: {range}\r\n"));
    } else if is_part {
        head.push_str(&format!(
            "Content-Range: bytes {start}-{}/{size}\r\n",
            size - 1
        ));
    }
    match fault {
        Some(Fault::Length(length)) => head.push_str(&format!("Content-Length: {length}\r\n")),
        Some(Fault::NoLength | Fault::Surplus(_)) => {}
        _ => head.push_str(&format!("Content-Length: {}\r\n", size - start)),
    }
    head.push_str("\r\n");
    match fault {
        Some(Fault::CutHead(n_bytes)) => {
            return stream.write_all(&head.as_bytes()[..(*n_bytes).min(head.len())]);
        }
        Some(Fault::SlowHead(pause)) => slowly(stream, head.as_bytes(), *pause)?,
        _ => stream.write_all(head.as_bytes())?,
    }
    let end = match fault {
        Some(Fault::CutBody(n_bytes)) => (start + n_bytes).min(size),
        _ => size,
    };
    if let Some(Fault::SlowBody(pause)) = fault {
        return slowly(stream, &file[start..end], *pause);
    }
    send(stream, shared, &file, start, end)?;
    if let Some(Fault::Surplus(n_bytes)) = fault {
        stream.write_all(&vec![b'x'; *n_bytes])?;
    }
    Ok(())
}

/// The head of an answer without a body; `fields` are whole lines.
///
/// It says that the connection ends: a client that kept it would ask again on a connection that is about to be
/// closed, take that for a failure of the network, and its next attempt would use up another fault.
fn empty(status: &str, fields: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{fields}Connection: close\r\nContent-Length: 0\r\n\r\n")
}

/// The version of every file.
const ETAG: &str = "\"v1\"";

fn slowly(mut stream: &TcpStream, bytes: &[u8], pause: Duration) -> std::io::Result<()> {
    for byte in bytes {
        stream.write_all(&[*byte])?;
        thread::sleep(pause);
    }
    Ok(())
}

fn send(
    mut stream: &TcpStream,
    shared: &Shared,
    file: &[u8],
    start: usize,
    end: usize,
) -> std::io::Result<()> {
    let mut at = start;
    while at < end {
        let mut next = (at + (1 << 16)).min(end);
        let held = {
            let state = shared.lock();
            state.hold.filter(|hold| (at..next).contains(hold))
        };
        if let Some(held) = held {
            next = held;
        }
        stream.write_all(&file[at..next])?;
        let mut state = shared.lock();
        state.n_body_bytes += (next - at) as u64;
        at = next;
        if held.is_some() {
            state.is_held = true;
            shared.changed.notify_all();
            let released = shared
                .changed
                .wait_while(state, |state| state.is_held && !state.has_ended);
            drop(released.unwrap_or_else(PoisonError::into_inner));
        }
    }
    Ok(())
}
