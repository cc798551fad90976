"""Shards: the one storage format between the steps of the recipe.

An audio shard is NAME.i16 (16 kHz mono samples, int16) and NAME.jsonl (one line per
utterance: offset and length in samples, normalised text, set, voice). A feature shard is
NAME.vK.u8 (frames x 80, one byte a bin) and NAME.vK.jsonl (offset and length in frames,
text, set, voice). The index is written last and renamed into place, so a reader that
finds an index finds a whole shard: loaders pick new shards up while others are made.
"""

import json
import os
from pathlib import Path

import numpy as np

FEATURE_STEP = 0.1  # one count of a stored log-mel bin
FEATURE_FLOOR = -16.0  # ln(FLT_EPSILON) = -15.94


def quantise(features):
    counts = np.rint((features - FEATURE_FLOOR) / FEATURE_STEP)
    return np.clip(counts, 0, 255).astype(np.uint8)


def dequantise(counts):
    return counts.astype(np.float32) * FEATURE_STEP + FEATURE_FLOOR


class ShardWriter:
    """Collects utterances and writes one shard when closed."""

    def __init__(self, folder, name, suffix):
        self.folder, self.name, self.suffix = Path(folder), name, suffix
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = open(self.folder / f"{name}.{suffix}.part", "wb")
        self.rows, self.offset = [], 0

    def add(self, array, **fields):
        self.data.write(np.ascontiguousarray(array).tobytes())
        self.rows.append({"o": self.offset, "n": len(array), **fields})
        self.offset += len(array)

    def close(self):
        self.data.close()
        base = self.folder / self.name
        os.replace(f"{base}.{self.suffix}.part", f"{base}.{self.suffix}")
        with open(f"{base}.jsonl.part", "w") as index:
            for row in self.rows:
                index.write(json.dumps(row, ensure_ascii=False) + "\n")
        os.replace(f"{base}.jsonl.part", f"{base}.jsonl")


def names(folder):
    return sorted(p.name[: -len(".jsonl")] for p in Path(folder).glob("*.jsonl"))


def rows(folder, name):
    with open(Path(folder) / f"{name}.jsonl") as index:
        return [json.loads(line) for line in index]


def samples(folder, name):
    return np.memmap(Path(folder) / f"{name}.i16", dtype=np.int16, mode="r")


def frames(folder, name, bins=80):
    path = Path(folder) / f"{name}.u8"
    return np.memmap(path, dtype=np.uint8, mode="r").reshape(-1, bins)
