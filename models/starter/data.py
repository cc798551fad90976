"""Batches of stored features: weighted sampling, curriculum, masks."""

import random
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

import model
import pronounce
import shards

IDS = {symbol: number for number, symbol in enumerate(model.SYMBOLS)}
IDS[" "] = IDS["\u2581"]
BLANK = len(model.SYMBOLS)
PHONES = pronounce.PHONES

# How often an utterance of a set is drawn, relative to others: many speakers up, one voice down.
WEIGHTS = {
    "synth": 1.0, "plain": 3.0, "noise": 12.0, "commonvoice-korliu": 4.0, "commonvoice-heard": 2.0, "commonvoice-shubhra": 4.0, "speechocean762-train": 2.0,
    "librispeech-train-clean-100": 8.0, "librispeech-dev-clean-mp3": 5.0, "librispeech-train-clean-5": 4.0,
    "ljspeech": 3.0, "rhasspy-cathy": 1.2, "fsdd": 0.6,
}


def encode(text):
    return [IDS[c] for c in text]


def decode(ids):
    """Greedy path (frame argmaxes) to text."""
    out, previous = [], BLANK
    for i in ids:
        if i != previous and i != BLANK:
            out.append(model.SYMBOLS[i])
        previous = i
    return "".join(out).replace("\u2581", " ").strip()


def frames_needed(ids):
    return len(ids) + sum(a == b for a, b in zip(ids, ids[1:]))


class Store:
    """All feature shards of a folder; `refresh` picks up new ones.

    An item is shard, first frame, frames, characters, set, version and phones, these empty
    where the lexicon of the folder lacks a word."""

    def __init__(self, folder):
        self.folder, self.shards, self.items = Path(folder), {}, []
        lexicon = self.folder / "lexicon.txt"
        self.lexicon = pronounce.read(lexicon) if lexicon.exists() else {}

    def phones(self, text):
        sounds = [self.lexicon.get(word) for word in text.split()]
        return [] if None in sounds else [phone for word in sounds for phone in word]

    def refresh(self):
        for name in shards.names(self.folder):
            if name in self.shards:
                continue
            self.shards[name] = shards.frames(self.folder, name)
            version = int(name.rpartition(".v")[2])
            for row in shards.rows(self.folder, name):
                ids = encode(row["text"])
                if (ids or row["set"] == "noise") and 2 * (row["n"] // 8) >= frames_needed(ids) + 4:
                    self.items.append((name, row["o"], row["n"], ids, row["set"], version, self.phones(row["text"])))

    def features(self, item):
        if item[0] not in self.shards:
            self.shards[item[0]] = shards.frames(self.folder, item[0])
        return self.shards[item[0]][item[1] : item[1] + item[2]]


def draw(items, count, rng, weights=WEIGHTS):
    """`count` items drawn by set weight; a version more of a set does not raise its share."""
    versions = {}
    for item in items:
        versions.setdefault(item[4], set()).add(item[5])
    odds = [weights.get(i[4], 1.0) / len(versions[i[4]]) for i in items]
    return rng.choices(items, odds, k=count)


def plan(store, rng, batches, frames, longest, newest, join=0.0):
    """A round of batches: lists of groups of items, each group one training utterance."""
    items = [i for i in store.items if i[2] <= longest and i[5] <= newest]
    mean = sum(i[2] for i in random.Random(0).sample(items, min(2000, len(items)))) / min(2000, len(items))
    groups, waiting = [], []
    for item in draw(items, int(batches * frames / mean), rng):
        if waiting and sum(i[2] for i in waiting) + item[2] <= longest:
            groups.append(waiting + [item])
            waiting = []
        elif rng.random() < join and item[2] < longest // 2:
            waiting = [item]
        else:
            groups.append([item])
    groups.sort(key=lambda g: sum(i[2] for i in g) * rng.uniform(0.95, 1.05))
    out, batch = [], []
    for group in groups:
        size = sum(i[2] for i in group)
        if batch and size * (len(batch) + 1) > frames:
            out.append(batch)
            batch = []
        batch.append(group)
    out.append(batch)
    rng.shuffle(out)
    return out


class Batch(NamedTuple):
    """Stored features and what `features_of` does to them, so that little travels to a GPU."""

    counts: torch.Tensor  # (B, frames, bins) uint8, history in front
    front: int  # frames of zeros before the speech
    levels: torch.Tensor  # (B,) added to every bin
    bands: torch.Tensor  # (B, bins) masked
    stretches: torch.Tensor  # (B, frames) masked
    targets: torch.Tensor
    lengths: torch.Tensor  # character frames of each row
    target_lengths: torch.Tensor
    phones: torch.Tensor
    phone_lengths: torch.Tensor  # 0 where they are unknown, or nothing is said
    heard: int  # feature frames of speech in all


def masks(rng, batch, count, bins, strength):
    """SpecAugment: two bands and some stretches of time a row."""
    bands, stretches = torch.zeros(batch, bins, dtype=torch.bool), torch.zeros(batch, count, dtype=torch.bool)
    for row in range(batch if strength > 0 else 0):
        for _ in range(2):
            width = rng.randint(0, int(14 * strength))
            at = rng.randint(0, bins - width)
            bands[row, at : at + width] = True
        for _ in range(max(1, int(count / 250 * strength))):
            width = rng.randint(0, int(25 * strength))
            at = rng.randint(0, max(0, count - width))
            stretches[row, at : at + width] = True
    return bands, stretches


def warp(counts, rng, strength):
    """Another speaker, faster or slower: frames and bins (T, bins) read at stretched places, between their neighbours."""
    frames, bins = counts.shape
    tempo, tract = (1 + 0.12 * strength * rng.uniform(-1, 1) for _ in range(2))
    at = np.linspace(0, frames - 1, max(8, round(frames * tempo)), dtype=np.float32)
    below = at.astype(np.int32)
    above = np.minimum(below + 1, frames - 1)
    part = (at - below)[:, None]
    out = counts[below] * (1 - part) + counts[above] * part
    # Mel bins are about linear in frequency up to 1 kHz and logarithmic above: a longer vocal tract moves what
    # stands there by a constant, and little below.
    number = np.arange(bins, dtype=np.float32)
    shift = bins / 2 * np.log(np.float32(tract)) * np.clip(number / (bins / 3), 0, 1) * np.clip((bins - 1 - number) / (bins / 8), 0, 1)
    at = np.clip(number + shift, 0, bins - 1)
    below = at.astype(np.int32)
    above = np.minimum(below + 1, bins - 1)
    part = at - below
    return np.rint(out[:, below] * (1 - part) + out[:, above] * part).astype(np.uint8)


def collate(store, groups, rng, strength=0.0, history=9, views=1):
    """A batch of groups of items, with history in front (mostly zeros, sometimes none).

    With two views every group stands in the first and in the second half, masked otherwise."""
    speech = [[store.features(item) for item in group] for group in groups]
    if strength > 0:
        speech = [[warp(counts, rng, min(1, strength)) for counts in group] for group in speech]
    groups, speech = groups * views, speech * views
    spans = [sum(map(len, group)) for group in speech]
    front = 0 if rng.random() < 0.15 else history
    total = (max(spans) + front - history) // 32 * 32 + 32 + history
    counts = np.zeros((len(groups), total, 80), dtype=np.uint8)
    targets, target_lengths, sounds = [], [], []
    for row, group in enumerate(groups):
        at, ids = front, []
        for item, heard in zip(group, speech[row]):
            counts[row, at : at + len(heard)] = heard
            at += len(heard)
            ids += ([IDS[" "]] if ids and item[3] else []) + item[3]
        targets += ids
        known = all(item[6] or not item[3] for item in group)
        sounds.append([phone for item in group for phone in item[6]] if known else [])
        target_lengths.append(len(ids))
    outputs = [2 * min(-(-(n + front - history) // 8), (total - history) // 8) for n in spans]
    levels = torch.tensor([rng.uniform(-1.5, 1.5) for _ in groups])
    return Batch(
        torch.from_numpy(counts), front, levels, *masks(rng, len(groups), total, 80, strength), torch.tensor(targets),
        torch.tensor(outputs), torch.tensor(target_lengths), torch.tensor(sum(sounds, []), dtype=torch.int64),
        torch.tensor([len(row) for row in sounds]), sum(spans),
    )


def features_of(net, batch, device="cpu"):
    """The batch's normalised and masked features, on the device."""
    features = batch.counts.to(device, non_blocking=True).float() * shards.FEATURE_STEP + shards.FEATURE_FLOOR
    features += batch.levels.to(device)[:, None, None]
    features[:, : batch.front] = 0
    hidden = batch.stretches.to(device)[:, :, None] | batch.bands.to(device)[:, None]
    return net.normalise(features).masked_fill(hidden, 0)
