#!/usr/bin/env bash
# Installs the package in a fresh Debian 12, dictates with it, removes it, and looks for what is left.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=${CARGO_TARGET_DIR:-$root/target}/packages

usage() {
    cat <<'TEXT'
usage: packaging/deb/test.sh PACKAGE.deb [--here]

Needs root and debootstrap. The fresh Debian is made once, in target/packages/rootfs.

  --here  use this system under an overlay instead, where everything that is written is forgotten
TEXT
}

fail() {
    printf 'deb/test.sh: %s\n' "$*" >&2
    exit 1
}

package="" fresh=$work/rootfs
for argument in "$@"; do
    case $argument in
        -h | --help)
            usage
            exit 0
            ;;
        --here) fresh=/ ;;
        -*) fail "there is no option $argument; see --help" ;;
        *) package=$argument ;;
    esac
done
[[ -f $package ]] || fail "there is no package \"$package\"; see --help"
package=$(realpath -- "$package")
[[ $(id -u) -eq 0 ]] || fail "installing a package needs root"
command -v espeak-ng >/dev/null || fail "espeak-ng is missing, which speaks the sentence: install it"
if [[ $fresh != / ]]; then
    "$root/packaging/rootfs.sh" "$fresh"
fi

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
espeak-ng -v en-us -s 150 -w "$tree/spoken.wav" "He could wait no longer. She opened the window and looked at the sea."
cp "$package" "$tree/sotto.deb"
cp "$root/packaging/scene.sh" "$root/packaging/deb/inside.sh" "$tree/"
# What is written stays in memory, and goes with this process.
# shellcheck disable=SC2016
timeout --kill-after=5 900 unshare --mount --pid --fork --kill-child bash -euc '
    fresh=$1 tree=$2
    mount --make-rprivate /
    mkdir "$tree/memory"
    mount -t tmpfs tmpfs "$tree/memory"
    mkdir "$tree/memory/"{changes,work,root}
    mount -t overlay overlay \
        -o "lowerdir=$fresh,upperdir=$tree/memory/changes,workdir=$tree/memory/work" "$tree/memory/root" ||
        { echo "deb/test.sh: this system has no overlays: run it where it has" >&2; exit 1; }
    mkdir "$tree/memory/root/trial"
    cp "$tree/"{sotto.deb,spoken.wav,scene.sh,inside.sh} "$tree/memory/root/trial/"
    mkdir "$tree/memory/root/trial/"{changes,before}
    mount --bind "$tree/memory/changes" "$tree/memory/root/trial/changes"
    mount --bind "$fresh" "$tree/memory/root/trial/before"
    cd "$tree/memory/root"
    mount -t proc proc proc
    mount --rbind /dev dev
    mount -t tmpfs tmpfs tmp
    mount -t tmpfs tmpfs run
    exec chroot . env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        bash /trial/inside.sh
' _ "$fresh" "$tree"
