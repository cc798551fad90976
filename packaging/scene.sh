# shellcheck shell=bash
# A private desktop with a microphone of its own, to dictate into a real text editor; sourced.
#
# Everything runs under one folder with its own home, runtime and configuration, under a time limit,
# and is ended by process id. Waiting is always for a condition, with a limit.
#
#   scene_open DIR           X server, sound server, session bus, window manager, ibus-daemon, editor
#   scene_dictate WAV CMD…   holds the key while WAV is played; CMD… is the program, such as "sotto"
#   scene_text               prints what stands in the editor, as the editor saves it
#   scene_picture PNG        a picture of the screen
#   scene_close              ends everything
#
# A function that fails leaves a sentence in $scene_error.
# shellcheck disable=SC2034  # which is for whoever sources this

scene_programs=(Xvfb dbus-daemon openbox xprop xdotool ibus-daemon ibus mousepad pactl pacat paplay timeout)
scene_life_s=${SCENE_LIFE_S:-600}
scene_error=""
scene_pids=()
scene_dir=""

# Prints the programs that a scene needs and that are not here.
scene_missing() {
    local program
    for program in "${scene_programs[@]}"; do
        command -v "$program" >/dev/null || printf '%s\n' "$program"
    done
    if ! command -v pulseaudio >/dev/null && ! command -v pipewire-pulse >/dev/null; then
        echo "pulseaudio or pipewire-pulse"
    fi
}

# Waits until the command after the limit in seconds succeeds.
scene_wait() {
    local what=$1 limit_s=$2 began=$SECONDS
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS - began > limit_s)); then
            scene_error="waited $limit_s s for $what"
            return 1
        fi
        sleep 0.1
    done
}

# Starts a program of the scene; what it prints goes to a file of its name.
scene_start() {
    timeout --kill-after=2 "$scene_life_s" "$@" >>"$scene_dir/log/$(basename "$1")" 2>&1 &
    scene_pids+=("$!")
}

scene_open() {
    scene_dir=$1
    mkdir -p "$scene_dir"/{home,run,config,cache,data,log}
    chmod 700 "$scene_dir/run"
    export HOME=$scene_dir/home XDG_RUNTIME_DIR=$scene_dir/run XDG_CONFIG_HOME=$scene_dir/config
    export XDG_CACHE_HOME=$scene_dir/cache XDG_DATA_HOME=$scene_dir/data XDG_STATE_HOME=$scene_dir/state
    export GSETTINGS_BACKEND=keyfile NO_AT_BRIDGE=1 GTK_A11Y=none LC_ALL=C.UTF-8
    export GTK_IM_MODULE=ibus QT_IM_MODULE=ibus XMODIFIERS=@im=ibus
    unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS PULSE_SERVER IBUS_ADDRESS IBUS_ADDRESS_FILE
    scene_open_screen && scene_open_sound && scene_open_bus && scene_open_ibus && scene_open_editor
}

scene_open_screen() {
    : >"$scene_dir/display"
    timeout --kill-after=2 "$scene_life_s" \
        Xvfb -displayfd 3 -screen 0 1024x600x24 -nolisten tcp -noreset \
        3>"$scene_dir/display" >"$scene_dir/log/Xvfb" 2>&1 &
    scene_pids+=("$!")
    scene_wait "the X server" 60 test -s "$scene_dir/display" || return 1
    DISPLAY=:$(tr -d '[:space:]' <"$scene_dir/display")
    export DISPLAY
}

# PulseAudio where it is installed, else PipeWire with its PulseAudio door.
scene_open_sound() {
    # A client without a cookie is turned away by some servers; this one takes any.
    head -c 256 /dev/zero >"$scene_dir/cookie"
    export PULSE_COOKIE=$scene_dir/cookie
    if command -v pulseaudio >/dev/null; then
        export PULSE_SERVER=unix:$scene_dir/run/pulse.sock
        scene_start pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no \
            --disable-shm=yes --realtime=no --high-priority=no \
            -L "module-native-protocol-unix auth-anonymous=1 socket=$scene_dir/run/pulse.sock" \
            -L "module-null-sink sink_name=sottomic rate=48000 channels=2"
    else
        export PULSE_SERVER=unix:$scene_dir/run/pulse/native
        scene_start pipewire
        scene_wait "PipeWire" 60 test -S "$scene_dir/run/pipewire-0" || return 1
        scene_start wireplumber
        scene_start pipewire-pulse
        scene_wait "PipeWire's PulseAudio door" 60 timeout 20 pactl info || return 1
        pactl load-module module-null-sink sink_name=sottomic media.class=Audio/Sink >/dev/null
    fi
    scene_wait "the virtual microphone" 60 timeout 20 pactl set-default-source sottomic.monitor || return 1
    # Without a stream that plays, the sink is idle and a recorder gets nothing.
    scene_start pacat --playback --device=sottomic --latency-msec=20 --raw /dev/zero
}

scene_open_bus() {
    timeout --kill-after=2 "$scene_life_s" dbus-daemon --session --nofork --nopidfile --print-address=3 \
        3>"$scene_dir/bus" >"$scene_dir/log/dbus-daemon" 2>&1 &
    scene_pids+=("$!")
    scene_wait "the session bus" 60 test -s "$scene_dir/bus" || return 1
    DBUS_SESSION_BUS_ADDRESS=$(head -n 1 "$scene_dir/bus")
    export DBUS_SESSION_BUS_ADDRESS
    scene_start openbox
    scene_wait "the window manager" 60 \
        bash -c 'xprop -root _NET_SUPPORTING_WM_CHECK | grep -q "window id"'
}

scene_open_ibus() {
    local memconf options=()
    for memconf in /usr/libexec/ibus-memconf /usr/lib/ibus/ibus-memconf /usr/lib/ibus-memconf; do
        if [[ -x $memconf ]]; then
            options+=("--config=$memconf")
            break
        fi
    done
    scene_start ibus-daemon --panel=disable --emoji-extension=disable --cache=none --xim "${options[@]}"
    scene_wait "ibus-daemon" 60 timeout 20 ibus list-engine
}

scene_open_editor() {
    # Long lines stay in the picture, and the title names no folder of this scene.
    mkdir -p "$XDG_CONFIG_HOME/glib-2.0/settings"
    printf '[org/xfce/mousepad/preferences/%s]\n%s\n' window path-in-title=false view word-wrap=true \
        >"$XDG_CONFIG_HOME/glib-2.0/settings/keyfile"
    scene_file=$scene_dir/home/dictation.txt
    : >"$scene_file"
    scene_start mousepad --disable-server "$scene_file"
    scene_wait "the text editor's window" 60 \
        timeout 20 xdotool search --onlyvisible --class mousepad || return 1
    xdotool search --onlyvisible --class mousepad windowactivate >/dev/null 2>&1
    scene_wait "the text editor's focus" 60 scene_editor_has_focus
}

scene_editor_has_focus() {
    timeout 20 xdotool getactivewindow getwindowname | grep -qi mousepad
}

scene_is() {
    local state=$1
    shift
    timeout 20 "$@" status 2>/dev/null | grep -x "state  *$state" >/dev/null
}

scene_dictate() {
    local recording=$1
    shift
    if ! timeout 20 "$@" press 2>"$scene_dir/log/press"; then
        scene_error="the key press was refused: $(head -n 3 "$scene_dir/log/press")"
        return 1
    fi
    scene_wait "listening to begin" 60 scene_is listening "$@" || return 1
    # Half a second lies ready, so that a busy machine leaves no gap.
    if ! timeout "$scene_life_s" paplay --device=sottomic --latency-msec=500 "$recording" \
        2>"$scene_dir/log/paplay"; then
        scene_error="$recording cannot be played: give a WAV, FLAC or Ogg file"
        timeout 20 "$@" cancel 2>/dev/null
        return 1
    fi
    # The end of the recording is still on its way through the sound server; the words of the last
    # sentence stand underlined now.
    scene_picture "$scene_dir/speaking.png"
    timeout 20 "$@" release 2>>"$scene_dir/log/press"
    scene_wait "the end of the dictation" 60 scene_is idle "$@"
}

scene_saved() {
    timeout 20 xdotool key --clearmodifiers ctrl+s
    [[ -s $scene_file ]]
}

scene_text() {
    if ! scene_wait "the text in the editor" 60 scene_saved; then
        return 1
    fi
    # The last words may have come after the first saving.
    scene_saved
    sleep 0.3
    cat "$scene_file"
}

scene_picture() {
    if command -v import >/dev/null; then
        timeout 20 import -window root "$1" 2>/dev/null
    elif command -v scrot >/dev/null; then
        timeout 20 scrot --overwrite "$1" 2>/dev/null
    fi || true
}

scene_close() {
    local i
    for ((i = ${#scene_pids[@]} - 1; i >= 0; i--)); do
        kill "${scene_pids[i]}" 2>/dev/null || true
        wait "${scene_pids[i]}" 2>/dev/null || true
    done
    scene_pids=()
}
