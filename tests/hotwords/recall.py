#!/usr/bin/env python3
"""Measures what preferring names does: recall of 100 rare names, spoken by synthetic voices.

usage: recall.py SOTTO [--model DIR] [--jobs N]

Each name is said once in a sentence by one of several espeak-ng voices in turn. SOTTO transcribes the recordings
twice: without words, and with all names as words to prefer. Printed is the share of recordings whose transcript holds
the name, letter by letter, whatever its capitals and spaces.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

VOICES = ["en-us", "en-gb", "en-gb-scotland", "en-us+f3", "en-gb+f2"]
SENTENCES = ["We will talk to {} on Monday.", "Please send the report to {} today.", "I think that {} is at home."]
NAMES = """
Abernathy Adebayo Agnieszka Alejandra Anastasia Anjali Antonella Aoife Arundhati Augustyn Balasubramanian Bartholomew
Beatriz Benedikta Bjornson Bogdanovic Brzezinski Caoimhe Cassiopeia Castellanos Chandrasekhar Chukwuemeka Clementine
Constantine Cordelia Cunningham Dagmara Delacroix Demetrius Dimitrova Dobrowolski Ekaterina Eleanora Emmanuelle
Esperanza Ezekiel Fernandez Fitzgerald Francesca Galbraith Gianluca Gorbachev Guadalupe Gunnarsson Guinevere
Hashimoto Henrietta Hernandez Hiroshima Ignatius Ingeborg Isabella Jaroslav Jayaraman Joaquin Josephine Kamalakar
Katarzyna Kenyatta Kobayashi Konstantin Kowalczyk Krishnamurthy Lakshmi Leopoldine Lindqvist Magdalena Makarova
Marguerite Maximilian Mephisto Miroslava Mohammadi Montgomery Nakamura Natividad Nikolaidis Novakova Octavian
Okonkwo Oleksandr Ondine Papadopoulos Penelope Petrosyan Philomena Pietersen Quetzal Rajeshwari Ramanujan Rosalinda
Sakharov Santiago Seraphina Shevchenko Stanislav Tchaikovsky Thorvaldsen Valentina Vasquez Yevgeniya
""".split()


def folded(text):
    return "".join(c for c in text.lower() if c.isalpha())


def transcribed(args, recordings, words):
    command = [args.sotto, "transcribe", "--model", args.model, "--threads", str(args.jobs)]
    if words:
        command += ["--words", str(words)]
    done = subprocess.run(command + recordings, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sotto")
    parser.add_argument("--model", default="starter-en")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    names = NAMES[:100]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        recordings = []
        for n, name in enumerate(names):
            recording = folder / f"{n:03}.wav"
            said = SENTENCES[n % len(SENTENCES)].format(name)
            voice = VOICES[n % len(VOICES)]
            subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(recording), said], check=True)
            recordings.append(str(recording))
        words = folder / "words.txt"
        words.write_text("".join(f"{name}\n" for name in names))
        for what, listed in [("without words", None), ("with words", words)]:
            lines = transcribed(args, recordings, listed)
            assert len(lines) == len(names), f"{len(lines)} transcripts of {len(names)} recordings"
            n_found = sum(folded(name) in folded(line) for name, line in zip(names, lines))
            print(f"{what}: {n_found} of {len(names)} names", flush=True)


if __name__ == "__main__":
    main()
