#!/usr/bin/env python3
"""The pseudo-locale en_XA: English with accents, 40 % longer, in brackets.

A text on the screen without brackets was never marked for translation; a bracket that cannot be
seen is text that overflows. Prints the catalogue; po/compile.py --pseudo compiles it.
"""

import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import catalogues

LANGUAGE = "en_XA"

HEADER = f"""Project-Id-Version: sotto
Language: {LANGUAGE}
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals=2; plural=(n != 1);
"""

PLAIN = "ABCDEFGHIJKLMNOPRSTUVWXYZabcdefghijklmnoprstuvwxyz"
ACCENTED = "ÀƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞŔŠŢÛṼŴẊÝŽàƀçðéƒĝĥîĵķļɱñöþŕšţûṽŵẋýž"
ACCENTS = str.maketrans(PLAIN, ACCENTED)
FILLING = "one two three four five six seven eight nine ten"
ADDED_SHARE = 0.4


def lengthened(text):
    """A message as the pseudo-locale has it. Placeholders and the space at the ends are kept."""
    head = text[: len(text) - len(text.lstrip())]
    tail = text[len(text.rstrip()) :]
    parts = re.split(r"(\{[A-Za-z0-9_]*\})", text.strip())
    spoken = "".join(part if idx % 2 else part.translate(ACCENTS) for idx, part in enumerate(parts))
    n_added = max(1, round(ADDED_SHARE * len(spoken)) - 3)
    filling = (FILLING + " ") * (n_added // len(FILLING) + 1)
    return f"{head}[{spoken} {filling[:n_added].strip()}]{tail}"


def catalogue():
    """Header and entries, made from sotto.pot."""
    name = "sotto.pot"
    _, entries = catalogues.parsed((Path(__file__).resolve().parent / name).read_text(), name)
    for entry in entries:
        entry.forms = [lengthened(text) for text in (entry.text, entry.plural) if text is not None]
    return HEADER, entries


if __name__ == "__main__":
    sys.stdout.write(catalogues.dumped(*catalogue()))
