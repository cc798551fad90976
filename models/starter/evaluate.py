"""Word error rate per set, greedy, streaming through the exported file by onnxruntime.

    python evaluate.py --model en --speech SPEECH [--part dev] [--examples 3]
    python evaluate.py --model en --voices         # sentences spoken by espeak-ng and flite
    python evaluate.py --model en --noise NOISE    # words invented on noise never trained on

Reference and hypothesis are both normalised by normalise.words(): numbers as words, lower
case, a-z and inner apostrophes only. Errors are counted per reference word over a set.
The recordings are fed as the program feeds them: 0.3 s of silence before, 0.8 s after.
"""

import argparse
import random
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

import augment
import data
import fbank
import features
import normalise
import prepare
import score

CHECKS = (
    "hello this is a test|please send the report by friday|new line|scratch that|new paragraph|"
    "the meeting is at three o'clock|my name is anna smith|one two three four five|a b c d|"
    "can you call me back tomorrow morning|i will be there in ten minutes|thank you very much|"
    "the quick brown fox jumps over the lazy dog|what is the weather like today|full stop|delete that|"
    "we need milk bread and eggs|this is the second sentence of the letter|turn on the lights in the kitchen"
).split("|")
VOICES = {
    "espeak-ng en-us": ["espeak-ng", "-v", "en-us", "-w"],
    "espeak-ng en-gb": ["espeak-ng", "-v", "en-gb", "-w"],
    "flite slt": ["flite", "-voice", "slt", "-o"],
    "flite rms": ["flite", "-voice", "rms", "-o"],
    "flite kal": ["flite", "-voice", "kal", "-o"],
    "flite awb": ["flite", "-voice", "awb", "-o"],
}


class Recogniser:
    """Greedy CTC over windows, as sotto and sherpa-onnx drive the file."""

    def __init__(self, folder, threads=1):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            str(Path(folder) / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        meta = self.session.get_modelmeta().custom_metadata_map
        self.window, self.shift = int(meta["window_size"]), int(meta["chunk_shift"])
        self.sizes = [[int(meta[f"cache_last_{k}_dim{i}"]) for i in (1, 2, 3)] for k in ("channel", "time")]

    def text(self, audio):
        silence = np.zeros
        audio = np.concatenate([silence(4800), audio, silence(12800)])
        frames = fbank.log_mel(audio)
        history = np.zeros((self.window - self.shift, frames.shape[1]), np.float32)
        frames = np.concatenate([history, frames])
        state = [np.zeros([1, *s], np.float32) for s in self.sizes] + [np.zeros(1, np.int64)]
        ids, length = [], np.array([self.window], np.int64)
        names = [i.name for i in self.session.get_inputs()]
        for start in range(0, len(frames) - self.window + 1, self.shift):
            window = frames[start : start + self.window].T[None]
            logits, _, *state = self.session.run(None, dict(zip(names, [window, length, *state])))
            ids += logits[0].argmax(-1).tolist()
        return data.decode(ids)


def report(name, pairs, examples):
    print(
        f"| {name} | {len(pairs)} | {sum(len(r.split()) for r, _ in pairs)} | {score.rate(pairs, str.split):.1f} | "
        f"{score.rate(pairs, list):.1f} |", flush=True,
    )
    for reference, hypothesis in pairs[:examples]:
        print(f"    {reference}\n    {hypothesis}")


def speak(voice, text, folder):
    path = Path(folder) / "voice.wav"
    arguments = ["-t", text] if VOICES[voice][0] == "flite" else [text]
    subprocess.run(VOICES[voice] + [str(path)] + arguments, check=True, stderr=subprocess.DEVNULL)
    return prepare.read_audio(path)


def invented(recogniser, noise):
    """Words a minute on the clips of noise_held_out.txt, without a speech gate."""
    held_out, words, seconds = set(features.HELD_OUT.read_text().split()), 0, 0.0
    for path in sorted(Path(noise).glob("*/*")):
        audio = augment.readable(path) if path.name in held_out else None
        if audio is not None:
            words += len(recogniser.text(audio).split())
            seconds += len(audio) / prepare.RATE
    print(f"{words} words in {seconds / 60:.1f} min of noise: {60 * words / seconds:.1f} a minute")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--speech")
    parser.add_argument("--part", default="dev")
    parser.add_argument("--limit", type=int, default=10**9, help="utterances a set")
    parser.add_argument("--voices", action="store_true")
    parser.add_argument("--noise")
    parser.add_argument("--examples", type=int, default=0)
    args = parser.parse_args()
    recogniser = Recogniser(args.model)
    if args.noise:
        invented(recogniser, args.noise)
    if args.voices or args.speech:
        print("| set | utterances | words | WER % | CER % |\n|---|---|---|---|---|")
    if args.voices:
        with tempfile.TemporaryDirectory() as folder:
            for voice in VOICES:
                pairs = [(text, recogniser.text(speak(voice, text, folder))) for text in CHECKS]
                report(voice, pairs, args.examples)
    if args.speech:
        part, sets = Path(args.speech) / args.part, {}
        for row in prepare.manifest(part):
            sets.setdefault(row["set"], []).append(row)
        seconds, begun, everything = 0.0, time.process_time(), []
        for name, rows in sorted(sets.items()):
            random.Random(1).shuffle(rows)
            pairs = []
            for row in rows[: args.limit]:
                audio = prepare.read_audio(part / row["path"])
                seconds += len(audio) / prepare.RATE
                pairs.append((normalise.words(row["text"]), recogniser.text(audio)))
            report(name, pairs, args.examples)
            everything += pairs
        report("all", everything, 0)
        print(f"{(time.process_time() - begun) / seconds:.4f} s of CPU per s of speech, decoding and features included")


if __name__ == "__main__":
    main()
