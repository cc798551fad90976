"""Processor time, memory and load time of `sotto` and sherpa-onnx on the same files, in one run.

Needs sherpa-onnx, soundfile and numpy from PyPI. A folder that holds fp32 and int8 networks counts twice.
Each program runs as its own process, one thread, greedy search, over the same 16 kHz WAV files;
every figure is the median of --repeat processes, and programs take turns. Processor time is what
the kernel counts for the process, so that other work on the machine lengthens it a little (caches)
and not in proportion.

| figure | what it is |
|---|---|
| load, cold | processor seconds for 0.1 s of silence with an empty cache directory |
| load, warm | the same with the cache that the cold run left |
| recognition | processor seconds for all files, less those of a warm load |
| peak | largest resident set |
"""

import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sections import Missing, table

RATE = 16000
REFERENCE = Path(__file__).with_name("reference.py")


def measure(command, environment=None, out=subprocess.DEVNULL):
    """Processor seconds, wall seconds and peak MiB of a command, whose output goes to `out`."""
    before = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=out, stderr=said, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - before
        if process.returncode != 0:
            said.seek(0)
            sys.exit(f"{command[0]} failed: {said.read().decode(errors='replace')}")
    return {"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": wall, "peak_mib": usage.ru_maxrss / 1024}


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def recordings(manifest, seconds, folder):
    """WAV files of at least so many seconds together, one of each set in turn."""
    import numpy as np
    import soundfile

    with open(manifest, encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    by_set = {}
    for row in rows:
        by_set.setdefault(row["set"], []).append(row["path"])
    turns = [path for place in range(max(map(len, by_set.values()))) for path in (paths[place] for paths in by_set.values() if place < len(paths))]
    files, total = [], 0
    for path in turns:
        if total >= seconds:
            break
        samples, rate = soundfile.read(Path(manifest).parent / path, dtype="float32", always_2d=True)
        samples = samples.mean(axis=1)
        if rate != RATE:
            at = np.arange(0, len(samples) - 1, rate / RATE)
            samples = np.interp(at, np.arange(len(samples)), samples)
        target = Path(folder) / f"{len(files)}.wav"
        soundfile.write(target, samples, RATE, subtype="PCM_16")
        files.append(str(target))
        total += len(samples) / RATE
    silence = Path(folder) / "silence.wav"
    soundfile.write(silence, np.zeros(RATE // 10), RATE, subtype="PCM_16")
    return files, total, str(silence)


def variants(folder, scratch):
    """A model folder as it is and, of public archives, one folder of links for each precision."""
    folder = Path(folder).resolve()
    if (folder / "manifest.toml").exists():
        bare = Path(scratch) / f"{folder.name}-networks"
        bare.mkdir(exist_ok=True)
        for name in ("model.onnx", "tokens.txt"):
            (bare / name).symlink_to(folder / name)
        return [(folder.name, folder, bare), (f"{folder.name}, recognition only", bare, bare)]
    networks = sorted(folder.glob("*.onnx"))
    int8 = [path for path in networks if path.name.endswith(".int8.onnx")]
    rest = [path for path in networks if path not in int8]
    found = []
    for name, files in (("fp32", rest), ("int8", int8)):
        if files:
            links = Path(scratch) / f"{folder.name}-{name}"
            links.mkdir()
            for path in [*files, folder / "tokens.txt"]:
                (links / path.name).symlink_to(path)
            found.append((f"{folder.name}, {name}", links, links))
    return found


def compare(name, model, reference, files, silence, arguments, scratch):
    cache = Path(scratch) / "cache"
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    ours = [arguments.program, "transcribe", "--greedy", "--threads", "1", "--model", str(model)]
    theirs = [sys.executable, str(REFERENCE), str(reference)]
    runs = {key: [] for key in ("cold", "warm", "all", "their_load", "their_all", "python")}
    for _ in range(arguments.repeat):
        subprocess.run(["rm", "-rf", str(cache)], check=True)
        runs["cold"].append(measure([*ours, silence], environment))
        runs["warm"].append(measure([*ours, silence], environment))
        runs["all"].append(measure([*ours, *files], environment))
        runs["python"].append(measure(theirs))
        runs["their_load"].append(measure([*theirs, silence]))
        runs["their_all"].append(measure([*theirs, *files]))
        print(".", end="", file=sys.stderr, flush=True)
    cpu = {key: median(value, "cpu_s") for key, value in runs.items()}
    wall = {key: min(run["wall_s"] for run in value) for key, value in runs.items()}
    peak = {key: median(value, "peak_mib") for key, value in runs.items()}
    return {
        "model": name,
        "load_cold_cpu_s": cpu["cold"],
        "load_warm_cpu_s": cpu["warm"],
        "load_cold_wall_s": wall["cold"],
        "load_warm_wall_s": wall["warm"],
        "reference_load_cpu_s": cpu["their_load"] - cpu["python"],
        "recognition_cpu_s": cpu["all"] - cpu["warm"],
        "reference_recognition_cpu_s": cpu["their_all"] - cpu["their_load"],
        "peak_cold_mib": peak["cold"],
        "peak_mib": peak["all"],
        # Less what Python and the libraries take before a model is loaded.
        "reference_peak_mib": peak["their_all"] - peak["python"],
    }


def speed(arguments, files, seconds, silence, scratch):
    """Every model beside sherpa-onnx."""
    try:
        import sherpa_onnx  # noqa: F401
    except ImportError as missing:
        raise Missing("sherpa-onnx is not installed") from missing
    rows = [
        compare(name, model, reference, files, silence, arguments, scratch)
        for folder in arguments.models
        for name, model, reference in variants(folder, scratch)
    ]
    print(file=sys.stderr)
    head = ["model", "load, cold s", "load, warm s", "its load s", "recognition s", "its s", "ratio", "peak MiB", "its MiB", "ratio"]
    cells = [
        [row["model"], *(f"{row[key]:.2f}" for key in ("load_cold_cpu_s", "load_warm_cpu_s", "reference_load_cpu_s", "recognition_cpu_s", "reference_recognition_cpu_s")),
         f"{row['recognition_cpu_s'] / row['reference_recognition_cpu_s']:.2f}", f"{row['peak_mib']:.0f}", f"{row['reference_peak_mib']:.0f}",
         f"{row['peak_mib'] / row['reference_peak_mib']:.2f}"]
        for row in rows
    ]
    return rows, f"{seconds:.0f} s of speech, one thread, greedy search; \"its\" is sherpa-onnx.\n\n{table(head, cells)}"
