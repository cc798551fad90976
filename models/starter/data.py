"""Batches of stored features: weighted sampling, curriculum, masks."""

import random
from pathlib import Path

import numpy as np
import torch

import model
import shards

IDS = {symbol: number for number, symbol in enumerate(model.SYMBOLS)}
IDS[" "] = IDS["\u2581"]
BLANK = len(model.SYMBOLS)

# How often an utterance of a set is drawn, relative to others: many speakers up, one voice down.
WEIGHTS = {
    "synth": 1.0, "plain": 3.0, "commonvoice-korliu": 4.0, "commonvoice-shubhra": 4.0, "speechocean762-train": 2.0,
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
    """All feature shards of a folder; `refresh` picks up new ones."""

    def __init__(self, folder):
        self.folder, self.shards, self.items = Path(folder), {}, []

    def refresh(self):
        for name in shards.names(self.folder):
            if name in self.shards:
                continue
            self.shards[name] = shards.frames(self.folder, name)
            version = int(name.rpartition(".v")[2])
            for row in shards.rows(self.folder, name):
                ids = encode(row["text"])
                if ids and 2 * (row["n"] // 8) >= frames_needed(ids) + 4:
                    self.items.append((name, row["o"], row["n"], ids, row["set"], version))

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


def collate(store, batch, rng, history=9):
    """Features with history in front (zeros, sometimes none), target ids and lengths."""
    lengths = [sum(i[2] for i in group) for group in batch]
    front = 0 if rng.random() < 0.15 else history
    total = (max(lengths) + front - history) // 32 * 32 + 32 + history
    features = np.full((len(batch), total, 80), shards.FEATURE_FLOOR, dtype=np.float32)
    features[:, :front] = 0
    targets, target_lengths = [], []
    for row, group in enumerate(batch):
        at, ids = front, []
        for item in group:
            features[row, at : at + item[2]] = shards.dequantise(store.features(item))
            at += item[2]
            ids += ([IDS[" "]] if ids else []) + item[3]
        features[row, front:at] += rng.uniform(-1.5, 1.5)
        targets += ids
        target_lengths.append(len(ids))
    outputs = [2 * min(-(-(n + front - history) // 8), (total - history) // 8) for n in lengths]
    return (
        torch.from_numpy(features), torch.tensor(targets), torch.tensor(outputs), torch.tensor(target_lengths),
        sum(lengths),
    )


def mask(normalised, rng, strength):
    """SpecAugment in place on normalised features: up to two bands and some stretches of time."""
    if strength <= 0:
        return normalised
    batch, count, bins = normalised.shape
    for row in range(batch):
        for _ in range(2):
            width = rng.randint(0, int(14 * strength))
            at = rng.randint(0, bins - width)
            normalised[row, :, at : at + width] = 0
        for _ in range(max(1, int(count / 250 * strength))):
            width = rng.randint(0, int(25 * strength))
            at = rng.randint(0, max(0, count - width))
            normalised[row, at : at + width] = 0
    return normalised
