"""The network: word pieces in, a mark and a case class per word out.

A convolution over the embedded words reaches RIGHT words ahead; every layer above it is causal, so
the output for a word depends on at most RIGHT words after it and LEFT words before it, and the
same function serves live text (the last words again with each partial) and whole files.
"""

import torch
from torch import nn
from torch.nn import functional as F

from labels import CASES, MARKS
from pieces import N_PIECES

RIGHT = 4
FRONT_LEFT = 4
DILATIONS = (1, 2, 4, 8, 16)
KERNEL = 3
LEFT = FRONT_LEFT + sum(d * (KERNEL - 1) for d in DILATIONS)


class Gated(nn.Module):
    def __init__(self, width, dilation, dropout):
        super().__init__()
        self.conv = nn.Conv1d(width, 2 * width, KERNEL, dilation=dilation)
        self.out = nn.Conv1d(width, width, 1)
        self.reach = dilation * (KERNEL - 1)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        y = self.norm(x.transpose(1, 2)).transpose(1, 2)
        a, b = self.conv(F.pad(y, (self.reach, 0))).chunk(2, dim=1)
        return x + self.dropout(self.out(a * torch.sigmoid(b)))


class Punctuation(nn.Module):
    def __init__(self, n_pieces, embedding=128, width=192, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(n_pieces, embedding)
        self.place = nn.Parameter(torch.ones(N_PIECES, embedding))
        self.front = nn.Conv1d(embedding, width, FRONT_LEFT + 1 + RIGHT)
        self.layers = nn.ModuleList(Gated(width, d, dropout) for d in DILATIONS)
        self.norm = nn.LayerNorm(width)
        self.marks = nn.Linear(width, len(MARKS))
        self.cases = nn.Linear(width, len(CASES))
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids):
        """ids int64 [batch, words, N_PIECES] -> (marks [batch, words, 7], cases [batch, words, 4]) logits.

        Words beyond either end count as <pad>; <end> pieces after the last word say that speech ended.
        """
        x = (self.embedding(ids) * self.place * (ids > 0).unsqueeze(-1)).sum(2)
        x = self.dropout(x).transpose(1, 2)
        x = F.gelu(self.front(F.pad(x, (FRONT_LEFT, RIGHT))))
        for layer in self.layers:
            x = layer(x)
        x = self.norm(x.transpose(1, 2))
        return self.marks(x), self.cases(x)
