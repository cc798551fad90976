"""A checkpoint to the ONNX file that sotto and sherpa-onnx load, weights as int8.

    python export.py --checkpoint WORK/run/last.pt --out en

The graph follows NeMo's cache-aware streaming CTC contract, with phones as one more output; all shapes are fixed. Weight
matrices are stored as int8 with one scale per output channel and widened by Cast and Mul, so
that every runtime computes in fp32 on the same values. `read_weights` turns such a file back
into a model to train on from.
"""

import argparse
import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import model
import pronounce

INPUTS = ["audio_signal", "length", "cache_last_channel", "cache_last_time", "cache_last_channel_len"]
# PyTorch 2.9 made another exporter the default; before 2.5 there was no choice.
LEGACY_EXPORTER = {"dynamo": False} if torch.__version__ >= "2.5" else {}
OUTPUTS = ["logits", "encoded_lengths", "cache_last_channel_next", "cache_last_time_next", "cache_last_channel_next_len"]
# Other programs read the outputs above and leave this alone.
OUTPUTS += ["phone_logits"]


class Streaming(torch.nn.Module):
    """NeMo's signature around `Model.step`; `length` is always the window's."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, audio_signal, length, cache_last_channel, cache_last_time, cache_last_channel_len):
        logits, channel, time, used, phones = self.net.step(
            audio_signal, cache_last_channel, cache_last_time, cache_last_channel_len
        )
        c = self.net.config
        return logits, length * 0 + c.chunk * c.split, channel, time, used, phones


def metadata(net, language, licence, version):
    c = net.config
    return {
        "model_type": "EncDecCTCModelBPE",
        "version": version,
        "language": language,
        "license": licence,
        "phones": " ".join(pronounce.PHONES),
        "vocab_size": c.vocabulary - 1,
        "subsampling_factor": c.stride // c.split,
        "output_frame_ms": 10 * c.stride // c.split,
        "normalize_type": "NA",
        "feat_dim": c.bins,
        "window_size": c.window,
        "chunk_shift": c.chunk * c.stride,
        "chunk_size_ms": c.chunk * c.stride * 10,
        "cache_last_channel_dim1": c.blocks,
        "cache_last_channel_dim2": c.left,
        "cache_last_channel_dim3": 2 * c.width,
        "cache_last_time_dim1": c.blocks,
        "cache_last_time_dim2": c.width,
        "cache_last_time_dim3": c.kernel - 1,
        "sotto_config": json.dumps(asdict(c)),
    }


def graph_of(net, path):
    """The fp32 graph; constants folded, weights under their names in the checkpoint."""
    c = net.config
    example = (torch.zeros(1, c.bins, c.window), torch.tensor([c.window]), *net.empty_caches())
    torch.onnx.export(
        Streaming(net.eval()), example, str(path), input_names=INPUTS, output_names=OUTPUTS, opset_version=17,
        do_constant_folding=True, keep_initializers_as_inputs=False, **LEGACY_EXPORTER,
    )
    proto = onnx.load(path)
    name_weights(proto.graph, net)
    return proto


def spread_index(c):
    """Which distance each query of a chunk has to each of the cached and own frames."""
    query, slot = np.arange(c.chunk)[:, None] + c.left, np.arange(c.left + c.chunk)[None]
    return query - slot + c.chunk - 1


def name_weights(graph, net):
    """Gives constants that the exporter folded (transposed, spread) their weights' names back."""
    known = {}
    for name, tensor in net.state_dict().items():
        values = tensor.numpy()
        known["net." + name] = values
        if values.ndim == 2:
            known[f"net.{name}.T"] = values.T
        if name.endswith("distance"):
            known[f"net.{name}.spread"] = values[:, spread_index(net.config)]
    taken, new_names = {i.name for i in graph.initializer}, {}
    for initializer in graph.initializer:
        if initializer.name in known:
            continue
        values = numpy_helper.to_array(initializer)
        for name, candidate in known.items():
            if name not in taken and candidate.size == values.size and values.dtype == np.float32 and np.array_equal(
                candidate, values.reshape(candidate.shape)
            ):
                new_names[initializer.name] = name
                initializer.name = name
                taken.add(name)
                break
    for node in graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = new_names.get(name, name)


def quantise_rows(weights, axis):
    """int8 values and one fp32 scale per index of `axis`."""
    others = tuple(i for i in range(weights.ndim) if i != axis)
    scale = np.maximum(np.abs(weights).max(axis=others, keepdims=True), 1e-8) / 127
    return np.clip(np.rint(weights / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


def output_axis(graph, name, weights):
    """Output channels: last axis where a MatMul reads the weights, first in a Conv."""
    for node in graph.node:
        if name in node.input:
            if node.op_type == "MatMul":
                return weights.ndim - 1
            if node.op_type in ("Conv", "Gemm"):
                return 0
    return None


def store_as_int8(proto, smallest=1024):
    """Replaces every large weight by int8, Cast and Mul."""
    graph, nodes = proto.graph, []
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        axis = output_axis(graph, weight.name, values)
        if values.dtype != np.float32 or values.size < smallest or values.ndim < 2 or axis is None:
            continue
        small, scale = quantise_rows(values, axis)
        name = weight.name
        graph.initializer.remove(weight)
        graph.initializer.append(numpy_helper.from_array(small, name + ".int8"))
        graph.initializer.append(numpy_helper.from_array(scale, name + ".scale"))
        nodes.append(helper.make_node("Cast", [name + ".int8"], [name + ".wide"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [name + ".wide", name + ".scale"], [name]))
    for node in reversed(nodes):
        graph.node.insert(0, node)


def write(net, out, language="en", licence="CC-BY-4.0", version="1", int8=True):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    target = out / "model.onnx"
    proto = graph_of(net, target)
    if int8:
        store_as_int8(proto)
    del proto.graph.value_info[:]
    for key, value in metadata(net, language, licence, version).items():
        entry = proto.metadata_props.add()
        entry.key, entry.value = key, str(value)
    onnx.checker.check_model(proto)
    onnx.save(proto, target)
    symbols = model.SYMBOLS + ["<blk>"]
    (out / "tokens.txt").write_text("".join(f"{s} {i}\n" for i, s in enumerate(symbols)), encoding="utf-8")
    return target


def read_weights(path):
    """The model of an exported file, to train on from."""
    proto = onnx.load(path)
    config = json.loads({p.key: p.value for p in proto.metadata_props}["sotto_config"])
    net = model.Model(model.Config(**config))
    stored = {i.name: numpy_helper.to_array(i) for i in proto.graph.initializer}
    for key in [k for k in stored if k.endswith(".int8")]:
        stored[key[:-5]] = stored[key].astype(np.float32) * stored[key[:-5] + ".scale"]
    state = {}
    for name, tensor in net.state_dict().items():
        key = "net." + name
        if key + ".T" in stored:
            values = stored[key + ".T"].T
        elif key + ".spread" in stored:
            values = np.zeros(tensor.shape, np.float32)
            values[:, spread_index(net.config)] = stored[key + ".spread"].reshape(values.shape[0], net.config.chunk, -1)
        elif key in stored:
            values = stored[key]
        else:  # an older file, which hears no phones yet
            continue
        state[name] = torch.from_numpy(np.array(values)).reshape(tensor.shape)
    net.load_state_dict(state, strict=False)
    return net


def drive(path, features):
    """Log-probabilities of characters and phones for features (T, 80), window by window, zeros before."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    meta = session.get_modelmeta().custom_metadata_map
    window, shift = int(meta["window_size"]), int(meta["chunk_shift"])
    sizes = [[int(meta[f"cache_last_{kind}_dim{i}"]) for i in (1, 2, 3)] for kind in ("channel", "time")]
    caches = [np.zeros([1, *s], np.float32) for s in sizes] + [np.zeros(1, np.int64)]
    padded = np.concatenate([np.zeros((window - shift, features.shape[1]), np.float32), features])
    out = []
    for start in range(0, len(features) - shift + 1, shift):
        chunk = padded[start : start + window].T[None]
        logits, count, *caches, phones = session.run(OUTPUTS, dict(zip(INPUTS, [chunk, np.array([window]), *caches])))
        assert count[0] == logits.shape[1]
        out.append(np.concatenate([logits[0], phones[0]], 1))
    return np.concatenate(out)


def difference(path, windows=12):
    """Largest gap between the file in onnxruntime and its weights in PyTorch, whole utterance."""
    net = read_weights(path).eval()
    c = net.config
    features = torch.randn(1, windows * c.stride * c.chunk, c.bins, generator=torch.manual_seed(1)) * 3 - 8
    with torch.no_grad():
        padded = torch.cat([torch.zeros(1, c.history, c.bins), features], 1)
        characters, _, phones = net(net.normalise(padded))
    expected = torch.cat([characters[0], phones[0]], 1).numpy()
    return float(np.abs(drive(path, features[0].numpy()) - expected).max())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--language", default="en")
    parser.add_argument("--license", default="CC-BY-4.0")
    parser.add_argument("--version", default="1")
    parser.add_argument("--fp32", action="store_true")
    args = parser.parse_args()
    net, saved = model.load(args.checkpoint)
    net.load_state_dict(saved.get("average", saved["model"]))
    target = write(net, args.out, args.language, args.license, args.version, not args.fp32)
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB, {sum(p.numel() for p in net.parameters()) / 1e6:.2f} M parameters")
    if find_spec("onnxruntime") is None:
        print("not compared with PyTorch: there is no onnxruntime here")
        return
    gap = difference(target)
    print(f"streaming in onnxruntime and whole utterances in PyTorch differ by at most {gap:.1e}")
    if gap > 1e-3:
        raise SystemExit("the export does not match")


if __name__ == "__main__":
    main()
