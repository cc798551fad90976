#!/usr/bin/env bash
# Runs everything that CI runs: formatting, lints, tests, documentation, scripts.
# Stops at the first step that fails and names it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    cat <<'TEXT'
usage: tests/run.sh [STEP…]

Steps, in order: fmt clippy test doctest doc po python scripts packages. Without a STEP, all of them.
TEXT
}

step_fmt() { cargo fmt --all --check; }

step_clippy() { cargo clippy --workspace --all-targets --locked -- -D warnings; }

step_test() {
    if cargo nextest --version >/dev/null 2>&1; then
        INSTA_UPDATE=no cargo nextest run --workspace --locked --profile ci
    else
        INSTA_UPDATE=no cargo test --workspace --locked --lib --bins --tests --no-fail-fast
    fi
}

step_doctest() { cargo test --workspace --locked --doc; }

step_doc() { RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --document-private-items; }

# Every string that a person reads is collected, and translated into every language.
step_po() {
    python3 -B -m unittest discover -q -s po
    po/extract.py --check
}

# The recipes of the built-in models: their own tests, and a training on a few minutes of speech.
# Debian's PyTorch is enough; the tests that want another runtime say so where it is missing.
step_python() {
    local python="" candidate
    for candidate in "${PYTHON:-}" python3 /usr/bin/python3; do
        if [[ -n $candidate ]] && "$candidate" -c "import numpy, onnx, pytest, scipy, soundfile, torch" >/dev/null 2>&1; then
            python=$candidate
            break
        fi
    done
    if [[ -z $python ]]; then
        echo "skipped: the recipes need numpy, onnx, pytest, scipy, soundfile and torch (PYTHON names a python that has them)"
        [[ -z ${CI:-} ]] || exit 1
        return
    fi
    cargo build --workspace --locked --example encode
    cd models/starter
    "$python" -m pytest -q -p no:cacheprovider
    PYTHON=$python ENCODE=$(realpath "${CARGO_TARGET_DIR:-../../target}/debug/examples/encode") sh tiny.sh
}

step_scripts() {
    local script
    for script in .ci/run tests/run.sh tests/fuzz/run.sh packaging/*.sh; do
        bash -n "$script"
    done
    packaging/try.sh --check
    packaging/check.sh
}

# The trial, and the package, around the programs that the tests left: a release build would take longer than
# all of CI, and only the optimization of our own code differs.
step_packages() {
    local target=${CARGO_TARGET_DIR:-target} deb rpm
    if [[ $(id -u) -ne 0 ]]; then
        echo "skipped: installing packages needs root"
        [[ -z ${CI:-} ]] || exit 1
        return
    fi
    cargo build --workspace --locked --bin sotto --bin sotto-fetch
    packaging/try.sh --virtual --program "$target/debug/sotto"
    deb=$(packaging/deb/build.sh --fast --engine-only --bin "$target/debug" --out "$target/packages")
    dpkg-deb --info "$deb"
    rpm=$(packaging/rpm/build.sh --fast --engine-only --bin "$target/debug" --out "$target/packages")
    rpm --query --package --info "$rpm"
    # The rest happens in a fresh Debian, which comes from the network.
    if ! packaging/rootfs.sh "$target/packages/rootfs"; then
        echo "skipped: installing the packages in a fresh Debian, which could not be made"
        return
    fi
    # shellcheck disable=SC2016
    if unshare --mount bash -c 'mount -t tmpfs tmpfs /mnt && mkdir /mnt/{a,b,c} &&
        mount -t overlay overlay -o "lowerdir=$0,upperdir=/mnt/a,workdir=/mnt/b" /mnt/c' \
        "$(realpath "$target/packages/rootfs")" 2>/dev/null; then
        packaging/deb/test.sh --package "$deb"
        packaging/rpm/test.sh --package "$rpm" --deb "$deb"
    else
        echo "skipped: installing the Debian package and the RPM, because no overlay can be mounted here"
    fi
    if bwrap --unshare-all --ro-bind / / true 2>/dev/null; then
        packaging/flatpak/test.sh --bin "$target/debug"
    else
        echo "skipped: installing the Flatpak, because no sandbox can be opened here"
    fi
}

all_steps=(fmt clippy test doctest doc po python scripts packages)
case ${1:-} in
    -h | --help)
        usage
        exit 0
        ;;
esac
steps=("$@")
if [[ ${#steps[@]} -eq 0 ]]; then
    steps=("${all_steps[@]}")
fi
for step in "${steps[@]}"; do
    if ! declare -F "step_$step" >/dev/null; then
        echo "tests/run.sh: there is no step \"$step\"; the steps are: ${all_steps[*]}" >&2
        exit 2
    fi
done

for step in "${steps[@]}"; do
    echo "==> $step"
    began=$SECONDS
    # A function called as a condition would lose `set -e`, so each step is a process of its own.
    status=0
    bash -euo pipefail -c "$(declare -f "step_$step"); step_$step" || status=$?
    if [[ $status -ne 0 ]]; then
        echo "==> $step failed after $((SECONDS - began)) s" >&2
        exit 1
    fi
    echo "==> $step passed in $((SECONDS - began)) s"
done
echo "All ${#steps[@]} steps passed."
