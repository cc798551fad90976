import score


def test_distance():
    assert score.distance("", "abc") == 3
    assert score.distance("kitten", "sitting") == 3
    assert score.distance(["a", "b"], ["a", "b"]) == 0


def test_rate_counts_reference_units():
    pairs = [("a b c", "a c"), ("d", "d e")]
    assert score.rate(pairs, str.split) == 50
    assert score.rate([], str.split) == 0
