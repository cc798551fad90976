#!/usr/bin/env bash
# Makes a fresh Debian 12 with the desktop parts that packages are tried with, once; later calls take it as it is.
set -euo pipefail

dir=${1:?usage: packaging/rootfs.sh DIR}
packages=(
    ca-certificates dbus dbus-x11 xvfb openbox xdotool x11-utils scrot mousepad fonts-dejavu-core
    ibus ibus-gtk3 pulseaudio pulseaudio-utils libasound2 libasound2-plugins
    # for the stand-in of the Flatpak SDK
    python3
)

fail() {
    printf 'rootfs.sh: %s\n' "$*" >&2
    exit 1
}

[[ $(id -u) -eq 0 ]] || fail "making a root file system needs root"
command -v debootstrap >/dev/null || fail "debootstrap is missing: install it"
if [[ -f $dir/.complete && $(<"$dir/.complete") == "${packages[*]}" ]]; then
    exit 0
fi
rm -rf "$dir"
mkdir -p "$dir"
log=$dir.log
if ! timeout 900 debootstrap --variant=minbase --merged-usr bookworm "$dir" >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    fail "Debian 12 could not be fetched: check the network (all messages are in $log)"
fi
# Nothing here outlives a crash, so nothing waits for the disk.
echo force-unsafe-io >"$dir/etc/dpkg/dpkg.cfg.d/unsafe-io"
cp -L /etc/resolv.conf "$dir/etc/resolv.conf"
if ! timeout 900 chroot "$dir" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${packages[@]}" >>"$log" 2>&1; then
    tail -n 5 "$log" >&2
    fail "the packages could not be fetched: check the network (all messages are in $log)"
fi
chroot "$dir" apt-get clean
[[ -s $dir/etc/machine-id ]] || tr -d - </proc/sys/kernel/random/uuid >"$dir/etc/machine-id"
printf '%s\n' "${packages[*]}" >"$dir/.complete"
