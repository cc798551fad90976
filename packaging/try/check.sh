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

# A system of another package manager: stubs write down what they are asked for, and keep a list of packages.
check_manager() {
    local manager=$1 bin
    bin=$(bare_path "${tools[@]}")
    printf '#!/bin/sh\nexec "$@"\n' >"$bin/sudo"
    case $manager in
        dnf)
            cat >"$bin/rpm" <<'STUB'
#!/bin/sh
case $2 in
    --all) cat "$PACKAGES" ;;
    --whatprovides) grep -qx -- "$3" "$PACKAGES" ;;
esac
STUB
            ;;
        pacman) ;;
    esac
    cat >"$bin/$manager" <<'STUB'
#!/bin/sh
echo "$@" >>"$ASKED"
verb=$1
[ "$verb" = --query ] && case ${2:-} in
    --quiet) exec cat "$PACKAGES" ;;
    --groups) exit 1 ;;
    *) exec grep -qx -- "$2" "$PACKAGES" ;;
esac
shift
for word in "$@"; do
    case $word in
        -*) ;;
        *)
            case $verb in
                install | -S*) echo "$word" >>"$PACKAGES" ;;
                remove | -R*) sed -i "/^$word\$/d" "$PACKAGES" ;;
            esac
            ;;
    esac
done
STUB
    chmod +x "$bin"/{sudo,"$manager"}
    [[ $manager != dnf ]] || chmod +x "$bin/rpm"
    printf '%s\n' ca-certificates curl >"$scratch/packages"
    : >"$scratch/asked"
    (
        export PATH=$bin PACKAGES=$scratch/packages ASKED=$scratch/asked
        state=$scratch/state-$manager log=$scratch/log
        install_packages build demo
        install_packages build demo
        grep -c "$(case $manager in dnf) echo "^install -y" ;; pacman) echo "^-S" ;; esac)" "$ASKED"
        remove_packages
        remove_packages
    ) >"$scratch/said" 2>"$scratch/log-$manager"
    expect "$manager installs once" "$(cat "$scratch/said")" 1
    expect "$manager asks for no question" \
        "$(grep -cE -- '^(install -y --quiet --setopt=install_weak_deps=False gcc |-Sy? --noconfirm --needed base-devel )' "$scratch/asked")" 1
    expect "$manager removes what it installed, and nothing else" "$(paste -sd' ' "$scratch/packages")" "ca-certificates curl"
    expect "$manager removes once" "$(grep -cE -- '^(remove -y|-Rsu --noconfirm) ' "$scratch/asked")" 1
}

# A home without room, where a folder in memory can be mounted.
check_full_home() {
    local home=$scratch/full
    mkdir -p "$home"
    if ! unshare --mount --map-root-user mount -t tmpfs tmpfs "$home" 2>/dev/null; then
        say "try.sh --check: skipped \"a full home\": no folder in memory can be mounted here"
        return
    fi
    # shellcheck disable=SC2016
    expect "a full home" "$(unshare --mount --map-root-user bash -c '
        mount -t tmpfs -o size=64k tmpfs "$1"
        head -c 100000 /dev/zero >"$1/all" 2>/dev/null
        eval "$2"
        state=$1/state
        printf "%4096s" "" | note probe
        ' _ "$home" "$(declare -f say fail note)" 2>&1)" \
        "try.sh: what this script installs cannot be written down in $home/state: is the disk full?"
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
    for manager in dnf pacman; do
        check_manager "$manager"
    done
    expect "a note that cannot be written" "$(state=/dev/null/no; note packages </dev/null 2>&1)" \
        "try.sh: what this script installs cannot be written down in /dev/null/no: is the disk full?"
    expect "no home" "$(env -u HOME "$0" --help 2>&1)" "try.sh: no home folder is known: set HOME"
    check_full_home
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
