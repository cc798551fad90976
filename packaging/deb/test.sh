#!/usr/bin/env bash
# Installs the package in a fresh Debian 12, dictates with it, removes it, and looks for what is left.
set -euo pipefail
# shellcheck source=packaging/recipe.sh
source "$(dirname "${BASH_SOURCE[0]}")/../recipe.sh"

usage() {
    cat <<'TEXT'
usage: packaging/deb/test.sh --package FILE.deb [--here]

  --package FILE  the package of the programs
  --here          use this system instead of a fresh Debian; what is written to it is forgotten

Needs root and debootstrap. The fresh Debian is made once, in target/packages/rootfs.
TEXT
}

package="" here=no
read_options package= here -- "$@"
[[ -f $package ]] || fail "there is no package \"$package\"; see --help"
[[ $(id -u) -eq 0 ]] || fail "installing a package needs root"
need espeak-ng espeak-ng
if command -v lintian >/dev/null; then
    timeout 300 lintian --allow-root --fail-on error --tag-display-limit 0 "$package" ||
        fail "lintian finds errors"
fi
system=/
if [[ $here == no ]]; then
    system=$packages/rootfs
    "$root/packaging/rootfs.sh" "$system"
fi

trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
espeak-ng -v en-us -s 150 -w "$trial/spoken.wav" "He could wait no longer. She opened the window and looked at the sea."
cp "$package" "$trial/sotto.deb"
cp "$root/packaging/scene.sh" "$root/packaging/deb/inside.sh" "$trial/"
"$root/packaging/overlay.sh" "$system" "$trial" \
    chroot . env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 bash /trial/inside.sh
