#!/bin/sh
# The whole recipe on a few minutes of synthetic speech: asserts that the loss falls, that a
# stopped run goes on, and that the exported file computes in tract what PyTorch computes.
#     sh tiny.sh [folder for the data]
# ENCODE names the program of `cargo build --workspace --example encode`.
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}
WORK=${1:-}
if [ -z "$WORK" ]; then
    WORK=$(mktemp -d)
    trap 'rm -r "$WORK"' EXIT
fi
export OMP_NUM_THREADS=1

"$PYTHON" synthesise.py --out "$WORK/audio" --shards 1 --count 150
"$PYTHON" features.py --audio "$WORK/audio" --out "$WORK/features" --versions 0-1
"$PYTHON" pronounce.py --features "$WORK/features"

train() {
    "$PYTHON" train.py --features "$WORK/features" --out "$WORK/run" --workers 2 --batches 20 --frames 2000 \
        --shape width=64,front=64,blocks=2,middle=1,feed=128,heads=2 --warm-up 20 --rate 2e-3 --rounds "$1"
}
train 3 | tee "$WORK/log"
train 6 | tee -a "$WORK/log"
"$PYTHON" - "$WORK/log" <<'CHECK'
import re, sys
losses = [float(x) for x in re.findall(r"loss ([\d.]+)", open(sys.argv[1]).read())]
assert len(losses) == 6, f"rounds repeated or lost: {losses}"
assert losses[-1] < 0.8 * losses[0], f"the loss did not fall: {losses}"
print("loss fell from", losses[0], "to", losses[-1])
CHECK
"$PYTHON" export.py --checkpoint "$WORK/run/last.pt" --out "$WORK/model"
"$PYTHON" check_export.py --model "$WORK/model" --encode "${ENCODE:-../../target/debug/examples/encode}"
