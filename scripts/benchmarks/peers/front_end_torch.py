"""A front end by PyTorch, in one batch: `front_end_torch.py linear|mel|phase`.

The phases are found by Griffin and Lim's algorithm with momentum, as librosa's are. The mel filters
are random: their values make no difference to the time.
"""

import os
import sys

import torch
from sounds import FRAME, HOP, ITERATIONS, LOW, MEL_BINS, MEL_FRAME, clips
from turns import take_turns

MOMENTUM = 0.99


def transform(sounds, frame):
    """Return complex spectra [B, F, T]."""
    window = torch.hann_window(frame)
    return torch.stft(sounds, frame, HOP, window=window, return_complex=True, pad_mode="constant")


def images(sounds, filters=None):
    """Return images [B, F, T] in [0, 1]."""
    frame = FRAME if filters is None else MEL_FRAME
    magnitudes = transform(sounds, frame).abs()
    if filters is not None:
        magnitudes = filters @ magnitudes
    decibels = 20.0 * torch.log10(torch.clamp(magnitudes / (frame / 4), min=1e-5))
    return torch.clamp(1.0 - decibels / LOW, 0.0, 1.0)


def sounds_of(magnitudes, length):
    """Return sounds [B, N] of magnitudes [B, F, T] (Perraudin et al., 2013)."""
    window, before = torch.hann_window(FRAME), 0.0
    angles = torch.polar(torch.ones_like(magnitudes), 6.2832 * torch.rand_like(magnitudes))
    for _ in range(ITERATIONS):
        found = torch.istft(magnitudes * angles, FRAME, HOP, window=window, length=length)
        again = transform(found, FRAME)
        angles = again - MOMENTUM / (1.0 + MOMENTUM) * before
        angles, before = angles / (angles.abs() + 1e-16), again
    return torch.istft(magnitudes * angles, FRAME, HOP, window=window, length=length)


def main():
    """Take turns; see `turns`."""
    torch.set_num_threads(os.cpu_count())
    task, sounds = sys.argv[1], torch.from_numpy(clips())
    filters = torch.rand(MEL_BINS, 1 + MEL_FRAME // 2) if task == "mel" else None
    magnitudes = transform(sounds, FRAME).abs()

    @torch.inference_mode()
    def step():
        if task == "phase":
            return sounds_of(magnitudes, sounds.shape[1])
        return images(sounds, filters)

    take_turns(step, versions=f"PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
