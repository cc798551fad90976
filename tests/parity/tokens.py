"""Same tokens as sherpa-onnx? Runs both on the same samples with the same model, greedy search.

    python tests/parity/tokens.py --model models/starter/en --manifest SPEECH/dev/manifest.tsv

Needs sherpa-onnx, soundfile and numpy from PyPI, and cargo. Each file is decoded by both programs
from the same 16 kHz samples with the same silence appended; a CTC model's first window holds the
first real frames in both (sherpa-onnx has no lead-in). Prints every file that differs and, last,
how many are equal.

A network with random weights writes tokens in silence too, and here a stream is flushed by more
silence at its end: `--prefix` compares as far as sherpa-onnx goes.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import sherpa_onnx
import soundfile

TAIL_SECONDS = 1.6


def samples_of(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = samples.mean(axis=1)
    if rate != 16000:
        at = np.arange(0, len(samples) - 1, rate / 16000)
        samples = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
    return np.concatenate([samples, np.zeros(int(TAIL_SECONDS * 16000), np.float32)])


def networks(folder, int8):
    """The network files of a folder: one, or encoder, decoder and joiner."""

    def pick(*prefixes):
        found = sorted(path for prefix in prefixes for path in folder.glob(f"{prefix}*.onnx"))
        wanted = [path for path in found if path.name.endswith(".int8.onnx") == int8]
        return str((wanted or found)[0])

    if any(folder.glob("encoder*.onnx")):
        return [pick("encoder"), pick("decoder"), pick("joiner")]
    return [pick("model", "ctc")]


def reference(table, files):
    kind = sherpa_onnx.OnlineRecognizer
    if len(files) == 3:
        parts = dict(zip(("encoder", "decoder", "joiner"), files))
        return kind.from_transducer(tokens=table, num_threads=1, **parts)
    import onnx

    props = {p.key for p in onnx.load(files[0], load_external_data=False).metadata_props}
    make = kind.from_nemo_ctc if "window_size" in props else kind.from_zipformer2_ctc
    return make(tokens=table, model=files[0], num_threads=1)


def decoded(recognizer, samples):
    stream = recognizer.create_stream()
    stream.accept_waveform(16000, samples)
    stream.input_finished()
    while recognizer.is_ready(stream):
        recognizer.decode_stream(stream)
    return list(recognizer.tokens(stream))


def spread(recognizer, paths):
    equal = 0
    for path in paths:
        samples = samples_of(path)
        louder = samples * np.float32(1 + 2**-20)
        equal += decoded(recognizer, samples) == decoded(recognizer, louder)
    print(f"{equal} of {len(paths)} files give sherpa-onnx the same tokens when they are 1 + 2^-20 times as loud")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--int8", action="store_true", help="take the int8 files of a folder that holds both")
    parser.add_argument("--prefix", action="store_true", help="allow more tokens here after the end of the sound")
    parser.add_argument("--spread", action="store_true", help="compare sherpa-onnx with itself instead")
    parser.add_argument("--program", help="the built example `tokens`, to spare building it")
    args = parser.parse_args()
    with open(args.manifest, encoding="utf-8") as rows:
        paths = [row["path"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)][: args.limit]
    base = Path(args.manifest).parent
    folder = Path(args.model)
    table, files = str(folder / "tokens.txt"), networks(folder, args.int8)
    recognizer = reference(table, files)
    if args.spread:
        return spread(recognizer, [base / path for path in paths])
    with tempfile.TemporaryDirectory() as scratch:
        expected, raws = {}, []
        for i, path in enumerate(paths):
            samples = samples_of(base / path)
            raw = Path(scratch) / f"{i}.f32"
            samples.tofile(raw)
            raws.append(str(raw))
            expected[path] = decoded(recognizer, samples)
        program = args.program or "target/debug/examples/tokens"
        if not args.program:
            subprocess.run(["cargo", "build", "--quiet", "--workspace", "--examples"], check=True)
        ours = subprocess.run(
            [program, table, *files, "--", *raws], check=True, capture_output=True, text=True
        ).stdout.splitlines()
    symbols = {}
    for line in Path(table).read_text(encoding="utf-8").splitlines():
        symbol, _, number = line.rpartition(" ")
        symbols[int(number)] = symbol or " "
    equal = 0
    for path, line in zip(paths, ours, strict=True):
        found = [symbols[i].replace("▁", " ") for i in json.loads(line)]
        wanted = [symbol.replace("▁", " ") for symbol in expected[path]]
        if args.prefix:
            found = found[: len(wanted)]
        if found == wanted:
            equal += 1
        else:
            print(f"{path}: sherpa-onnx {''.join(wanted)!r}, here {''.join(found)!r}")
    print(f"{equal} of {len(paths)} files give equal tokens ({100 * equal / max(1, len(paths)):.2f} %)")
    sys.exit(0 if equal == len(paths) else 1)


if __name__ == "__main__":
    main()
