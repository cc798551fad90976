#!/bin/sh
# Builds and installs within flatpak-builder, which has no network.
set -eu
if [ -d prebuilt ]; then
    bin=prebuilt
else
    mkdir -p "$CARGO_HOME"
    cat >"$CARGO_HOME/config.toml" <<'TOML'
[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "vendor"
TOML
    cargo build --release --locked --offline --workspace --bins
    bin=target/release
fi
part=all
if [ ! -x "$bin/sotto-tray" ]; then
    part=engine
fi
packaging/install.sh --bin "$bin" --prefix /app --part "$part" --flatpak
