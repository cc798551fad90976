#!/usr/bin/env bash
# Builds the Flatpak around built programs and a stand-in runtime, installs it, and dictates from inside
# the sandbox into an application outside it. Only the manifest's runtime, SDK and sources are replaced.
set -euo pipefail
# shellcheck source=packaging/recipe.sh
source "$(dirname "${BASH_SOURCE[0]}")/../recipe.sh"
work=$packages/flatpak-test

usage() {
    cat <<'TEXT'
usage: packaging/flatpak/test.sh --bin DIR

  --bin DIR  where the built programs are, such as target/release
TEXT
}

bin=""
read_options bin= -- "$@"
need_programs
[[ $(id -u) -eq 0 ]] || fail "making the stand-in runtime needs root"
for program in flatpak flatpak-builder espeak-ng; do
    command -v "$program" >/dev/null || fail "$program is missing: install it"
done

# shellcheck source=packaging/scene.sh
source "$root/packaging/scene.sh"
missing=$(scene_missing | paste -sd' ')
[[ -z $missing ]] || fail "the private desktop needs $missing: install that"

mkdir -p "$work"
log=$work/log
: >"$log"

quietly() {
    timeout --kill-after=5 600 "$@" >>"$log" 2>&1 || {
        tail -n 5 "$log" >&2
        fail "$1 failed: all messages are in $log"
    }
}

# The runtime, which is its own SDK, is what a Debian 12 has in /usr without the desktop's programs; exported once.
stand_in() {
    local files=$work/tree/usr library
    "$root/packaging/rootfs.sh" "$packages/rootfs"
    if cmp --silent "$packages/rootfs/.complete" "$work/runtime/.complete"; then
        return
    fi
    rm -rf "$work/runtime" "$work/tree"
    mkdir -p "$files/share" "$work/tree/files"
    cp -a --reflink=auto "$packages/rootfs/usr/"{bin,lib64} "$files/"
    mkdir -p "$files/lib"
    cp -a --reflink=auto "$packages/rootfs/usr/lib/"{x86_64-linux-gnu,python3*} "$files/lib/"
    cp -a "$packages/rootfs/usr/share/"{alsa,zoneinfo} "$files/share/" 2>/dev/null || true
    cp -a "$packages/rootfs/etc" "$files/etc"
    for library in LLVM z3 icu gallium gtk perl girepository dri gconv; do
        rm -rf "$files/lib/x86_64-linux-gnu/"{,lib}"$library"*
    done
    chmod -R u+rwX "$work/tree"
    printf '[Runtime]\nname=%s\nruntime=%s/%s/1\nsdk=%s/%s/1\n' io.github.sotto.TestPlatform \
        io.github.sotto.TestPlatform "$(uname -m)" io.github.sotto.TestPlatform "$(uname -m)" >"$work/tree/metadata"
    quietly flatpak build-export --disable-sandbox -r "$work/runtime" "$work/tree" 1
    rm -rf "$work/tree"
    cp "$packages/rootfs/.complete" "$work/runtime/.complete"
}

# The true manifest with the runtime, the SDK and the sources replaced.
manifest() {
    sed -e 's|^runtime: .*|runtime: io.github.sotto.TestPlatform|' \
        -e 's|^runtime-version: .*|runtime-version: "1"|' \
        -e 's|^sdk: .*|sdk: io.github.sotto.TestPlatform\nappstream-compose: false|' \
        -e '/^sdk-extensions:/,/^command:/{/^command:/!d}' \
        -e "s|path: \.\./\.\.\$|path: $work/sources|" \
        -e "s|path: \.\./\.\./target/packages/flatpak/vendor|path: $bin|" \
        -e 's|dest: vendor|dest: prebuilt|' \
        "$root/packaging/flatpak/$app.yml"
}

began=$SECONDS
stand_in
prepared_after=$((SECONDS - began))

export XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config
rm -rf "${work:?}"/{data,cache,config,build,repo,sources,bin,scene}
mkdir -p "$work/sources/models/starter" "$work/bin"
cp -a "$root"/{Cargo.toml,CHANGELOG.md,README.md,packaging,po} "$work/sources/"
cp -a "$root/models/starter/en" "$work/sources/models/starter/"
cp "$bin/sotto" "$bin/sotto-fetch" "$work/bin/"
strip --strip-unneeded "$work/bin/"*
bin=$work/bin
manifest >"$work/$app.yml"

quietly flatpak --user remote-add --no-gpg-verify stand-in "$work/runtime"
quietly flatpak --user install -y --noninteractive stand-in io.github.sotto.TestPlatform//1
(cd "$work" && quietly flatpak-builder --user --disable-rofiles-fuse --force-clean --state-dir="$work/state" \
    --repo="$work/repo" "$work/build" "$work/$app.yml")
quietly flatpak --user remote-add --no-gpg-verify built "$work/repo"
quietly flatpak --user install -y --noninteractive built "$app"
installed_after=$((SECONDS - began))

installation=$work/data/flatpak
exports=$installation/exports/share
[[ -s $exports/applications/$app.desktop ]] || fail "the desktop entry is not exported"
# Older flatpak-builders rename it.
compgen -G "$exports/metainfo/$app.*.xml" >/dev/null || fail "the metainfo is not exported"
grep -q "^Exec=.*flatpak run.* $app" "$exports/dbus-1/services/$app.service" || fail "the session bus cannot start it"

espeak-ng -v en-us -s 150 -w "$work/spoken.wav" "He could wait no longer. She opened the window and looked at the sea."
trap scene_close EXIT
# IBus finds a package's component file.
export IBUS_COMPONENT_PATH=$work/component:/usr/share/ibus/component
mkdir -p "$work/component"
sed -e "s|@bindir@|$bin|g" -e "s|@version@|$version|g" "$root/packaging/ibus/sotto.xml.in" >"$work/component/sotto.xml"
# The session finds the service file where flatpak exports it.
export XDG_DATA_DIRS=$exports:/usr/local/share:/usr/share FLATPAK_USER_DIR=$installation
scene_open "$work/scene" || fail "$scene_error"
sotto=(flatpak --user run "$app")
if [[ -n $(timeout 20 "${sotto[@]}" --version 2>>"$log") ]]; then :; else
    fail "the program does not start in the sandbox: $(tail -n 3 "$log")"
fi
scene_wait "the daemon that the session bus starts in the sandbox" 60 scene_is idle "${sotto[@]}" || {
    timeout 20 "${sotto[@]}" doctor >&2 || true
    fail "$scene_error"
}

# Dictates once more; the editor holds the sentence so often by now.
n_dictated=0
dictate() {
    local text n_found
    scene_dictate "$work/spoken.wav" "$@" || fail "$scene_error"
    text=$(scene_text) || fail "$scene_error"
    n_dictated=$((n_dictated + 1))
    n_found=$(grep -oi "could wait no longer" <<<"$text" | wc -l)
    printf 'the editor outside holds: %s\n' "$text"
    [[ $n_found -eq $n_dictated ]] || fail "that is not what was said, $n_dictated times"
}

# Starts the other installation, which has to leave the first at work.
leaves_the_first() {
    timeout 60 "$@" >"$work/second" 2>&1 || fail "the second installation fails: $(tail -n 3 "$work/second")"
    grep -q "another Sotto runs" "$work/second" || fail "the second installation says: $(cat "$work/second")"
}

daemon_pid() {
    timeout 20 dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.GetConnectionUnixProcessID "string:$app" 2>/dev/null | sed -n 's/.*uint32 \([0-9]*\).*/\1/p'
}

is_gone() { [[ -z $(daemon_pid) ]]; }

dictate "${sotto[@]}"
# A package beside the Flatpak: the session's and IBus's way to start it come to the Flatpak that runs.
first=$(daemon_pid)
leaves_the_first "$bin/sotto" daemon
timeout 20 ibus engine sotto || true
leaves_the_first "$bin/sotto" daemon --ibus
[[ $(daemon_pid) == "$first" ]] || fail "the package took the place of the Flatpak"
dictate "${sotto[@]}"
# The other way round.
timeout 20 ibus engine xkb:us::eng || true
quietly flatpak kill "$app"
scene_wait "the end of the Flatpak's daemon" 60 is_gone || fail "$scene_error"
mkdir -p "$XDG_DATA_HOME/sotto/models"
ln -s "$root/models/starter/en" "$XDG_DATA_HOME/sotto/models/starter-en"
scene_start "$bin/sotto" daemon
scene_wait "the package's daemon" 60 scene_is idle "$bin/sotto" || fail "$scene_error"
first=$(daemon_pid)
leaves_the_first "${sotto[@]}" daemon
[[ $(daemon_pid) == "$first" ]] || fail "the Flatpak took the place of the package"
dictate "$bin/sotto"
echo "a package beside the Flatpak: the first that starts serves, both ways round"
scene_close
quietly flatpak --user uninstall -y --noninteractive "$app"
[[ ! -e $exports/applications/$app.desktop ]] || fail "the desktop entry is left after the removal"
printf 'runtime after %s s, installed after %s s, dictated and removed after %s s\n' \
    "$prepared_after" "$installed_after" "$((SECONDS - began))"
