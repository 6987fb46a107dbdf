"""Writes a sound to a file or a stream."""

import warnings
from pathlib import Path

import numpy as np

from tfaudiogen.io import audio_files


def save(sound, target, bit_depth):
    """Write a `Sound` as a WAV file; see `Audio.save`."""
    if not hasattr(target, "write"):
        _check_ending(Path(target))
        audio_files.write_wav(target, sound.waveform, sound.sample_rate, bit_depth)
        return
    content, gain = audio_files.wav_bytes(sound.waveform, sound.sample_rate, bit_depth)
    if gain < 1.0:
        lost = -20 * np.log10(gain)
        warnings.warn(f"turned down by {lost:.1f} dB to avoid clipping.", stacklevel=3)
    target.write(content)


def _check_ending(path):
    if path.suffix.lower() != ".wav":
        raise ValueError(
            f"target must end in .wav, received {path.name!r}: save a WAV file, and convert it "
            "with, for example, `ffmpeg -i sound.wav sound.mp3`"
        )
