#!/usr/bin/env bash
# Builds the Debian packages sotto and sotto-tray from built programs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
    cat <<'TEXT'
usage: packaging/deb/build.sh --bin DIR [--out DIR] [--engine-only]

  --bin DIR      where the built programs are, such as target/release
  --out DIR      where the packages go; default: target/packages
  --fast         compress little, for tests
  --engine-only  leave out sotto-tray, which needs WebKitGTK
TEXT
}

fail() {
    printf 'deb/build.sh: %s\n' "$*" >&2
    exit 1
}

bin="" out=${CARGO_TARGET_DIR:-$root/target}/packages with_tray=yes compression=(-Zxz)
while [[ $# -gt 0 ]]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --fast) compression=(-Zgzip -z1) ;;
        --engine-only) with_tray=no ;;
        --bin | --out)
            [[ $# -gt 1 ]] || fail "$1 needs a value; see --help"
            if [[ $1 == --bin ]]; then bin=$2; else out=$2; fi
            shift
            ;;
        *) fail "there is no option $1; see --help" ;;
    esac
    shift
done
[[ -n $bin ]] || fail "--bin is missing; see --help"
for program in dpkg-deb dpkg-shlibdeps fakeroot; do
    if [[ $program == fakeroot && $(id -u) -eq 0 ]]; then
        continue
    fi
    command -v "$program" >/dev/null || fail "$program is missing: install dpkg-dev and fakeroot"
done

version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)-1
architecture=$(dpkg --print-architecture)
# The same sources give the same packages.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Depends of the programs of a staged tree.
libraries_of() {
    mkdir -p "$scratch/shlibs/debian"
    printf 'Source: sotto\n\nPackage: sotto\nArchitecture: any\n' >"$scratch/shlibs/debian/control"
    (cd "$scratch/shlibs" && dpkg-shlibdeps -O --ignore-missing-info "$1"/usr/bin/* 2>/dev/null) |
        sed -n 's/^shlibs:Depends=//p'
}

# Makes one package: name, part, control fields as a template on standard input.
package() {
    local name=$1 part=$2 tree=$scratch/$1 doc
    doc=$tree/usr/share/doc/$name
    "$root/packaging/install.sh" --bin "$bin" --destdir "$tree" --part "$part"
    if [[ -d $tree/usr/share/zsh ]]; then
        mv "$tree/usr/share/zsh/site-functions" "$tree/usr/share/zsh/vendor-completions"
    fi
    mkdir -p "$tree/DEBIAN" "$doc"
    cp "$root/packaging/deb/copyright" "$doc/copyright"
    printf 'sotto (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md in %s.\n\n -- Sotto contributors <sotto@users.noreply.github.com>  %s\n' \
        "$version" "https://github.com/sotto-dictation/sotto" "$(date -R -u -d "@$SOURCE_DATE_EPOCH")" |
        gzip --best --no-name >"$doc/changelog.Debian.gz"
    if [[ $part == engine ]]; then
        gzip --best --no-name <"$root/CHANGELOG.md" >"$doc/changelog.gz"
        cp "$root/README.md" "$doc/README.md"
        for script in postinst prerm postrm; do
            install --mode=755 "$root/packaging/deb/$script" "$tree/DEBIAN/$script"
        done
    fi
    chmod -R u+rwX,go+rX,go-w "$tree"
    sed -e "s/@version@/$version/" -e "s/@architecture@/$architecture/" \
        -e "s/@libraries@/$(libraries_of "$tree")/" \
        -e "s/@size@/$(du --summarize --apparent-size --block-size=1K "$tree" | cut -f1)/" \
        >"$tree/DEBIAN/control"
    (cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    mkdir -p "$out"
    dpkg-deb --root-owner-group "${compression[@]}" --build "$tree" "$out/${name}_${version}_$architecture.deb" >/dev/null
    printf '%s\n' "$out/${name}_${version}_$architecture.deb"
}

package sotto engine <"$root/packaging/deb/control.sotto"
if [[ $with_tray == yes ]]; then
    package sotto-tray tray <"$root/packaging/deb/control.sotto-tray"
fi
