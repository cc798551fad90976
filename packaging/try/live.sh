# shellcheck shell=bash
# The trial itself: on this desktop with its microphone, or on a private one; sourced by try.sh.

# Spoken by the synthetic voice when there is neither a recording nor a microphone.
sentences=(
    "He could wait no longer."
    "The morning was bright and the street was quiet."
    "She opened the window and looked at the sea."
)

# The key that is held, where the settings name none.
default_key=F9

# Prints why this session is no place to dictate; nothing where it is one.
why_not_here() {
    if [[ -z ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
        echo "there is no desktop"
    elif ! session_bus_answers; then
        echo "no session bus answers"
    elif ! LC_ALL=C "$sotto" doctor 2>/dev/null | grep '^ok  input method' >/dev/null; then
        LC_ALL=C "$sotto" doctor 2>/dev/null | sed -n 's/^no  input method *//p'
    elif ! "$sotto" devices >/dev/null 2>&1; then
        echo "there is no microphone"
    fi
}

session_bus_answers() {
    timeout 20 dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.Peer.Ping >/dev/null 2>&1
}

# Prints the process that holds Sotto's name on the session bus, or nothing.
running_daemon() {
    timeout 20 dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.GetConnectionUnixProcessID string:io.github.sotto.Sotto 2>/dev/null |
        sed -n 's/.*uint32 \([0-9]*\).*/\1/p'
}

# Prints the installations of Sotto beside this one.
other_installations() {
    local path
    path=$(command -v sotto || true)
    if [[ -n $path && ! $path -ef $sotto ]]; then
        echo "$path"
    fi
    if command -v flatpak >/dev/null && flatpak info io.github.sotto.Sotto >/dev/null 2>&1; then
        echo "the Flatpak io.github.sotto.Sotto"
    fi
}

# The key of the user's settings; where there are no settings yet, they are written with a key.
settle_key() {
    local config=${XDG_CONFIG_HOME:-$HOME/.config}/sotto/config.toml
    if [[ ! -e $config ]]; then
        if ! { mkdir -p "$(dirname "$config")" && printf '[key]\npush_to_talk = "%s"\n' "$default_key" >"$config"; } 2>/dev/null; then
            fail "the settings cannot be written to $config: is the disk full?"
        fi
        note config </dev/null
    fi
    sed -n 's/^ *push_to_talk *= *"\(.*\)".*/\1/p' "$config" | tail -n 1
}

# On the user's own desktop, until Ctrl+C.
dictate_here() {
    local running key others daemon
    running=$(running_daemon)
    if [[ -n $running ]]; then
        fail "a Sotto runs already ($(readlink "/proc/$running/exe" || echo "process $running")): dictate with that one, or end it with \"kill $running\" and start this script again"
    fi
    others=$(other_installations | paste -sd, | sed 's/,/ and /g')
    if [[ -n $others ]]; then
        say "Sotto is also installed as $others: whichever starts first holds the microphone, the other leaves it alone."
    fi
    key=$(settle_key)
    "$sotto" daemon &
    daemon=$!
    # shellcheck disable=SC2064
    trap "kill $daemon 2>/dev/null; wait $daemon 2>/dev/null; exit 0" INT TERM
    scene_wait "the daemon" 60 is_state idle || fail "the daemon does not answer: run \"$sotto doctor\""
    say ""
    "$sotto" doctor >&2 || true
    say ""
    if [[ -n $key ]]; then
        say "Click into any text field, hold $key and speak; let go, and the words stay."
    fi
    say "To bind a key yourself, give your desktop's keyboard settings \"$sotto toggle\"."
    if [[ -t 0 ]]; then
        say "Or press Enter here, click into a text field within three seconds, and speak. Ctrl+C ends."
        while read -r; do
            sleep 3
            "$sotto" toggle || true
        done
    fi
    say "Ctrl+C ends."
    wait "$daemon"
}

is_state() { LC_ALL=C timeout 20 "$sotto" status 2>/dev/null | grep -x "state  *$1" >/dev/null; }

# Writes its arguments, spoken, as a WAV file; prints nothing.
speak_to() {
    local file=$1
    shift
    if command -v espeak-ng >/dev/null; then
        espeak-ng -v en-us -s 150 -w "$file" "$*"
    elif command -v flite >/dev/null; then
        flite -t "$*" -o "$file"
    else
        fail "no synthetic voice: install espeak-ng or flite, or name a recording"
    fi
}

# On a private desktop with a microphone that hears the recordings, or a synthetic voice.
dictate_there() {
    local missing recording pictures=$target/try
    missing=$(scene_missing | paste -sd' ')
    if [[ -n $missing ]]; then
        fail "the private desktop needs $missing: install that, then start this script again"
    fi
    mkdir -p "$pictures" || fail "$pictures cannot be made: is the disk full?"
    if [[ ${#recordings[@]} -eq 0 ]]; then
        say "A synthetic voice says: ${sentences[*]}"
        speak_to "$scratch/voice.wav" "${sentences[*]}"
        recordings=("$scratch/voice.wav")
    fi
    trap 'scene_close; rm -rf "$scratch"' EXIT
    scene_open "$scratch/scene" || fail "$scene_error (the programs' messages are in $(keep_log))"
    # The model of this tree, wherever the program was built.
    mkdir -p "$XDG_DATA_HOME/sotto/models"
    ln -s "$root/models/starter/en" "$XDG_DATA_HOME/sotto/models/starter-en"
    scene_start "$sotto" daemon
    scene_wait "the daemon" 60 is_state idle || fail "$scene_error (the programs' messages are in $(keep_log))"
    for recording in "${recordings[@]}"; do
        say "Holding the key while the microphone hears $(basename "$recording")"
        scene_dictate "$recording" "$sotto" || fail "$scene_error"
    done
    say "The text editor holds:"
    scene_text || fail "$scene_error (the programs' messages are in $(keep_log))"
    echo
    scene_picture "$pictures/text.png"
    mv "$scratch/scene/speaking.png" "$pictures/" 2>/dev/null || true
    say "Pictures of the screen: $pictures/speaking.png (while speaking), $pictures/text.png (at the end)"
}

# Keeps the messages of a scene that failed, and prints where.
keep_log() {
    rm -rf "$target/try/log"
    cp -r "$scratch/scene/log" "$target/try/log"
    echo "$target/try/log"
}
