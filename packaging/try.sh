#!/usr/bin/env bash
# From a fresh clone to dictated text in a real application, in one command.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ -z ${HOME:-} ]]; then
    echo "try.sh: no home folder is known: set HOME" >&2
    exit 1
fi
state=${XDG_STATE_HOME:-$HOME/.local/state}/sotto/try
target=${CARGO_TARGET_DIR:-$root/target}
prebuilt=""
profile=release

usage() {
    cat <<'TEXT'
usage: packaging/try.sh [OPTION…] [RECORDING…]

Installs the system packages that are missing (apt, dnf or pacman), and Rust with rustup if there
is none, builds the program and dictates with it:
  on a desktop with IBus and a microphone, where you hold a key and speak;
  without one, or with RECORDINGs, on a private desktop that it opens: the microphone hears the
  recordings, or a synthetic voice, and the text editor's text is printed.

  --virtual        use the private desktop even if there is another
  --debug          build without optimizing, as tests/run.sh does
  --program PATH   try this program, without building
  --uninstall      remove the build, and the packages and the Rust that this script installed
  --check          test this script without installing or building anything
  --help           show this text

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

# Writes down what comes onto this system, so that --uninstall can take it away: adds standard input to a note.
note() {
    { mkdir -p "$state" && cat >>"$state/$1"; } 2>/dev/null ||
        fail "what this script installs cannot be written down in $state: is the disk full?"
}

# Fails with a sentence where a folder, or the one that it will be in, has too little room.
need_room() {
    local dir=$1 needed_mib=$2 what=$3 free_mib
    while [[ ! -d $dir ]]; do
        dir=$(dirname "$dir")
    done
    free_mib=$(df --output=avail --block-size=1M "$dir" | tail -n 1 | tr -d ' ')
    if ((free_mib < needed_mib)); then
        fail "$dir has $free_mib MiB free and $what needs $needed_mib: $4"
    fi
}

# shellcheck source=packaging/scene.sh
source "$root/packaging/scene.sh"
# shellcheck source=packaging/try/packages.sh
source "$root/packaging/try/packages.sh"
# shellcheck source=packaging/try/build.sh
source "$root/packaging/try/build.sh"
# shellcheck source=packaging/try/live.sh
source "$root/packaging/try/live.sh"

action=dictate
place=automatic
recordings=()
while [[ $# -gt 0 ]]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --uninstall) action=uninstall ;;
        --check) action=check ;;
        --virtual) place=virtual ;;
        --debug) profile=debug ;;
        --program)
            [[ $# -gt 1 ]] || fail "--program needs the path of a program"
            prebuilt=$(realpath -- "$2")
            [[ -x $prebuilt ]] || fail "there is no program $2"
            shift
            ;;
        -*) fail "there is no option $1; see --help" ;;
        *)
            [[ ! -d $1 ]] || fail "$1 is a folder: name the recordings in it"
            [[ -f $1 ]] || fail "there is no file $1"
            recordings+=("$(realpath -- "$1")")
            ;;
    esac
    shift
done
sotto=${prebuilt:-$target/$profile/sotto}

scratch=$(mktemp -d 2>/dev/null) || fail "no temporary folder can be made in ${TMPDIR:-/tmp}: is the disk full?"
trap 'rm -rf "$scratch"' EXIT
# Outlives the script, for its messages to point at.
log=${TMPDIR:-/tmp}/sotto-try-$(id -u).log

case $action in
    uninstall)
        remove_build
        remove_packages
        if [[ -f $state/config ]]; then
            rm -f "${XDG_CONFIG_HOME:-$HOME/.config}/sotto/config.toml" "$state/config"
        fi
        exit 0
        ;;
    check)
        # shellcheck source=packaging/try/check.sh
        source "$root/packaging/try/check.sh"
        check
        exit 0
        ;;
esac

if [[ -z $prebuilt ]]; then
    install_packages build
fi
build
if [[ $place == automatic && ${#recordings[@]} -eq 0 ]]; then
    why=$(why_not_here)
    if [[ -z $why ]]; then
        dictate_here
        exit 0
    fi
    say "Not on this desktop, since $why: opening a private one."
fi
install_packages demo
dictate_there
