"""Words with marks and case classes from naturally written text, and back.

A *mark* is what stands after a word; a *case* class says how it is written. Words are lower-case
as a recogniser writes them. Hyphens split words; quotes and brackets are dropped.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from normalise import QUOTES, speak_numbers  # noqa: E402

MARKS = ("", ",", ".", "?", "!", ":", ";")
LOWER, CAPITAL, UPPER, MIXED = range(4)
CASES = ("lower", "Capital", "UPPER", "mIxed")
LETTER = r"[^\W\d_]"
WORD = re.compile(rf"{LETTER}+(?:['’]{LETTER}+)*['’]?|[.,?!:;…—–]|\d+")
ABBREVIATIONS = {
    "mr", "mrs", "ms", "dr", "st", "prof", "gen", "col", "capt", "lt", "sen", "rep", "gov", "jr", "sr", "inc", "ltd",
    "co", "corp", "no", "vs", "etc", "vol", "fig", "al", "cf",
}


def case_of(word):
    letters = word.replace("'", "")
    if letters.islower() or not letters:
        return LOWER
    if len(letters) > 1 and letters.isupper():
        return UPPER
    if letters[0].isupper() and (len(letters) == 1 or letters[1:].islower()):
        return CAPITAL
    return MIXED


def write(word, case):
    if case == CAPITAL:
        return word[:1].upper() + word[1:]
    return word.upper() if case == UPPER else word


def label(line):
    """[(word, mark index, case class)] of one line of text, numbers spoken."""
    text = speak_numbers(line.translate({**QUOTES, ord("—"): " — ", ord("–"): " – ", ord("…"): "…"}))
    text = re.sub(r"\b([A-Z])\.(?=[A-Z]\.|\s[A-Z])", r"\1", text)
    text = re.sub(r"\b([ap])\.m\.", r"\1m", re.sub(r"\b((?:[A-Z]\.)+[A-Z])\.(?=\s+[a-z])", r"\1", text))
    text = re.sub(r"\be\.g\.", "eg", re.sub(r"\bi\.e\.", "ie", text)).replace("...", "…")
    out = []
    for token in WORD.findall(text):
        if token[0].isalpha():
            out.append([token, 0])
        elif out and token in ".,?!:;…—–":
            out[-1][1] = max_mark(out[-1], token)
    return [(w.lower(), m, case_of(w)) for w, m in out]


STRENGTH = (0, 1, 4, 6, 5, 2, 3)


def max_mark(entry, token):
    if token == "." and entry[0].lower() in ABBREVIATIONS:
        return entry[1]
    mark = {"…": 2, "—": 1, "–": 1}.get(token)
    mark = MARKS.index(token) if mark is None else mark
    return mark if STRENGTH[mark] > STRENGTH[entry[1]] else entry[1]
