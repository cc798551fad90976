"""Checkpoint -> ONNX with 8-bit weights, checked against PyTorch.

    python export_punctuation.py --data work/punctuation --run work/punctuation/run --out ../en

Matrices of more than 1,024 values are stored as int8 with one scale a row (last axis kept), and
become float again by Cast and Mul inside the graph, which every runtime folds at load.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from labels import CASES, MARKS
from pieces import N_PIECES
from punctuation_model import LEFT, RIGHT, Punctuation


def quantise(model):
    """Replaces big float initialisers by int8 · scale; returns the largest relative error of a row."""
    graph, added = model.graph, []
    for tensor in list(graph.initializer):
        value = numpy_helper.to_array(tensor)
        if value.dtype != np.float32 or value.size <= 1024 or value.ndim < 2:
            continue
        axes = tuple(range(1, value.ndim)) if value.ndim == 3 or value.shape[0] > value.shape[1] else (0,)
        scale = np.maximum(np.abs(value).max(axis=axes, keepdims=True), 1e-8) / 127
        stored = np.clip(np.round(value / scale), -127, 127).astype(np.int8)
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(stored, name + "_q"))
        graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), name + "_scale"))
        added += [helper.make_node("Cast", [name + "_q"], [name + "_f"], to=TensorProto.FLOAT),
                  helper.make_node("Mul", [name + "_f", name + "_scale"], [name])]
    nodes = added + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)


def export(model, path, metadata, opset=14):
    model.eval()
    example = torch.randint(3, 40, (1, 12, N_PIECES))
    torch.onnx.export(
        model, (example,), str(path), dynamo=False, opset_version=opset, input_names=["pieces"],
        output_names=["marks", "cases"],
        dynamic_axes={"pieces": {1: "words"}, "marks": {1: "words"}, "cases": {1: "words"}},
    )
    graph = onnx.load(str(path))
    quantise(graph)
    helper.set_model_props(graph, metadata)
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--lean", type=float, default=0.5, help="what writing no mark loses, in nats: a mark that is nearly as sure is worth its place")
    args = parser.parse_args()
    data, out = Path(args.data), Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    pieces = (data / "pieces.txt").read_text(encoding="utf-8").splitlines()
    model = Punctuation(len(pieces))
    model.load_state_dict(torch.load(Path(args.run) / "last.pt", weights_only=True)["average"])
    with torch.no_grad():
        model.marks.bias[MARKS.index("")] -= args.lean
    metadata = {
        "model_type": "sotto_punctuation", "version": "1", "language": "en", "marks": " ".join(["none", *MARKS[1:]]),
        "cases": " ".join(CASES), "pieces_per_word": str(N_PIECES), "left_words": str(LEFT), "right_words": str(RIGHT),
    }
    path = out / "punctuation.onnx"
    export(model, path, metadata)
    shutil.copy(data / "pieces.txt", out / "punctuation.pieces.txt")
    shutil.copy(data / "mixed.txt", out / "punctuation.mixed.txt")
    ids = torch.randint(0, len(pieces), (1, 57, N_PIECES))
    with torch.no_grad():
        expected = model(ids)
    session = onnxruntime.InferenceSession(str(path))
    found = session.run(None, {"pieces": ids.numpy()})
    worst = max(float(np.abs(e.numpy() - f).max()) for e, f in zip(expected, found))
    print(f"{path}: {path.stat().st_size} bytes, largest difference to PyTorch {worst:.4f} (8-bit weights)")


if __name__ == "__main__":
    main()
