"""Compares an exported model in tract with PyTorch on the same weights, window by window.

    python check_export.py --model WORK/model --encode target/debug/examples/encode

The program is `cargo build --workspace --example encode`.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

import export

LIMIT = 1e-3  # log posteriors


def in_torch(net, frames):
    c, out = net.config, []
    caches = net.empty_caches()
    with torch.no_grad():
        for start in range(0, len(frames) - c.window + 1, c.chunk * c.stride):
            window = torch.from_numpy(frames[start : start + c.window].T[None])
            posterior, *caches, _ = net.step(window, *caches)
            out.append(posterior[0].numpy())
    return np.concatenate(out)


def in_tract(program, path, frames):
    with tempfile.TemporaryDirectory() as folder:
        features, rows = Path(folder) / "features", Path(folder) / "rows"
        frames.tofile(features)
        subprocess.run([program, rows, features, path], check=True, stderr=subprocess.DEVNULL)
        return np.fromfile(rows, np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--encode", required=True)
    parser.add_argument("--windows", type=int, default=50)
    args = parser.parse_args()
    path = Path(args.model) / "model.onnx"
    net = export.read_weights(path).eval()
    c = net.config
    frames = np.random.default_rng(1).normal(-8, 4, (c.history + args.windows * c.chunk * c.stride, c.bins))
    frames = frames.astype(np.float32)
    expected = in_torch(net, frames)
    difference = np.abs(in_tract(args.encode, path, frames).reshape(expected.shape) - expected).max()
    print(f"tract and PyTorch differ by at most {difference:.1e} over {args.windows} windows")
    if not difference <= LIMIT:
        sys.exit(f"{path}: more than {LIMIT} is too much")


if __name__ == "__main__":
    main()
