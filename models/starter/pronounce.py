"""How words sound: the lexicon that training and recognition share, and rules for words that it lacks.

    python pronounce.py --arpa WORK/en.arpa --features WORK/features --out en

Writes WORK/features/lexicon.txt for training, with every word of the transcripts, and
en/lexicon.txt and en/letter-to-sound.txt for recognition, with the words of the language model.
Pronunciations come from Festival's copy of the CMU dictionary, those it lacks from flite's rules.
"""

import argparse
import json
import re
import subprocess
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from math import log
from pathlib import Path

PHONES = "aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh".split()
CMUDICT = "/usr/share/festival/dicts/cmu/cmudict-0.4.out"
WORD = re.compile(r"[a-z']+")
# What a rule may look at to the left and right of its letter, the widest first, as the program reads them.
CONTEXTS = [(2, 3), (2, 2), (1, 2), (1, 1), (0, 1), (1, 0), (0, 0)]
EDGE = "_"
MOST_PHONES = 3  # that one letter stands for


def dictionary(path=CMUDICT):
    """Words to their pronunciations, each a list of phones, from Festival's file."""
    found = defaultdict(list)
    for line in open(path, encoding="utf-8"):
        match = re.match(r'\("([^"]+)" \S+ \((.*)\)\)\s*$', line)
        if match:
            sounds = re.findall(r"[a-z]+", match[2])
            if sounds not in found[match[1].lower()]:
                found[match[1].lower()].append(sounds)
    return found


def by_rules(word):
    """flite's guess."""
    said = subprocess.run(["flite", "-voice", "kal", "-ps", "-t", word, "-o", "none"], capture_output=True, text=True, check=True)
    return [phone for phone in said.stdout.split() if phone in PHONES]


def lexicon(words, path=CMUDICT):
    """Pronunciations of all words that have one."""
    known = dictionary(path) if Path(path).exists() else {}
    out = {word: known[word] for word in words if known.get(word)}
    unknown = sorted(word for word in words if word not in out and WORD.fullmatch(word))
    with ThreadPoolExecutor() as pool:
        out |= {word: [sounds] for word, sounds in zip(unknown, pool.map(by_rules, unknown)) if sounds}
    return out


def vocabulary(arpa):
    """The words of an ARPA model."""
    words = []
    with open(arpa, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("\\2-grams"):
                break
            parts = line.split()
            if len(parts) > 1 and WORD.fullmatch(parts[1]) and parts[0] != "ngram":
                words.append(parts[1])
    return words


def spoken(folder):
    """The words of the transcripts of feature shards."""
    words = set()
    for shard in Path(folder).glob("*.jsonl"):
        for line in shard.read_text(encoding="utf-8").splitlines():
            words.update(json.loads(line)["text"].split())
    return words


def align(letters, sounds, odds):
    """The likeliest cut of `sounds` into a piece for each letter, or None."""
    best = [[None] * (len(sounds) + 1) for _ in range(len(letters) + 1)]
    best[0][0] = (0.0, None)
    for at, letter in enumerate(letters):
        for begin in range(len(sounds) + 1):
            if best[at][begin] is None:
                continue
            for end in range(begin, min(begin + MOST_PHONES, len(sounds)) + 1):
                piece = tuple(sounds[begin:end])
                score = best[at][begin][0] + odds(letter, piece)
                if best[at + 1][end] is None or score > best[at + 1][end][0]:
                    best[at + 1][end] = (score, begin)
    if best[-1][-1] is None:
        return None
    pieces, end = [], len(sounds)
    for at in range(len(letters), 0, -1):
        begin = best[at][end][1]
        pieces.append(tuple(sounds[begin:end]))
        end = begin
    return pieces[::-1]


def aligned(pairs, passes=4):
    """Letters with their phones for pairs of word and sounds, by Viterbi training."""
    counts = Counter()
    for word, sounds in pairs:  # at first a letter sounds like what stands at its place
        for at, letter in enumerate(word):
            place = round(at * (len(sounds) - 1) / max(1, len(word) - 1))
            counts[letter, tuple(sounds[place : place + 1])] += 1
    out = []
    for _ in range(passes):
        totals = Counter()
        for (letter, _), count in counts.items():
            totals[letter] += count

        def odds(letter, piece, counts=counts, totals=totals):
            return -10.0 * (1 + len(piece)) if not counts[letter, piece] else log(counts[letter, piece] / totals[letter])

        out = [(word, align(word, sounds, odds)) for word, sounds in pairs]
        counts = Counter((letter, piece) for word, pieces in out if pieces for letter, piece in zip(word, pieces))
    return [(word, pieces) for word, pieces in out if pieces]


def window(word, at, left, right):
    padded = EDGE * 2 + word + EDGE * 3
    at += 2
    return f"{padded[at - left : at]}[{padded[at]}]{padded[at + 1 : at + 1 + right]}"


def rules(pairs, least=4):
    """Rules by context; a wider one only where it says something else than the narrower ones."""
    examples = aligned(pairs)
    out = {}
    for number in range(len(CONTEXTS) - 1, -1, -1):
        seen = defaultdict(Counter)
        for word, pieces in examples:
            for at, piece in enumerate(pieces):
                seen[window(word, at, *CONTEXTS[number])][piece] += 1
        fresh = {}
        for context, pieces in seen.items():
            piece, count = pieces.most_common(1)[0]
            if sum(pieces.values()) < least:
                continue
            left = context.index("[")
            letter, after = context[left + 1], context[left + 3 :]
            known = said(out, context[:left], letter, after, CONTEXTS[number + 1 :])
            if known is None or (piece != known and count > pieces[known]):
                fresh[context] = piece
        out |= fresh
    return out


def said(out, before, letter, after, contexts):
    """What the rules say for a letter; `before` and `after` hold its surroundings."""
    for left, right in contexts:
        if left <= len(before) and right <= len(after):
            found = out.get(f"{before[len(before) - left :]}[{letter}]{after[:right]}")
            if found is not None:
                return found
    return None


def guess(out, word):
    """The phones of a word by rules."""
    sounds = []
    padded = EDGE * 2 + word + EDGE * 3
    for at in range(2, 2 + len(word)):
        sounds += said(out, padded[at - 2 : at], padded[at], padded[at + 1 : at + 4], CONTEXTS) or ()
    return sounds


def write(path, known, words):
    lines = [f"{word} {' '.join(sounds)}\n" for word in sorted(words) for sounds in known.get(word, [])]
    Path(path).write_text(f"#phones {' '.join(PHONES)}\n" + "".join(lines), encoding="utf-8")


def read(path):
    """Words to the numbers of the phones of their first pronunciation."""
    out = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines()[1:]:
        word, *sounds = line.split()
        out.setdefault(word, [PHONES.index(phone) for phone in sounds])
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arpa", help="language model; without it there are no files for recognition")
    parser.add_argument("--features", required=True)
    parser.add_argument("--out")
    args = parser.parse_args()
    listed, heard = set(vocabulary(args.arpa)) if args.arpa else set(), spoken(args.features)
    known = lexicon(listed | heard)
    write(Path(args.features) / "lexicon.txt", known, heard)
    if not args.arpa:
        return
    write(Path(args.out) / "lexicon.txt", known, listed)
    pairs = [(word, sounds[0]) for word, sounds in known.items() if word in listed and WORD.fullmatch(word)]
    pairs.sort()
    held = pairs[::20]
    out = rules([pair for number, pair in enumerate(pairs) if number % 20])
    right = sum(guess(out, word) == sounds for word, sounds in held)
    print(f"{len(known)} words; rules from the others sound {100 * right / max(1, len(held)):.0f} % of {len(held)} words right")
    out = rules(pairs)
    lines = sorted(f"{context} {' '.join(piece)}".rstrip() + "\n" for context, piece in out.items())
    (Path(args.out) / "letter-to-sound.txt").write_text("".join(lines), encoding="utf-8")
    print(f"{len(out)} rules")


if __name__ == "__main__":
    main()
