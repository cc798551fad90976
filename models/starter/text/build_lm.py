"""Builds the word language model: text sources -> pruned ARPA.

    python build_lm.py --text TEXT/train --dev SPEECH/dev/manifest.tsv --out work/en.arpa
"""

import argparse
import collections
from pathlib import Path

import numpy as np

import corpus
from ngram import Model
from normalise import words


def collect(args):
    banned = corpus.forbidden(args.dev)
    train, held_out, dropped = [], {}, 0
    for source in corpus.sources(args.text):
        kept, held = corpus.split(args.text, source)
        weight = corpus.LM_WEIGHT.get(source, 1)
        spoken = []
        for line in kept:
            text = words(line)
            if not corpus.allowed(text, banned):
                dropped += 1
                continue
            spoken += [s for s in (words(part) for part in corpus.sentences(line)) if s]
        if source == "novels_1880_1929":
            spoken = spoken[::2]
        train.append((weight, spoken))
        held_out[source] = [s for line in held[:400] for s in (words(p) for p in corpus.sentences(line)) if s]
        print(f"{source}: {len(spoken)} sentences x{weight}", flush=True)
    print(f"{dropped} lines hold evaluation text and were dropped")
    return train, held_out


def encode(sentences, ids):
    flat = []
    for sentence in sentences:
        flat.append(1)
        flat += [ids.get(word, 0) for word in sentence.split()]
        flat.append(2)
    return np.array(flat, np.uint16)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", required=True)
    parser.add_argument("--dev", nargs="*", default=[])
    parser.add_argument("--out", required=True)
    parser.add_argument("--order", type=int, default=4)
    parser.add_argument("--vocabulary", type=int, default=60_000)
    parser.add_argument("--keep", type=int, nargs="*", default=[0, 900_000, 900_000, 350_000],
                        help="n-grams kept of each order after pruning")
    parser.add_argument("--cutoffs", type=int, nargs="*", default=[0, 0, 0, 1])
    args = parser.parse_args()

    train, held_out = collect(args)
    counts = collections.Counter()
    for weight, sentences in train:
        local = collections.Counter(w for s in sentences for w in s.split())
        for word, n in local.items():
            counts[word] += weight * n
    known = [w for w, n in counts.most_common(args.vocabulary - 3) if n >= 3]
    vocabulary = ["<unk>", "<s>", "</s>", *known]
    ids = {word: i for i, word in enumerate(vocabulary)}
    tokens = np.concatenate([encode(s, ids) for weight, s in train for _ in range(weight)])
    print(f"{len(tokens)} tokens, {len(vocabulary)} words", flush=True)

    model = Model(tokens, args.order, len(vocabulary), args.cutoffs)
    report(model, held_out, ids, "unpruned")
    model.prune(args.keep)
    report(model, held_out, ids, "pruned")
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    with open(args.out, "w", encoding="utf-8") as out:
        model.write_arpa(out, vocabulary)


def report(model, held_out, ids, label):
    print(label, [len(k) for k in model.keys])
    for source, sentences in held_out.items():
        total, n, unknown = 0.0, 0, 0
        for sentence in sentences[:300]:
            encoded = [ids.get(w, 0) for w in sentence.split()]
            unknown += encoded.count(0)
            total += model.sentence_log10(encoded)
            n += len(encoded) + 1
        print(f"  {source}: perplexity {10 ** (-total / max(n, 1)):.0f}, unknown {100 * unknown / max(n, 1):.1f} %", flush=True)


if __name__ == "__main__":
    main()
