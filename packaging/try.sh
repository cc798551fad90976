#!/usr/bin/env bash
# From a fresh clone to speech becoming text, in one command.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
sotto=$root/target/release/sotto
state=${XDG_STATE_HOME:-$HOME/.local/state}/sotto/try-packages

# What the build needs, and what the demonstration needs.
build_packages=(build-essential pkg-config libasound2-dev)
demo_packages=(alsa-utils espeak-ng)

# Spoken by the synthetic voice when there is neither a recording nor a microphone.
sentences=(
    "He could wait no longer."
    "The morning was bright and the street was quiet."
    "She opened the window and looked at the sea."
)

usage() {
    cat <<'TEXT'
usage: packaging/try.sh [RECORDING…]
       packaging/try.sh --uninstall | --check | --help

Installs the system packages that are missing (on Debian and Ubuntu), builds the program
and shows speech becoming text:
  with RECORDINGs   what is said in them;
  otherwise         what the microphone hears, until Ctrl+C;
  without one       a few sentences of a synthetic voice.

  --voice      use the synthetic voice even if there is a microphone
  --uninstall  remove the build, and the packages that this script installed
  --check      test this script without installing or building anything
  --help       show this text

Everything happens on this computer: no sound and no text leaves it.
TEXT
}

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "try.sh: $*"
    exit 1
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "needs root for \"$*\": run it as root, then start this script again"
    fi
}

is_installed() {
    dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

# Prints those of its arguments that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        if ! is_installed "$package"; then
            printf '%s\n' "$package"
        fi
    done
}

install_packages() {
    if ! command -v apt-get >/dev/null; then
        say "This is no Debian or Ubuntu; install with your own package manager what is missing of:"
        say "  a C compiler, pkg-config, the ALSA headers, arecord (alsa-utils), espeak-ng"
        return
    fi
    local missing
    mapfile -t missing < <(missing_packages "${build_packages[@]}" "${demo_packages[@]}")
    if [[ ${#missing[@]} -eq 0 ]]; then
        return
    fi
    say "Installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends "${missing[@]}" >&2
    mkdir -p "$(dirname "$state")"
    printf '%s\n' "${missing[@]}" >>"$state"
}

find_cargo() {
    if ! command -v cargo >/dev/null && [[ -f $HOME/.cargo/env ]]; then
        # shellcheck disable=SC1091
        source "$HOME/.cargo/env"
    fi
    if ! command -v cargo >/dev/null; then
        fail "cargo is missing: install Rust as https://rustup.rs says, then start this script again"
    fi
}

build() {
    find_cargo
    if [[ ! -x $sotto ]]; then
        say "Building; the first time takes some minutes"
    fi
    (cd "$root" && cargo build --release --locked --quiet --package sotto)
}

has_microphone() {
    command -v arecord >/dev/null && arecord --list-devices 2>/dev/null | grep -q '^card '
}

from_microphone() {
    say "Speak now; Ctrl+C ends."
    arecord --quiet --format=S16_LE --channels=1 --rate=16000 --file-type=raw |
        "$sotto" transcribe --raw 16000 --partials -
}

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

from_voice() {
    local dir sentence
    dir=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$dir'" EXIT
    for sentence in "${sentences[@]}"; do
        say "A synthetic voice says: $sentence"
        speak_to "$dir/sentence.wav" "$sentence"
        "$sotto" transcribe --partials "$dir/sentence.wav"
    done
}

uninstall() {
    rm -rf "$root/target"
    say "The build is removed."
    if [[ -s $state ]]; then
        local packages
        mapfile -t packages < <(sort -u "$state")
        say "Removing ${packages[*]}"
        as_root apt-get remove -qq -y "${packages[@]}" >&2
        rm -f "$state"
    fi
}

# Tests of this script's own parts; they change nothing outside a temporary folder.
check() {
    local dir n_failed=0
    dir=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$dir'" EXIT
    expect() {
        if [[ $2 != "$3" ]]; then
            say "try.sh --check: $1: expected \"$3\", got \"$2\""
            n_failed=$((n_failed + 1))
        fi
    }
    expect "an unknown option is refused" "$("$0" --nonsense 2>&1 | head -n 1)" \
        "try.sh: there is no option --nonsense; see --help"
    expect "a missing recording is refused" "$("$0" "$dir/none.wav" 2>&1 | head -n 1)" \
        "try.sh: there is no file $dir/none.wav"
    expect "help names every option" "$("$0" --help | grep -c -- '^  --')" "4"
    if command -v dpkg-query >/dev/null; then
        expect "an installed package is known" "$(missing_packages dpkg)" ""
        expect "a missing package is known" "$(missing_packages no-such-package)" "no-such-package"
    fi
    if command -v espeak-ng >/dev/null || command -v flite >/dev/null; then
        speak_to "$dir/a.wav" "${sentences[0]}"
        expect "the voice writes a WAV file" "$(head -c 4 "$dir/a.wav")" "RIFF"
    else
        say "try.sh --check: skipped \"the voice writes a WAV file\": neither espeak-ng nor flite is installed"
    fi
    if [[ $n_failed -gt 0 ]]; then
        fail "$n_failed checks failed"
    fi
    say "try.sh --check: all passed"
}

recordings=()
use_voice=no
while [[ $# -gt 0 ]]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --uninstall)
            uninstall
            exit 0
            ;;
        --check)
            check
            exit 0
            ;;
        --voice) use_voice=yes ;;
        -*) fail "there is no option $1; see --help" ;;
        *)
            if [[ ! -f $1 ]]; then
                fail "there is no file $1"
            fi
            recordings+=("$1")
            ;;
    esac
    shift
done

install_packages
build
if [[ ${#recordings[@]} -gt 0 ]]; then
    "$sotto" transcribe --partials "${recordings[@]}"
elif [[ $use_voice == no ]] && has_microphone; then
    from_microphone
else
    from_voice
fi
