"""Same tokens as sherpa-onnx? Runs both on the same samples with the same model, greedy search.

    python tests/parity/tokens.py --model models/starter/en --manifest SPEECH/dev/manifest.tsv

Needs sherpa-onnx, soundfile and numpy from PyPI, and cargo. Each file is decoded by both programs
from the same 16 kHz samples with the same silence appended; a CTC model's first window holds the
first real frames in both (sherpa-onnx has no lead-in). Prints every file that differs and, last,
how many are equal.
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


def reference(model):
    folder = Path(model)
    tokens = str(folder / "tokens.txt")
    if (folder / "model.onnx").exists():
        kind = sherpa_onnx.OnlineRecognizer
        maker = {"nemo": getattr(kind, "from_nemo_ctc", None), "zipformer2": getattr(kind, "from_zipformer2_ctc", None)}
        import onnx

        props = {p.key for p in onnx.load(str(folder / "model.onnx"), load_external_data=False).metadata_props}
        make = maker["nemo" if "window_size" in props else "zipformer2"]
        return make(tokens=tokens, model=str(folder / "model.onnx"), num_threads=1)
    part = {name: str(next(folder.glob(f"{name}*.onnx"))) for name in ("encoder", "decoder", "joiner")}
    return sherpa_onnx.OnlineRecognizer.from_transducer(tokens=tokens, num_threads=1, **part)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    with open(args.manifest, encoding="utf-8") as rows:
        paths = [row["path"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)][: args.limit]
    base = Path(args.manifest).parent
    recognizer = reference(args.model)
    with tempfile.TemporaryDirectory() as scratch:
        expected, raws = {}, []
        for i, path in enumerate(paths):
            samples = samples_of(base / path)
            raw = Path(scratch) / f"{i}.f32"
            samples.tofile(raw)
            raws.append(str(raw))
            stream = recognizer.create_stream()
            stream.accept_waveform(16000, samples)
            stream.input_finished()
            while recognizer.is_ready(stream):
                recognizer.decode_stream(stream)
            expected[path] = list(recognizer.tokens(stream))
        subprocess.run(["cargo", "build", "--quiet", "--workspace", "--examples"], check=True)
        ours = subprocess.run(
            ["target/debug/examples/tokens", args.model, *raws], check=True, capture_output=True, text=True
        ).stdout.splitlines()
    symbols = {}
    for line in Path(args.model, "tokens.txt").read_text(encoding="utf-8").splitlines():
        symbol, _, number = line.rpartition(" ")
        symbols[int(number)] = symbol or " "
    equal = 0
    for path, line in zip(paths, ours, strict=True):
        found = [symbols[i].replace("▁", " ") for i in json.loads(line)]
        wanted = [symbol.replace("▁", " ") for symbol in expected[path]]
        if found == wanted:
            equal += 1
        else:
            print(f"{path}: sherpa-onnx {''.join(wanted)!r}, here {''.join(found)!r}")
    print(f"{equal} of {len(paths)} files give equal tokens ({100 * equal / max(1, len(paths)):.2f} %)")
    sys.exit(0 if equal == len(paths) else 1)


if __name__ == "__main__":
    main()
