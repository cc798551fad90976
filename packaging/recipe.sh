# shellcheck shell=bash
# What the recipes for packages share; sourced by scripts that define usage().
# shellcheck disable=SC2034  # the scripts read what is set here

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages=${CARGO_TARGET_DIR:-$root/target}/packages
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
app=io.github.sotto.Sotto

fail() {
    printf '%s: %s\n' "${0#"$root/packaging/"}" "$*" >&2
    exit 1
}

# Reads a command line. Each word before "--" is an option that there is: "bin=" takes a value and sets
# $bin, "engine-only" takes none and sets $engine_only to "yes".
read_options() {
    local known=" " name
    while [[ $1 != -- ]]; do
        known+="$1 "
        shift
    done
    shift
    while [[ $# -gt 0 ]]; do
        name=${1#--}
        if [[ $1 == -h || $1 == --help ]]; then
            usage
            exit 0
        elif [[ $1 == --?* && $known == *" $name= "* ]]; then
            [[ $# -gt 1 ]] || fail "$1 needs a value; see --help"
            printf -v "${name//-/_}" '%s' "$2"
            shift
        elif [[ $1 == --?* && $known == *" $name "* ]]; then
            printf -v "${name//-/_}" yes
        else
            fail "there is no option $1; see --help"
        fi
        shift
    done
}

# The programs that were named with --bin.
need_programs() {
    [[ -n $bin ]] || fail "--bin is missing; see --help"
    [[ -x $bin/sotto ]] || fail "there is no program $bin/sotto: build it first"
    bin=$(realpath -- "$bin")
}

need() {
    local program=$1
    shift
    command -v "$program" >/dev/null || fail "$program is missing: install $*"
}

# The same sources give the same packages: their time is that of the last commit.
set_time() {
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
    export SOURCE_DATE_EPOCH
}
