"""Text sources -> piece ids and labels of a word stream, one array file a source.

    python prepare_punctuation.py --text TEXT/train --dev SPEECH/dev/manifest.tsv --out work/punctuation
"""

import argparse
import collections
import json
from pathlib import Path

import numpy as np

import corpus
from labels import MIXED, case_of, label
from normalise import words
from pieces import Pieces, learn


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", required=True)
    parser.add_argument("--dev", nargs="*", default=[])
    parser.add_argument("--out", required=True)
    parser.add_argument("--vocabulary", type=int, default=6000)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)

    banned = corpus.forbidden(args.dev)
    counts, mixed, streams = collections.Counter(), collections.Counter(), {}
    for source in corpus.sources(args.text):
        if "transcripts" in source:
            continue  # no marks, no case
        train, held = corpus.split(args.text, source)
        if source == "novels_1880_1929":
            train = train[::3]
        parts = {"train": [], "held": []}
        for name, lines in (("train", train), ("held", held[:2000])):
            for line in lines:
                if name == "train" and not corpus.allowed(words(line), banned):
                    continue
                labelled = label(line)
                if labelled and labelled[-1][1] > 1:  # headings and list rows end in no mark
                    parts[name].append(labelled)
        for labelled in parts["train"]:
            for word, _, _ in labelled:
                counts[word] += 1
        for line in train:
            for token in line.split():
                token = token.strip(".,;:!?\"'()[]")
                if token.isalpha() and case_of(token) == MIXED:
                    mixed[token] += 1
        streams[source] = parts
        print(source, sum(map(len, parts["train"])), "words", flush=True)

    common = {w: n for w, n in counts.items() if n >= 3}
    vocabulary = learn(common, args.vocabulary)
    (out / "pieces.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    keep_mixed = {w.lower(): w for w, n in sorted(mixed.items(), key=lambda item: item[1]) if n >= 5}
    (out / "mixed.txt").write_text("".join(f"{w}\n" for w in sorted(keep_mixed.values())), encoding="utf-8")
    pieces = Pieces(vocabulary)
    for source, parts in streams.items():
        for name, labelled in parts.items():
            rows = [(*pieces.encode(w), m, c, int(i == 0)) for line in labelled for i, (w, m, c) in enumerate(line)]
            np.save(out / f"{source}.{name}.npy", np.array(rows, np.uint16).reshape(-1, 7))
    (out / "stats.json").write_text(json.dumps({"words": sum(counts.values()), "pieces": len(vocabulary)}))


if __name__ == "__main__":
    main()
