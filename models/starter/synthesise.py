"""Synthetic speech to audio shards, by the free voices of Debian: espeak-ng, flite, festival.

    python synthesise.py --text TEXT/train --speech SPEECH --out WORK/audio --shards 30

TEXT/train holds *.txt.xz, one paragraph or sentence a line; --speech is only read for the
dev sentences, which are left out. Shard k depends on the seed and k alone, so a stopped run
goes on where it was, and later shards can be added.
"""

import argparse
import lzma
import random
import re
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

import normalise
import phrases
import prepare
import shards

# Lines taken of each text, at most: short modern sentences first, old prose little.
TEXT_LINES = {
    "tatoeba_en": 60000, "commonvoice_en": 40000, "topical_chat": 15000, "masc_written": 6000, "masc_spoken": 3000,
    "gum_open": 2500, "gov_18f_blog": 3000, "gov_18f_handbook_plainlanguage": 2000, "gov_digitalgov": 3000,
    "docs_opensource_guide": 700, "docs_rust_book": 700, "openstax_writing": 1000, "openstax_psychology": 1000,
    "openstax_business_ethics": 600, "standardebooks_us_only": 5000, "standardebooks_life70": 5000,
    "librispeech_train_clean_100_transcripts": 8000, "novels_1880_1929": 5000,
}
ESPEAK_ACCENTS = ["en-us"] * 8 + ["en-gb"] * 4 + [
    "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029",
]
ESPEAK_VARIANTS = (
    "f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 Alex Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky Lee "
    "Marco Mario Michael Mike Nguyen RicishayMax adam anika antonio belinda benjamin boris caleb david ed edward gustave "
    "iven iven2 john klatt klatt2 klatt3 klatt4 linda max michel miguel norbert pablo paul pedro quincy rob robert "
    "sandro shelby steph steph2 travis victor zac grandma grandpa croak whisper"
).split()
FLITE = ["slt"] * 3 + ["rms"] * 3 + ["awb"] * 2 + ["kal"] * 2 + ["kal16"] * 2
FESTIVAL = ["kal_diphone", "ked_diphone"]


def sentences(line):
    return [s.strip() for s in re.split(r"(?<=[.?!]) +", line) if s.strip()]


def build_pool(text_folder, held_out, seed):
    """Speakable sentences of 1 to 22 words, from every text, in a fixed random order."""
    rng, pool = random.Random(seed), set()
    for path in sorted(Path(text_folder).glob("*.txt.xz")):
        limit = TEXT_LINES.get(path.name[: -len(".txt.xz")], 0)
        if not limit:
            continue
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            lines = [line.rstrip("\n") for line in lines]
        rng.shuffle(lines)
        for line in lines[:limit]:
            if path.name.startswith("librispeech"):
                line = line.partition("\t")[2].lower()
                line = " ".join(line.split()[: rng.randint(6, 20)])
            for sentence in sentences(line)[:3]:
                spoken = normalise.speakable(sentence)
                if spoken and spoken.count(" ") < 22 and normalise.words(spoken) not in held_out:
                    pool.add(spoken)
    pool = sorted(pool)
    rng.shuffle(pool)
    return pool


def espeak(rng, text, path, plain):
    command = ["espeak-ng", "-w", str(path)]
    if plain or rng.random() < 0.25:
        voice = rng.choice(["en-us", "en-us", "en-us", "en-gb"])
        speed = rng.choice([175, 175, 150, 160])
    else:
        voice = rng.choice(ESPEAK_ACCENTS) + "+" + rng.choice(ESPEAK_VARIANTS)
        speed = rng.randint(115, 215)
        command += ["-p", str(rng.randint(15, 85))]
        if rng.random() < 0.2:
            command += ["-g", str(rng.randint(1, 8))]
    subprocess.run(command + ["-v", voice, "-s", str(speed), "--", text], check=True, stderr=subprocess.DEVNULL)
    return "espeak/" + voice


def flite(rng, text, path, plain):
    voice = rng.choice(FLITE)
    command = ["flite", "-voice", voice]
    if not plain and rng.random() > 0.35:
        command += ["--setf", f"duration_stretch={rng.uniform(0.8, 1.25):.2f}"]
        if voice.startswith("kal"):
            command += ["--setf", f"int_f0_target_mean={rng.randint(80, 200)}"]
    subprocess.run(command + ["-t", text, "-o", str(path)], check=True, stderr=subprocess.DEVNULL)
    return "flite/" + voice


def festival(jobs):
    """Many utterances in one process: it takes longer to start than to speak."""
    script = []
    for voice, stretch, text, path in jobs:
        quoted = text.replace("\\", " ").replace('"', " ")
        script.append(f"(voice_{voice})(Parameter.set 'Duration_Stretch {stretch:.2f})")
        script.append(f'(utt.save.wave (utt.synth (Utterance Text "{quoted}")) "{path}")')
    subprocess.run(["festival", "--pipe"], input="\n".join(script), text=True, check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def next_text(rng, pool, index, shard, plain):
    """Phrases and short sentences; longer ones are left for the later shards."""
    if rng.random() < (0.7 if plain else 0.35):
        return phrases.phrase(rng)
    longest = 6 + min(shard, 16)
    for step in range(50):
        text = pool[(index * 37 + step * 7919 + shard * 104729) % len(pool)]
        if text.count(" ") < longest:
            return text
    return text


def make_shard(job):
    out, shard, count, pool, held_out, seed, plain = job
    kind = "plain" if plain else "synth"
    name = f"{kind}-{shard:04d}"
    if (Path(out) / f"{name}.jsonl").exists():
        return name, 0.0
    rng = random.Random(f"{seed}/{kind}/{shard}")
    writer = shards.ShardWriter(out, name, "i16")
    with tempfile.TemporaryDirectory() as folder:
        todo, later = [], []
        for index in range(count):
            text, path = next_text(rng, pool, index, shard, plain), Path(folder) / f"{index}.wav"
            if normalise.words(text) in held_out or not normalise.words(text):
                continue
            draw = rng.random()
            try:
                if draw < 0.52:
                    todo.append((text, path, espeak(rng, text, path, plain)))
                elif draw < 0.88:
                    todo.append((text, path, flite(rng, text, path, plain)))
                else:
                    voice = rng.choice(FESTIVAL)
                    later.append((voice, 1.0 if plain else rng.choice([1.0, 1.0, rng.uniform(0.8, 1.25)]), text, path))
                    todo.append((text, path, "festival/" + voice))
            except subprocess.CalledProcessError:
                continue
        festival(later)
        for text, path, voice in todo:
            if not path.exists() or path.stat().st_size < 2000:
                continue
            audio = prepare.read_audio(path)
            peak = np.abs(audio).max() if len(audio) else 0
            if peak < 1e-3 or len(audio) > 16 * prepare.RATE:
                continue
            audio *= rng.uniform(0.2, 0.9) / peak
            writer.add(prepare.to_int16(audio), text=normalise.words(text), set=kind, voice=voice)
    writer.close()
    return name, writer.offset / prepare.RATE / 3600


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", help="folder of *.txt.xz; without it only the phrases are spoken")
    parser.add_argument("--speech")
    parser.add_argument("--out", required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--shards", type=int, default=30)
    parser.add_argument("--count", type=int, default=1000, help="utterances a shard")
    parser.add_argument("--plain", action="store_true", help="the engines' own voices unchanged, mostly phrases")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    held_out = prepare.dev_sentences(args.speech) if args.speech else set()
    pool = build_pool(args.text, held_out, args.seed) if args.text else ["this is a test."]
    print(f"{len(pool)} sentences", flush=True)
    jobs = [(args.out, k, args.count, pool, held_out, args.seed, args.plain) for k in range(args.first, args.first + args.shards)]
    with ProcessPoolExecutor(args.jobs) as pool:
        for name, hours in pool.map(make_shard, jobs):
            print(f"{name}: {hours:.2f} h", flush=True)


if __name__ == "__main__":
    main()
