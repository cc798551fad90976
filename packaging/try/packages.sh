# shellcheck shell=bash
# System packages of the trial: which, how they are installed, and how they go away again; sourced by try.sh.

# The package manager's program, or nothing.
package_manager() {
    local program
    for program in apt-get dnf pacman; do
        if command -v "$program" >/dev/null; then
            echo "$program"
            return
        fi
    done
}

# Prints the packages for a purpose, "build" or "demo", under the names that a package manager has for them.
packages_for() {
    case $1-$2 in
        apt-get-build) echo build-essential pkg-config libasound2-dev ca-certificates curl ;;
        apt-get-demo)
            echo dbus xvfb openbox xdotool x11-utils scrot mousepad fonts-dejavu-core ibus ibus-gtk3 \
                pulseaudio-utils libasound2-plugins espeak-ng
            # On a desktop with PipeWire the other server would push it out.
            if ! command -v pipewire-pulse >/dev/null; then
                echo pulseaudio
            fi
            ;;
        dnf-build) echo gcc gcc-c++ make pkgconf-pkg-config alsa-lib-devel ca-certificates curl ;;
        dnf-demo)
            echo dbus-daemon xorg-x11-server-Xvfb openbox xdotool xprop scrot mousepad dejavu-sans-fonts \
                ibus ibus-gtk3 pipewire wireplumber pipewire-pulseaudio pulseaudio-utils \
                alsa-plugins-pulseaudio espeak-ng
            ;;
        pacman-build) echo base-devel alsa-lib ca-certificates curl ;;
        pacman-demo)
            echo dbus xorg-server-xvfb openbox xdotool xorg-xprop scrot mousepad ttf-dejavu ibus \
                pipewire wireplumber pipewire-pulse libpulse alsa-plugins espeak-ng
            ;;
    esac
}

is_installed() {
    case $1 in
        apt-get)
            dpkg-query --show --showformat='${db:Status-Status}' "$2" 2>/dev/null | grep -qx installed
            ;;
        dnf) rpm --query --whatprovides "$2" >/dev/null 2>&1 ;;
        pacman) pacman --query "$2" >/dev/null 2>&1 || pacman --query --groups "$2" >/dev/null 2>&1 ;;
    esac
}

# Prints those packages that are not installed.
missing_packages() {
    local manager=$1 package
    shift
    for package in "$@"; do
        is_installed "$manager" "$package" || printf '%s\n' "$package"
    done
}

all_installed() {
    case $1 in
        apt-get) dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' ;;
        dnf) rpm --query --all --queryformat '%{NAME}\n' ;;
        pacman) pacman --query --quiet ;;
    esac | sort --unique
}

install_with() {
    local manager=$1
    shift
    case $manager in
        apt-get)
            as_root apt-get update -qq &&
                as_root env DEBIAN_FRONTEND=noninteractive \
                    apt-get install -qq -y --no-remove --no-install-recommends "$@"
            ;;
        dnf) as_root dnf install -y --quiet --setopt=install_weak_deps=False "$@" ;;
        pacman)
            # A container comes without the lists of packages; elsewhere new lists ask for a whole upgrade.
            if compgen -G "/var/lib/pacman/sync/*" >/dev/null; then
                as_root pacman -S --noconfirm --needed "$@"
            else
                as_root pacman -Sy --noconfirm --needed "$@"
            fi
            ;;
    esac >"$log" 2>&1
}

# Installs what is missing for these purposes, and writes down what came.
install_packages() {
    local manager missing before purpose wanted=()
    manager=$(package_manager)
    if [[ -z $manager ]]; then
        say "This system has neither apt, dnf nor pacman; install with your own package manager what is missing of:"
        say "  a C compiler, pkg-config, the ALSA headers, curl; and to try Sotto without a desktop:"
        say "  Xvfb, openbox, xdotool, xprop, scrot, mousepad, ibus with its GTK 3 module, pulseaudio, espeak-ng"
        return
    fi
    for purpose in "$@"; do
        # shellcheck disable=SC2207
        wanted+=($(packages_for "$manager" "$purpose"))
    done
    mapfile -t missing < <(missing_packages "$manager" "${wanted[@]}")
    if [[ ${#missing[@]} -eq 0 ]]; then
        return
    fi
    say "Installing ${missing[*]}"
    # What cannot be written down afterwards could not be taken away again.
    printf '%4096s' "" | note probe
    rm -f "$state/probe"
    before=$(all_installed "$manager")
    if ! install_with "$manager" "${missing[@]}"; then
        tail -n 5 "$log" >&2
        fail "the packages above could not be installed: check the network and the message before this line (all of it is in $log), then start this script again"
    fi
    printf '%s\n' "${missing[@]}" | note wanted-packages
    comm -13 <(printf '%s\n' "$before") <(all_installed "$manager") | note new-packages
}

# Takes away what install_packages brought, as far as nothing else needs it by now.
remove_packages() {
    local manager package wanted gone
    manager=$(package_manager)
    if [[ ! -s $state/wanted-packages || -z $manager ]]; then
        return
    fi
    mapfile -t wanted < <(sort --unique "$state/wanted-packages" |
        while read -r package; do
            if is_installed "$manager" "$package"; then
                echo "$package"
            fi
        done)
    if [[ ${#wanted[@]} -eq 0 ]]; then
        rm -f "$state/wanted-packages" "$state/new-packages"
        return
    fi
    say "Removing the packages that this script installed"
    case $manager in
        apt-get)
            as_root apt-mark auto "${wanted[@]}" >"$log" 2>&1 || true
            # What is new may be a wish of what was there before: that did without it then.
            mapfile -t gone < <(comm -12 \
                <(apt-get --simulate autoremove -o APT::AutoRemove::RecommendsImportant=0 \
                    -o APT::AutoRemove::SuggestsImportant=0 2>/dev/null | sed -n 's/^Remv \([^ :]*\).*/\1/p' | sort --unique) \
                <(sort --unique "$state/new-packages"))
            if [[ ${#gone[@]} -gt 0 ]]; then
                as_root env DEBIAN_FRONTEND=noninteractive apt-get purge -qq -y "${gone[@]}" >>"$log" 2>&1 ||
                    fail "the packages could not be removed: see $log"
            fi
            ;;
        dnf) as_root dnf remove -y --quiet "${wanted[@]}" >"$log" 2>&1 || fail "the packages could not be removed: see $log" ;;
        pacman) as_root pacman -Rsu --noconfirm "${wanted[@]}" >"$log" 2>&1 || fail "the packages could not be removed: see $log" ;;
    esac
    rm -f "$state/wanted-packages" "$state/new-packages"
}
