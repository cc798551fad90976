"""Trains the punctuation and case model; resumes from its last checkpoint.

    python train_punctuation.py --data work/punctuation --out work/punctuation/run --minutes 60
"""

import argparse
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from pieces import END, PAD
from punctuation_model import Punctuation

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from optimiser import Optimiser  # noqa: E402

LENGTH = 96
SAMPLING = {"novels_1880_1929": 0.5, "standardebooks_us_only": 0.5, "standardebooks_life70": 0.5,
            "us_presidents": 0.3, "tatoeba_en": 2.0, "commonvoice_en": 2.0, "topical_chat": 2.0,
            "masc_written": 2.0, "masc_spoken": 2.0, "gum_open": 2.0}
SENTENCE_ENDS = (2, 3, 4)


class Stream:
    """Random windows of the sources, damaged the way recognised speech is."""

    def __init__(self, folder, seed):
        self.random = np.random.default_rng(seed)
        self.sources, weights = [], []
        for path in sorted(Path(folder).glob("*.train.npy")):
            rows = np.load(path)
            if len(rows) > 2 * LENGTH:
                self.sources.append(rows)
                weights.append(len(rows) * SAMPLING.get(path.name.split(".")[0], 1.0))
        self.weights = np.array(weights) / sum(weights)

    def window(self):
        rows = self.sources[self.random.choice(len(self.sources), p=self.weights)]
        start = int(self.random.integers(0, len(rows) - LENGTH))
        if self.random.random() < 0.5:  # start where a sentence does
            after = np.flatnonzero(np.isin(rows[start : start + 40, 4], SENTENCE_ENDS))
            if len(after):
                start = min(start + int(after[0]) + 1, len(rows) - LENGTH)
        rows = rows[start : start + LENGTH].copy()
        ended = self.random.random() < 0.4
        if ended:
            ends = np.flatnonzero(np.isin(rows[:, 4], SENTENCE_ENDS))
            ends = ends[ends > 2]
            if len(ends):
                rows = rows[: self.random.choice(ends[: 3 if self.random.random() < 0.5 else None]) + 1]
            else:
                ended = False
        return self.damage(rows), ended

    def damage(self, rows):
        """Deleted, doubled and misheard words; a deleted word leaves its mark to the one before."""
        chance = self.random.random(len(rows))
        out = []
        for row, c in zip(rows, chance):
            if c < 0.01 and out:
                if row[4]:
                    out[-1][4] = row[4]
                continue
            row = row.copy()
            if c < 0.03:
                other = rows[self.random.integers(len(rows))]
                row[self.random.integers(4)] = other[self.random.integers(2)]
            out.append(row)
            if 0.03 <= c < 0.04:
                twin = row.copy()
                out[-1][4] = 0
                out.append(twin)
        return np.array(out[:LENGTH])

    def batch(self, size):
        ids = np.full((size, LENGTH + 4, 4), PAD, np.int64)
        marks = np.full((size, LENGTH + 4), -100, np.int64)
        cases = np.full((size, LENGTH + 4), -100, np.int64)
        for i in range(size):
            rows, ended = self.window()
            n = len(rows)
            ids[i, :n] = rows[:, :4]
            marks[i, :n], cases[i, :n] = rows[:, 4], rows[:, 5]
            if ended:
                ids[i, n : n + 4, 0] = END
            elif self.random.random() < 0.5:
                marks[i, n - 1] = -100  # cut in mid-speech: the last mark is nobody's guess
        return torch.from_numpy(ids), torch.from_numpy(marks), torch.from_numpy(cases)


def loss_of(model, batch):
    ids, marks, cases = batch
    with torch.autocast("cpu", torch.bfloat16):
        m, c = model(ids)
    m, c = m.float(), c.float()
    mark_loss = F.cross_entropy(m.flatten(0, 1), marks.flatten(), ignore_index=-100, label_smoothing=0.02)
    return mark_loss + F.cross_entropy(c.flatten(0, 1), cases.flatten(), ignore_index=-100)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, default=30_000)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    n_pieces = sum(1 for _ in open(Path(args.data) / "pieces.txt", encoding="utf-8"))
    model = Punctuation(n_pieces)
    print(f"{sum(p.numel() for p in model.parameters())} parameters", flush=True)
    average = Punctuation(n_pieces)
    average.load_state_dict(model.state_dict())
    optimiser = Optimiser(model)
    step, checkpoint = 0, out / "last.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
    stream = Stream(args.data, args.seed + step)
    begun, running = time.time(), None

    def save():
        partial = checkpoint.with_suffix(".part")
        torch.save({"model": model.state_dict(), "average": average.state_dict(),
                    "optimiser": optimiser.state_dict(), "step": step}, partial)
        partial.rename(checkpoint)

    while step < args.steps and time.time() - begun < args.minutes * 60:
        warm = min(1.0, (step + 1) / 500)
        fade = max(0.02, 1 - step / args.steps)
        loss = loss_of(model, stream.batch(args.batch))
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step(args.rate * warm * fade)
        with torch.no_grad():
            keep = min(0.999, step / (step + 100))
            for a, p in zip(average.parameters(), model.parameters()):
                a.lerp_(p, 1 - keep)
        step += 1
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if step % 200 == 0:
            print(f"step {step} loss {running:.4f} {time.time() - begun:.0f} s", flush=True)
        if step % 1000 == 0:
            save()
    save()
    print(f"finished at step {step} loss {running if running is not None else float('nan'):.4f}")


if __name__ == "__main__":
    main()
