"""Compares this engine's encoders with ONNX Runtime, window by window, both on one thread.

    cargo build --release --workspace --examples
    python tests/parity/encoders.py target/release/examples/encode MODEL.onnx
    python tests/parity/encoders.py target/release/examples/encode ENCODER.onnx DECODER.onnx JOINER.onnx

Both are fed the same random features for STEPS windows without padding, states carried on.
Prints the largest difference, the share of rows whose largest column is the same, and the medians
of the time of a step. Exit status 1 if the difference exceeds --tolerance.

An int8 graph rounds activations to bytes as it runs. ONNX Runtime differs from itself there, with
its graph optimizations and without: `--spread` prints by how much, and tolerates twice that.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32}


def reference(path, steps, transducer, optimized=True):
    """Features fed, rows, seconds to load and milliseconds of a step."""
    options = onnxruntime.SessionOptions()
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    started = time.perf_counter()
    net = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    load = time.perf_counter() - started
    metadata = net.get_modelmeta().custom_metadata_map
    nemo = "window_size" in metadata
    window = int(metadata["window_size" if nemo else "T"])
    shift = int(metadata["chunk_shift" if nemo else "decode_chunk_len"])
    first, *others = net.get_inputs()
    bins = first.shape[1 if nemo else 2]
    bins = bins if isinstance(bins, int) else int(metadata["feat_dim"])

    random = np.random.RandomState(0)
    count = window + shift * (steps - 1)
    slow = random.randn(count // 10 + 1, bins).repeat(10, 0)[:count]
    features = (2 * slow + random.randn(count, bins) - 6).astype("<f4")

    fed = {}
    for port in others:
        shape = [size if isinstance(size, int) else 1 for size in port.shape]
        if nemo and f"{port.name}_dim1" in metadata:
            shape = [1] + [int(metadata[f"{port.name}_dim{axis}"]) for axis in (1, 2, 3)]
        fed[port.name] = np.zeros(shape, TYPES[port.type])
    if "length" in fed:
        fed["length"][:] = window
    if "prompt_index" in fed:
        fed["prompt_index"][:] = int(metadata["auto_prompt_id"])
    kept = [name for name in fed if name not in ("length", "prompt_index")]
    rows, times = [], []
    for step in range(steps):
        x = features[step * shift :][:window]
        x = np.ascontiguousarray((x.T if nemo else x)[None])
        started = time.perf_counter()
        out = net.run(None, {first.name: x, **fed})
        times.append(time.perf_counter() - started)
        fed.update(zip(kept, out[2 if nemo else 1 :]))
        rows.append(out[0][0].T if nemo and transducer else out[0][0])
    return features, np.concatenate(rows), load, 1000 * np.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("networks", nargs="+")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--tolerance", type=float, default=1e-3)
    parser.add_argument("--spread", action="store_true", help="measure ONNX Runtime against itself too")
    arguments = parser.parse_args()
    encoder, transducer = arguments.networks[0], len(arguments.networks) == 3
    features, expected, load, step = reference(encoder, arguments.steps, transducer)
    tolerance = arguments.tolerance
    if arguments.spread:
        plain = reference(encoder, arguments.steps, transducer, optimized=False)[1]
        spread = np.abs(plain - expected).max()
        tolerance = max(tolerance, 2 * spread)
        print(f"ONNX Runtime against itself without optimizations: largest difference {spread:.1e}")
    with tempfile.TemporaryDirectory() as folder:
        fed, out = os.path.join(folder, "features.f32"), os.path.join(folder, "rows.f32")
        features.tofile(fed)
        command = [arguments.program, out, fed, *arguments.networks]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        found = np.fromfile(out, "<f4").reshape(expected.shape)
    own_load, own_step = (float(re.search(rf"{what} ([\d.]+)", said)[1]) for what in ("load", "median"))
    difference = np.abs(found - expected)
    same = (found.argmax(1) == expected.argmax(1)).mean()
    print(
        f"{os.path.basename(arguments.networks[0])}: {len(expected)} rows, values {np.abs(expected).mean():.3f}, "
        f"largest difference {difference.max():.1e}, same maximum {100 * same:.1f} %, "
        f"step {own_step:.2f} ms against {step:.2f} ms ({own_step / step:.2f}x), "
        f"load {own_load:.2f} s against {load:.2f} s"
    )
    return int(difference.max() > tolerance)


if __name__ == "__main__":
    sys.exit(main())
