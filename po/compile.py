#!/usr/bin/env python3
"""Compiles the catalogues: po/compile.py FOLDER makes FOLDER/LANG/LC_MESSAGES/sotto.mo of each.

With --pseudo also the pseudo-locale en_XA (po/pseudo.py).
With --entry FILE prints the desktop entry FILE with its translations instead.
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import catalogues
import pseudo
import sources

PO = Path(__file__).resolve().parent


def main():
    """Compiles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="such as /usr/share/locale, or target/locale for a build")
    parser.add_argument("--pseudo", action="store_true", help="make the pseudo-locale en_XA too")
    parser.add_argument("--entry", type=Path, help="such as packaging/desktop/io.github.sotto.Sotto.desktop")
    arguments = parser.parse_args()
    if (arguments.folder is None) == (arguments.entry is None):
        parser.error("name a folder or an --entry")
    parsed = {
        language: catalogues.parsed((PO / f"{language}.po").read_text(), f"{language}.po")
        for language in (PO / "LINGUAS").read_text().split()
    }
    if arguments.entry:
        entries = {language: entries for language, (_, entries) in parsed.items()}
        source = arguments.entry.read_text()
        sys.stdout.write(catalogues.entry_in_all_languages(source, sources.ENTRY, entries))
        return 0
    compiled = {language: catalogues.compiled(*parsed[language]) for language in parsed}
    if arguments.pseudo:
        compiled[pseudo.LANGUAGE] = catalogues.compiled(*pseudo.catalogue())
    for language, content in compiled.items():
        folder = arguments.folder / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sotto.mo").write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
