#!/usr/bin/env bash
# Installs the package in a fresh Debian 12, dictates with it, removes it, and looks for what is left.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=${CARGO_TARGET_DIR:-$root/target}/packages

usage() {
    cat <<'TEXT'
usage: packaging/deb/test.sh PACKAGE.deb

Needs root and debootstrap. The fresh Debian is made once, in target/packages/rootfs.
TEXT
}

fail() {
    printf 'deb/test.sh: %s\n' "$*" >&2
    exit 1
}

case ${1:-} in
    "" | -h | --help)
        usage
        exit 0
        ;;
esac
package=$(realpath -- "$1")
[[ -f $package ]] || fail "there is no package $1"
[[ $(id -u) -eq 0 ]] || fail "installing a package needs root"
command -v espeak-ng >/dev/null || fail "espeak-ng is missing, which speaks the sentence: install it"
"$root/packaging/rootfs.sh" "$work/rootfs"

tree=$work/deb-root
rm -rf "$tree"
trap 'rm -rf "$tree"' EXIT
cp -a --reflink=auto "$work/rootfs" "$tree"
mkdir -p "$tree/trial"
cp "$package" "$tree/trial/sotto.deb"
cp "$root/packaging/scene.sh" "$root/packaging/deb/inside.sh" "$tree/trial/"
espeak-ng -v en-us -s 150 -w "$tree/trial/spoken.wav" "He could wait no longer. She opened the window and looked at the sea."
# shellcheck disable=SC2016
timeout --kill-after=5 600 unshare --mount --pid --fork --kill-child bash -euc '
    tree=$1
    mount --make-rprivate /
    mount -t proc proc "$tree/proc"
    mount --rbind /dev "$tree/dev"
    exec chroot "$tree" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        bash /trial/inside.sh
' _ "$tree"
