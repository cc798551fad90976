"""Speech that nobody has transcribed, to audio shards with what the program hears in it.

    sotto transcribe --format json --threads 2 -o WORK/heard UNTRANSCRIBED/*.mp3
    python listen.py --recordings UNTRANSCRIBED --heard WORK/heard --speech SPEECH --set commonvoice-heard --out WORK/audio

A recording is kept where the program was sure of what it heard: the mean confidence of its words is at least
--least, and it has at least --words of them. Sentences of dev are left out.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import normalise
import prepare
import shards


def heard(path):
    """The words of a transcript of `sotto transcribe --format json`, normalised, and their mean confidence."""
    transcript = json.loads(Path(path).read_text(encoding="utf-8"))
    words = [word for utterance in transcript["utterances"] for word in utterance["words"]]
    text = normalise.words(" ".join(word["word"] for word in words))
    sure = sum(word["confidence"] for word in words) / max(1, len(words))
    return text, sure


def chosen(folder, held_out, least, words):
    """(name, text) of the recordings that are kept, and how many there were."""
    kept, count = [], 0
    for path in sorted(Path(folder).glob("*.json")):
        count += 1
        text, sure = heard(path)
        if sure >= least and len(text.split()) >= words and text not in held_out:
            kept.append((path.stem, text))
    return kept, count


def write_shard(job):
    folder, name, recordings, kind, rows = job
    writer = shards.ShardWriter(folder, name, "i16")
    for stem, text in rows:
        (path,) = (p for p in Path(recordings).glob(f"{stem}.*") if p.suffix != ".json")
        writer.add(prepare.to_int16(prepare.read_audio(path)), text=text, set=kind, voice=stem)
    writer.close()
    return name, writer.offset / prepare.RATE / 3600


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", required=True)
    parser.add_argument("--heard", required=True, help="folder of transcripts named as the recordings")
    parser.add_argument("--speech", help="its dev sentences are left out")
    parser.add_argument("--set", required=True, dest="kind", help="name of the set, with a weight in data.WEIGHTS")
    parser.add_argument("--out", required=True)
    parser.add_argument("--least", type=float, default=0.5)
    parser.add_argument("--words", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--per-shard", type=int, default=800)
    args = parser.parse_args()
    held_out = prepare.dev_sentences(args.speech) if args.speech else set()
    kept, count = chosen(args.heard, held_out, args.least, args.words)
    print(f"{len(kept)} of {count} recordings", flush=True)
    jobs = [
        (args.out, f"real-{args.kind}-{k // args.per_shard}", args.recordings, args.kind, kept[k : k + args.per_shard])
        for k in range(0, len(kept), args.per_shard)
    ]
    with ProcessPoolExecutor(args.jobs) as pool:
        for name, hours in pool.map(write_shard, jobs):
            print(f"{name}: {hours:.2f} h", flush=True)


if __name__ == "__main__":
    main()
