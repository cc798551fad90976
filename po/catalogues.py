"""Catalogues: read and written as `.po`, compiled to `.mo`, checked.

The form is gettext's (https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html), written
without line wrapping, so that the same content is always the same bytes.
"""

import ast
import re
import struct
from dataclasses import dataclass, field

PLACEHOLDER = re.compile(r"\{[A-Za-z0-9_]*\}")


@dataclass
class Entry:
    """A message with its translations: one form, or one for each plural."""

    text: str
    plural: str | None = None
    context: str | None = None
    forms: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    fuzzy: bool = False

    @property
    def key(self):
        return (self.context or "", self.text)


def quoted(text):
    """A string of a `.po` file."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    lines = text.split("\n")
    if len(lines) == 1:
        return f'"{text}"'
    parts = [line + "\\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    return '""\n' + "\n".join(f'"{part}"' for part in parts)


def dumped(header, entries):
    """The text of a `.po` file."""
    blocks = [f'msgid ""\nmsgstr {quoted(header)}\n']
    for entry in entries:
        lines = [f"# {comment}" for comment in entry.comments]
        lines += [f"#. {note}" for note in entry.notes]
        lines += [f"#: {place}" for place in entry.places]
        if entry.context is not None:
            lines.append(f"msgctxt {quoted(entry.context)}")
        lines.append(f"msgid {quoted(entry.text)}")
        if entry.plural is None:
            lines.append(f"msgstr {quoted(entry.forms[0] if entry.forms else '')}")
        else:
            lines.append(f"msgid_plural {quoted(entry.plural)}")
            forms = entry.forms or ["", ""]
            lines += [f"msgstr[{idx}] {quoted(form)}" for idx, form in enumerate(forms)]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def parsed(source, name):
    """Header and entries of the text of a `.po` file."""
    header, entries = "", []
    for block in re.split(r"\n\s*\n", source.strip("\n")):
        entry, values, target = Entry(""), {}, None
        for line in block.splitlines():
            line = line.strip()
            if line.startswith("#~") or not line:
                continue
            if line.startswith("#,"):
                entry.fuzzy |= "fuzzy" in line
            elif line.startswith("#."):
                entry.notes.append(line[2:].strip())
            elif line.startswith("#:"):
                entry.places += line[2:].split()
            elif line.startswith("#"):
                entry.comments.append(line[1:].strip())
            else:
                match = re.fullmatch(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) )?(".*")', line)
                if not match:
                    raise ValueError(f"{name}: not understood: {line}")
                target = match[1] or target
                values[target] = values.get(target, "") + ast.literal_eval(match[2])
        if "msgid" not in values:
            continue
        entry.text = values["msgid"]
        entry.context = values.get("msgctxt")
        entry.plural = values.get("msgid_plural")
        entry.forms = [values[key] for key in sorted(values) if key.startswith("msgstr")]
        if entry.text:
            entries.append(entry)
        else:
            header = entry.forms[0]
    return header, entries


def field_of(header, name):
    """A field of a catalogue's header."""
    found = re.search(rf"^{name}: *(.*)$", header, re.M)
    return found[1].strip() if found else ""


def n_forms(header):
    """How many plural forms the language has."""
    found = re.match(r"nplurals=(\d); plural=", field_of(header, "Plural-Forms"))
    return int(found[1]) if found else 0


def placeholders(text):
    """Placeholders of a message; the first, second and further `{}` count as `{0}`, `{1}`, …."""
    found, n_unnamed = [], 0
    for placeholder in PLACEHOLDER.findall(text):
        if placeholder == "{}":
            placeholder = f"{{{n_unnamed}}}"
            n_unnamed += 1
        found.append(placeholder)
    return sorted(found)


def complaints(name, header, entries, wanted):
    """What a catalogue lacks: `wanted` are the messages of the sources by key."""
    found = []
    if field_of(header, "Content-Type") != "text/plain; charset=UTF-8":
        found.append("the header does not say UTF-8")
    if not n_forms(header):
        found.append("the header has no Plural-Forms")
    for key in wanted.keys() - {entry.key for entry in entries}:
        found.append(f"missing: {key[1][:70]!r}")
    for entry in entries:
        short = repr(entry.text[:70])
        source = wanted.get(entry.key)
        if source is None:
            found.append(f"not in the sources: {short}")
            continue
        if entry.plural != source.plural:
            found.append(f"another plural than the sources: {short}")
        if entry.fuzzy:
            found.append(f"fuzzy: {short}")
        if len(entry.forms) != (n_forms(header) if entry.plural else 1):
            found.append(f"number of forms: {short}")
        for idx, form in enumerate(entry.forms):
            found += (f"{problem}: {short}" for problem in form_problems(entry, form, idx))
    return [f"po/{name}: {complaint}" for complaint in found]


def form_problems(entry, form, idx):
    """What is wrong with one translation."""
    if not form.strip():
        yield "not translated"
        return
    given = placeholders(form)
    allowed = [placeholders(entry.text), placeholders(entry.plural or entry.text)]
    if entry.plural is not None:
        # A form for one number may leave the number out, in words.
        allowed += [[p for p in way if p != "{n}"] for way in allowed]
    if given not in allowed:
        yield f"placeholders {given} of form {idx}"
    for at in (0, -1):
        if entry.text[at].isspace() != form[at].isspace():
            yield "space at an end"
    if entry.text.count("\n") != form.count("\n"):
        yield "number of lines"


def entry_in_all_languages(source, pattern, catalogues):
    """A desktop entry with its translations: `pattern` finds key and text, `catalogues` are entries by language."""
    lines = []
    for line in source.splitlines():
        lines.append(line)
        match = pattern.fullmatch(line)
        for language, entries in catalogues.items() if match else ():
            key, text = match.groups()
            forms = [entry.forms[0] for entry in entries if entry.key == ("", text) and any(entry.forms)]
            lines += [f"{key}[{language}]={form}" for form in forms]
    return "\n".join(lines) + "\n"


def compiled(header, entries):
    """The bytes of a `.mo` file: keys in order of their bytes, no hash table."""
    messages = {b"": header.encode()}
    for entry in entries:
        if any(entry.forms):
            key = entry.text if entry.context is None else f"{entry.context}\x04{entry.text}"
            if entry.plural is not None:
                key += f"\0{entry.plural}"
            messages[key.encode()] = "\0".join(entry.forms).encode()
    keys = sorted(messages)
    start = 28 + 16 * len(keys)
    tables, strings = b"", b""
    for column in (keys, [messages[key] for key in keys]):
        for string in column:
            tables += struct.pack("<II", len(string), start + len(strings))
            strings += string + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, start)
    return head + tables + strings
