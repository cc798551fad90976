//! Every check with its seeds and with seeds that were changed, always in the same way.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Numbers as xorshift gives them (Marsaglia 2003, <https://doi.org/10.18637/jss.v008.i14>).
struct Numbers(u64);

impl Numbers {
    /// One of `0..n`.
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n.max(1) as u64).expect("less than a usize")
    }
}

/// Changes an input a little: bytes, their order, their number.
fn change(bytes: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    let at = numbers.below(bytes.len() + 1);
    let end = (at + numbers.below(16)).min(bytes.len());
    match numbers.below(6) {
        0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
        1 if at < bytes.len() => bytes[at] = [0, 0x7f, 0x80, 0xff, b'\n', b'"'][numbers.below(6)],
        2 => drop(bytes.drain(at..end)),
        3 => bytes.extend_from_within(at..end),
        4 => {
            let from = numbers.below(other.len());
            let part = &other[from..(from + numbers.below(64)).min(other.len())];
            bytes.splice(at..end, part.iter().copied());
        }
        _ => bytes.truncate(at.max(bytes.len() / 2)),
    }
}

#[track_caller]
fn check(check: fn(&[u8]), seeds: &str, n_inputs: usize) {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join(seeds))
        .expect("seeds are readable")
        .map(|entry| entry.expect("seeds are readable").path())
        .collect();
    files.sort();
    let seeds: Vec<Vec<u8>> = files
        .iter()
        .map(|file| fs::read(file).expect("seeds are readable"))
        .collect();
    assert!(!seeds.is_empty());
    check(&[]);
    seeds.iter().for_each(|seed| check(seed));
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..n_inputs {
        let mut input = seeds[numbers.below(seeds.len())].clone();
        for _ in 0..=numbers.below(5) {
            let other = numbers.below(seeds.len());
            change(&mut input, &seeds[other], &mut numbers);
        }
        check(&input);
    }
}

#[test]
fn every_target_is_here() {
    let targets = fs::read_dir(root().join("tests/fuzz/fuzz_targets")).expect("it is readable");
    for target in targets {
        let file = target.expect("it is readable").path();
        let name = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("UTF-8");
        let calls = format!("sotto_checks::{name},");
        assert!(include_str!("short.rs").contains(&calls), "{name}");
    }
}

#[test]
fn tokens() {
    check(sotto_checks::tokens, "tests/fuzz/seeds/tokens", 20_000);
}

#[test]
fn arpa() {
    check(sotto_checks::arpa, "tests/fuzz/seeds/arpa", 20_000);
}

#[test]
fn language_model() {
    let seeds = "tests/fuzz/seeds/language_model";
    check(sotto_checks::language_model, seeds, 20_000);
}

#[test]
fn lexicon() {
    check(sotto_checks::lexicon, "tests/fuzz/seeds/lexicon", 20_000);
}

#[test]
fn catalogue() {
    check(sotto_checks::catalogue, "tests/fuzz/seeds/catalogue", 5_000);
}

#[test]
fn manifest() {
    check(sotto_checks::manifest, "tests/fuzz/seeds/manifest", 10_000);
}

#[test]
fn archive() {
    check(sotto_checks::archive, "tests/fuzz/seeds/archive", 200);
}

#[test]
fn ibus_wire() {
    check(
        sotto_checks::ibus_wire,
        "tests/fuzz/seeds/ibus_wire",
        50_000,
    );
}

#[test]
fn tables() {
    check(sotto_checks::tables, "tests/fuzz/seeds/tables", 5_000);
}

#[test]
fn edits() {
    check(sotto_checks::edits, "tests/fuzz/seeds/edits", 20_000);
}

#[test]
fn audio() {
    check(sotto_checks::audio, "engine/daemon/tests/audio", 1_000);
}

#[test]
fn settings() {
    check(sotto_checks::settings, "tests/fuzz/seeds/settings", 3_000);
}
