"""Builds the word language model: text sources -> pruned ARPA.

    python build_lm.py --text TEXT/train --dev SPEECH/dev/manifest.tsv --out work/en.arpa
"""

import argparse
import collections
import random
from pathlib import Path

import numpy as np

import corpus
import phrases
import pronounce
from ngram import Mixture, Model, shares
from normalise import words

# Names, dialect and misspellings that the pronouncing dictionary lacks must be this many times as frequent as its words.
STRANGER = 3
# Held-out words of a source, times its weight, that choose the shares of the mixture.
TUNING = 2000
PHRASES = "phrases"  # the source made by the grammars of phrases.py: what people dictate and books do not hold


def collect(args):
    banned = corpus.forbidden(args.dev)
    train, held_out, dropped = {}, {}, 0
    for source in corpus.sources(args.text):
        kept, held = corpus.split(args.text, source)
        spoken = []
        for line in kept:
            text = words(line)
            if not corpus.allowed(text, banned):
                dropped += 1
                continue
            spoken += [s for s in (words(part) for part in corpus.sentences(line)) if s]
        if source == "novels_1880_1929":
            spoken = spoken[::2]
        train[source] = spoken
        held_out[source] = [s for line in held[:400] for s in (words(p) for p in corpus.sentences(line)) if s]
        print(f"{source}: {len(spoken)} sentences", flush=True)
    if args.phrases:
        rng = random.Random(1)
        spoken = [text for text in (words(phrases.phrase(rng)) for _ in range(args.phrases)) if corpus.allowed(text, banned)]
        cut = int(len(spoken) * (1 - corpus.HELD_OUT_SHARE))
        train[PHRASES], held_out[PHRASES] = spoken[:cut], spoken[cut:]
    print(f"{dropped} lines hold evaluation text and were dropped")
    return train, held_out


def encode(sentences, ids):
    flat = []
    for sentence in sentences:
        flat.append(1)
        flat += [ids.get(word, 0) for word in sentence.split()]
        flat.append(2)
    return np.array(flat, np.uint16)


def choose(counts, size, dictionary):
    """The `size` words to know, the most frequent of those that one can expect to be said."""
    rank = {word: count if word in dictionary else count // STRANGER for word, count in counts.items()}
    return sorted((word for word in rank if rank[word]), key=lambda word: (-rank[word], word))[:size]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", required=True)
    parser.add_argument("--dev", nargs="*", default=[])
    parser.add_argument("--out", required=True)
    parser.add_argument("--order", type=int, default=4)
    parser.add_argument("--vocabulary", type=int, default=64_000)
    parser.add_argument("--keep", type=int, nargs="*", default=[0, 1_120_000, 1_145_000, 465_000],
                        help="n-grams kept of each order after pruning")
    parser.add_argument("--phrases", type=int, default=30_000, help="commands and everyday phrases made by phrases.py")
    parser.add_argument("--cutoffs", type=int, nargs="*", default=[0, 0, 0, 1])
    args = parser.parse_args()

    train, held_out = collect(args)
    counts = collections.Counter()
    for source, sentences in train.items():
        if source == PHRASES:  # made of common words, and as many as one likes
            continue
        local = collections.Counter(w for s in sentences for w in s.split())
        for word, n in local.items():
            counts[word] += corpus.LM_WEIGHT.get(source, 1) * n
    dictionary = pronounce.dictionary() if Path(pronounce.CMUDICT).exists() else counts
    vocabulary = ["<unk>", "<s>", "</s>", *choose(counts, args.vocabulary - 3, dictionary)]
    ids = {word: i for i, word in enumerate(vocabulary)}
    tokens = {source: encode(sentences, ids) for source, sentences in train.items()}
    print(f"{sum(map(len, tokens.values()))} tokens, {len(vocabulary)} words", flush=True)

    def model_of(sources):
        return Model(np.concatenate([tokens[source] for source in sources]), args.order, len(vocabulary), args.cutoffs)

    styles = {"all": list(tokens)} | {style: [s for s in names if s in tokens] for style, names in corpus.STYLES.items()}
    models = {style: model_of(names) for style, names in styles.items() if names}
    unseen = [encode(sentences, ids)[: TUNING * corpus.LM_WEIGHT.get(source, 1)] for source, sentences in held_out.items()]
    weights = shares(np.array([[*np.concatenate([m.tokens_probability(text) for text in unseen])] for m in models.values()]))
    print("mixture:", ", ".join(f"{style} {weight:.2f}" for style, weight in zip(models, weights)), flush=True)
    model = Mixture(list(models.values()), weights)
    report(model, held_out, ids, "unpruned")
    model.prune(args.keep)
    report(model, held_out, ids, "pruned")
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    with open(args.out, "w", encoding="utf-8") as out:
        model.write_arpa(out, vocabulary)


def report(model, held_out, ids, label):
    print(label, [len(k) for k in model.keys])
    for source, sentences in held_out.items():
        encoded = encode(sentences[:300], ids)
        odds = model.tokens_probability(encoded)
        unknown = 100 * (encoded == 0).sum() / max(1, len(odds))
        print(f"  {source}: perplexity {np.exp(-np.log(odds).mean()):.0f}, unknown {unknown:.1f} %", flush=True)


if __name__ == "__main__":
    main()
