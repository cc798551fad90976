#!/usr/bin/env bash
# What deb/test.sh does inside the fresh Debian.
set -euo pipefail

fail() {
    printf 'deb/test.sh: %s\n' "$*" >&2
    for log in /trial/scene/log/*; do
        [[ ! -s $log ]] || tail -n 5 "$log" | sed "s|^|$(basename "$log"): |" >&2
    done
    exit 1
}

# What was written and was not there before, but for what dpkg and apt keep for themselves.
left() {
    local path
    (cd /trial/changes && find etc usr var \( -path var/lib/dpkg -o -path var/lib/apt -o -path var/cache -o -path var/log \
        -o -path var/tmp \) -prune -o ! -type c -print 2>/dev/null) |
        while read -r path; do
            [[ -e /trial/before/$path ]] || printf '/%s\n' "$path"
        done
}

install_package() {
    dpkg --install /trial/sotto.deb >/trial/apt.log 2>&1 ||
        fail "the package does not install: $(tail -n 3 /trial/apt.log)"
}

# Prints the processes of the installed program.
daemons() {
    local process
    for process in /proc/[0-9]*; do
        if [[ $(readlink "$process/exe") == /usr/bin/sotto ]]; then
            basename "$process"
        fi
    done
}

engine_is() { [[ $(ibus engine) == "$1" ]]; }

is_running() { [[ -n $(daemons) ]]; }

is_gone() { ! is_running; }

began=$SECONDS
install_package
installed_after=$((SECONDS - began))
install_package
echo "installed, twice over"

for file in /usr/share/man/man1/sotto.1.gz /usr/share/bash-completion/completions/sotto \
    /usr/share/zsh/vendor-completions/_sotto /usr/share/fish/vendor_completions.d/sotto.fish \
    /usr/lib/systemd/user/sotto.service /usr/share/dbus-1/services/io.github.sotto.Sotto.service \
    /usr/share/ibus/component/sotto.xml /usr/share/applications/io.github.sotto.Sotto.desktop \
    /usr/share/metainfo/io.github.sotto.Sotto.metainfo.xml \
    /usr/share/icons/hicolor/scalable/apps/io.github.sotto.Sotto.svg; do
    [[ -s $file ]] || fail "the package has no $file"
done
sotto --version >/dev/null || fail "the program does not start"
grep -q '/usr/share/sotto/models/starter-en$' <<<"$(sotto models list)" || fail "the model is not found"
bash -c 'source /usr/share/bash-completion/completions/sotto && complete -p sotto' >/dev/null ||
    fail "the completions do not load"

# shellcheck source=packaging/scene.sh
source /trial/scene.sh
trap scene_close EXIT
scene_open /trial/scene || fail "$scene_error"
grep -q '^ *sotto - Sotto' <<<"$(ibus list-engine)" || fail "IBus does not list the engine of the package"
# No daemon was started: the first question does it, through the session bus.
scene_wait "the daemon that the session bus starts" 60 scene_is idle sotto || fail "$scene_error"
# There has to be an engine that can be given back.
ibus engine xkb:us::eng 2>/dev/null || fail "IBus has no keyboard engine"
engine_before=$(ibus engine)
scene_dictate /trial/spoken.wav sotto || fail "$scene_error"
text=$(scene_text) || fail "$scene_error"
echo "the editor holds: $text"
grep -qi "could wait no longer" <<<"$text" || fail "that is not what was said"
scene_wait "the input engine to come back" 20 engine_is "$engine_before" || fail "the input engine was not given back"
dictated_after=$((SECONDS - began))

# The other way in: selected as an input source, IBus starts the program by its component file.
kill "$(daemons)"
scene_wait "the daemon's end" 60 is_gone || fail "$scene_error"
timeout 20 ibus engine sotto || true
scene_wait "the daemon that IBus starts" 60 is_running || fail "$scene_error"
[[ $(tr '\0' ' ' <"/proc/$(daemons)/cmdline") == "/usr/bin/sotto daemon --ibus " ]] ||
    fail "IBus started something else"
echo "dictated through the session bus, and started by IBus"
scene_close

dpkg --purge sotto >/trial/apt.log 2>&1 || fail "the package does not go away: $(tail -n 3 /trial/apt.log)"
[[ -z $(left) ]] || fail "left after the purge: $(left)"
echo "purged, nothing is left; installed after $installed_after s, dictated after $dictated_after s, all done after $((SECONDS - began)) s"
