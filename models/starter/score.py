"""Edit distance and error rates."""


def distance(reference, hypothesis):
    row = list(range(len(hypothesis) + 1))
    for i, r in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, h in enumerate(hypothesis, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (r != h))
    return row[-1]


def rate(pairs, split):
    """Errors per hundred reference units over (reference, hypothesis) pairs."""
    errors = sum(distance(split(r), split(h)) for r, h in pairs)
    return 100 * errors / max(1, sum(len(split(r)) for r, _ in pairs))
