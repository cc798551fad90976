#!/usr/bin/env bash
# Checks what packages are made of without making any: syntax, names, versions, files that are referred to.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
app=io.github.sotto.Sotto
n_failed=0

wrong() {
    printf 'packaging/check.sh: %s\n' "$*" >&2
    n_failed=$((n_failed + 1))
}

# Runs a checker where it is installed; in CI it has to be.
with() {
    if command -v "$1" >/dev/null; then
        "$@" >"$scratch/said" 2>&1 || {
            cat "$scratch/said" >&2
            wrong "$1 complains about ${*: -1}"
        }
    elif [[ -n ${CI:-} ]]; then
        wrong "$1 is not installed"
    else
        echo "skipped: $1 is not installed"
    fi
}

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for script in packaging/*.sh packaging/*/*.sh packaging/aur/PKGBUILD packaging/deb/{postinst,prerm,postrm}; do
    bash -n "$script" || wrong "$script is no valid script"
done
with shellcheck -x packaging/*.sh packaging/{deb,rpm,flatpak}/*.sh packaging/deb/{postinst,prerm,postrm}

grep -qx "pkgver=$version" packaging/aur/PKGBUILD || wrong "packaging/aur/PKGBUILD has another version than Cargo.toml"
grep -q "version_of_sotto $version}" packaging/rpm/sotto.spec || wrong "packaging/rpm/sotto.spec has another version than Cargo.toml"

# Every path of the tree that a recipe names is there.
while read -r path; do
    [[ -e $path ]] || wrong "a recipe names $path, which is not there"
done < <(grep -ohE '\bpackaging/[a-zA-Z0-9_./-]+[a-zA-Z]' packaging/aur/PKGBUILD packaging/rpm/sotto.spec \
    packaging/nix/package.nix packaging/flatpak/$app.yml README.md .ci/run tests/run.sh | sort --unique)
for file in LICENSE LICENSE-MIT LICENSE-APACHE README.md CHANGELOG.md Cargo.lock; do
    [[ -f $file ]] || wrong "the recipes name $file, which is not there"
done

for entry in packaging/desktop/*.desktop; do
    po/compile.py --entry "$entry" >"$scratch/$(basename "$entry")"
    with desktop-file-validate "$scratch/$(basename "$entry")"
done
sed "s/@version@/$version/" "packaging/desktop/$app.metainfo.xml.in" >"$scratch/$app.metainfo.xml"
with appstreamcli validate --no-net "$scratch/$app.metainfo.xml"
while read -r picture; do
    [[ -f packaging/screenshots/$picture ]] || wrong "the metainfo names the picture $picture, which is not there"
done < <(sed -n 's|.*packaging/screenshots/\(.*\)</image>|\1|p' "packaging/desktop/$app.metainfo.xml.in")

# Each permission of the Flatpak has its line in the README.
while read -r permission; do
    grep -qF -- "\`$permission\`" README.md || wrong "README.md says no reason for the permission $permission"
done < <(sed -n 's/^  - \(--[a-z].*\)/\1/p' "packaging/flatpak/$app.yml")

# The engine that IBus reads from the file is the one that registers itself.
for text in "org.freedesktop.IBus.Sotto" "<name>sotto</name>" "<layout>default</layout>"; do
    grep -qF "$text" packaging/ibus/sotto.xml.in || wrong "packaging/ibus/sotto.xml.in lacks $text"
done
grep -q "^Name=$app$" "packaging/dbus/$app.service.in" || wrong "the service file has another name than the program takes"
grep -q "^BusName=$app$" packaging/systemd/sotto.service.in || wrong "the unit has another name than the program takes"

# The Nix expression is one; it is not evaluated, which would need the network.
with nix-instantiate --parse packaging/nix/package.nix

if [[ $n_failed -gt 0 ]]; then
    printf 'packaging/check.sh: %s complaints\n' "$n_failed" >&2
    exit 1
fi
echo "packaging/check.sh: all in order"
