#!/usr/bin/env bash
# Runs a command in the root of a system of which nothing that is written stays.
#
#   packaging/overlay.sh SYSTEM FILES COMMAND…
#
# SYSTEM is a folder such as packaging/rootfs.sh makes, or /. The command's folder is the root of the overlay. In it
# /trial holds what FILES holds; /trial/changes shows what was written and /trial/before the system as it was.
# What is written lies in memory, and goes with the last process.
set -euo pipefail
[[ $# -ge 3 ]] || {
    echo "usage: packaging/overlay.sh SYSTEM FILES COMMAND…" >&2
    exit 2
}

scratch=$(mktemp -d)
trap 'rmdir "$scratch"' EXIT
# shellcheck disable=SC2016
timeout --kill-after=5 900 unshare --mount --pid --fork --kill-child bash -euc '
    system=$1 files=$2 place=$3
    shift 3
    mount --make-rprivate /
    mount -t tmpfs tmpfs "$place"
    mkdir "$place/"{changes,work,root}
    mount -t overlay overlay -o "lowerdir=$system,upperdir=$place/changes,workdir=$place/work" "$place/root" ||
        { echo "overlay.sh: this system has no overlays: run it where it has" >&2; exit 1; }
    cd "$place/root"
    mkdir trial
    cp -a "$files/." trial/
    mkdir trial/changes trial/before
    mount --bind "$place/changes" trial/changes
    mount --bind "$system" trial/before
    mount -t proc proc proc
    mount --rbind /dev dev
    mount -t tmpfs tmpfs tmp
    mount -t tmpfs tmpfs run
    exec "$@"
' _ "$1" "$2" "$scratch" "${@:3}"
