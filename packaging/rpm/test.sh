#!/usr/bin/env bash
# Installs the RPM package in a fresh root, starts its programs, removes it, and looks for what is left.
set -euo pipefail
# shellcheck source=packaging/recipe.sh
source "$(dirname "${BASH_SOURCE[0]}")/../recipe.sh"

usage() {
    cat <<'TEXT'
usage: packaging/rpm/test.sh --package FILE.rpm [--deb FILE.deb]

  --package FILE  the package of the programs; sotto-tray needs more than the fresh root has
  --deb FILE      a Debian package that holds the same files

Needs root, rpm and debootstrap: the libraries are those of the Debian in target/packages/rootfs.
TEXT
}

package="" deb=""
read_options package= deb= -- "$@"
[[ -f $package ]] || fail "there is no package \"$package\"; see --help"
[[ $(id -u) -eq 0 ]] || fail "installing a package needs root"
need rpm rpm
"$root/packaging/rootfs.sh" "$packages/rootfs"

# What stands on the one side only; each system has its own folder for documents and for the completions of zsh.
same() { sed -e 's|/vendor-completions/|/site-functions/|' | grep -v '^/usr/share/\(doc\|licenses\)/' | sort; }
if [[ -n $deb ]]; then
    differences=$(diff <(dpkg-deb --contents "$deb" | sed -n 's|^[^d].* \./|/|p' | same) \
        <(rpm --query --package --queryformat '[%{FILEMODES:perms} %{FILENAMES}\n]' "$package" 2>/dev/null | sed -n 's/^[^d][^ ]* //p' | same)) ||
        fail "the Debian package (<) and the RPM (>) hold other files: $differences"
fi
requires=$(rpm --query --package --requires "$package" 2>/dev/null)
for library in libasound.so.2 libc.so.6; do
    grep -q "^$library" <<<"$requires" || fail "the package does not require $library"
done
if grep -i webkit <<<"$requires"; then
    fail "the programs that dictate require WebKit"
fi

if command -v rpmlint >/dev/null; then
    # A repository signs what it takes, under its own name; groups of packages are a thing of the past.
    complaints=$(timeout 300 rpmlint "$package" "$root/packaging/rpm/sotto.spec" 2>&1 |
        grep ': E: ' | grep -vE ': E: no-(signature|packager-tag|group-tag)$' || true)
    [[ -z $complaints ]] || fail "rpmlint finds errors: $complaints"
fi

trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
cp "$package" "$trial/sotto.rpm"
# Debian's rpm advises against itself, which is left out.
# shellcheck disable=SC2016
"$root/packaging/overlay.sh" "$packages/rootfs" "$trial" bash -euc '
    inside() { chroot . env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }
    files() { (cd trial/changes && find usr etc var ! -type c -print 2>/dev/null | sort); }
    rpm --root "$PWD" --initdb
    files >trial/known
    # The libraries that it requires are there, as Debian packages that rpm does not know.
    rpm --root "$PWD" --install --nodeps trial/sotto.rpm
    rpm --root "$PWD" --verify --nodeps sotto
    inside sotto --version
    inside sotto-fetch --version
    inside sotto models list | grep -F /usr/share/sotto/models/starter-en
    grep -x "Exec=/usr/bin/sotto daemon" usr/share/dbus-1/services/io.github.sotto.Sotto.service
    rpm --root "$PWD" --erase --nodeps sotto
    # A folder that was there before shows here once something was written in it; the folder of
    # licenses belongs to every system with RPM.
    left=$(files | comm -13 trial/known - | while read -r path; do
        [[ -e trial/before/$path || $path == usr/share/licenses ]] || echo "/$path"
    done)
    [[ -z $left ]] || { echo "rpm/test.sh: left after the removal: $left" >&2; exit 1; }
' 2> >(grep --invert-match '^rpm: ' >&2)
echo "rpm/test.sh: installed, started and removed"
