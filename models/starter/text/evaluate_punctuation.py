"""F1 per mark and case accuracy on held-out text, whole streams at once with speech-end after each line run.

    python evaluate_punctuation.py --model punctuation.onnx --data work/punctuation [--text TEXT/eval]
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime

import corpus
from labels import MARKS, label
from pieces import END, Pieces


def run(session, rows):
    """Rows of pieces -> predicted (mark, case) per word, in one pass with the end of speech after them."""
    ids = np.zeros((1, len(rows) + 4, 4), np.int64)
    ids[0, : len(rows)] = rows[:, :4]
    ids[0, len(rows) :, 0] = END
    marks, cases = session.run(None, {"pieces": ids})
    return marks[0, : len(rows)].argmax(-1), cases[0, : len(rows)].argmax(-1)


def score(session, rows, length=200):
    """Counts over streams of `length` words."""
    hits = {m: [0, 0, 0] for m in range(len(MARKS))}  # true positives, predicted, actual
    case_right = 0
    for start in range(0, len(rows), length):
        part = rows[start : start + length]
        marks, cases = run(session, part)
        for m in hits:
            hits[m][0] += int(((marks == m) & (part[:, 4] == m)).sum())
            hits[m][1] += int((marks == m).sum())
            hits[m][2] += int((part[:, 4] == m).sum())
        case_right += int((cases == part[:, 5]).sum())
    return hits, case_right / max(1, len(rows))


def f1(tp, predicted, actual):
    return 2 * tp / max(1, predicted + actual)


def summary(hits, case):
    main = [sum(hits[m][i] for m in (1, 2, 3)) for i in range(3)]
    row = {name: round(f1(*hits[i]), 3) for i, name in enumerate(MARKS) if name}
    return {"all": round(f1(*main), 3), **row, "case": round(case, 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--text", help="folder of further evaluation text")
    parser.add_argument("--json")
    args = parser.parse_args()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(args.model, options)
    table = {}
    for path in sorted(Path(args.data).glob("*.held.npy")):
        rows = np.load(path).astype(np.int64)[:40_000]
        if len(rows):
            table[path.name.split(".")[0]] = summary(*score(session, rows))
    if args.text:
        pieces = Pieces((Path(args.data) / "pieces.txt").read_text(encoding="utf-8").splitlines())
        for source in corpus.sources(args.text):
            rows = [(*pieces.encode(w), m, c) for line in corpus.lines(args.text, source)[:1500]
                    for w, m, c in label(line)]
            table[f"eval/{source}"] = summary(*score(session, np.array(rows, np.int64)))
    names = list(next(iter(table.values())))
    print(f"{'source':44}" + "".join(f"{n:>8}" for n in names))
    for source, row in table.items():
        print(f"{source:44}" + "".join(f"{row[n]:8}" for n in names))
    if args.json:
        Path(args.json).write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
