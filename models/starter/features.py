"""Audio shards to feature shards, in several differently augmented versions.

    python features.py --audio WORK/audio --noise SPEECH/noise --out WORK/features --versions 0-3

Version 0 is nearly clean (level and silence vary); the others are strongly augmented. With
--watch it goes on as new audio shards arrive. A version of a shard depends only on the seed,
its name and its number.
"""

import argparse
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

import augment
import fbank
import shards

HELD_OUT = Path(__file__).with_name("noise_held_out.txt")
NOISES = None


def start(noise_folder):
    global NOISES
    NOISES = augment.Noises(noise_folder, set(HELD_OUT.read_text().split()))


def make(job):
    audio_folder, out, name, version, seed = job
    samples = shards.samples(audio_folder, name)
    rng = np.random.default_rng([seed, version, zlib.crc32(name.encode())])
    writer = shards.ShardWriter(out, f"{name}.v{version}", "u8")
    for row in shards.rows(audio_folder, name):
        audio = samples[row["o"] : row["o"] + row["n"]].astype(np.float32) / 32768
        audio = augment.augment(rng, audio, NOISES, strong=version > 0)
        mel = shards.quantise(fbank.log_mel(audio))
        writer.add(mel, text=row["text"], set=row["set"], voice=row["voice"])
    writer.close()
    return f"{name}.v{version}: {writer.offset / 360000:.2f} h"


def make_noise(args, version, count=500):
    """Noise and silence with empty transcripts, so that the model learns to write nothing."""
    name = f"noise.v{version}"
    if not args.noise or (Path(args.out) / f"{name}.jsonl").exists():
        return
    start(args.noise)
    rng, writer = np.random.default_rng([args.seed, version]), shards.ShardWriter(args.out, name, "u8")
    for _ in range(count):
        noise = NOISES.noise(rng, int(rng.uniform(1.5, 8) * fbank.RATE))
        audio = noise / np.abs(noise).max() * 10 ** (rng.uniform(-80, 0) / 20)
        if rng.random() < 0.1:
            audio *= 0
        writer.add(shards.quantise(fbank.log_mel(audio)), text="", set="noise", voice="noise")
    writer.close()
    print(f"{name}: {writer.offset / 360000:.2f} h", flush=True)


def todo(args):
    first, _, last = args.versions.partition("-")
    for version in range(int(first), int(last or first) + 1):
        for name in shards.names(args.audio):
            if version > args.synthetic_versions and name.startswith("synth"):
                continue
            if not (Path(args.out) / f"{name}.v{version}.jsonl").exists():
                yield args.audio, args.out, name, version, args.seed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", required=True)
    parser.add_argument("--noise")
    parser.add_argument("--out", required=True)
    parser.add_argument("--versions", default="0-3")
    parser.add_argument("--synthetic-versions", type=int, default=2, help="last version made of synthetic speech")
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    first, _, last = args.versions.partition("-")
    for version in range(int(first), int(last or first) + 1):
        make_noise(args, version)
    with ProcessPoolExecutor(args.jobs, initializer=start, initargs=(args.noise,)) as pool:
        while True:
            jobs = list(todo(args))[: 4 * args.jobs]
            for line in pool.map(make, jobs):
                print(line, flush=True)
            if not jobs:
                if not args.watch:
                    break
                time.sleep(15)


if __name__ == "__main__":
    main()
