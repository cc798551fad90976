# shellcheck shell=bash
# Tests of the script's own parts; they change nothing outside a temporary folder. Sourced by try.sh.

n_failed=0

expect() {
    if [[ $2 != "$3" ]]; then
        say "try.sh --check: $1: expected \"$3\", got \"$2\""
        n_failed=$((n_failed + 1))
    fi
}

# A folder with only these programs, for a PATH on which nothing else is found.
bare_path() {
    local dir program path
    dir=$(mktemp -d "$scratch/bin.XXXX")
    for program in "$@"; do
        path=$(command -v "$program") && ln -s "$path" "$dir/$program"
    done
    echo "$dir"
}

check() {
    local tools=(bash cat cut dirname basename df tail head tr mkdir mktemp rm ls sed grep sort comm id paste env sh chmod ln timeout) bin manager
    expect "an unknown option is refused" "$("$0" --nonsense 2>&1 | head -n 1)" \
        "try.sh: there is no option --nonsense; see --help"
    expect "a missing recording is refused" "$("$0" "$scratch/none.wav" 2>&1 | head -n 1)" \
        "try.sh: there is no file $scratch/none.wav"
    expect "a folder is no recording" "$("$0" "$scratch" 2>&1 | head -n 1)" \
        "try.sh: $scratch is a folder: name the recordings in it"
    expect "help names every option" "$("$0" --help | grep -c -- '^  --')" "6"
    expect "an installed package is known" "$(is_installed apt-get dpkg && echo yes)" \
        "$(command -v dpkg >/dev/null && echo yes)"
    expect "a missing package is known" "$(missing_packages apt-get no-such-package)" "no-such-package"
    for manager in apt-get dnf pacman; do
        expect "$manager has names for what the build needs" \
            "$(packages_for "$manager" build | grep -c alsa\\\|libasound)" "1"
        expect "$manager has names for what the demonstration needs" \
            "$(packages_for "$manager" demo | paste -sd' ' | grep -c 'ibus.*espeak-ng')" "1"
    done

    # A system that this script does not know, without a network, without Rust.
    bin=$(bare_path "${tools[@]}")
    expect "no package manager" "$(PATH=$bin; install_packages build 2>&1 | head -n 1 | cut -d';' -f1)" \
        "This system has neither apt, dnf nor pacman"
    expect "no curl" "$(PATH=$bin; CARGO_HOME=$scratch/none; find_cargo 2>&1)" \
        "try.sh: curl is missing: install it, or Rust as https://rustup.rs says, then start this script again"
    printf '#!/bin/sh\nexit 6\n' >"$bin/curl"
    chmod +x "$bin/curl"
    expect "no network" "$(PATH=$bin; CARGO_HOME=$scratch/none; find_cargo 2>&1 | tail -n 1)" \
        "try.sh: Rust could not be fetched: check the network, or install it as https://rustup.rs says, then start this script again"
    expect "a full disk" "$(target=$scratch/t; sotto=$target/sotto; build_mib=999999999; check_room 2>&1 | sed 's/has [0-9]* MiB/has N MiB/')" \
        "try.sh: $scratch has N MiB free and the build needs 999999999: free some, or set CARGO_TARGET_DIR to a folder on another disk"
    expect "no desktop" "$(unset DISPLAY WAYLAND_DISPLAY; why_not_here)" "there is no desktop"
    expect "no session bus" "$(DISPLAY=:99 DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent why_not_here)" \
        "no session bus answers"
    expect "settings that cannot be written" \
        "$(XDG_CONFIG_HOME=/dev/null/no settle_key 2>&1)" \
        "try.sh: the settings cannot be written to /dev/null/no/sotto/config.toml: is the disk full?"
    if command -v espeak-ng >/dev/null || command -v flite >/dev/null; then
        speak_to "$scratch/a.wav" "${sentences[0]}"
        expect "the voice writes a WAV file" "$(head -c 4 "$scratch/a.wav")" "RIFF"
    else
        say "try.sh --check: skipped \"the voice writes a WAV file\": neither espeak-ng nor flite is installed"
    fi
    if [[ $n_failed -gt 0 ]]; then
        fail "$n_failed checks failed"
    fi
    say "try.sh --check: all passed"
}
