//! Which crate may depend on which, read from `cargo metadata`.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    process::Command,
};

use serde_json::Value;
use sotto_tests::source_root;

/// Crates of ours and the crates of ours that they may depend on.
const ALLOWED: [(&str, &[&str]); 13] = [
    ("sotto-api", &[]),
    ("sotto-capture", &["sotto-core"]),
    ("sotto-core", &[]),
    ("sotto-fetch", &["sotto-i18n", "sotto-models"]),
    ("sotto-i18n", &[]),
    ("sotto-ibus", &[]),
    ("sotto-models", &["sotto-i18n"]),
    ("sotto-session", &["sotto-text"]),
    ("sotto-text", &[]),
    ("sotto-tray", &["sotto-api", "sotto-fetch", "sotto-i18n"]),
    (
        "sotto",
        &[
            "sotto-api",
            "sotto-capture",
            "sotto-core",
            "sotto-i18n",
            "sotto-ibus",
            "sotto-models",
            "sotto-session",
            "sotto-text",
        ],
    ),
    ("sotto-checks", &["*"]),
    ("sotto-tests", &["*"]),
];

/// Crates that only one crate of ours may name.
const OWNED: [(&str, &str); 4] = [
    ("cpal", "sotto-capture"),
    ("tract-onnx", "sotto-core"),
    ("ureq", "sotto-fetch"),
    ("webrtc-vad", "sotto-core"),
];

/// Crates that speak to a network, in whole or in part.
const NETWORK: [&str; 16] = [
    "attohttpc",
    "curl",
    "h2",
    "h3",
    "hyper",
    "isahc",
    "minreq",
    "native-tls",
    "openssl",
    "quinn",
    "reqwest",
    "rustls",
    "surf",
    "tungstenite",
    "ureq",
    "webpki-roots",
];

/// Crates that reach the outside world: none of them may come into a pure crate by any way.
const OUTSIDE: [&str; 12] = [
    "alsa",
    "async-io",
    "async-std",
    "cpal",
    "dbus",
    "directories",
    "mio",
    "smol",
    "socket2",
    "tokio",
    "zbus",
    "zvariant",
];

const PURE: [&str; 3] = ["sotto-core", "sotto-session", "sotto-text"];

struct Graph {
    /// Normal dependencies by package id.
    dependencies: BTreeMap<String, Vec<String>>,
    names: BTreeMap<String, String>,
    members: Vec<String>,
}

impl Graph {
    fn read() -> Self {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked", "--offline"])
            .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
            .current_dir(source_root())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let names = metadata["packages"].as_array().unwrap().iter();
        let names = names
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let nodes = metadata["resolve"]["nodes"].as_array().unwrap().iter();
        let dependencies = nodes
            .map(|node| {
                let normal = node["deps"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|dependency| {
                        let kinds = dependency["dep_kinds"].as_array().unwrap();
                        kinds.iter().any(|kind| kind["kind"].is_null())
                    });
                (
                    text(&node["id"]),
                    normal.map(|dependency| text(&dependency["pkg"])).collect(),
                )
            })
            .collect();
        let members = metadata["workspace_members"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect();
        Self {
            dependencies,
            names,
            members,
        }
    }

    fn direct(&self, id: &str) -> BTreeSet<&str> {
        self.dependencies[id]
            .iter()
            .map(|id| self.names[id].as_str())
            .collect()
    }

    /// Names of everything that is linked with a package.
    fn linked(&self, id: &str) -> BTreeSet<&str> {
        let mut ids: BTreeSet<&str> = BTreeSet::new();
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            if ids.insert(id) {
                pending.extend(self.dependencies[id].iter().map(String::as_str));
            }
        }
        ids.into_iter().map(|id| self.names[id].as_str()).collect()
    }

    fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.members
            .iter()
            .map(|id| (id.as_str(), self.names[id].as_str()))
    }
}

#[test]
fn our_crates_depend_on_each_other_as_planned() {
    let graph = Graph::read();
    let allowed = BTreeMap::from(ALLOWED);
    for (id, name) in graph.members() {
        let may = allowed
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not in the plan"));
        for dependency in graph.direct(id) {
            let is_ours = allowed.contains_key(dependency);
            assert!(
                !is_ours || may.contains(&"*") || may.contains(&dependency),
                "{name} depends on {dependency}"
            );
        }
    }
}

#[test]
fn some_crates_have_one_owner() {
    let graph = Graph::read();
    for (id, name) in graph.members() {
        let direct = graph.direct(id);
        for (owned, owner) in OWNED {
            assert!(
                name == owner || !direct.contains(owned),
                "{name} depends on {owned}"
            );
        }
    }
}

#[test]
fn pure_crates_reach_nothing_outside() {
    let graph = Graph::read();
    for (id, name) in graph.members().filter(|(_, name)| PURE.contains(name)) {
        let linked = graph.linked(id);
        for forbidden in OUTSIDE.iter().chain(&NETWORK) {
            assert!(!linked.contains(forbidden), "{name} links {forbidden}");
        }
    }
}

#[test]
fn the_program_that_hears_links_no_network_client() {
    let graph = Graph::read();
    for (id, name) in graph
        .members()
        .filter(|(_, name)| ["sotto", "sotto-capture"].contains(name))
    {
        let linked = graph.linked(id);
        for forbidden in NETWORK {
            assert!(!linked.contains(forbidden), "{name} links {forbidden}");
        }
    }
}
