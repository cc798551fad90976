#!/usr/bin/env bash
# Builds the RPM packages sotto and sotto-tray from built programs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

fail() {
    printf 'rpm/build.sh: %s\n' "$*" >&2
    exit 1
}

[[ $# -eq 1 && $1 != -* ]] || fail "usage: packaging/rpm/build.sh BIN_DIR, such as target/release"
bin=$(realpath -- "$1")
command -v rpmbuild >/dev/null || fail "rpmbuild is missing: install rpm-build (Fedora) or rpm (Debian)"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
top=${CARGO_TARGET_DIR:-$root/target}/packages/rpm
rm -rf "$top"
mkdir -p "$top"/{SOURCES,tmp}
git -C "$root" archive --prefix="sotto-$version/" --output="$top/SOURCES/sotto-$version.tar.gz" HEAD
timeout 1200 rpmbuild -bb --nodeps --quiet --define "_topdir $top" --define "_tmppath $top/tmp" \
    --define "version_of_sotto $version" --define "prebuilt $bin" \
    --define "_binary_payload ${RPM_PAYLOAD:-w19.zstdio}" \
    "$root/packaging/rpm/sotto.spec" >"$top/log" 2>&1 || {
    tail -n 10 "$top/log" >&2
    fail "rpmbuild failed: all messages are in $top/log"
}
find "$top/RPMS" -name '*.rpm'
