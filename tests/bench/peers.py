"""Error rates beside recognizers that anyone can install, on the same recordings, scored alike.

PocketSphinx comes with a model in its package. Vosk needs one (--vosk-model). All sides are put in the form of
`models/starter/normalise.py` and scored by `models/starter/score.py`, which spell some words otherwise than `sotto eval` and
count spaces as characters, so these rates differ a little from its own. Each program is a process of its own, whose
processor time and memory are less what Python and the libraries take that read the recordings.
"""

import csv
import importlib.util
import sys
import tempfile
from pathlib import Path

from sections import ROOT, Missing, seconds_of, speech_of, table
from speed import measure

sys.path.insert(0, str(ROOT / "models/starter"))
import normalise  # noqa: E402
import score  # noqa: E402

PEER = Path(__file__).with_name("peer.py")
NAMES = {"pocketsphinx": "PocketSphinx", "vosk": "Vosk"}


def references(manifest):
    """Set and text of each recording, by its whole path."""
    with open(manifest, encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {str(Path(manifest).parent / row["path"]): (row["set"], row["text"]) for row in rows}


def texts(path, column):
    """The hypotheses of a tab-separated file by the recordings' paths."""
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {cells[0]: cells[column] for cells in lines if len(cells) > column}


def ours(arguments, scratch):
    out = Path(scratch) / "sotto.tsv"
    used = measure([arguments.program, "eval", speech_of(arguments), "--model", str(arguments.models[0]), "--hypotheses", str(out)])
    return texts(out, 2), used


def theirs(kind, model, files, scratch):
    names, out = Path(scratch) / "names", Path(scratch) / f"{kind}.tsv"
    names.write_text("".join(f"{path}\n" for path in files), encoding="utf-8")
    with open(out, "w", encoding="utf-8") as said:
        used = measure([sys.executable, str(PEER), kind, model, str(names)], out=said)
    reading = measure([sys.executable, str(PEER), "none", "-", str(names)])
    return texts(out, 1), {figure: used[figure] - reading[figure] for figure in used}


def absent(kind, model):
    """Why a peer cannot be measured, or nothing."""
    if not importlib.util.find_spec(kind):
        return f"{kind} is not installed"
    if model is None:
        return "it brings no model (--vosk-model names a folder with one)"
    if model != "-" and not Path(model).is_dir():
        return f"{model} is no folder"
    return None


def rates(known, found):
    """Word and character error rates of each set, and of all together."""
    pairs = {}
    for path, (kind, text) in known.items():
        pair = normalise.words(text), normalise.words(found.get(path, ""))
        pairs.setdefault(kind, []).append(pair)
        pairs.setdefault("total", []).append(pair)
    pairs["total"] = pairs.pop("total")
    return {kind: (score.rate(both, str.split), score.rate(both, list)) for kind, both in pairs.items()}


def complete(name, known, found):
    """What a program recognized; it must have said something of each recording, if only that nothing is there."""
    left_out = [path for path in known if path not in found]
    if left_out:
        sys.exit(f"{name} says nothing of {len(left_out)} recordings, of {left_out[0]} for one")
    return found


def peers(arguments):
    """Sotto and every peer that is installed."""
    known = references(speech_of(arguments))
    models = {"pocketsphinx": "-", "vosk": str(arguments.vosk_model) if arguments.vosk_model else None}
    reasons = {kind: absent(kind, model) for kind, model in models.items()}
    if all(reasons.values()):
        raise Missing("; ".join(f"{NAMES[kind]}: {reason}" for kind, reason in reasons.items()))
    seconds = sum(seconds_of(path) for path in known)
    figures, columns = {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        runs = {"Sotto": ours(arguments, scratch)}
        runs |= {NAMES[kind]: theirs(kind, models[kind], known, scratch) for kind, reason in reasons.items() if not reason}
    for name, (found, used) in runs.items():
        columns[name] = rates(known, complete(name, known, found))
        figures[name] = {"sets": columns[name], "rtf": used["cpu_s"] / seconds, "peak_mib": used["peak_mib"]}
    head = ["set", *(f"{name} {figure} %" for name in runs for figure in ("WER", "CER"))]
    rows = [[kind, *(f"{rate:.1f}" for name in runs for rate in columns[name][kind])] for kind in columns["Sotto"]]
    said = [f"{name}: {run['rtf']:.3f} s of processor time for a second of sound, {run['peak_mib']:.0f} MiB at its peak." for name, run in figures.items()]
    said += [f"{NAMES[kind]} was not measured: {reason}." for kind, reason in reasons.items() if reason]
    return figures, f"{table(head, rows)}\n\n" + "\n".join(said)
