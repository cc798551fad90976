import random

import numpy as np
import pytest
import torch

import data
import model
import shards


@pytest.fixture
def store(tmp_path):
    for version in (0, 1):
        writer = shards.ShardWriter(tmp_path, f"synth-0.v{version}", "u8")
        for n in (40, 80, 300, 900):
            frames = np.random.default_rng(n).uniform(-15, 5, (n, 80))
            writer.add(shards.quantise(frames), text="to be", set="synth", voice="x")
        writer.close()
    store = data.Store(tmp_path)
    store.refresh()
    return store


def test_quantised_features_stay_within_half_a_step():
    values = np.linspace(-15.94, 9, 1000)
    assert np.abs(shards.dequantise(shards.quantise(values)) - values).max() <= shards.FEATURE_STEP / 2 + 1e-5


def test_greedy_path_to_text():
    ids = data.encode("to be")
    path = [i for x in ids for i in (x, x, data.BLANK)]
    assert data.decode(path) == "to be"
    assert data.decode([0, data.BLANK, 0]) == "aa"


def test_a_round_keeps_to_its_limits_and_seed(store):
    rounds = [data.plan(store, random.Random(7), 10, 1000, 350, 0) for _ in range(2)]
    assert rounds[0] == rounds[1]
    for batch in rounds[0]:
        assert all(item[2] <= 350 and item[5] == 0 for group in batch for item in group)
        assert len(batch) == 1 or sum(i[2] for g in batch for i in g) <= 1000


def test_a_batch_leaves_the_right_number_of_outputs(store):
    net = model.Model(model.Config(front=16, width=32, blocks=1, heads=2, feed=32, middle=0))
    items = [[store.items[0]], [store.items[2], store.items[1]]]
    for seed in range(5):
        features, targets, lengths, target_lengths, count = data.collate(store, items, random.Random(seed))
        with torch.no_grad():
            outputs, _ = net(net.normalise(features))
        assert (features.shape[1] - 9) % 32 == 0
        assert int(lengths.max()) <= outputs.shape[1]
        assert target_lengths.tolist() == [5, 11] and len(targets) == 16
        assert count == 40 + 300 + 80


def test_versions_do_not_raise_the_share_of_a_set(store):
    many = [("n", 0, 10, [1], "real", v) for v in range(9)] + [("n", 0, 10, [1], "synth", 0)]
    drawn = data.draw(many, 20000, random.Random(1), {"real": 1, "synth": 1})
    share = sum(i[4] == "real" for i in drawn) / len(drawn)
    assert 0.45 < share < 0.55


def test_masks_only_set_zeros():
    features = torch.ones(2, 200, 80)
    masked = data.mask(features.clone(), random.Random(1), 1)
    assert set(masked.unique().tolist()) <= {0.0, 1.0} and (masked == 0).any()
