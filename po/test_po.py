"""Tests of the scanners and checks: python3 -m unittest discover -s po."""

import re
import tempfile
import unittest
from pathlib import Path

import catalogues
import extract
import pseudo
import sources


def rust(source):
    """Keys of the messages in Rust, and the complaints without their places."""
    messages, complaints = sources.scan_rust("a.rs", source)
    return [(m.context, m.text, m.plural) for m in messages], [c.split(": ", 1)[1] for c in complaints]


class Rust(unittest.TestCase):
    """What is found in Rust."""

    def test_each_form_of_the_macro(self):
        found, complaints = rust(
            r'''
            let a = tr!("One, {}.", name);
            let b = tr::tr!("menu" => "Two \"quoted\" \u{e4}");
            let c = tr!("{n} file" | "{n} files" % count, dir);
            let d = tr!(
                "Four \
                 lines", x
            );
            // tr!("no message")
            let e = r#"tr!("neither")"#;
            '''
        )
        self.assertEqual(complaints, [])
        self.assertEqual(
            found,
            [
                (None, "One, {}.", None),
                ("menu", 'Two "quoted" ä', None),
                (None, "{n} file", "{n} files"),
                (None, "Four lines", None),
            ],
        )

    def test_what_is_not_marked(self):
        for line in (
            'bail!("the file {} is gone", path);',
            'anyhow!("no {name} here")',
            'read().context("it cannot be read")?;',
            'read().with_context(|| format!("{} cannot be read", path))?;',
            'writeln!(out, "state {state}")?;',
            '#[error("{0} is empty")]',
            'let sentence = "Press the key again.";',
            "tr!(SENTENCE)",
        ):
            self.assertEqual(len(rust(line)[1]), 1, line)

    def test_what_needs_no_mark(self):
        for line in (
            'note!("a line for the journal: {error}");',
            'x.expect("the table is not empty.")',
            'writeln!(out, "{}\\t{}", a, b)?;',
            'bail!(tr!("the file {} is gone", path));',
            '#[error("{}", tr!("{} is empty", .0))]',
            'write!(formatter, "shown in the log")',
            'let life: &\'static str = "word";',
            '#[cfg(test)]\nmod tests {\n bail!("in a test only") }',
        ):
            self.assertEqual(rust("\n" + line)[1], [], line)

    def test_help_texts(self):
        source = '''
/// What the program does.
#[derive(Debug, Parser)]
pub(crate) struct Cli {
    /// Which file
    ///
    /// A paragraph more.
    #[arg(long)]
    pub(crate) file: PathBuf,
}

/// Not shown.
#[derive(Debug)]
pub(crate) struct Other {
    /// Not shown either
    pub(crate) field: u8,
}
'''
        texts = [m.text for m in sources.scan_clap("a.rs", source)]
        expected = ["What the program does", "Which file", "Which file\n\nA paragraph more."]
        self.assertEqual(texts, expected)


class Web(unittest.TestCase):
    """What is found in JavaScript and HTML."""

    def test_calls(self):
        messages, complaints = sources.scan_script(
            "a.js",
            """
            t("One"); t('Two, {name}', { name }); n("{n} file", "{n} files", count);
            tc("menu", "Three"); t("Four " + "parts"); other.t("message"); // t("comment")
            const slash = /"t("x")"/.test(s); `text ${t("Five")}`;
            """,
        )
        self.assertEqual(complaints, [])
        found = [(m.context, m.text, m.plural) for m in messages]
        self.assertEqual(
            found,
            [
                (None, "Five", None),
                (None, "One", None),
                (None, "Two, {name}", None),
                (None, "{n} file", "{n} files"),
                ("menu", "Three", None),
                (None, "Four parts", None),
            ],
        )

    def test_what_is_not_marked(self):
        for line in ("t(sentence)", "t(`One ${two}`)", 'p.textContent = "Press the key."'):
            self.assertEqual(len(sources.scan_script("a.js", line)[1]), 1, line)
        page = '<main><p>Press</p><b data-t>Now</b><i title="Name">x</i><p translate="no">As it is</p></main>'
        messages, complaints = sources.scan_page("a.html", page)
        self.assertEqual([m.text for m in messages], ["Now"])
        self.assertEqual(len(complaints), 2)


class Catalogues(unittest.TestCase):
    """Reading, writing, checking."""

    HEADER = (
        "Language: de\nContent-Type: text/plain; charset=UTF-8\n"
        "Plural-Forms: nplurals=2; plural=(n != 1);\n"
    )

    def test_what_is_written_is_read(self):
        entries = [
            catalogues.Entry('a "b"\\c\td', forms=["x"], places=["a.rs"], notes=["note"]),
            catalogues.Entry("{n} a", "{n} b", "menu", forms=["1", "2"]),
            catalogues.Entry("two\nlines\n", forms=["zwei\nZeilen\n"]),
        ]
        header, again = catalogues.parsed(catalogues.dumped(self.HEADER, entries), "de.po")
        self.assertEqual((header, again), (self.HEADER, entries))

    def check(self, text, form, expected, plural=None):
        forms = form if isinstance(form, list) else [form]
        entry = catalogues.Entry(text, plural, forms=forms)
        wanted = {entry.key: sources.Message(text, plural)}
        found = catalogues.complaints("de.po", self.HEADER, [entry], wanted)
        self.assertEqual([re.sub(r"^po/de.po: |: '.*", "", c) for c in found], expected)

    def test_translations_are_checked(self):
        self.check("{} of {}", "{1} von {0}", [])
        self.check("a {x}", "b {x}", [])
        self.check("a {x}", "b {y}", ["placeholders ['{y}'] of form 0"])
        self.check("a", "", ["not translated"])
        self.check("a\nb", "a b", ["number of lines"])
        self.check("{n} a", ["eins", "{n} b"], [], "{n} as")
        self.check("{n} a", ["{n} b"], ["number of forms"], "{n} as")

    def test_a_language_begins_with_an_empty_catalogue(self):
        messages = [sources.Message("a {x}", None), sources.Message("{n} a", "{n} as")]
        wanted = {message.key: message for message in messages}
        with tempfile.TemporaryDirectory() as folder:
            empty = extract.catalogue("sv", Path(folder))
        self.assertEqual(catalogues.field_of(empty[0], "Language"), "sv")
        header, entries = catalogues.parsed(extract.in_step(*empty, wanted), "sv.po")
        found = catalogues.complaints("sv.po", header, entries, wanted)
        self.assertEqual({c.split(": ")[1] for c in found}, {"not translated"})

    def test_a_desktop_entry_gets_its_translations(self):
        source = "[Desktop Entry]\nName=Sotto\nComment=Speak\nExec=sotto toggle\n"
        german = [catalogues.Entry("Speak", forms=["Sprechen"]), catalogues.Entry("sotto toggle", forms=["nie"])]
        found = catalogues.entry_in_all_languages(source, sources.ENTRY, {"de": german, "fr": []})
        expected = "[Desktop Entry]\nName=Sotto\nComment=Speak\nComment[de]=Sprechen\nExec=sotto toggle\n"
        self.assertEqual(found, expected)

    def test_the_pseudo_locale_keeps_placeholders(self):
        text = "{name} is missing: {}"
        long = pseudo.lengthened(text)
        self.assertEqual(catalogues.placeholders(long), catalogues.placeholders(text))
        self.assertGreaterEqual(len(long), 1.3 * len(text))


if __name__ == "__main__":
    unittest.main()
