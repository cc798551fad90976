import torch

import average
import deepen
import model


def small():
    torch.manual_seed(1)
    net = model.Model(model.Config(front=16, width=32, blocks=3, heads=2, feed=64, middle=1, left=8)).eval()
    for parameter in net.parameters():  # no two alike, as after training
        parameter.data += 0.1 * torch.randn_like(parameter)
    net.set_normalisation(torch.randn(80), torch.rand(80) + 1)
    return net


def run_streaming(net, features):
    """Characters and phones for features (1, T, 80), window by window, with zeros before the first."""
    c = net.config
    padded = torch.cat([torch.zeros(1, c.history, c.bins), features], 1)
    caches, out = net.empty_caches(), []
    for start in range(0, features.shape[1] - 31, 32):
        window = padded[:, start : start + c.window].transpose(1, 2)
        logits, *caches, phones = net.step(window, *caches)
        out.append(torch.cat([logits, phones], 2))
    return torch.cat(out, 1)


def test_streaming_equals_whole_utterance():
    net = small()
    features = torch.randn(1, 32 * 7, 80)
    padded = torch.cat([torch.zeros(1, 9, 80), features], 1)
    with torch.no_grad():
        characters, _, phones = net(net.normalise(padded))
        whole = torch.cat([characters, phones], 2)
        chunks = run_streaming(net, features)
    assert whole.shape == chunks.shape == (1, 32 * 7 // 4, net.config.vocabulary + net.config.phones)
    assert (whole - chunks).abs().max() < 1e-4


def test_a_chunk_never_sees_the_next():
    net = small()
    features = torch.randn(1, 9 + 32 * 4, 80)
    changed = features.clone()
    changed[:, 9 + 64 :] += 1
    with torch.no_grad():
        first, _, _ = net(features)
        second, _, _ = net(changed)
    assert torch.equal(first[:, :16], second[:, :16])
    assert not torch.equal(first[:, 16:], second[:, 16:])


def test_window_and_look_ahead():
    config = model.Config()
    assert config.window == 41
    assert config.chunk * config.stride * 10 == 320


def test_a_deepened_model_computes_the_same_at_first():
    net = small()
    deep = deepen.deepen(net).eval()
    features = torch.randn(1, 9 + 32 * 4, 80)
    assert deep.config.blocks == 6 and deep.config.middle == 2
    with torch.no_grad():
        for shallow, deeper in zip(net(net.normalise(features)), deep(deep.normalise(features))):
            assert torch.allclose(shallow, deeper, atol=1e-5)


def test_the_average_lies_between_two_models():
    first = {"weight": torch.tensor([0.0, 2.0]), "steps": torch.tensor(3)}
    last = {"weight": torch.tensor([4.0, 2.0]), "steps": torch.tensor(5)}
    mean = average.average(first, last)
    assert mean["weight"].tolist() == [2.0, 2.0] and mean["steps"] == 5
    assert average.average(first, last, 0.25)["weight"].tolist() == [1.0, 2.0]
