"""Muon for the matrices of the blocks, AdamW for the rest.

Muon (Jordan et al., 2024) replaces the momentum of a matrix by the nearest orthogonal one, found
by a Newton-Schulz iteration, so that every direction learns at the same pace. Its updates are
scaled to the size that AdamW's have, so one rate serves both.
"""

import torch

from model import fast_bfloat16

COEFFICIENTS = 3.4445, -4.7750, 2.0315
STEPS = 5
MOMENTUM = 0.95


def orthogonal(matrices):
    """The nearest orthogonal matrices, roughly: singular values come out between 0.7 and 1.2."""
    a, b, c = COEFFICIENTS
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    if fast_bfloat16(x.device):
        x = x.bfloat16()
    for _ in range(STEPS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.mT if tall else x).float()


def is_matrix(name, parameter):
    """Whether Muon moves it: the products inside the blocks, kernels of convolutions as wide matrices."""
    return name.startswith(("blocks.", "layers.")) and parameter.ndim > 1 and min(parameter.flatten(1).shape) > 16


def alone(updates):
    return {number: orthogonal(update) for number, update in updates.items()}


class Optimiser:
    def __init__(self, net, decay=0.01):
        self.decay = decay
        named = list(net.named_parameters())
        self.matrices = {number: p for number, (name, p) in enumerate(named) if is_matrix(name, p)}
        self.adam = torch.optim.AdamW(
            [p for name, p in named if not is_matrix(name, p)], lr=0, betas=(0.9, 0.98), weight_decay=decay
        )
        self.momentum = {number: torch.zeros_like(p) for number, p in self.matrices.items()}

    @torch.no_grad()
    def step(self, rate, together=alone):
        """Moves the parameters; `together` makes the updates, by number of the parameter, orthogonal."""
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.adam.step()
        updates = {}
        for number, parameter in self.matrices.items():
            momentum = self.momentum[number].lerp_(parameter.grad, 1 - MOMENTUM)
            updates[number] = parameter.grad.lerp(momentum, MOMENTUM).flatten(1)
        for number, update in together(updates).items():
            parameter = self.matrices[number]
            parameter.mul_(1 - rate * self.decay)
            parameter.add_(update.view_as(parameter), alpha=-rate * 0.2 * max(update.shape) ** 0.5)

    def state_dict(self):
        return {"adam": self.adam.state_dict(), "momentum": self.momentum}

    def load_state_dict(self, state):
        self.adam.load_state_dict(state["adam"])
        for number, momentum in state["momentum"].items():
            self.momentum[number].copy_(momentum)
