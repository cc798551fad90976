"""Finds the strings that a person reads, in Rust, JavaScript and HTML, and those that nobody marked.

What counts as marked is told in po/README.md. Each scanner gives `Message`s and complaints; a
complaint is a line of text that names a place.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Message:
    """One message and where it stands."""

    text: str
    plural: str | None = None
    context: str | None = None
    places: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def key(self):
        return (self.context or "", self.text)


RUST = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<raw>b?r(?P<hashes>\#*)".*?"(?P=hashes))
    | (?P<string>b?c?"(?:[^"\\]|\\.)*")
    | (?P<char>b?'(?:[^'\\\n]|\\[^\n]+?)')
    | (?P<word>'?[A-Za-z_][A-Za-z0-9_]*)
    | (?P<mark>[^\sA-Za-z_"'])
    """,
    re.X | re.S,
)

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'"}


def rust_string(token):
    """The value of a string literal."""
    if token.lstrip("b").startswith("r"):
        return token[token.index('"') + 1 : token.rindex('"')]
    inner = re.sub(r"\\\n\s*", "", token[token.index('"') + 1 : -1])
    return re.sub(
        r"\\(?:u\{([0-9a-fA-F_]+)\}|x([0-9a-fA-F]{2})|(.))",
        lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else ESCAPES[m[3]],
        inner,
    )


@dataclass
class Token:
    """A lexeme of Rust: its kind, its text, the line on which it starts."""

    kind: str
    text: str
    line: int


def rust_tokens(source):
    """Tokens of Rust without comments, and the comments by line."""
    tokens, comments = [], {}
    line, at = 1, 0
    for match in RUST.finditer(source):
        line += source.count("\n", at, match.start())
        at = match.start()
        kind = match.lastgroup
        if kind == "comment":
            comments[line] = match[0]
        else:
            kind = "string" if match["raw"] or match["string"] else kind
            tokens.append(Token(kind, match[0], line))
    return tokens, comments


def closing(tokens, start):
    """Index of the bracket that closes the one at `start`."""
    depth = 0
    for idx in range(start, len(tokens)):
        if tokens[idx].kind == "mark":
            depth += (tokens[idx].text in "([{") - (tokens[idx].text in ")]}")
            if depth == 0:
                return idx
    return len(tokens) - 1


def without_tests(source):
    """The source up to its tests."""
    return re.split(r"\n#\[cfg\(test\)\]\n(?:pub\(crate\) )?mod tests\b", source)[0]


# Calls whose literals reach a person. `writeln` and its kin count where they write to `out`.
SPEAKING_MACROS = {"anyhow", "bail", "ensure", "println", "eprintln", "print", "eprint"}
SPEAKING_CALLS = {"context", "with_context", "say", "summary", "body", "expect_err_sentence"}
SILENT = {"note", "expect", "reason", "assert", "debug_assert", "unreachable", "doc", "expect_used"}
WRITING_MACROS = {"write", "writeln"}


def has_words(text):
    """Whether anything but placeholders, our name and layout is in it."""
    text = re.sub(r"\{[^{}]*\}|\bSotto\b", "", text)
    return re.search(r"[^\W\d_]{2}", text) is not None


def scan_rust(path, source):
    """Messages in `tr!`, and literals that are said unmarked."""
    tokens, comments = rust_tokens(without_tests(source))
    messages, complaints, marked = [], [], set()
    for idx in range(len(tokens) - 2):
        if (tokens[idx].text, tokens[idx + 1].text) != ("tr", "!"):
            continue
        end = closing(tokens, idx + 2)
        marked.update(range(idx, end + 1))
        place = f"{path}:{tokens[idx].line}"
        inside = tokens[idx + 3 : end]
        shape = "".join('"' if t.kind == "string" else t.text for t in inside[:8])
        strings = [rust_string(t.text) for t in inside[:6] if t.kind == "string"]
        found = re.match(r'("=>)?"(\|"%)?', shape)
        if not found:
            complaints.append(f"{place}: tr! takes a literal")
            continue
        context = strings.pop(0) if found[1] else None
        message = Message(strings[0], strings[1] if found[2] else None, context, [place])
        for line in (tokens[idx].line - 1, tokens[idx].line - 2):
            note = comments.get(line, "")
            if "TRANSLATORS:" in note:
                message.notes.append(note.split("TRANSLATORS:")[1].strip())
        messages.append(message)
    complaints += unmarked_rust(path, tokens, marked)
    return messages, complaints


def unmarked_rust(path, tokens, marked):
    """Literals in calls that speak, and sentences wherever they are, outside of `tr!`."""
    found = {}
    silent = set()
    for idx in range(len(tokens) - 2):
        if tokens[idx].text in SILENT and tokens[idx + 1].text in "!(":
            opening = idx + 1 if tokens[idx + 1].text == "(" else idx + 2
            silent.update(range(idx, closing(tokens, opening)))
    for idx, token in enumerate(tokens):
        if token.kind == "string" and idx not in marked | silent:
            if re.search(r"^[\"A-Z{][^\n]* [^\n]*[a-z}][.…]$", rust_string(token.text)):
                found[idx] = f"{path}:{token.line}: not marked: {token.text[:60]}"
    for idx in range(len(tokens) - 2):
        name, following = tokens[idx].text, tokens[idx + 1].text
        opening = idx + 1 if following == "(" else idx + 2
        if following == "!" and name in WRITING_MACROS:
            if tokens[opening + 1].text != "out":
                continue
        elif following == "!" and name not in SPEAKING_MACROS:
            continue
        elif following == "(" and (name not in SPEAKING_CALLS or tokens[idx - 1].text == "fn"):
            if (name, tokens[idx - 1].text) != ("error", "["):
                continue
        elif following not in "!(":
            continue
        for inner in range(opening, closing(tokens, opening)):
            token = tokens[inner]
            if token.kind == "string" and inner not in marked and has_words(rust_string(token.text)):
                found[inner] = f"{path}:{token.line}: not marked: {token.text[:60]}"
    return [found[key] for key in sorted(found)]


ITEM = re.compile(
    r"#\[derive\((?P<derive>[^)]*)\)\]\s*(?P<attributes>(?:#\[[^\n]*\]\s*)*)"
    r"pub(?:\([a-z]+\))? (?:struct|enum) \w+\s*\{(?P<body>.*?)\n\}",
    re.S,
)
DOC = re.compile(r"(?P<doc>(?:^[ ]*///[^\n]*\n)+)(?P<rest>(?:^[ ]*#\[[^\n]*\n)*)", re.M)


def doc_text(block):
    """What clap makes of a doc comment: paragraphs, the first one without its full stop."""
    lines = [line.strip()[3:].strip() for line in block.strip().splitlines()]
    paragraphs = [" ".join(p.split("\n")) for p in re.split(r"\n\n+", "\n".join(lines))]
    paragraphs = [p for p in paragraphs if p]
    short = re.sub(r"(?<!\.)\.$", "", paragraphs[0])
    return [short] if len(paragraphs) == 1 else [short, "\n\n".join(paragraphs)]


def scan_clap(path, source):
    """Help texts: doc comments of what derives clap's traits."""
    source = without_tests(source)
    messages = []

    def add(block, line):
        for text in doc_text(block):
            messages.append(Message(text, places=[f"{path}:{line}"], notes=["Help on the command line."]))

    for item in ITEM.finditer(source):
        traits = set(re.split(r"[\s,:]+", item["derive"]))
        if not traits & {"Parser", "Args", "Subcommand", "ValueEnum"}:
            continue
        if "Parser" in traits:
            above = re.search(r"((?:^///[^\n]*\n)+)\Z", source[: item.start()], re.M)
            if above:
                add(above[1], source.count("\n", 0, above.start()) + 1)
        for doc in DOC.finditer(item["body"] + "\n"):
            follows = (item["body"] + "\n")[doc.end() :].lstrip()
            if "command(subcommand)" in doc["rest"] and "(" not in follows.split("\n")[0].split(":")[0]:
                continue
            if "hide = true" in doc["rest"] or "skip" in doc["rest"]:
                continue
            add(doc["doc"], source.count("\n", 0, item.start("body") + doc.start()) + 1)
    return messages


SCRIPT = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<regex>(?<=[(,=:\[!&|?{};])\s*/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<template>`(?:[^`\\]|\\.)*`)
    | (?P<word>[A-Za-z_$][\w$]*)
    | (?P<mark>[^\sA-Za-z_$"'`])
    """,
    re.X | re.S,
)

# Functions of tray-ui/ui/i18n.js by the number of their literals.
SCRIPT_CALLS = {"t": 1, "n": 2, "tc": 2}


def scan_script(path, source):
    """Messages in `t`, `n` and `tc`, and sentences that are not marked."""
    messages, complaints = [], []
    tokens = [m for m in SCRIPT.finditer(source) if m.lastgroup != "comment"]
    for token in tokens:
        if token.lastgroup == "template":
            for inner in re.findall(r"\$\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", token[0]):
                found, unmarked = scan_script(path, inner)
                messages += found
                complaints += unmarked
    marked = set()
    for idx, token in enumerate(tokens):
        name = token[0]
        if name not in SCRIPT_CALLS or idx + 2 >= len(tokens) or tokens[idx + 1][0] != "(":
            continue
        before = tokens[idx - 1][0] if idx else ""
        if before in {".", "function"}:
            continue
        place = f"{path}:{source.count(chr(10), 0, token.start()) + 1}"
        literals, at = [], idx + 2
        while at < len(tokens) and tokens[at].lastgroup == "string":
            text = script_string(tokens[at][0])
            marked.add(at)
            while at + 2 < len(tokens) and tokens[at + 1][0] == "+" and tokens[at + 2].lastgroup == "string":
                at += 2
                marked.add(at)
                text += script_string(tokens[at][0])
            literals.append(text)
            at += 1
            if at < len(tokens) and tokens[at][0] == "," and len(literals) < SCRIPT_CALLS[name]:
                at += 1
            else:
                break
        if len(literals) < SCRIPT_CALLS[name]:
            complaints.append(f"{place}: {name}() takes {SCRIPT_CALLS[name]} string literal(s)")
        elif name == "t":
            messages.append(Message(literals[0], places=[place]))
        elif name == "n":
            messages.append(Message(literals[0], literals[1], places=[place]))
        else:
            messages.append(Message(literals[1], context=literals[0], places=[place]))
    for idx, token in enumerate(tokens):
        if token.lastgroup in {"string", "template"} and idx not in marked:
            words = re.sub(r"\$\{[^}]*\}", "", token[0][1:-1])
            if re.match(r"[A-Z][a-z]+[,;:]? [a-z]+|[A-Z][a-z]+ [a-z]+.*[.…]$", words):
                line = source.count("\n", 0, token.start()) + 1
                complaints.append(f"{path}:{line}: not marked: {token[0][:60]}")
    return messages, complaints


def script_string(token):
    """The value of a string literal of JavaScript."""
    return re.sub(
        r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))",
        lambda m: ESCAPES.get(m[4], m[4]) if m[4] else chr(int(m[1] or m[2] or m[3], 16)),
        token[1:-1],
    )


DATA = re.compile(r'^(?:description|license_note) = "((?:[^"\\]|\\.)*)"$', re.M)


def scan_data(path, source):
    """Sentences of the model catalogue."""
    return [
        Message(rust_string(f'"{text}"'), places=[path], notes=["About a model of the catalogue."])
        for text in DATA.findall(source)
    ]


ENTRY = re.compile(r"^(Name|GenericName|Comment|Keywords)=(.*)$", re.M)


def scan_desktop_entry(path, source):
    """What `po/compile.py --entry` translates in a desktop entry."""
    return [
        Message(text, places=[path], notes=[f"{key} of a desktop entry."])
        for key, text in ENTRY.findall(source)
        if has_words(text)
    ]


SPEAKING_ATTRIBUTES = ("title", "placeholder", "aria-label", "aria-description", "alt")
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}


class PageScanner(HTMLParser):
    """Elements with `data-t` and attributes with `data-t-…`; text that has neither."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.path = path
        self.messages = []
        self.complaints = []
        # One entry for each open element: marked, silent, text, line.
        self.open = []

    def handle_starttag(self, tag, attrs):
        line, attributes = self.getpos()[0], dict(attrs)
        silent = (self.open and self.open[-1]["silent"]) or tag in {"script", "style", "template-data"}
        silent = silent or attributes.get("translate") == "no"
        for name in SPEAKING_ATTRIBUTES:
            text = attributes.get(name) or ""
            if f"data-t-{name}" in attributes:
                self.messages.append(Message(text, places=[f"{self.path}:{line}"]))
            elif has_words(text) and not silent:
                self.complaints.append(f"{self.path}:{line}: not marked: {name}={text!r}")
        if self.open and self.open[-1]["marked"]:
            self.complaints.append(f"{self.path}:{line}: an element with data-t holds text only")
        if tag not in VOID:
            marked = "data-t" in attributes
            self.open.append({"tag": tag, "marked": marked, "silent": silent, "text": "", "line": line})

    def handle_endtag(self, tag):
        while self.open:
            element = self.open.pop()
            text = " ".join(element["text"].split())
            place = f"{self.path}:{element['line']}"
            if element["marked"]:
                self.messages.append(Message(text, places=[place]))
            elif has_words(text) and not element["silent"]:
                self.complaints.append(f"{place}: not marked: {text[:60]!r}")
            if element["tag"] == tag:
                break

    def handle_data(self, data):
        if self.open:
            self.open[-1]["text"] += data


def scan_page(path, source):
    """Messages of an HTML page."""
    scanner = PageScanner(path)
    scanner.feed(source)
    scanner.close()
    return scanner.messages, scanner.complaints
