"""Interpolated modified Kneser-Ney n-gram model with relative-entropy pruning, in numpy.

N-grams are packed into 64-bit keys, 16 bits a word, oldest word highest, so the vocabulary holds
at most 65,536 words and the order is at most 4. Sources: Chen & Goodman 1998 (modified KN),
Stolcke 1998 (pruning); history probabilities for pruning come from raw counts, because
Kneser-Ney lower orders are not marginals (Chelba et al. 2010).
"""

import numpy as np

UNK, BOS, EOS = 0, 1, 2
BITS = np.uint64(16)
MASK = np.uint64(0xFFFF)


def shift(order):
    return np.uint64(16 * order)


def context_of(keys):
    return keys >> BITS


def suffix_of(keys, order):
    """The n-gram without its oldest word."""
    return keys & ((np.uint64(1) << shift(order - 1)) - np.uint64(1))


def find(haystack, needles):
    """Positions of needles in a sorted array; every needle must be there."""
    at = np.searchsorted(haystack, needles)
    at = np.minimum(at, len(haystack) - 1)
    return at, haystack[at] == needles


def raw_counts(tokens, order):
    """(sorted keys, counts) of each order; n-grams never cross a sentence start."""
    result = []
    keys = tokens.astype(np.uint64)
    valid = np.ones(len(keys), bool)
    for n in range(1, order + 1):
        if n > 1:
            keys = (keys[:-1] << BITS) | tokens[n - 1 :].astype(np.uint64)
            # no n-gram continues past </s> into the next sentence
            valid = valid[:-1] & (tokens[n - 2 : len(tokens) - 1] != EOS)
        result.append(np.unique(keys[valid], return_counts=True))
    return result


def shares(probabilities, passes=30):
    """How much of each model makes the mixture that likes a text best; probabilities (models, tokens), by EM."""
    out = np.full(len(probabilities), 1 / len(probabilities))
    for _ in range(passes):
        parts = out[:, None] * probabilities
        out = (parts / parts.sum(0)).mean(1)
    return out


class Model:
    """Per order: sorted keys, log10 probability, log10 back-off weight."""

    def __init__(self, tokens, order, vocab_size, cutoffs):
        raw = raw_counts(tokens, order)
        self.order, self.vocab_size = order, vocab_size
        self.raw = raw
        self.keys, self.prob, self.gamma = [], [], []
        for n in range(1, order + 1):
            self._estimate(n, raw, cutoffs[n - 1])

    def _adjusted(self, n, raw):
        """Counts at the top order, left-continuation counts below it (raw after <s>)."""
        keys, counts = raw[n - 1]
        if n == self.order:
            return keys, counts
        longer = raw[n][0]
        continued, kinds = np.unique(suffix_of(longer, n + 1), return_counts=True)
        at, hit = find(continued, keys)
        adjusted = np.where(hit, kinds[at], 0)
        starts = (keys >> shift(n - 1)) == BOS
        return keys, np.where(starts, counts, adjusted)

    def _estimate(self, n, raw, cutoff):
        keys, counts = self._adjusted(n, raw)
        histogram = np.bincount(np.minimum(counts[counts > 0], 5), minlength=6).astype(float)
        y = histogram[1] / max(histogram[1] + 2 * histogram[2], 1)
        discount = np.zeros(4)
        for c in (1, 2, 3):
            discount[c] = max(0.0, c - (c + 1) * y * histogram[c + 1] / max(histogram[c], 1))
        if n == 1:
            self._unigrams(keys, counts, discount)
            return
        context = context_of(keys)
        kept = (counts > cutoff) & find(self.keys[n - 2], context)[1]
        taken = np.where(kept, discount[np.minimum(counts, 3)], counts)
        groups, inverse = np.unique(context, return_inverse=True)
        total = np.bincount(inverse, counts)
        gamma = np.bincount(inverse, taken) / np.maximum(total, 1)
        keys, counts, inverse = keys[kept], counts[kept], inverse[kept]
        alpha = (counts - discount[np.minimum(counts, 3)]) / total[inverse]
        lower = self.probability(suffix_of(keys, n), n - 1)
        self.keys.append(keys)
        self.prob.append(alpha + gamma[inverse] * lower)
        # back-off of a context is stored with the context's own entry, one order down
        at, hit = find(self.keys[n - 2], groups)
        weight = np.ones(len(self.keys[n - 2]))
        weight[at[hit]] = np.maximum(gamma[hit], 1e-7)
        self.gamma[n - 2] = weight
        self.gamma.append(np.ones(len(keys)))

    def _unigrams(self, keys, counts, discount):
        total = counts.sum() - counts[keys == BOS].sum()
        taken = discount[np.minimum(counts, 3)]
        spare = taken[keys != BOS].sum() / total
        prob = np.full(self.vocab_size, spare / (self.vocab_size - 1))
        ids = keys.astype(int)
        prob[ids] += (counts - taken) / total
        prob[BOS] = 1e-30
        self.keys.append(np.arange(self.vocab_size, dtype=np.uint64))
        self.prob.append(prob)
        self.gamma.append(np.ones(self.vocab_size))

    def probability(self, keys, n):
        """p(last word | the words before it), backing off where the n-gram is not stored."""
        if n == 1:
            return self.prob[0][keys.astype(int)]
        at, hit = find(self.keys[n - 1], keys)
        result = np.where(hit, self.prob[n - 1][at], 0.0)
        miss = ~hit
        if miss.any():
            context = context_of(keys[miss])
            c_at, c_hit = find(self.keys[n - 2], context)
            weight = np.where(c_hit, self.gamma[n - 2][c_at], 1.0)
            result[miss] = weight * self.probability(suffix_of(keys[miss], n), n - 1)
        return result

    def prune(self, targets):
        """Keeps at most `targets[n-1]` n-grams of each order n > 1, by smallest loss of relative entropy."""
        for n in range(self.order, 1, -1):
            keys = self.keys[n - 1]
            prob = self.prob[n - 1]
            context = context_of(keys)
            history = self.frequency(context, n - 1)
            lower = self.probability(suffix_of(keys, n), n - 1)
            c_at, _ = find(self.keys[n - 2], context)
            bow = self.gamma[n - 2][c_at]
            groups, inverse = np.unique(context, return_inverse=True)
            left = np.maximum(1 - np.bincount(inverse, prob), 1e-9)[inverse]
            left_lower = np.maximum(1 - np.bincount(inverse, lower), 1e-9)[inverse]
            new_bow = (left + prob) / (left_lower + lower)
            loss = -history * (
                prob * (np.log(lower) + np.log(new_bow) - np.log(prob)) + left * (np.log(new_bow) - np.log(bow))
            )
            if n < self.order:  # what a longer n-gram has as its context stays
                loss[np.isin(keys, context_of(self.keys[n]))] = np.inf
            target = targets[n - 1]
            if len(keys) > target:
                keep = np.zeros(len(keys), bool)
                keep[np.argpartition(-loss, target)[:target]] = True
                if n < self.order:
                    keep |= np.isinf(loss)
            else:
                keep = np.ones(len(keys), bool)
            self.keys[n - 1], self.prob[n - 1] = keys[keep], prob[keep]
            self.gamma[n - 1] = self.gamma[n - 1][keep]
        self._renormalise()

    def _renormalise(self):
        """Back-off weights from what is left, lowest order first, so every history sums to one."""
        for n in range(2, self.order + 1):
            keys, prob = self.keys[n - 1], self.prob[n - 1]
            groups, inverse = np.unique(context_of(keys), return_inverse=True)
            lower = self.probability(suffix_of(keys, n), n - 1)
            left = np.maximum(1 - np.bincount(inverse, prob), 1e-7)
            left_lower = np.maximum(1 - np.bincount(inverse, lower), 1e-7)
            weight = np.ones(len(self.keys[n - 2]))
            at, hit = find(self.keys[n - 2], groups)
            assert hit.all(), "a context is missing one order down"
            weight[at] = left / left_lower
            self.gamma[n - 2] = weight

    def frequency(self, keys, n):
        """How large a share of the text begins with these n-grams."""
        known, counts = self.raw[n - 1]
        at, hit = find(known, keys)
        return np.where(hit, counts[at], 1) / float(self.raw[0][1].sum())

    def tokens_probability(self, tokens):
        """p of every token but <s>, given those before it in its sentence."""
        tokens = tokens.astype(np.uint64)
        place = np.arange(len(tokens)) - np.maximum.accumulate(np.where(tokens == BOS, np.arange(len(tokens)), 0))
        keys, result = tokens.copy(), np.zeros(len(tokens))
        for n in range(2, self.order + 1):
            keys[n - 1 :] |= tokens[: len(tokens) - n + 1] << shift(n - 1)
            here = place + 1 == n if n < self.order else place + 1 >= n
            here[: n - 1] = False
            result[here] = self.probability(keys[here], n)
        return result[place > 0]

    def write_arpa(self, out, vocabulary):
        out.write("\\data\\\n")
        for n in range(self.order):
            out.write(f"ngram {n + 1}={len(self.keys[n])}\n")
        for n in range(self.order):
            out.write(f"\n\\{n + 1}-grams:\n")
            prob = np.log10(np.maximum(self.prob[n], 1e-30))
            prob[self.prob[n] <= 1e-29] = -99
            bow = np.log10(self.gamma[n])
            for key, p, b in zip(self.keys[n].tolist(), prob, bow):
                text = " ".join(vocabulary[(key >> 16 * i) & 0xFFFF] for i in range(n, -1, -1))
                tail = f"\t{b:.5f}" if n + 1 < self.order and abs(b) > 1e-6 else ""
                out.write(f"{p:.5f}\t{text}{tail}\n")
        out.write("\n\\end\\\n")


class Mixture(Model):
    """One model that stands for a weighted sum of several: the n-grams of the first, which holds those of all others."""

    def __init__(self, models, weights):
        first = models[0]
        self.order, self.vocab_size, self.keys = first.order, first.vocab_size, list(first.keys)
        self.models, self.weights = models, weights
        self.prob = [
            sum(weight * model.probability(keys, n + 1) for model, weight in zip(models, weights)) for n, keys in enumerate(self.keys)
        ]
        self.prob[0][BOS] = 1e-30
        self.gamma = [np.ones(len(keys)) for keys in self.keys]
        self._renormalise()

    def frequency(self, keys, n):
        return sum(weight * model.frequency(keys, n) for model, weight in zip(self.models, self.weights))
