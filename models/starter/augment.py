"""Waveform augmentation: speed, channel response, room, noise, level, silence around."""

from pathlib import Path

import numpy as np
import soundfile

import prepare

RATE = prepare.RATE


def readable(path):
    """The recording, or None where libsndfile cannot decode it (a few noise clips)."""
    try:
        return prepare.read_audio(path)
    except soundfile.LibsndfileError:
        return None


class Noises:
    """Noise clips and room responses; clips named in `held_out` are never used."""

    def __init__(self, folder, held_out=()):
        self.clips, self.rooms = [], []
        if not folder:
            return
        for kind in ("esc-10", "other"):
            for path in sorted((Path(folder) / kind).glob("*")):
                if path.name not in held_out:
                    clip = readable(path)
                    if clip is not None and np.abs(clip).max() > 1e-4:
                        self.clips.append(clip)
        for path in sorted((Path(folder) / "rir").glob("*")):
            self.rooms.append(prepare.read_audio(path))

    def noise(self, rng, count):
        """A stretch of recorded noise, or coloured noise, with unit power."""
        if self.clips and rng.random() < 0.7:
            clip = self.clips[rng.integers(len(self.clips))]
            noise = np.roll(np.resize(clip, max(count, len(clip))), rng.integers(len(clip)))[:count]
        else:
            spectrum = np.fft.rfft(rng.normal(size=count))
            slope = rng.uniform(0, 1.2)
            spectrum /= np.maximum(np.arange(len(spectrum)), 8) ** slope
            noise = np.fft.irfft(spectrum, count)
        return noise / np.sqrt((noise**2).mean() + 1e-12)

    def room(self, rng):
        """A measured response, or decaying noise behind a direct path."""
        if self.rooms and rng.random() < 0.3:
            room = self.rooms[rng.integers(len(self.rooms))]
            start = int(np.abs(room).argmax())
            room = room[start : start + RATE // 2]
        else:
            decay = rng.uniform(0.08, 0.6)
            count = int(decay * RATE)
            room = rng.normal(size=count) * np.exp(-6.9 * np.arange(count) / count)
            room[: int(rng.uniform(0.001, 0.02) * RATE)] = 0
            room *= rng.uniform(0.2, 1.0) / np.sqrt((room**2).sum() + 1e-9)
            room[0] = 1
        return room / np.sqrt((room**2).sum() + 1e-9)


def channel(rng, bins):
    """A smooth random response: a few random gains, sometimes a narrow band."""
    points = rng.integers(4, 10)
    gains = rng.normal(0, rng.uniform(1, 5), points)
    curve = np.interp(np.linspace(0, 1, bins), np.linspace(0, 1, points), gains)
    hz = np.linspace(0, RATE / 2, bins)
    if rng.random() < 0.2:
        curve -= 30 * np.clip((hz - rng.uniform(3000, 7000)) / 1000, 0, 1)
    if rng.random() < 0.3:
        curve -= 25 * np.clip((rng.uniform(80, 350) - hz) / 100, 0, 1)
    return 10 ** (curve / 20)


def augment(rng, audio, noises, strong):
    """Float samples in, float samples out with silence (or noise) before and after."""
    if strong:
        count = max(1, int(len(audio) / rng.uniform(0.88, 1.12)))
        spectrum = np.fft.rfft(audio)
        audio = np.fft.irfft(_fit(spectrum, count // 2 + 1), count)
    lead, tail = rng.uniform(0.0, 0.5) ** 1.5, rng.uniform(0.25, 0.6)
    audio = np.concatenate([np.zeros(int(lead * RATE)), audio, np.zeros(int(tail * RATE))])
    count = len(audio)
    if strong and rng.random() < 0.8:
        size = count + RATE // 2
        spectrum = np.fft.rfft(audio, size)
        if rng.random() < 0.7:
            spectrum *= channel(rng, len(spectrum))
        if rng.random() < 0.45:
            spectrum *= np.fft.rfft(noises.room(rng)[: RATE // 2], size)
        audio = np.fft.irfft(spectrum, size)[:count]
    power = (audio**2).mean() + 1e-9
    if strong and rng.random() < 0.6:
        snr = rng.uniform(3, 30)
        audio = audio + noises.noise(rng, count) * np.sqrt(power * 10 ** (-snr / 10))
    elif rng.random() < 0.6:
        audio = audio + rng.normal(size=count) * np.sqrt(power * 10 ** (-rng.uniform(35, 65) / 10))
    peak = np.abs(audio).max() + 1e-9
    audio = audio * (10 ** (rng.uniform(-26, 0) / 20) / peak)
    return audio.astype(np.float32)


def _fit(spectrum, bins):
    """Spectrum cut or zero-padded to `bins`: resampling by Fourier transform."""
    if bins <= len(spectrum):
        return spectrum[:bins]
    return np.pad(spectrum, (0, bins - len(spectrum)))
