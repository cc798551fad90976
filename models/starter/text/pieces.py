"""Word pieces by greedy longest match: the one segmentation that training and the program share.

A vocabulary file has one piece a line; its line number, counted from zero, is the id. A piece that
starts a word begins with '▁'. Ids 0 to 2 are <pad> (nothing known), <end> (speech ended), <unk>.
"""

import collections

PAD, END, UNK = 0, 1, 2
N_PIECES = 4


def learn(word_counts, size):
    """A vocabulary of `size` pieces: letters first, then merges by frequency (BPE)."""
    words = {w: (list_with_mark(w), n) for w, n in word_counts.items()}
    alphabet = collections.Counter()
    for symbols, n in words.values():
        for s in symbols:
            alphabet[s] += n
    vocabulary = ["<pad>", "<end>", "<unk>", *[s for s, _ in alphabet.most_common(200)]]
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for word, (symbols, n) in words.items():
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += n
            where[pair].add(word)
    while len(vocabulary) < size and pairs:
        best = max(pairs.items(), key=lambda item: (item[1], item[0]))[0]
        vocabulary.append("".join(best))
        for word in list(where[best]):
            symbols, n = words[word]
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] -= n
                where[pair].discard(word)
            merged, i = [], 0
            while i < len(symbols):
                if symbols[i : i + 2] == list(best):
                    merged.append("".join(best))
                    i += 2
                else:
                    merged.append(symbols[i])
                    i += 1
            words[word] = (merged, n)
            for pair in zip(merged, merged[1:]):
                pairs[pair] += n
                where[pair].add(word)
        del pairs[best]
    return vocabulary


def list_with_mark(word):
    return ["▁" + word[0], *word[1:]]


class Pieces:
    def __init__(self, vocabulary):
        self.ids = {piece: i for i, piece in enumerate(vocabulary)}
        self.longest = max(map(len, vocabulary))
        self.cache = {}

    def encode(self, word):
        """The first N_PIECES - 1 pieces and the last one, padded to N_PIECES."""
        known = self.cache.get(word)
        if known is None:
            known = self.cache[word] = self._encode(word)
        return known

    def _encode(self, word):
        text, found = "▁" + word, []
        while text:
            for length in range(min(self.longest, len(text)), 0, -1):
                piece = self.ids.get(text[:length])
                if piece is not None:
                    found.append(piece)
                    text = text[length:]
                    break
            else:
                found.append(UNK)
                text = text[1:]
        if len(found) > N_PIECES:
            found = [*found[: N_PIECES - 1], found[-1]]
        return found + [PAD] * (N_PIECES - len(found))
