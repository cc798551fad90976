import numpy as np
import onnx
import pytest
import torch

pytest.importorskip("onnxruntime")

import export  # noqa: E402
import model  # noqa: E402
from test_model import run_streaming, small


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    net = small()
    folder = tmp_path_factory.mktemp("model")
    return net, export.write(net, folder, version="test"), export.write(net, folder / "fp32", int8=False)


def test_fp32_file_equals_torch(exported):
    net, _, path = exported
    features = torch.randn(1, 32 * 6, 80)
    with torch.no_grad():
        expected = run_streaming(net, features)[0].numpy()
    assert np.abs(export.drive(path, features[0].numpy()) - expected).max() < 1e-3


def test_int8_file_equals_the_weights_read_back(exported):
    _, path, _ = exported
    net = export.read_weights(path).eval()
    features = torch.randn(1, 32 * 6, 80)
    with torch.no_grad():
        expected = run_streaming(net, features)[0].numpy()
    assert np.abs(export.drive(path, features[0].numpy()) - expected).max() < 1e-3


def test_shapes_are_fixed_and_operators_plain(exported):
    graph = onnx.load(exported[1]).graph
    for value in [*graph.input, *graph.output]:
        assert all(d.dim_value > 0 for d in value.type.tensor_type.shape.dim), value.name
    used = {node.op_type for node in graph.node}
    assert not used & {"If", "Loop", "Range", "NonZero"}
    assert all(node.domain in ("", "ai.onnx") for node in graph.node)


def test_rounding_keeps_each_channel_within_half_a_step():
    weights = np.random.default_rng(1).normal(size=(64, 32)).astype(np.float32)
    for axis in (0, 1):
        small_values, scale = export.quantise_rows(weights, axis)
        assert np.abs(small_values * scale - weights).max() <= scale.max() / 2 + 1e-7


def test_tokens_end_with_blank(exported):
    lines = (exported[1].parent / "tokens.txt").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == f"<blk> {len(model.SYMBOLS)}" and lines[0] == "a 0"
    assert lines[-2].startswith("\u2581 ")
