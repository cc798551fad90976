"""The denominator of maximum mutual information training: all phone sequences there are.

CTC asks that the phones of a sentence be likely on every frame; dividing by the sum over all
other sequences, weighed by a bigram of phones, asks only that they win (Povey et al. 2016,
lattice-free MMI, with CTC's topology as in k2). A lexicon and a language model then find the
words among scores that are not blurred by what the network has guessed of both.
"""

import torch

import data


def bigram(counts):
    """Log-free transition probabilities of phones (P, P) from counts, none of them zero."""
    counts = counts + 0.5
    return counts / counts.sum(1, keepdim=True)


def count_pairs(items):
    """How often a phone follows another in the transcripts of a store, each heard once."""
    counts = torch.zeros(len(data.PHONES), len(data.PHONES))
    for sounds in {tuple(sounds) for *_, sounds in items}:
        for pair in zip(sounds, sounds[1:]):
            counts[pair] += 1
    return counts


class Denominator(torch.autograd.Function):
    """Log of the sum over all phone sequences, for log-posteriors (B, T, P + 1) with blank last and
    lengths (B); its gradient is the posterior of each symbol on each frame.

    Every phone has two states, just heard and followed by blanks; both go on to any phone with the
    bigram's probability, but only blanks lead from a phone to itself."""

    @staticmethod
    def forward(context, posterior, lengths, following):
        batch, frames, _ = posterior.shape
        phone, blank = posterior.exp().split([len(following), 1], -1)
        again = 1 - following.diagonal()  # a phone that stays, less its return, which needs a blank
        heard, waiting = phone[:, 0] / len(following), blank[:, 0].expand(-1, len(following)) / len(following)
        forward, scales = [], []
        for frame in range(frames):
            if frame:
                both = heard + waiting
                heard = phone[:, frame] * (heard * again + both @ following)
                waiting = blank[:, frame] * both
            scale = heard.sum(1, keepdim=True) + waiting.sum(1, keepdim=True)
            heard, waiting = heard / scale, waiting / scale
            forward.append((heard, waiting))
            scales.append(scale)
        inside = torch.arange(frames, device=posterior.device)[:, None] < lengths[None]
        total = (torch.stack(scales)[..., 0].log() * inside).sum()
        gradient = torch.zeros_like(posterior)
        ahead_heard, ahead_waiting = torch.ones_like(heard), torch.ones_like(waiting)
        for frame in range(frames - 1, -1, -1):
            live = inside[frame][:, None]
            heard, waiting = forward[frame]
            gradient[:, frame, :-1] = torch.where(live, heard * ahead_heard, 0)
            gradient[:, frame, -1:] = torch.where(live, (waiting * ahead_waiting).sum(1, keepdim=True), 0)
            onward_heard = phone[:, frame] * ahead_heard / scales[frame]
            onward_waiting = blank[:, frame] * ahead_waiting / scales[frame]
            through = onward_heard @ following.T
            ahead_heard = torch.where(live, onward_heard * again + through + onward_waiting, ahead_heard)
            ahead_waiting = torch.where(live, through + onward_waiting, ahead_waiting)
        context.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(context, gradient):
        return context.saved_tensors[0] * gradient, None, None
