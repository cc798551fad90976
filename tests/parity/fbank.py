"""Compares sotto-core's features with kaldi-native-fbank over real recordings.

Usage: fbank.py FILE…   (any audio ffmpeg reads)
Needs ffmpeg and the Python packages numpy and kaldi-native-fbank.
Prints the largest difference per parameter set.
Exits 1 if any value differs by more than the tolerance.
"""

import pathlib
import subprocess
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "engine/core/tests/fixtures"))
import make  # noqa: E402

SETS = [("kaldi", 80), ("nemo", 80), ("nemo", 128)]
TOLERANCE = 1e-3


def decode(path):
    command = ["ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-ar", "16000", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, "<f4")


def main(paths):
    build = ["cargo", "build", "--quiet", "--workspace", "--example", "fbank"]
    subprocess.run(build, check=True, cwd=ROOT)
    program = ROOT / "target/debug/examples/fbank"
    failed = False
    recordings = [decode(path) for path in paths]
    for kind, n_bins in SETS:
        worst, where, total, over, n = 0.0, "", 0.0, 0, 0
        for path, samples in zip(paths, recordings):
            command = [str(program), kind, str(n_bins)]
            output = subprocess.run(command, input=samples.tobytes(), check=True, capture_output=True)
            ours = np.frombuffer(output.stdout, "<f4").reshape(-1, n_bins)
            theirs = make.features(samples, kind, n_bins)
            if ours.shape != theirs.shape:
                sys.exit(f"{path}: {ours.shape} frames, reference {theirs.shape}")
            difference = np.abs(ours - theirs)
            total, n = total + difference.sum(), n + difference.size
            over += int((difference > TOLERANCE).sum())
            if difference.max() > worst:
                worst, where = float(difference.max()), path
        print(f"{kind} {n_bins}: {len(paths)} files, {n // n_bins} frames, "
              f"mean {total / n:.1e}, worst {worst:.1e} ({pathlib.Path(where).name}), "
              f"{over} values above {TOLERANCE}")
        failed |= over > 0
    sys.exit(int(failed))


if __name__ == "__main__":
    main(sys.argv[1:] or sys.exit(__doc__))
