"""How well the speech gate tells speech from noise, over real recordings.

Usage: gate.py SPEECH_FOLDER NOISE_FOLDER [CACHE_FOLDER]
Both folders are searched for audio that ffmpeg reads; the class of a noise is its file name up
to the first underscore. Decoded samples are kept in CACHE_FOLDER between runs.
Needs ffmpeg and numpy.

Speech: where the first word begins and the last one ends is estimated from the level of the
whole recording (nothing is aligned by hand), then the share of recordings is printed in which
the gate was open there, and open all the way in between. Noise: seconds per minute that the gate
was open, and openings per minute.
"""

import pathlib
import subprocess
import sys
import tempfile
from collections import defaultdict

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
RATE, BLOCK = 16000, 320


def decode(paths, cache):
    samples = {}
    for path in paths:
        kept = cache / f"{path.name}.f32"
        if not kept.exists():
            command = ["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
            kept.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        samples[path.name] = np.fromfile(kept, "<f4")
    return {name: pcm for name, pcm in samples.items() if len(pcm) > BLOCK}


def open_spans(recordings):
    """{name: [(first, past the last sample)]}"""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, pcm in enumerate(recordings.values()):
            paths.append(f"{folder}/{i}")
            pcm.astype("<f4").tofile(paths[-1])
        program = ROOT / "target/debug/examples/gate"
        lines = subprocess.run([program, *paths], check=True, capture_output=True, text=True).stdout.splitlines()
    spans = {}
    for name, line in zip(recordings, lines):
        edges = [int(edge) for edge in line.split()[1:]]
        spans[name] = list(zip(edges[::2], edges[1::2]))
    return spans


def extent(pcm):
    """First and last sample of speech: two blocks running within 30 dB of the loud ones, and well above the soft ones."""
    blocks = pcm[: len(pcm) // BLOCK * BLOCK].reshape(-1, BLOCK)
    level = 10 * np.log10((blocks**2).mean(axis=1) + 1e-12)
    loud, soft = np.percentile(level, 95), np.percentile(level, 5)
    threshold = min(max(loud - 30, soft + 0.35 * (loud - soft)), loud - 12)
    spoken = level > threshold
    spoken = np.flatnonzero(spoken & (np.r_[spoken[1:], False] | np.r_[False, spoken[:-1]]))
    return (spoken[0] * BLOCK, (spoken[-1] + 1) * BLOCK) if len(spoken) else None


def report_speech(title, recordings, extents):
    spans = open_spans(recordings)
    first = last = whole = 0
    for name, (begin, end) in extents.items():
        opened = spans[name]
        in_first = any(a <= begin < b for a, b in opened)
        in_last = any(a < end <= b for a, b in opened)
        first, last = first + in_first, last + in_last
        whole += in_first and in_last
    n = len(extents)
    print(f"{title}: {n} recordings, first word {first / n:.1%}, last word {last / n:.1%}, both {whole / n:.1%}")
    return spans


def surround(pcm, before, after):
    """Room tone 50 dB below the peak around and under the recording."""
    rng = np.random.default_rng(1)
    room = rng.standard_normal(len(pcm) + before + after) * np.abs(pcm).max() * 10 ** (-50 / 20)
    room[before : before + len(pcm)] += pcm
    return room


def main(speech_folder, noise_folder, cache=None):
    subprocess.run(["cargo", "build", "--quiet", "--workspace", "--example", "gate"], check=True, cwd=ROOT)
    cache = pathlib.Path(cache or tempfile.mkdtemp())
    suffixes = {".flac", ".wav", ".opus", ".ogg", ".mp3"}
    speech, noise = (
        decode([p for p in sorted(pathlib.Path(folder).rglob("*")) if p.suffix in suffixes], cache)
        for folder in (speech_folder, noise_folder)
    )
    extents = {name: edges for name, pcm in speech.items() if (edges := extent(pcm))}
    spans = report_speech("speech as recorded", speech, extents)
    missed = [name for name in extents if not spans[name]]
    print(f"  never opened: {len(missed)} {missed[:8]}")

    padding = 2 * RATE
    inside = {name: (begin + padding, end + padding) for name, (begin, end) in extents.items()}
    quiet = {name: surround(pcm, padding, padding) * (0.01 / np.abs(pcm).max()) for name, pcm in speech.items()}
    report_speech("peak at -40 dBFS in a quiet room", quiet, inside)

    rain = np.concatenate([pcm for name, pcm in noise.items() if "Rain" in name])
    rain = np.resize(rain / np.sqrt((rain**2).mean()), max(map(len, speech.values())) + 2 * padding)
    wet = {}
    for name, pcm in speech.items():
        begin, end = extents.get(name, (0, len(pcm)))
        level = np.sqrt((pcm[begin:end] ** 2).mean()) * 10 ** (-15 / 20)
        wet[name] = rain[: len(pcm) + 2 * padding] * level
        wet[name][padding : padding + len(pcm)] += pcm
    report_speech("15 dB over rain", wet, inside)

    spans = open_spans(noise)
    classes = defaultdict(lambda: [0, 0, 0])
    for name, pcm in noise.items():
        total = classes[name.split("_")[0]]
        total[0] += sum(b - a for a, b in spans[name])
        total[1] += len(spans[name])
        total[2] += len(pcm)
    for name, (n_open, n_openings, n_samples) in sorted(classes.items()):
        minutes = n_samples / RATE / 60
        print(f"{name:>20}: open {n_open / RATE / minutes:4.1f} s/min, {n_openings / minutes:4.1f} openings/min")


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) in (3, 4) else sys.exit(__doc__)
