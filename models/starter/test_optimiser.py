from copy import deepcopy

import torch

import model
import optimiser
import workers
from test_model import small


def test_updates_become_nearly_orthogonal_whatever_their_shape():
    for shape in ((32, 32), (96, 32), (32, 64)):
        values = torch.linalg.svdvals(optimiser.orthogonal(torch.randn(shape)))
        assert values.min() > 0.3 and values.max() < 1.3, (shape, values)


def test_only_products_inside_the_blocks_are_matrices():
    named = dict(small().named_parameters())
    chosen = {name for name, p in named.items() if optimiser.is_matrix(name, p)}
    assert "blocks.0.qkv.weight" in chosen and "blocks.2.down.weight" in chosen
    assert not chosen & {"head.weight", "blocks.0.qkv.bias", "blocks.0.distance", "blocks.0.depthwise.weight"}
    kernel = torch.nn.Conv1d(32, 64, 3).weight
    assert optimiser.is_matrix("layers.0.conv.weight", kernel)


def test_a_step_lowers_the_loss_and_a_copy_goes_on_alike():
    torch.manual_seed(2)
    net = small()
    ours = optimiser.Optimiser(net)
    features, target = torch.randn(2, 105, 80), torch.randn(2, 24, net.config.vocabulary)

    def loss_of(net):
        return (net(features)[0] - target).square().mean()

    def step(net, optimiser):
        net.zero_grad()
        loss = loss_of(net)
        loss.backward()
        optimiser.step(1e-3)
        return loss.item()

    losses = [step(net, ours) for _ in range(5)]
    assert losses[-1] < losses[0]
    copy = model.Model(net.config)
    copy.load_state_dict(net.state_dict())
    theirs = optimiser.Optimiser(copy)
    theirs.load_state_dict(deepcopy(ours.state_dict()))
    assert abs(step(net, ours) - step(copy, theirs)) < 1e-6
    assert abs(loss_of(net).item() - loss_of(copy).item()) < 1e-6


def test_processes_share_matrices_evenly_and_leave_none():
    tensors = [torch.empty(n) for n in (8, 8, 4, 4, 4, 1)]
    shares = workers.shares(tensors, 2)
    assert sorted(n for share in shares for n in share) == list(range(len(tensors)))
    sizes = [sum(tensors[n].numel() for n in share) for share in shares]
    assert max(sizes) - min(sizes) <= 4, sizes
