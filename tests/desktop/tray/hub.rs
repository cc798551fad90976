//! A model hub on this computer that serves the built-in model's files, with faults.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sotto_tests::source_root;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The hub; it ends with the test.
#[derive(Debug)]
pub(crate) struct Hub {
    shared: Arc<Shared>,
    port: u16,
}

#[derive(Debug, Default)]
struct Shared {
    n_bytes: AtomicU64,
    n_ranges: AtomicU64,
    is_quick: AtomicBool,
    n_cut: AtomicU64,
}

/// The files that the model consists of, as its manifest names them.
fn files() -> Vec<toml::Table> {
    let manifest =
        fs::read_to_string(source_root().join("models/starter/en/manifest.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let files = manifest["files"].as_array().unwrap();
    files
        .iter()
        .map(|file| file.as_table().unwrap().clone())
        .collect()
}

impl Hub {
    /// Serves, slowly at first, and names the model in a catalogue of the user's.
    pub(crate) fn start(catalogue: &Path) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let served = Arc::clone(&served);
                std::thread::spawn(move || {
                    // A client that goes away ends the answer.
                    let _gone = answer(stream, &served);
                });
            }
        });
        let files: Vec<String> = files()
            .iter()
            .map(|file| {
                format!(
                    "    {{ role = {}, path = {}, size = {}, sha256 = {} }},\n",
                    file["role"], file["path"], file["size"], file["sha256"]
                )
            })
            .collect();
        fs::create_dir_all(catalogue).unwrap();
        let text = format!(
            "format = 1\n\n[[models]]\nid = \"test-model\"\nname = \"Test model\"\nlanguages = [\"en\"]\n\
             license = \"CC-BY-4.0\"\nlicense_kind = \"free\"\ndescription = \"Served by a test.\"\n\
             family = \"nemo-ctc\"\ncase = \"lower\"\npunctuation = false\n\
             repository = \"http://127.0.0.1:{port}/test/model\"\ncommit = \"{COMMIT}\"\nfiles = [\n{}]\n",
            files.concat()
        );
        fs::write(catalogue.join("test.toml"), text).unwrap();
        Self { shared, port }
    }

    /// Where it listens.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Bytes served so far.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.shared.n_bytes.load(Ordering::Relaxed)
    }

    /// Requests that went on in the middle of a file.
    pub(crate) fn n_ranges(&self) -> u64 {
        self.shared.n_ranges.load(Ordering::Relaxed)
    }

    /// Serves without delay from now on.
    pub(crate) fn let_go(&self) {
        self.shared.is_quick.store(true, Ordering::Relaxed);
    }

    /// Fails unless a folder holds every file as it was served.
    #[track_caller]
    pub(crate) fn is_copied_to(&self, folder: &Path) {
        for file in files() {
            let path = file["path"].as_str().unwrap();
            let name = Path::new(path).file_name().unwrap();
            let original = fs::read(source_root().join("models/starter/en").join(path)).unwrap();
            assert!(
                fs::read(folder.join(name)).unwrap() == original,
                "{path} differs"
            );
        }
    }
}

fn answer(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let mut start = 0_usize;
    for line in lines.by_ref() {
        let line = line?.to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            start = range.split('-').next().unwrap_or("0").parse().unwrap_or(0);
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let wanted = path.split(&format!("/resolve/{COMMIT}/")).nth(1);
    let file =
        wanted.and_then(|name| fs::read(source_root().join("models/starter/en").join(name)).ok());
    let Some(file) = file else {
        return write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    };
    let rest = &file[start.min(file.len())..];
    if start > 0 {
        shared.n_ranges.fetch_add(1, Ordering::Relaxed);
        write!(
            stream,
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{}/{}\r\n",
            file.len() - 1,
            file.len()
        )?;
    } else {
        write!(stream, "HTTP/1.1 200 OK\r\n")?;
    }
    write!(
        stream,
        "Content-Length: {}\r\nAccept-Ranges: bytes\r\nConnection: close\r\n\r\n",
        rest.len()
    )?;
    for (idx, piece) in rest.chunks(64 * 1024).enumerate() {
        stream.write_all(piece)?;
        shared
            .n_bytes
            .fetch_add(piece.len() as u64, Ordering::Relaxed);
        if shared.is_quick.load(Ordering::Relaxed) {
            // The network fails once in the middle.
            if idx == 8 && shared.n_cut.fetch_add(1, Ordering::Relaxed) == 0 {
                return Ok(());
            }
        } else {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(())
}
