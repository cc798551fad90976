"""Text sources, their weights, and what must never be trained on.

A source is one `NAME.txt.xz` of the text folder: a paragraph, turn or sentence a line, cased and
punctuated. Neighbouring lines belong to the same document, so the held-out part of a source is its
last run of lines, never a random pick.
"""

import csv
import lzma
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from normalise import words  # noqa: E402

# How much each source matters to the language model. Fiction before 1930 and speeches are old in style.
LM_WEIGHT = {
    "tatoeba_en": 3, "commonvoice_en": 3, "topical_chat": 3, "masc_written": 3, "masc_spoken": 3,
    "gum_open": 2, "librispeech_train_clean_100_transcripts": 2, "standardebooks_us_only": 1,
    "standardebooks_life70": 1, "gov_18f_blog": 1, "gov_digitalgov": 1, "gov_18f_handbook_plainlanguage": 1,
    "openstax_political_science": 1, "openstax_psychology": 1, "openstax_writing": 1, "openstax_philosophy": 1,
    "openstax_business_ethics": 1, "docs_rust_book": 1, "docs_opensource_guide": 1, "us_presidents": 1,
    "novels_1880_1929": 1, "phrases": 3,
}
# Sources of one style, each with a language model of its own in the mixture. What is in none is only in the model of all.
STYLES = {
    "short": ["tatoeba_en", "commonvoice_en"],
    "talk": ["topical_chat", "masc_spoken", "masc_written", "gum_open"],
    "said to computers": ["phrases"],
    "prose": ["novels_1880_1929", "standardebooks_us_only", "standardebooks_life70", "librispeech_train_clean_100_transcripts"],
}
HELD_OUT_SHARE = 0.04
SHINGLE = 7


def lines(folder, source):
    with lzma.open(Path(folder) / f"{source}.txt.xz", "rt", encoding="utf-8") as text:
        return [line.strip() for line in text if line.strip()]


def split(folder, source):
    """(training lines, held-out lines) of one source."""
    every = lines(folder, source)
    cut = int(len(every) * (1 - HELD_OUT_SHARE))
    return every[:cut], every[cut:]


def sources(folder):
    return sorted(p.name.removesuffix(".txt.xz") for p in Path(folder).glob("*.txt.xz"))


def shingles(spoken):
    spoken = spoken.split()
    if len(spoken) < SHINGLE:
        return {" ".join(spoken)} if len(spoken) > 3 else set()
    return {" ".join(spoken[i : i + SHINGLE]) for i in range(len(spoken) - SHINGLE + 1)}


def forbidden(manifests):
    """Word runs of the evaluation transcripts: a line that holds one of them is not trained on."""
    found = set()
    for manifest in manifests:
        with open(manifest, encoding="utf-8") as rows:
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
                found |= shingles(words(row["text"]))
    return found


def allowed(spoken, banned):
    return not any(s in banned for s in shingles(spoken)) and spoken not in banned


SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])")


def sentences(line):
    return [s for s in SENTENCE_END.split(line) if s]
