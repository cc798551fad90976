import io

import numpy as np

from build_lm import choose
from ngram import BOS, EOS, Mixture, Model, shares


def toy():
    rng = np.random.default_rng(5)
    out = []
    for _ in range(400):
        out += [BOS, *rng.integers(3, 12, rng.integers(1, 8)).tolist(), EOS]
    return np.array(out, np.uint16)


def sums(model, history):
    total = 0.0
    for word in [0, EOS, *range(3, model.vocab_size)]:
        key = np.uint64(0)
        for w in [*history, word]:
            key = (key << np.uint64(16)) | np.uint64(w)
        total += model.probability(np.array([key]), len(history) + 1)[0]
    return total


def sentence_log10(model, ids):
    """Summed log10 probability of <s> ids </s>, word by word, by back-off as a reader of the ARPA file does."""
    history, total = [BOS], 0.0
    for word in [*ids, EOS]:
        window = [*history[-(model.order - 1) :], word]
        key = np.uint64(0)
        for w in window:
            key = (key << np.uint64(16)) | np.uint64(w)
        total += float(np.log10(model.probability(np.array([key]), len(window))[0]))
        history.append(word)
    return total


def test_every_history_sums_to_one():
    model = Model(toy(), 3, 13, [0, 0, 0])
    for history in ([BOS], [3], [4, 5], [BOS, 7], [12]):
        assert abs(sums(model, history) - 1) < 1e-6


def test_pruning_keeps_the_target_and_the_sums():
    model = Model(toy(), 3, 13, [0, 0, 0])
    model.prune([0, 40, 30])
    assert len(model.keys[2]) == 30
    for history in ([BOS], [3], [4, 5], [BOS, 7]):
        assert abs(sums(model, history) - 1) < 1e-6


def test_seen_order_is_more_likely_than_its_reverse():
    tokens = np.array([BOS, 3, 4, 5, EOS] * 50 + [BOS, 5, 3, EOS] * 3, np.uint16)
    model = Model(tokens, 3, 6, [0, 0, 0])
    assert sentence_log10(model, [3, 4, 5]) > sentence_log10(model, [5, 4, 3])


def test_arpa_counts_match_its_header():
    model = Model(toy(), 3, 13, [0, 0, 0])
    out = io.StringIO()
    model.write_arpa(out, [f"w{i}" for i in range(13)])
    text = out.getvalue()
    body = text.split("\\2-grams:\n")[1].split("\n\n")[0].splitlines()
    assert f"ngram 2={len(body)}\n" in text


def test_tokens_have_the_probabilities_of_their_sentences():
    model = Model(toy(), 3, 13, [0, 0, 1])
    sentences = [[3], [4, 5, 6, 7], [], [11, 0, 3]]
    tokens = np.array([word for sentence in sentences for word in [BOS, *sentence, EOS]], np.uint16)
    odds = model.tokens_probability(tokens)
    assert len(odds) == sum(len(sentence) + 1 for sentence in sentences)
    assert abs(np.log10(odds).sum() - sum(sentence_log10(model, sentence) for sentence in sentences)) < 1e-9


def test_a_mixture_is_the_sum_of_its_models_and_sums_to_one_when_pruned():
    half = len(toy()) // 2
    everything, first = Model(toy(), 3, 13, [0, 0, 0]), Model(toy()[:half], 3, 13, [0, 0, 0])
    mixture = Mixture([everything, first], [0.7, 0.3])
    for n, keys in enumerate(mixture.keys):
        expected = 0.7 * everything.probability(keys, n + 1) + 0.3 * first.probability(keys, n + 1)
        assert np.allclose(mixture.probability(keys, n + 1)[expected > 1e-20], expected[expected > 1e-20])
    mixture.prune([0, 40, 30])
    for history in ([BOS], [3], [4, 5], [BOS, 7]):
        assert abs(sums(mixture, history) - 1) < 1e-6


def test_shares_find_the_model_that_likes_a_text():
    likes, dislikes = np.full(50, 0.2), np.full(50, 0.01)
    weights = shares(np.array([likes, dislikes]))
    assert weights[0] > 0.9 and abs(weights.sum() - 1) < 1e-9


def test_words_of_the_dictionary_are_chosen_first():
    counts = {"the": 100, "serenade": 1, "thar": 5, "aaf": 2}
    assert choose(counts, 3, {"the", "serenade"}) == ["the", "serenade", "thar"]
    assert "aaf" not in choose(counts, 9, {"the", "serenade"})
