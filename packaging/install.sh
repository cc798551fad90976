#!/usr/bin/env bash
# Puts the files of Sotto where a system has them; every package is made with it.
set -euo pipefail
# shellcheck source=packaging/recipe.sh
source "$(dirname "${BASH_SOURCE[0]}")/recipe.sh"

usage() {
    cat <<'TEXT'
usage: packaging/install.sh --bin DIR [--destdir DIR] [--prefix DIR] [--part PART] [--flatpak]

  --bin DIR      where the built programs are, such as target/release
  --destdir DIR  put everything under this folder; default: the system itself
  --prefix DIR   default: /usr
  --part PART    "engine" (sotto, sotto-fetch, the model), "tray" (sotto-tray) or "all"; default: all
  --flatpak      leave out what only a host reads: the IBus component and the systemd unit
TEXT
}

bin="" destdir="" prefix=/usr part=all flatpak=no
read_options bin= destdir= prefix= part= flatpak -- "$@"
need_programs
[[ $part == engine || $part == tray || $part == all ]] || fail "there is no part \"$part\"; see --help"

share=$destdir$prefix/share
umask 022

# Copies a file; the mode of a program is 755 and of anything else 644.
put() { install -D --mode="${3:-644}" "$1" "$2"; }

put_program() {
    [[ -x $bin/$1 ]] || fail "there is no program $bin/$1: build it first"
    put "$bin/$1" "$destdir$prefix/bin/$1" 755
    if command -v strip >/dev/null; then
        strip --strip-unneeded "$destdir$prefix/bin/$1"
    fi
}

# Fills in a template.
put_template() {
    mkdir -p "$(dirname "$2")"
    sed -e "s|@bindir@|$prefix/bin|g" -e "s|@version@|$version|g" "$1" >"$2"
    chmod 644 "$2"
}

# Puts a desktop entry there, with its translations.
put_entry() {
    mkdir -p "$share/applications"
    python3 -B "$root/po/compile.py" --entry "$root/packaging/desktop/$1" >"$share/applications/$1"
}

put_engine() {
    local from=$root/packaging size shell dir
    put_program sotto
    put_program sotto-fetch
    put_template "$from/dbus/$app.service.in" "$share/dbus-1/services/$app.service"
    if [[ $flatpak == yes ]]; then
        sed -i '/^SystemdService=/d' "$share/dbus-1/services/$app.service"
    else
        put_template "$from/ibus/sotto.xml.in" "$share/ibus/component/sotto.xml"
        put_template "$from/systemd/sotto.service.in" "$destdir$prefix/lib/systemd/user/sotto.service"
    fi
    put_entry "$app.desktop"
    put_template "$from/desktop/$app.metainfo.xml.in" "$share/metainfo/$app.metainfo.xml"
    put "$from/icons/$app.svg" "$share/icons/hicolor/scalable/apps/$app.svg"
    put "$from/icons/$app-symbolic.svg" "$share/icons/hicolor/symbolic/apps/$app-symbolic.svg"
    for size in 48 128; do
        put "$from/icons/$app-$size.png" "$share/icons/hicolor/${size}x$size/apps/$app.png"
    done

    dir=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$dir'" EXIT
    mkdir "$dir/man"
    "$bin/sotto" man "$dir/man"
    cp "$from/man/sotto-fetch.1" "$dir/man"
    for page in "$dir"/man/*.1; do
        gzip --best --no-name "$page"
        put "$page.gz" "$share/man/man1/$(basename "$page").gz"
    done
    for shell in bash zsh fish; do
        "$bin/sotto" completions "$shell" >"$dir/$shell"
    done
    put "$dir/bash" "$share/bash-completion/completions/sotto"
    put "$dir/zsh" "$share/zsh/site-functions/_sotto"
    put "$dir/fish" "$share/fish/vendor_completions.d/sotto.fish"

    while read -r file; do
        put "$root/models/starter/en/$file" "$share/sotto/models/starter-en/$file"
    done < <(
        printf '%s\n' manifest.toml MODEL_CARD.md
        sed -n 's/^path = "\(.*\)"/\1/p' "$root/models/starter/en/manifest.toml"
    )

    "$root/packaging/locale.sh" "$share/locale"
}

put_tray() {
    put_program sotto-tray
    put_entry "$app.Tray.desktop"
}

if [[ $part != tray ]]; then
    put_engine
fi
if [[ $part != engine ]]; then
    put_tray
fi
