#!/usr/bin/env bash
# Builds the Flatpak into a repository in target/packages/flatpak/repo.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$root/target/packages/flatpak

fail() {
    printf 'flatpak/build.sh: %s\n' "$*" >&2
    exit 1
}

command -v flatpak-builder >/dev/null || fail "flatpak-builder is missing: install it"
mkdir -p "$work"
if ! (cd "$root" && cargo vendor --locked --quiet --versioned-dirs "$work/vendor" >/dev/null); then
    fail "the Rust libraries could not be fetched: check the network, then start this script again"
fi
flatpak-builder --user --force-clean --repo="$work/repo" "$work/build" \
    "$root/packaging/flatpak/io.github.sotto.Sotto.yml" "$@"
printf 'To install it: flatpak --user install %s io.github.sotto.Sotto\n' "$work/repo"
