//! What the tests of downloads share: a home folder, a server, a catalogue that points to it.
#![allow(dead_code, unreachable_pub, reason = "each test uses its part of this")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::AtomicBool,
    time::Duration,
};

use sha2::{Digest, Sha256};
use sotto_fetch::{
    Client, FetchError, FetchEvent, NetworkOptions, install,
    sotto_models::{Catalogue, Store},
};

#[path = "../../../../tests/support/http_server.rs"]
pub mod http_server;

use http_server::HttpServer;

/// Where the hub of the tests has the one model of the tests.
pub const FILES: &str = "/owner/name/resolve/0123456789012345678901234567890123456789";

/// Bytes that no compression and no chance makes equal at two places.
pub fn noise(n_bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes = Vec::with_capacity(n_bytes + 8);
    while bytes.len() < n_bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(n_bytes);
    bytes
}

pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A home folder, and a server with one model.
pub struct Desk {
    pub root: tempfile::TempDir,
    pub server: HttpServer,
    pub graph: Vec<u8>,
    pub options: NetworkOptions,
}

pub const TOKENS: &[u8] = b"<blk> 0\na 1\n";

/// Enough patience for a server that answers on a busy computer.
pub fn patient() -> NetworkOptions {
    NetworkOptions {
        connect_timeout: Duration::from_secs(10),
        answer_timeout: Duration::from_secs(10),
        read_timeout: Duration::from_secs(10),
        stall_period: Duration::from_secs(10),
        min_bytes: 1 << 10,
        max_redirects: 3,
        max_fruitless_attempts: 3,
        first_wait: Duration::from_millis(1),
        max_wait: Duration::from_millis(1),
    }
}

/// Too little patience for a server that drips.
pub fn impatient() -> NetworkOptions {
    NetworkOptions {
        answer_timeout: Duration::from_millis(900),
        read_timeout: Duration::from_millis(900),
        stall_period: Duration::from_millis(500),
        ..patient()
    }
}

impl Desk {
    pub fn new(n_graph_bytes: usize) -> Self {
        let server = HttpServer::start();
        let graph = noise(n_graph_bytes, 7);
        server.serve(&format!("{FILES}/exp/model.onnx"), graph.clone());
        server.serve(&format!("{FILES}/tokens.txt"), TOKENS);
        let desk = Self {
            root: tempfile::tempdir().unwrap(),
            server,
            graph,
            options: patient(),
        };
        desk.write_catalogue(&desk.hub_entry(true));
        desk
    }

    /// The model as loose files; everything pinned, or only their paths.
    pub fn hub_entry(&self, is_pinned: bool) -> String {
        let pin = |bytes: &[u8]| {
            let pins = format!(", size = {}, sha256 = \"{}\"", bytes.len(), sha256(bytes));
            if is_pinned { pins } else { String::new() }
        };
        let commit = if is_pinned {
            "commit = \"0123456789012345678901234567890123456789\"\n"
        } else {
            ""
        };
        format!(
            "repository = \"{}/owner/name\"\n{commit}files = [\n\
             {{ role = \"ctc\", path = \"exp/model.onnx\"{} }},\n\
             {{ role = \"tokens\", path = \"tokens.txt\", size = {}, sha256 = \"{}\" }},\n]\n",
            self.server.url(),
            pin(&self.graph),
            TOKENS.len(),
            sha256(TOKENS),
        )
    }

    pub fn write_catalogue(&self, source: &str) {
        let folder = self.path("config/sotto/catalogue.d");
        fs::create_dir_all(&folder).unwrap();
        let text = format!(
            "format = 1\n[[models]]\nid = \"m\"\nname = \"M\"\nlanguages = [\"en\"]\n\
             license = \"MIT\"\nlicense_kind = \"free\"\nfamily = \"nemo-ctc\"\ncase = \"lower\"\n\
             punctuation = false\n{source}"
        );
        let catalogue = Catalogue::parse(&text, Path::new("test"));
        assert_eq!(catalogue.problems, []);
        fs::write(folder.join("test.toml"), text).unwrap();
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    pub fn models(&self) -> PathBuf {
        self.path("data/sotto/models")
    }

    pub fn catalogue(&self) -> Catalogue {
        let mut catalogue = Catalogue::default();
        catalogue.add_folder(&self.path("config/sotto/catalogue.d"));
        catalogue
    }

    /// Downloads and installs in this process.
    pub fn install(&self) -> Result<Vec<FetchEvent>, FetchError> {
        let mut events = Vec::new();
        install(
            &Client::new(self.options.clone()),
            &Store::at(self.models()),
            self.catalogue().model("m").unwrap(),
            &AtomicBool::new(false),
            &mut |event| events.push(event),
        )?;
        Ok(events)
    }

    /// The program, in this home.
    pub fn program(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sotto-fetch"));
        self.at_home(&mut command);
        command.args(args);
        command
    }

    pub fn at_home(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("XDG_DATA_DIRS", self.path("none"))
            .env("SOTTO_FETCH_WAIT_MS", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    /// Whether anything is installed; if so it is what it must be.
    #[track_caller]
    pub fn is_installed(&self) -> bool {
        let dir = self.models().join("m");
        if !dir.exists() {
            return false;
        }
        assert!(
            fs::read(dir.join("model.onnx")).unwrap() == self.graph,
            "another file"
        );
        assert_eq!(fs::read(dir.join("tokens.txt")).unwrap(), TOKENS);
        assert!(dir.join("manifest.toml").is_file());
        true
    }

    /// Files of unfinished work.
    pub fn unfinished(&self) -> Vec<String> {
        let entries = fs::read_dir(self.models().join(".staging/m"));
        let mut names: Vec<_> = entries
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}
