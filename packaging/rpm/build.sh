#!/usr/bin/env bash
# Builds the RPM packages sotto and sotto-tray from built programs.
set -euo pipefail
# shellcheck source=packaging/recipe.sh
source "$(dirname "${BASH_SOURCE[0]}")/../recipe.sh"

usage() {
    cat <<'TEXT'
usage: packaging/rpm/build.sh --bin DIR [--out DIR] [--fast] [--engine-only]

  --bin DIR      where the built programs are, such as target/release
  --out DIR      where the packages go; default: target/packages
  --fast         compress little, for tests
  --engine-only  leave out sotto-tray, which needs WebKitGTK
TEXT
}

bin="" out=$packages fast=no engine_only=no
read_options bin= out= fast engine-only -- "$@"
need_programs
need rpmbuild "rpm-build (Fedora) or rpm (Debian)"
payload=w19.zstdio
if [[ $fast == yes ]]; then
    payload=w1.zstdio
fi
options=()
if [[ $engine_only == yes ]]; then
    options=(--without tray)
fi

set_time
mkdir -p "$out"
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
mkdir "$top/tmp"
# The log outlives the script, for its message to point at.
timeout 1200 rpmbuild -bb --nodeps --quiet "${options[@]}" --define "_topdir $top" --define "_tmppath $top/tmp" \
    --define "version_of_sotto $version" --define "prebuilt $bin" --define "tree $root" \
    --define "_binary_payload $payload" --define "_buildhost localhost" \
    --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
    "$root/packaging/rpm/sotto.spec" >"$out/rpm.log" 2>&1 || {
    tail -n 10 "$out/rpm.log" >&2
    fail "rpmbuild failed: all messages are in $out/rpm.log"
}
find "$top/RPMS" -name '*.rpm' | sort | while read -r package; do
    mv "$package" "$out/"
    printf '%s\n' "$out/$(basename "$package")"
done
