"""sherpa-onnx over WAV files, as `run` measures it: `reference.py MODEL_FOLDER [FILE…]`.

Without files nothing is loaded: what is left is the cost of Python and its libraries.
"""

import sys
import wave
from pathlib import Path

import numpy as np
import sherpa_onnx

TAIL_SECONDS = 0.8


def recognizer(folder):
    def pick(*prefixes):
        return str(sorted(path for prefix in prefixes for path in folder.glob(f"{prefix}*.onnx"))[0])

    table = str(folder / "tokens.txt")
    kind = sherpa_onnx.OnlineRecognizer
    if any(folder.glob("encoder*.onnx")):
        parts = {"encoder": pick("encoder"), "decoder": pick("decoder", "predictor"), "joiner": pick("joiner")}
        return kind.from_transducer(tokens=table, num_threads=1, **parts)
    model = pick("model", "ctc")
    # The metadata of NeMo's exports says how long a window is.
    make = kind.from_nemo_ctc if b"window_size" in Path(model).read_bytes() else kind.from_zipformer2_ctc
    return make(tokens=table, model=model, num_threads=1)


def main():
    folder, *files = sys.argv[1:]
    if not files:
        return
    model = recognizer(Path(folder))
    for path in files:
        with wave.open(path) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / np.float32(32768)
            rate = file.getframerate()
        stream = model.create_stream()
        stream.accept_waveform(rate, samples)
        stream.accept_waveform(rate, np.zeros(int(TAIL_SECONDS * rate), np.float32))
        stream.input_finished()
        while model.is_ready(stream):
            model.decode_stream(stream)
        print(model.get_result(stream))


if __name__ == "__main__":
    main()
