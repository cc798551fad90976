#!/usr/bin/env python3
"""Compiles the catalogues: po/compile.py FOLDER makes FOLDER/LANG/LC_MESSAGES/sotto.mo of each.

With --pseudo also the pseudo-locale en_XA (po/pseudo.py).
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import catalogues
import pseudo

PO = Path(__file__).resolve().parent


def main():
    """Compiles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="such as /usr/share/locale, or target/locale for a build")
    parser.add_argument("--pseudo", action="store_true", help="make the pseudo-locale en_XA too")
    arguments = parser.parse_args()
    compiled = {}
    for language in (PO / "LINGUAS").read_text().split():
        name = f"{language}.po"
        compiled[language] = catalogues.compiled(*catalogues.parsed((PO / name).read_text(), name))
    if arguments.pseudo:
        compiled[pseudo.LANGUAGE] = catalogues.compiled(*pseudo.catalogue())
    for language, content in compiled.items():
        folder = arguments.folder / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sotto.mo").write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
