import numpy as np
import pytest

import fbank


def reference(audio):
    knf = pytest.importorskip("kaldi_native_fbank")
    options = knf.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.snip_edges = False
    options.frame_opts.samp_freq = 16000
    options.frame_opts.window_type = "hann"
    options.frame_opts.remove_dc_offset = False
    options.mel_opts.num_bins = 80
    options.mel_opts.low_freq = 0
    options.mel_opts.high_freq = 8000
    options.mel_opts.is_librosa = True
    computer = knf.OnlineFbank(options)
    computer.accept_waveform(16000, audio.tolist())
    computer.input_finished()
    return np.stack([computer.get_frame(i) for i in range(computer.num_frames_ready)])


@pytest.mark.parametrize("count", [400, 4000, 16017, 16100])
def test_equals_kaldi_native_fbank(count):
    noise = np.random.default_rng(count).normal(0, 0.1, count).astype(np.float32)
    ours, theirs = fbank.log_mel(noise), reference(noise)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 1e-3


def test_silence_sits_on_the_floor():
    assert np.allclose(fbank.log_mel(np.zeros(3200)), np.log(np.finfo(np.float32).eps))


def test_no_samples_no_frames():
    assert fbank.log_mel(np.zeros(0)).shape == (0, 80)
