"""The streaming acoustic model: a chunked conformer whose blocks run at 80 ms.

Log-mel frames (10 ms) pass a fixed normalisation and three strided 1-D convolutions without
padding (8x, the window carries 9 frames of history), then blocks of attention, causal
depthwise convolution and feed-forward. Attention sees the frame's own chunk of 4 (320 ms) and
the 32 frames before the chunk. Each 80 ms frame yields two 40 ms frames of characters. Half
way up, an intermediate CTC head is trained too and its posterior is fed back (self-conditioning).
A second head at the top hears phones, for recognition by a lexicon.

`forward` runs whole utterances, `step` one window with caches; they compute the same.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn

from pronounce import PHONES

SYMBOLS = list("abcdefghijklmnopqrstuvwxyz'") + ["\u2581"]  # blank is the last id, len(SYMBOLS)


@dataclass
class Config:
    bins: int = 80
    front: int = 256
    width: int = 256
    blocks: int = 8
    heads: int = 4
    feed: int = 1024
    kernel: int = 9
    chunk: int = 4
    left: int = 32
    middle: int = 4  # blocks before the intermediate head
    vocabulary: int = len(SYMBOLS) + 1
    phones: int = len(PHONES) + 1
    split: int = 2  # character frames per block frame
    dropout: float = 0.0

    history = 9  # feature frames before a window, from kernels 5, 3, 3 and strides 2, 2, 2
    stride = 8

    @property
    def window(self):
        return self.history + self.stride * self.chunk


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        d = c.width
        self.heads, self.kernel, self.chunk = c.heads, c.kernel, c.chunk
        self.norm_attention = nn.LayerNorm(d)
        self.qkv = nn.Linear(d, 3 * d)
        self.out = nn.Linear(d, d)
        self.distance = nn.Parameter(torch.zeros(c.heads, c.left + 2 * c.chunk - 1))
        self.norm_conv = nn.LayerNorm(d)
        self.gate = nn.Linear(d, 2 * d)
        self.depthwise = nn.Conv1d(d, d, c.kernel, groups=d)
        self.merge = nn.Linear(d, d)
        self.norm_feed = nn.LayerNorm(d)
        self.up = nn.Linear(d, c.feed)
        self.down = nn.Linear(c.feed, d)
        self.dropout = nn.Dropout(c.dropout)

    def attend(self, q, k, v, bias):
        """q (B, Tq, d), k and v (B, Tk, d), bias broadcastable to (B, heads, Tq, Tk)."""
        b, tq, d = q.shape
        head = d // self.heads
        q = q.reshape(b, tq, self.heads, head).transpose(1, 2)
        k = k.reshape(b, -1, self.heads, head).permute(0, 2, 3, 1)
        v = v.reshape(b, -1, self.heads, head).transpose(1, 2)
        scores = torch.matmul(q, k) * head**-0.5 + bias
        return self.out(torch.matmul(scores.softmax(-1), v).transpose(1, 2).reshape(b, tq, d))

    def forward(self, x, index, mask):
        q, k, v = self.qkv(self.norm_attention(x)).chunk(3, -1)
        x = x + self.dropout(self.attend(q, k, v, self.distance[:, index] + mask))
        y = F.glu(self.gate(self.norm_conv(x)), -1)
        y = F.pad(y.transpose(1, 2), (self.kernel - 1, 0))
        x = x + self.dropout(self.merge(F.silu(self.depthwise(y)).transpose(1, 2)))
        return x + self.dropout(self.down(F.silu(self.up(self.norm_feed(x)))))

    def step(self, x, keys_values, past, bias):
        """One chunk; keys_values (B, left, 2d) and past (B, d, kernel-1) are the caches."""
        q, new = self.qkv(self.norm_attention(x)).split([x.shape[-1], 2 * x.shape[-1]], -1)
        both = torch.cat([keys_values, new], 1)
        k, v = both.split([x.shape[-1], x.shape[-1]], -1)
        x = x + self.attend(q, k, v, bias)
        y = torch.cat([past, F.glu(self.gate(self.norm_conv(x)), -1).transpose(1, 2)], 2)
        x = x + self.merge(F.silu(self.depthwise(y)).transpose(1, 2))
        x = x + self.down(F.silu(self.up(self.norm_feed(x))))
        return x, both[:, self.chunk :], y[:, :, self.chunk :]


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        c = self.config = config
        self.register_buffer("mean", torch.zeros(c.bins))
        self.register_buffer("scale", torch.ones(c.bins))
        self.front = nn.ModuleList(
            [nn.Conv1d(c.bins, c.front, 5, 2), nn.Conv1d(c.front, c.front, 3, 2), nn.Conv1d(c.front, c.front, 3, 2)]
        )
        self.enter = nn.Linear(c.front, c.width)
        self.norm_enter = nn.LayerNorm(c.width)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.blocks))
        self.norm_middle = nn.LayerNorm(c.width)
        self.head_middle = nn.Linear(c.width, c.split * c.vocabulary)
        self.feedback = nn.Linear(c.split * c.vocabulary, c.width)
        self.norm_out = nn.LayerNorm(c.width)
        self.head = nn.Linear(c.width, c.split * c.vocabulary)
        self.head_phone = nn.Linear(c.width, c.split * c.phones)

    def set_normalisation(self, mean, deviation):
        self.mean.copy_(torch.as_tensor(mean))
        self.scale.copy_(1 / torch.as_tensor(deviation))

    def subsample(self, x):
        """Normalised features (B, frames, bins) to (B, (frames - 9) // 8, width)."""
        x = x.transpose(1, 2)
        for conv in self.front:
            x = F.silu(conv(x))
        return self.norm_enter(self.enter(x.transpose(1, 2)))

    def posterior(self, norm, head, x):
        logits = head(norm(x)).float()
        return logits.reshape(x.shape[0], self.config.split * x.shape[1], -1).log_softmax(-1)

    def posteriors(self, x):
        """Of characters and of phones."""
        return self.posterior(self.norm_out, self.head, x), self.posterior(self.norm_out, self.head_phone, x)

    def condition(self, x):
        middle = self.posterior(self.norm_middle, self.head_middle, x)
        return x + self.feedback(middle.exp().reshape(x.shape[0], x.shape[1], -1)), middle

    def masks(self, count, device=None):
        """Relative distances (T, T) as indices and the additive chunk mask."""
        c, t = self.config, torch.arange(count, device=device)
        start = t // c.chunk * c.chunk
        allowed = (t[None] < start[:, None] + c.chunk) & (t[None] >= start[:, None] - c.left)
        index = (t[:, None] - t[None] + c.chunk - 1).clamp(0, c.left + 2 * c.chunk - 2)
        return index, torch.zeros(count, count, device=device).masked_fill(~allowed, -1e4)

    def normalise(self, features):
        return (features - self.mean) * self.scale

    def forward(self, normalised):
        """Normalised features with their 9 frames of history in front, any length.

        Returns log-probabilities of characters, of characters half way up and of phones, (B, 2T, V)."""
        x = self.subsample(normalised)
        index, mask = self.masks(x.shape[1], x.device)
        middle = None
        for number, block in enumerate(self.blocks):
            if number == self.config.middle:
                x, middle = self.condition(x)
            x = block(x, index, mask)
        characters, phones = self.posteriors(x)
        return characters, middle, phones

    def step(self, window, cache_channel, cache_time, cache_length):
        """One window (B, bins, 41) as the ONNX file takes it; caches as in NeMo's contract."""
        c = self.config
        x = self.subsample(self.normalise(window.transpose(1, 2)))
        slot = torch.arange(c.left + c.chunk)
        query = torch.arange(c.chunk)[:, None] + c.left
        index = query - slot[None] + c.chunk - 1
        unused = (slot[None] < c.left - cache_length[:, None]).to(x.dtype) * -1e4
        channels, times = [], []
        for number, block in enumerate(self.blocks):
            if number == c.middle:
                x, _ = self.condition(x)
            bias = block.distance[:, index] + unused[:, None, None]
            x, channel, time = block.step(x, cache_channel[:, number], cache_time[:, number], bias)
            channels.append(channel)
            times.append(time)
        grown = cache_length + c.chunk
        length = torch.where(grown < c.left, grown, torch.full_like(grown, c.left))
        characters, phones = self.posteriors(x)
        return characters, torch.stack(channels, 1), torch.stack(times, 1), length, phones

    def empty_caches(self, batch=1):
        c = self.config
        return (
            torch.zeros(batch, c.blocks, c.left, 2 * c.width),
            torch.zeros(batch, c.blocks, c.width, c.kernel - 1),
            torch.zeros(batch, dtype=torch.int64),
        )


def fast_bfloat16(device="cpu"):
    """Whether products in bfloat16 are worth it: without instructions for them, processors are 60 times slower than in fp32."""
    if torch.device(device).type != "cpu":
        return True
    known = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return known is not None and known()


def mixed(device="cpu"):
    """Products in bfloat16, where they are fast and PyTorch is new enough to keep layer norms out of it."""
    return torch.autocast(device, torch.bfloat16, enabled=torch.__version__ >= "2" and fast_bfloat16(device))


def save(path, model, **extra):
    torch.save({"config": asdict(model.config), "model": model.state_dict(), **extra}, path)


def load(path):
    # PyTorch 1 refuses even plain numbers beside the weights.
    data = torch.load(path, map_location="cpu", weights_only=torch.__version__ >= "2")
    model = Model(Config(**data["config"]))
    model.load_state_dict(data["model"], strict=False)  # older ones hear no phones yet
    return model, data
