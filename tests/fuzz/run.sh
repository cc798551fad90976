#!/usr/bin/env bash
# Gives every fuzz target a number of inputs, and prints a table of what came out, in Markdown.
# Stable Rust is enough. Without a sanitizer: safe code needs none to panic, and this is several times as fast.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
    cat <<'TEXT'
usage: tests/fuzz/run.sh [--inputs N] [TARGET…]

Builds the fuzz targets and gives N inputs (10000000 unless said otherwise) to each TARGET, or to all of them.
One after another, with one thread each. What they found interesting is kept in target/fuzz/corpus.
Ends with status 1 if a target failed; its input is then in target/fuzz/artifacts.
TEXT
}

# The targets and their longest input: the shorter, the more inputs a second.
declare -A max_len=(
    [archive]=4096 [arpa]=512 [audio]=2048 [catalogue]=3072 [edits]=256 [ibus_wire]=512
    [language_model]=6144 [lexicon]=256 [manifest]=2048 [settings]=2048 [tables]=512 [tokens]=256
)

n_inputs=10000000
targets=()
while [[ $# -gt 0 ]]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --inputs)
            n_inputs=${2:?"--inputs needs a number"}
            shift 2
            ;;
        *)
            if [[ -z ${max_len[$1]:-} ]]; then
                echo "tests/fuzz/run.sh: there is no target \"$1\"; the targets are: ${!max_len[*]}" >&2
                exit 2
            fi
            targets+=("$1")
            shift
            ;;
    esac
done
if [[ ${#targets[@]} -eq 0 ]]; then
    mapfile -t targets < <(printf '%s\n' "${!max_len[@]}" | sort)
fi

# Where files are written, memory is faster than a disk.
if [[ -z ${TMPDIR:-} && -d /dev/shm ]]; then
    export TMPDIR=/dev/shm
fi
work=$(realpath -m "${CARGO_TARGET_DIR:-target}/fuzz")
triple=$(rustc -vV | sed -n 's/^host: //p')
flags=(--cfg fuzzing -Cpasses=sancov-module)
for option in level=4 inline-8bit-counters pc-table trace-compares; do
    flags+=("-Cllvm-args=-sanitizer-coverage-$option")
done
# With a target named, build scripts and macros are built without these flags.
RUSTFLAGS=${flags[*]} cargo build --manifest-path tests/fuzz/Cargo.toml --target-dir "$work" \
    --target "$triple" --release --features core,program "${targets[@]/#/--bin=}"

stat() { sed -n "s/^stat::$1: *//p" "$2"; }

n_failed=0
printf '| Target | Inputs | Seconds | Inputs/s | Longest input, bytes | Peak memory, MiB | Failures | Corpus, files |\n'
printf '|---|---:|---:|---:|---:|---:|---:|---:|\n'
for target in "${targets[@]}"; do
    seeds=tests/fuzz/seeds/$target
    options=(-runs="$n_inputs" -max_len="${max_len[$target]}" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1)
    if [[ $target == audio ]]; then
        seeds=engine/daemon/tests/audio
        # Panics of decoders are caught, and printed by the target.
        options+=(-close_fd_mask=2)
    fi
    corpus=$work/corpus/$target
    log=$work/$target.log
    mkdir -p "$corpus" "$work/artifacts/$target"
    began=$SECONDS
    n_failures=0
    "$work/$triple/release/$target" "${options[@]}" -artifact_prefix="$work/artifacts/$target/" \
        "$corpus" "$seeds" >"$log" 2>&1 || n_failures=1
    seconds=$((SECONDS - began))
    n_done=$(stat number_of_executed_units "$log")
    printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$target" "${n_done:-?}" "$seconds" \
        "$((${n_done:-0} / (seconds > 0 ? seconds : 1)))" "${max_len[$target]}" \
        "$(stat peak_rss_mb "$log")" "$n_failures" "$(find "$corpus" -type f | wc -l)"
    if [[ $n_failures -gt 0 ]]; then
        tail -n 30 "$log" >&2
        n_failed=$((n_failed + 1))
    fi
done
[[ $n_failed -eq 0 ]]
