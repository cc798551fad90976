"""Another recognizer over recordings, as `run` measures it: `peer.py pocketsphinx|vosk|none MODEL_FOLDER|- LIST`.

LIST names a recording a line. For each, a line with its name, a tab and what was recognized goes to standard output.
PocketSphinx brings a model of US English in its package ("-"); Vosk brings none. "none" reads the recordings and recognizes
nothing: what reading costs.
"""

import json
import sys

import numpy as np
import soundfile

RATE = 16000


def samples(path):
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = sound.mean(axis=1)
    if rate != RATE:
        from scipy.signal import resample_poly

        common = np.gcd(rate, RATE)
        sound = resample_poly(sound, RATE // common, rate // common)
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes()


def pocketsphinx(folder):
    from pocketsphinx import Decoder

    model = {} if folder == "-" else {"hmm": folder}
    decoder = Decoder(samprate=RATE, loglevel="FATAL", **model)

    def recognize(sound):
        decoder.start_utt()
        decoder.process_raw(sound, full_utt=True)  # the whole recording at once, so that its mean is known from the start
        decoder.end_utt()
        return decoder.hyp().hypstr if decoder.hyp() else ""

    return recognize


def vosk(folder):
    from vosk import KaldiRecognizer, Model, SetLogLevel

    SetLogLevel(-1)
    model = Model(folder)

    def recognize(sound):
        recognizer = KaldiRecognizer(model, RATE)
        pieces = []
        for at in range(0, len(sound), 8000):
            if recognizer.AcceptWaveform(sound[at : at + 8000]):
                pieces.append(json.loads(recognizer.Result())["text"])
        pieces.append(json.loads(recognizer.FinalResult())["text"])
        return " ".join(pieces)

    return recognize


def none(_folder):
    return lambda _sound: ""


def main():
    kind, folder, names = sys.argv[1:]
    recognize = {"pocketsphinx": pocketsphinx, "vosk": vosk, "none": none}[kind](folder)
    with open(names, encoding="utf-8") as lines:
        for path in lines.read().splitlines():
            print(f"{path}\t{recognize(samples(path))}", flush=True)


if __name__ == "__main__":
    main()
