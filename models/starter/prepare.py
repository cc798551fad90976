"""Real speech to audio shards.

    python prepare.py --speech SPEECH --out WORK/audio

SPEECH holds train/manifest.tsv and dev/manifest.tsv (columns set, path, seconds, text) and
the recordings named there. Sentences of three words or more that occur in dev are left out.
"""

import argparse
import csv
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile

import normalise
import shards

RATE = 16000


def manifest(folder):
    with open(Path(folder) / "manifest.tsv", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def dev_sentences(speech):
    """Every dev transcript of three words or more, normalised."""
    texts = (normalise.words(row["text"]) for row in manifest(Path(speech) / "dev"))
    return {text for text in texts if text.count(" ") >= 2}


def read_audio(path):
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    audio = audio.mean(axis=1)
    if rate != RATE:
        from scipy.signal import resample_poly

        common = np.gcd(rate, RATE)
        audio = resample_poly(audio, RATE // common, rate // common).astype(np.float32)
    return audio


def to_int16(audio):
    return np.clip(np.rint(audio * 32768), -32768, 32767).astype(np.int16)


def speaker(row):
    """A speaker's name where the file name tells it, else the set's."""
    stem = Path(row["path"]).stem[len(row["set"]) + 1 :]
    if row["set"].startswith("librispeech"):
        return row["set"] + "/" + stem.split("-")[0]
    if row["set"].startswith("speechocean"):
        return row["set"] + "/" + stem[:5]
    if row["set"] == "fsdd":
        return "fsdd/" + stem.split("_")[1]
    return row["set"]


def write_shard(job):
    folder, name, part, rows = job
    writer = shards.ShardWriter(folder, name, "i16")
    for row in rows:
        text = normalise.words(row["text"])
        audio = read_audio(Path(part) / row["path"])
        writer.add(to_int16(audio), text=text, set=row["set"], voice=speaker(row))
    writer.close()
    return name, writer.offset / RATE / 3600


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speech", required=True)
    parser.add_argument("--part", default="train", help="dev only to report progress while training")
    parser.add_argument("--out", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--per-shard", type=int, default=800)
    args = parser.parse_args()

    held_out = dev_sentences(args.speech) if args.part == "train" else set()
    part = Path(args.speech) / args.part
    usable, dropped = {}, 0
    for row in manifest(part):
        text = normalise.words(row["text"])
        if not text or text in held_out or any(c.isdigit() for c in text):
            dropped += 1
        else:
            usable.setdefault(row["set"], []).append(row)
    jobs = []
    for name, rows in sorted(usable.items()):
        for k in range(0, len(rows), args.per_shard):
            jobs.append((args.out, f"real-{name}-{k // args.per_shard}", part, rows[k : k + args.per_shard]))
    with ProcessPoolExecutor(args.jobs) as pool:
        for name, hours in pool.map(write_shard, jobs):
            print(f"{name}: {hours:.2f} h", flush=True)
    print(f"{dropped} utterances left out (empty or in dev)")


if __name__ == "__main__":
    main()
