"""The parts of the report, besides speed: each runs one thing and returns what it saw and a table of it.

A part whose recordings or programs are missing returns a sentence that says so.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
RATE = 16000

# Cores of a Raspberry Pi: clock in Hz, and instructions a cycle that such code reaches there (an assumption).
PIS = {"Pi 4 (Cortex-A72, 1.8 GHz)": (1.8e9, 1.0), "Pi 5 (Cortex-A76, 2.4 GHz)": (2.4e9, 2.0)}
# Its vectors hold half of what those of the machine hold that counts (128 bits against 256).
NARROWER_VECTORS = 2.0


class Missing(Exception):
    """What a part needs and does not find."""


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def run(command, **more):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    return done.stdout, done.stderr, done.returncode


def checked(command, **more):
    out, complaint, code = run(command, **more)
    if code != 0:
        sys.exit(f"{command[0]} failed: {complaint}")
    return out


def speech_of(arguments):
    if not Path(arguments.speech).exists():
        raise Missing(f"{arguments.speech} is not there (--speech names a list of recordings)")
    return arguments.speech


def accuracy(arguments):
    """Error rates, latency in sound time and revisions, for every set of recordings."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        checked([arguments.program, "eval", speech_of(arguments), "--json", file.name, "--model", arguments.models[0]])
        figures = json.load(file)
    sets = {**figures["sets"], "total": figures["total"]} if "total" in figures else figures["sets"]
    rows = [
        [name, row["files"], row["reference_words"], f"{100 * row['wer']:.1f}", f"{100 * row['cer']:.1f}", f"{row['rtf']:.3f}",
         row["first_partial_ms_median"], row["final_ms_median"], f"{100 * row['revision_rate']:.0f}"]
        for name, row in sets.items()
    ]
    head = ["set", "files", "words", "WER %", "CER %", "RTF", "first ms", "final ms", "revised %"]
    return figures, table(head, rows)


def parity(arguments):
    """Recordings for which greedy search finds the tokens that sherpa-onnx finds."""
    try:
        import sherpa_onnx  # noqa: F401
    except ImportError as missing:
        raise Missing("sherpa-onnx is not installed") from missing
    script = ROOT / "tests/parity/tokens.py"
    model = next(model for model in arguments.models)
    said, complaint, _ = run([sys.executable, script, "--model", model, "--manifest", speech_of(arguments)], cwd=ROOT)
    if not said:
        sys.exit(f"{script} failed: {complaint}")
    return {"said": said.splitlines()[-1]}, said.splitlines()[-1]


def latency(arguments):
    """What a person waits for: the real daemon, a virtual microphone, a text field."""
    return on_a_desktop(arguments, "latency", ["--rounds", arguments.rounds])


def soak(arguments):
    """One dictation that goes on and on in real time."""
    return on_a_desktop(arguments, "soak", ["--minutes", arguments.minutes])


def on_a_desktop(arguments, name, options):
    bench = TARGET / f"debug/sotto-bench-{name}"
    checked(["cargo", "build", "--quiet", "--workspace", "--locked", "--bins"], cwd=ROOT)
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [bench, *options, "--json", file.name]
        said, complaint, code = run(command, env={**os.environ, "SOTTO_PROGRAM": str(arguments.program)})
        if code != 0:
            raise Missing(f"the bench of a desktop cannot run here: {complaint.strip().splitlines()[-1]}")
        figures = json.load(file)
    return figures, said.partition("\n\n")[2].strip()


def noise(arguments):
    """Words written while nobody speaks, with everything on, as dictation runs."""
    files = sorted(path for folder in ("esc-10", "other") for path in (Path(arguments.noise) / folder).glob("*.opus"))
    if not files:
        raise Missing(f"{arguments.noise} holds no recordings (--noise names a folder of them)")
    with tempfile.TemporaryDirectory() as out:
        checked([arguments.program, "transcribe", "--model", arguments.models[0], "--output", out, *files])
        n_words = {path.name: len(path.read_text(encoding="utf-8").split()) for path in Path(out).iterdir()}
    hours = sum(seconds_of(path) for path in files) / 3600
    total = sum(n_words.values())
    figures = {"files": len(files), "hours": hours, "words": total, "words_an_hour": total / hours,
               "files_with_words": sum(n > 0 for n in n_words.values())}
    row = [len(files), f"{hours:.2f}", total, figures["files_with_words"], f"{total / hours:.1f}"]
    return figures, table(["files", "hours", "words", "files with words", "words an hour"], [row])


def seconds_of(path):
    import soundfile

    found = soundfile.info(str(path))
    return found.frames / found.samplerate


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def processor_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def growth(arguments, files):
    """Feeds hours of sound through a pipe; watches the resident set and the processor time."""
    import soundfile

    block = b"".join(soundfile.read(path, dtype="int16")[0].tobytes() for path in files)
    total = int(arguments.hours * 3600 * RATE) * 2
    command = [arguments.program, "transcribe", "--raw", str(RATE), "--format", "json", "--model", str(arguments.models[0]), "-"]
    with tempfile.TemporaryFile("w+") as written:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=written)
        seen, fed = [], 0
        while fed < total:
            part = block[: total - fed]
            process.stdin.write(part)
            fed += len(part)
            seen.append((fed / 2 / RATE, resident_mib(process.pid), processor_s(process.pid)))
        process.stdin.close()
        if process.wait() != 0:
            sys.exit(f"{command[0]} failed")
        written.seek(0)
        last_word_s = last_end(written.read())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    # What the first tenth takes is not growth: buffers reach their size there.
    settled = [row for row in seen if row[0] >= seen[-1][0] / 10]
    middle = settled[len(settled) // 2]
    figures = {
        "hours": arguments.hours,
        "cpu_s_an_hour_first_half": 3600 * (middle[2] - settled[0][2]) / max(1, middle[0] - settled[0][0]),
        "cpu_s_an_hour_second_half": 3600 * (settled[-1][2] - middle[2]) / max(1, settled[-1][0] - middle[0]),
        "resident_after_a_tenth_mib": settled[0][1],
        "resident_at_the_end_mib": settled[-1][1],
        "growth_mib": settled[-1][1] - settled[0][1],
        "peak_mib": used.ru_maxrss / 1024,
        "sound_s": total / 2 / RATE,
        "last_word_ends_s": last_word_s,
    }
    return figures, table(["", ""], [[name.replace("_", " "), f"{value:.1f}"] for name, value in figures.items()])


def last_end(text):
    """Where the last word of `sotto transcribe --format json` ends."""
    ends = [0.0]

    def walk(value):
        if isinstance(value, dict):
            if "word" in value and "end" in value:
                ends.append(float(value["end"]))
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)

    walk(json.loads(text))
    return max(ends)


def instructions(arguments, files):
    """Instructions for a second of sound (callgrind counts them), and what follows for a Raspberry Pi."""
    if not shutil.which("valgrind"):
        raise Missing("valgrind is not installed")
    figures, rows = {}, []
    for model in arguments.models:
        counts = [count(arguments.program, model, part) for part in (files[:1], files[: 1 + arguments.counted])]
        seconds = sum(seconds_of(path) for path in files[1 : 1 + arguments.counted])
        a_second = (counts[1] - counts[0]) / seconds
        figures[Path(model).name] = {"instructions_a_second": a_second, "load_instructions": counts[0]}
        estimates = [f"{a_second * NARROWER_VECTORS / (clock * per_cycle):.2f}" for clock, per_cycle in PIS.values()]
        rows.append([Path(model).name, f"{a_second / 1e6:.0f}", *estimates])
    head = ["model", "million instructions a second of sound", *(f"estimated RTF, {name}" for name in PIS)]
    return figures, table(head, rows)


def count(program, model, files):
    with tempfile.NamedTemporaryFile() as out:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", program, "transcribe", "--threads", "1"]
        _, said, code = run([*command, "--model", model, *files])
        if code != 0:
            sys.exit(f"valgrind failed: {said}")
    return int(next(line.split(":")[1].replace(",", "") for line in said.splitlines() if "Collected" in line))


def stamp():
    """What the figures were measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return f"{names[0] if names else 'unknown processor'}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d', time.gmtime())}"
