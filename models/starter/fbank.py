"""80-bin log-mel features as sherpa-onnx computes them for NeMo models.

16 kHz samples in [-1, 1]; 25 ms periodic Hann window every 10 ms, frames centred at
(i + 0.5) * 10 ms with mirrored edges (snip_edges false); per-frame pre-emphasis 0.97, no DC
removal, no dither; 512-point power spectrum; Slaney mel filters with area norm, 0 to 8000 Hz;
natural log floored at FLT_EPSILON. test_fbank.py compares with kaldi-native-fbank.
"""

import numpy as np

RATE, SHIFT, WIDTH, FFT, BINS = 16000, 160, 400, 512, 80
EPSILON = np.float32(np.finfo(np.float32).eps)


def _hz_to_mel(hz):
    hz = np.asarray(hz, dtype=np.float64)
    return np.where(hz < 1000, hz / (200 / 3), 15 + np.log(np.maximum(hz, 1) / 1000) / (np.log(6.4) / 27))


def _mel_to_hz(mel):
    mel = np.asarray(mel, dtype=np.float64)
    return np.where(mel < 15, mel * (200 / 3), 1000 * np.exp((mel - 15) * (np.log(6.4) / 27)))


def mel_filters():
    edges = _mel_to_hz(np.linspace(_hz_to_mel(0), _hz_to_mel(RATE / 2), BINS + 2))
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    weights = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return weights.T.astype(np.float32)


FILTERS = mel_filters()
HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WIDTH) / WIDTH)).astype(np.float32)


def log_mel(audio):
    """(frames, 80) float32 of float samples in [-1, 1]."""
    audio = np.asarray(audio, dtype=np.float32)
    count = (len(audio) + SHIFT // 2) // SHIFT
    if count == 0:
        return np.zeros((0, BINS), dtype=np.float32)
    left = WIDTH // 2 - SHIFT // 2
    right = max(0, (count - 1) * SHIFT - left + WIDTH - len(audio))
    padded = np.pad(audio, (left, right), mode="symmetric")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WIDTH)[::SHIFT][:count]
    emphasised = frames.copy()
    emphasised[:, 1:] -= 0.97 * frames[:, :-1]
    emphasised[:, 0] -= 0.97 * frames[:, 0]
    spectrum = np.fft.rfft(emphasised * HANN, FFT)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    return np.log(np.maximum(power @ FILTERS, EPSILON))
