#!/usr/bin/env bash
# Builds the Debian packages sotto and sotto-tray from built programs.
set -euo pipefail
# shellcheck source=packaging/recipe.sh
source "$(dirname "${BASH_SOURCE[0]}")/../recipe.sh"

usage() {
    cat <<'TEXT'
usage: packaging/deb/build.sh --bin DIR [--out DIR] [--fast] [--engine-only]

  --bin DIR      where the built programs are, such as target/release
  --out DIR      where the packages go; default: target/packages
  --fast         compress little, for tests
  --engine-only  leave out sotto-tray, which needs WebKitGTK
TEXT
}

bin="" out=$packages fast=no engine_only=no
read_options bin= out= fast engine-only -- "$@"
need_programs
need dpkg-deb dpkg
need dpkg-shlibdeps dpkg-dev
compression=(-Zxz)
if [[ $fast == yes ]]; then
    compression=(-Zgzip -z1)
fi

version=$version-1
architecture=$(dpkg --print-architecture)
set_time
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
if [[ $engine_only == no ]]; then
    package sotto-tray tray <"$root/packaging/deb/control.sotto-tray"
fi
