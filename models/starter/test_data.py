import random

import numpy as np
import pytest
import torch

import data
import mmi
import model
import shards
import train
import workers


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
        batch = data.collate(store, items, random.Random(seed))
        with torch.no_grad():
            outputs, _, _ = net(data.features_of(net, batch))
        assert (batch.counts.shape[1] - 9) % 32 == 0
        assert int(batch.lengths.max()) <= outputs.shape[1]
        assert batch.target_lengths.tolist() == [5, 11] and len(batch.targets) == 16
        assert batch.heard == 40 + 300 + 80


def test_a_warped_voice_keeps_its_pattern_at_another_pace_and_height():
    frames = np.zeros((200, 80), np.uint8)
    frames[100:, 50] = 200  # a tone begins half way
    for seed in range(20):
        warped = data.warp(frames, random.Random(seed), 1.0)
        assert 0.87 * 200 <= len(warped) <= 1.13 * 200 and warped.dtype == np.uint8
        loud = warped.max(1) > 90
        assert abs(loud.argmax() / len(warped) - 0.5) < 0.02
        assert abs(int(warped[-1].argmax()) - 50) <= 6
    assert np.array_equal(data.warp(frames, random.Random(1), 0.0), frames)


def test_versions_do_not_raise_the_share_of_a_set(store):
    many = [("n", 0, 10, [1], "real", v) for v in range(9)] + [("n", 0, 10, [1], "synth", 0)]
    drawn = data.draw(many, 20000, random.Random(1), {"real": 1, "synth": 1})
    share = sum(i[4] == "real" for i in drawn) / len(drawn)
    assert 0.45 < share < 0.55


def test_history_is_zero_and_masks_hide(store):
    net = model.Model(model.Config(front=16, width=32, blocks=1, heads=2, feed=32, middle=0))
    batch = data.collate(store, [[store.items[2]]], random.Random(3), strength=1)
    features = data.features_of(net, batch)
    assert batch.front == 9 and (features[:, :9] == 0).all()
    assert (features[0, :, batch.bands[0]] == 0).all() and (features[0, batch.stretches[0]] == 0).all()
    assert (features[0, 9:40] != 0).any()
    plain = data.collate(store, [[store.items[2]]], random.Random(3))
    assert not plain.bands.any() and not plain.stretches.any()


def test_two_views_hold_the_same_speech_masked_otherwise(store):
    batch = data.collate(store, [[store.items[2]], [store.items[3]]], random.Random(3), strength=1.5, views=2)
    assert torch.equal(batch.counts[:2], batch.counts[2:]) and torch.equal(batch.lengths[:2], batch.lengths[2:])
    assert batch.targets.tolist() == batch.targets[: len(batch.targets) // 2].tolist() * 2
    assert not torch.equal(batch.stretches[:2], batch.stretches[2:])
    net = model.Model(model.Config(front=16, width=32, blocks=1, heads=2, feed=32, middle=0))
    alone, agreeing = (train.loss_of(net, batch, consistency=weight).item() for weight in (0.0, 0.2))
    assert alone < agreeing < 2 * alone


def test_posteriors_that_are_equal_agree():
    posterior = torch.randn(2, 5, 29).log_softmax(-1)
    other = torch.randn(2, 5, 29).log_softmax(-1)
    lengths = torch.tensor([5, 3])
    assert train.disagreement(posterior, posterior, lengths).abs() < 1e-5
    beyond = other.clone()
    beyond[1, 3:] = posterior[1, 3:]
    assert torch.isclose(train.disagreement(posterior, other, lengths), train.disagreement(posterior, beyond, lengths))


def test_batches_made_ahead_are_the_same(store):
    jobs = [([[store.items[k]]], f"seed/{k}", 0.5) for k in range(4)]
    here, ahead = list(workers.batches(store, jobs, 0)), list(workers.batches(store, jobs, 2))
    for a, b in zip(here, ahead, strict=True):
        assert torch.equal(a.counts, b.counts) and torch.equal(a.stretches, b.stretches)


def test_noise_has_an_empty_transcript_and_a_finite_loss(tmp_path):
    writer = shards.ShardWriter(tmp_path, "noise.v0", "u8")
    writer.add(np.zeros((100, 80), np.uint8), text="", set="noise", voice="noise")
    writer.add(np.zeros((100, 80), np.uint8), text="", set="synth", voice="a broken line")
    writer.close()
    store = data.Store(tmp_path)
    store.refresh()
    assert len(store.items) == 1
    net = model.Model(model.Config(front=16, width=32, blocks=1, heads=2, feed=32, middle=0))
    loss = train.loss_of(net, data.collate(store, [store.items], random.Random(1)))
    assert torch.isfinite(loss) and loss > 0


@pytest.fixture
def known(store):
    (store.folder / "lexicon.txt").write_text("#phones x\nto t uw\nbe b iy\n", encoding="utf-8")
    known = data.Store(store.folder)
    known.refresh()
    return known


def test_phones_come_from_the_lexicon_of_the_folder(store, known):
    batch = data.collate(known, [[known.items[0]], [known.items[1], known.items[0]]], random.Random(1))
    expected = [data.PHONES.index(phone) for phone in ("t", "uw", "b", "iy")]
    assert batch.phones.tolist() == 3 * expected and batch.phone_lengths.tolist() == [4, 8]
    assert data.collate(store, [[store.items[0]]], random.Random(1)).phone_lengths.tolist() == [0]


def test_sequences_of_phones_weigh_as_much_as_was_asked(known):
    batch = data.collate(known, [[known.items[2]]], random.Random(3))
    net = model.Model(model.Config(front=16, width=32, blocks=1, heads=2, feed=32, middle=0))
    following = mmi.bigram(mmi.count_pairs(known.items))
    without, half, whole = (train.loss_of(net, batch, following=following, mmi_weight=weight).item() for weight in (0.0, 0.5, 1.0))
    assert without > half > whole
    assert abs((without - half) - (half - whole)) < 1e-3
