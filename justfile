# Recipes for everyday work; `tests/run.sh` is what CI runs.

# List the recipes
default:
    @just --list

# Compile everything
check:
    cargo check --workspace --all-targets --locked

# Everything that CI runs
test:
    tests/run.sh

# Formatting and lints
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Licenses, banned crates and sources (needs cargo-deny)
deny:
    cargo deny --locked check bans licenses sources

# API documentation
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Error rates and latency on recordings with known words
eval MANIFEST *ARGS:
    cargo run --release --locked --package sotto -- eval {{MANIFEST}} {{ARGS}}

# How long a person waits: press to listening, speech to text, release to commit (needs the desktop tests' programs)
bench-latency *ARGS:
    cargo build --workspace --locked
    target/debug/sotto-bench-latency {{ARGS}}

# Write what is said in recordings
transcribe *ARGS:
    cargo run --release --locked --package sotto -- transcribe {{ARGS}}

# Build, then show speech becoming text
try *ARGS:
    packaging/try.sh {{ARGS}}
