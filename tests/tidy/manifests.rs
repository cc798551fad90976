//! Cargo manifests inherit from the workspace; model manifests match their files.

use std::{collections::BTreeSet, fs};

use sotto_models::{Bundle, MANIFEST_FILE, StampStore};
use sotto_tests::source_root;
use toml::{Table, Value};

fn read(path: &str) -> Table {
    let path = source_root().join(path);
    fs::read_to_string(&path).unwrap().parse().unwrap()
}

/// Folders of the members with their manifests.
fn members() -> Vec<(String, Table)> {
    let root = read("Cargo.toml");
    let members = root["workspace"]["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| {
            let folder = member.as_str().unwrap();
            (folder.to_owned(), read(&format!("{folder}/Cargo.toml")))
        })
        .collect()
}

fn inherits(value: Option<&Value>) -> bool {
    value
        .and_then(|value| value.get("workspace"))
        .and_then(Value::as_bool)
        == Some(true)
}

#[test]
fn every_member_inherits_lints_and_package_fields() {
    for (folder, manifest) in members() {
        assert!(
            inherits(manifest.get("lints")),
            "{folder}: add [lints] workspace = true"
        );
        for field in [
            "version",
            "edition",
            "rust-version",
            "license",
            "repository",
            "publish",
        ] {
            let value = manifest["package"].get(field);
            assert!(inherits(value), "{folder}: add {field}.workspace = true");
        }
    }
}

#[test]
fn every_version_stands_in_one_place() {
    for (folder, manifest) in members() {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, value) in manifest
                .get(section)
                .and_then(Value::as_table)
                .into_iter()
                .flatten()
            {
                assert!(
                    inherits(Some(value)),
                    "{folder}: {name} has a version of its own"
                );
            }
        }
    }
}

/// The table of ARCHITECTURE.md names each crate from elsewhere once.
#[test]
fn every_dependency_has_its_reason() {
    let architecture = fs::read_to_string(source_root().join("ARCHITECTURE.md")).unwrap();
    let (_, section) = architecture.split_once("### Dependencies").unwrap();
    let (section, _) = section.split_once("###").unwrap();
    let told: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
        .filter(|cell| *cell != "crate")
        .flat_map(|cell| cell.split(", "))
        .collect();
    let root = read("Cargo.toml");
    let used: Vec<&str> = root["workspace"]["dependencies"]
        .as_table()
        .unwrap()
        .iter()
        .filter(|(_, value)| value.get("path").is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    for name in &used {
        let n_told = told.iter().filter(|told| *told == name).count();
        assert_eq!(n_told, 1, "{name}: write one row in ARCHITECTURE.md");
    }
    for name in told {
        assert!(used.contains(&name), "{name} is not used any more");
    }
}

#[test]
fn no_workspace_dependency_is_a_wildcard() {
    let root = read("Cargo.toml");
    for (name, value) in root["workspace"]["dependencies"].as_table().unwrap() {
        let version = value
            .as_str()
            .or_else(|| value.get("version").and_then(Value::as_str));
        let has_path = value.get("path").is_some();
        assert!(
            has_path || version.is_some_and(|version| !version.contains('*')),
            "{name}"
        );
    }
}

/// Kept graphs hold operators of the inference library, so another version must not read them.
#[test]
fn prepared_graphs_name_the_library_that_is_linked() {
    let lock = read("Cargo.lock");
    let packages = lock["package"].as_array().unwrap().iter();
    let versions: Vec<&str> = packages
        .filter(|package| package["name"].as_str() == Some("tract-core"))
        .map(|package| package["version"].as_str().unwrap())
        .collect();
    let source = source_root().join("engine/core/src/model/prepared.rs");
    let source = fs::read_to_string(source).unwrap();
    assert_eq!(versions.len(), 1);
    let library = format!("LIBRARY: &str = \"tract {}\"", versions[0]);
    assert!(
        source.contains(&library),
        "prepared.rs should say {library}"
    );
}

#[test]
fn the_models_in_the_tree_match_their_manifests() {
    let starter = source_root().join("models/starter");
    let mut ids = BTreeSet::new();
    for entry in fs::read_dir(starter).unwrap() {
        let dir = entry.unwrap().path();
        if dir.join(MANIFEST_FILE).is_file() {
            let bundle = Bundle::open(&dir, &StampStore::disabled()).unwrap();
            assert!(
                ids.insert(bundle.id().to_owned()),
                "two models are called {}",
                bundle.id()
            );
        }
    }
}
