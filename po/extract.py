#!/usr/bin/env python3
"""Collects the strings that a person reads into po/sotto.pot and brings the catalogues in step.

usage: po/extract.py            write sotto.pot, POTFILES.in and the catalogues
       po/extract.py --check    change nothing; fail if a file would change, a translation is
                                missing or broken, or a string is not marked
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import catalogues
import sources

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "po"

# Folders of the programs that speak to people, and the endings that hold strings.
RUST_FOLDERS = ("engine/daemon/src", "engine/i18n/src", "models/fetch/src", "models/src", "tray-ui/src")
WEB_FOLDERS = ("tray-ui/ui",)
DESKTOP_FOLDERS = ("packaging/desktop",)
# Data whose sentences are shown: the program looks them up as they are.
DATA_FILES = ("models/catalogue.toml",)
# The functions themselves, and code that is not ours.
LEFT_OUT = {"tray-ui/ui/i18n.js"}

POT_HEADER = """Project-Id-Version: sotto
Report-Msgid-Bugs-To: https://github.com/sotto-dictation/sotto/issues
Language:
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
"""

# For a language that has no catalogue yet; two forms, as in English, until the translator says otherwise.
NEW_HEADER = """Project-Id-Version: sotto
Language: {language}
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals=2; plural=(n != 1);
"""


def files():
    """Paths of the sources, relative to the root, in order."""
    found = []
    kinds = ((RUST_FOLDERS, {".rs"}), (WEB_FOLDERS, {".js", ".html"}), (DESKTOP_FOLDERS, {".desktop"}))
    for folders, endings in kinds:
        for folder in folders:
            found += (p for p in (ROOT / folder).rglob("*") if p.suffix in endings and p.is_file())
    names = sorted([*(p.relative_to(ROOT).as_posix() for p in found), *DATA_FILES])
    return [n for n in names if not n.endswith("/tests.rs") and "/tests/" not in n and n not in LEFT_OUT]


def exempt():
    """Unmarked literals that stay as they are: `path: literal`, one a line in po/UNMARKED."""
    lines = (PO / "UNMARKED").read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def collect():
    """Messages by key, and complaints."""
    wanted, complaints, exempted, used = {}, [], exempt(), set()
    for name in files():
        source = (ROOT / name).read_text()
        if name.endswith(".rs"):
            messages, found = sources.scan_rust(name, source)
            messages += sources.scan_clap(name, source)
        elif name in DATA_FILES:
            messages, found = sources.scan_data(name, source), []
        elif name.endswith(".desktop"):
            messages, found = sources.scan_desktop_entry(name, source), []
        elif name.endswith(".js"):
            messages, found = sources.scan_script(name, source)
        else:
            messages, found = sources.scan_page(name, source)
        for complaint in found:
            path, _, what = complaint.split(":", 2)
            literal = f"{path}:{what.removeprefix(' not marked:')}"
            if literal in exempted:
                used.add(literal)
            else:
                complaints.append(complaint)
        for message in messages:
            if not message.text:
                complaints.append(f"{message.places[0]}: an empty message")
                continue
            known = wanted.setdefault(message.key, message)
            if known is message:
                message.places = [place.split(":")[0] for place in message.places]
                continue
            if None not in (known.plural, message.plural) and known.plural != message.plural:
                complaints.append(f"{message.places[0]}: two plurals of {message.text!r}")
            known.plural = known.plural or message.plural
            known.places += (p.split(":")[0] for p in message.places)
            known.notes += (n for n in message.notes if n not in known.notes)
    for message in wanted.values():
        message.places = sorted(set(message.places))
    complaints += (f"po/UNMARKED: not needed: {line}" for line in sorted(exempted - used))
    ordered = sorted(wanted.values(), key=lambda m: (m.places[0], m.text, m.context or ""))
    return {message.key: message for message in ordered}, complaints


def template(wanted):
    """The text of sotto.pot."""
    entries = [
        catalogues.Entry(m.text, m.plural, m.context, places=m.places, notes=m.notes)
        for m in wanted.values()
    ]
    return catalogues.dumped(POT_HEADER, entries)


def in_step(header, entries, wanted):
    """The text of a catalogue with the messages of the sources and the translations it has."""
    known = {entry.key: entry for entry in entries}
    merged = []
    for key, message in wanted.items():
        old = known.get(key)
        count = catalogues.n_forms(header) if message.plural else 1
        fits = old is not None and len(old.forms) == count
        merged.append(
            catalogues.Entry(
                message.text,
                message.plural,
                message.context,
                forms=old.forms if fits else [""] * count,
                places=message.places,
                notes=message.notes,
                comments=old.comments if old else [],
            )
        )
    return catalogues.dumped(header, merged)


def catalogue(language, folder=PO):
    """Header and entries of a language's catalogue; an empty one where it has none yet."""
    path = folder / f"{language}.po"
    if not path.exists():
        return NEW_HEADER.format(language=language), []
    return catalogues.parsed(path.read_text(), path.name)


def languages():
    """The languages of po/LINGUAS."""
    return (PO / "LINGUAS").read_text().split()


def main():
    """Writes or checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, fail if anything is amiss")
    check = parser.parse_args().check
    wanted, complaints = collect()
    texts = {
        "sotto.pot": template(wanted),
        "POTFILES.in": "".join(f"{p}\n" for p in sorted({p for m in wanted.values() for p in m.places})),
    }
    for language in languages():
        name = f"{language}.po"
        header, entries = catalogue(language)
        texts[name] = in_step(header, entries, wanted)
        if not check:
            entries = catalogues.parsed(texts[name], name)[1]
        complaints += catalogues.complaints(name, header, entries, wanted)
        if catalogues.field_of(header, "Language") != language:
            complaints.append(f"po/{name}: the header names another language")
    for name, text in texts.items():
        path = PO / name
        if not path.exists() or path.read_text() != text:
            if check:
                complaints.append(f"po/{name} is out of date: run po/extract.py")
            else:
                path.write_text(text)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{len(wanted)} messages, {len(languages())} languages, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
