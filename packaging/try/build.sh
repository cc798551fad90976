# shellcheck shell=bash
# Rust and the build; sourced by try.sh.

# What the build writes at most, measured, with a margin.
build_mib=2500
# What Rust without its documentation takes.
rust_mib=900

# The oldest Rust that compiles the workspace.
rust_version() { sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml"; }

# Whether the cargo on the PATH is new enough, or rustup's, which fetches what rust-toolchain.toml names.
cargo_is_good() {
    local version
    command -v cargo >/dev/null || return 1
    version=$(cd "$root" && cargo --version 2>/dev/null | cut -d' ' -f2)
    [[ -n $version ]] && printf '%s\n%s\n' "$(rust_version)" "$version" | sort --version-sort --check=quiet
}

find_cargo() {
    local env=${CARGO_HOME:-$HOME/.cargo}/env
    if cargo_is_good; then
        return
    fi
    if [[ -f $env ]]; then
        # shellcheck disable=SC1090
        source "$env"
        cargo_is_good && return
    fi
    if command -v rustup >/dev/null; then
        say "Installing Rust with the rustup that is here"
        (cd "$root" && rustup toolchain install --profile minimal stable >"$log" 2>&1) ||
            fail "rustup could not install Rust: check the network (its messages are in $log)"
        return
    fi
    command -v curl >/dev/null || fail "curl is missing: install it, or Rust as https://rustup.rs says, then start this script again"
    need_room "${CARGO_HOME:-$HOME/.cargo}" "$rust_mib" Rust "free some, or set CARGO_HOME and RUSTUP_HOME to folders on another disk"
    say "Installing Rust $(rust_version) or newer with rustup"
    note rustup </dev/null
    # In two steps: a pipe would hide that nothing was fetched.
    if ! curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs \
        --output "$scratch/rustup-init.sh" 2>"$log"; then
        fail "Rust could not be fetched: check the network, or install it as https://rustup.rs says, then start this script again"
    fi
    sh "$scratch/rustup-init.sh" -y --no-modify-path --profile minimal --default-toolchain stable >"$log" 2>&1 ||
        fail "Rust could not be installed: its messages are in $log"
    # shellcheck disable=SC1090
    source "$env"
}

# Fails with a sentence where the disk has no room for the build.
check_room() {
    if [[ ! -x $sotto ]]; then
        need_room "$target" "$build_mib" "the build" "free some, or set CARGO_TARGET_DIR to a folder on another disk"
    fi
}

build() {
    if [[ -n $prebuilt ]]; then
        return
    fi
    find_cargo
    check_room
    local options=(--locked --quiet)
    if [[ $profile == release ]]; then
        options+=(--release --package sotto)
    else
        # As tests/run.sh builds it, so that nothing is compiled twice.
        options+=(--workspace --bin sotto)
    fi
    if ! (cd "$root" && cargo fetch --locked --offline >/dev/null 2>&1) &&
        ! (cd "$root" && cargo fetch --locked >"$log" 2>&1); then
        tail -n 3 "$log" >&2
        fail "the libraries could not be fetched: check the network, then start this script again"
    fi
    if [[ ! -x $sotto ]]; then
        say "Building; the first time takes some minutes"
    fi
    (cd "$root" && cargo build "${options[@]}" >&2) ||
        fail "the build failed: its messages stand above"
}

remove_build() {
    if [[ -d $target ]]; then
        rm -rf "$target"
        say "The build is removed."
    fi
    if [[ -f $state/rustup ]]; then
        "${CARGO_HOME:-$HOME/.cargo}/bin/rustup" self uninstall -y >/dev/null 2>&1 || true
        rm -f "$state/rustup"
        say "Rust, which this script installed, is removed."
    fi
}
