"""Reads an audio file block by block and converts it to mono, one sample rate and 16 bits."""

import dataclasses
import tempfile
from dataclasses import dataclass

import numpy as np
import soxr

from tfaudiogen.data.reading.containers.part import CUT, MIXED, OPEN, STREAMS
from tfaudiogen.data.reading.decoding import peak_of, sounds_of
from tfaudiogen.disk.errors import Unusable

CHANNELS = ("mix", "left", "right")
FULL_SCALE = 2**15
# Number of samples that are quantised at a time.
_BLOCK_VALUES = 2**22
# Number of samples that are resampled at a time, at the higher of the two rates.
_RESAMPLED_VALUES = 2**20
# Bytes of a decoded file, twelve minutes at 22,050 Hz, up to which it is kept in memory.
_IN_MEMORY = 2**26
# Fraction of a file. Smaller differences are due to padding and rounding.
MISSING = 0.01


@dataclass(frozen=True)
class Reading:
    """The result of reading one audio file.

    Attributes:
        samples: number of samples written, at the target rate.
        sample_rate: sample rate of the file in Hz; the lowest if there are several.
        channels: number of channels of the file; the largest if there are several.
        gain: factor; below 1 if the sound exceeded full scale and was scaled down as a whole.
        missing: fraction of the announced or present sound that was not read.
        why: why the reading is, or may be, incomplete; empty if it is complete.
    """

    samples: int
    sample_rate: int
    channels: int
    gain: float
    missing: float
    why: str = ""

    @property
    def is_short(self):
        """Whether the reading is known to be incomplete."""
        return self.missing > MISSING or self.why == STREAMS

    def shortfall(self):
        """Return `why`, followed by the missing fraction if it is significant."""
        part = f" ({self.missing:.0%} is missing)" if self.missing > MISSING else ""
        return self.why + part


def read_to_file(path, target, sample_rate, channel="mix"):
    """Write the sound of `path` to the file `target`; see `read_into`."""
    with open(target, "wb") as out:
        return read_into(path, out, sample_rate, channel)


def read_into(path, out, sample_rate, channel="mix", folder=None):
    """Write the sound of `path` to `out` as raw int16 at `sample_rate`; return the `Reading`.

    Memory use does not grow with the length of the file. Nothing is written for an unusable file.

    Args:
        path: the audio file.
        out: binary file to write to.
        sample_rate: target rate in Hz.
        channel: "mix", "left" or "right".
        folder: folder for a temporary file with the decoded sound of a long file, which is needed
            until its peak is known; None for the system's default.

    Raises:
        Unusable: the file is empty, damaged, silent, or has non-finite samples.
        Unreadable: the file cannot be read at the moment.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=folder) as decoded:
        reading, peak = _decode(path, decoded, sample_rate, channel)
        gain = 1.0 / max(peak, 1.0)
        _quantise(decoded, out, gain)
    return dataclasses.replace(reading, gain=gain)


def own_sample_rate(path):
    """Return the sample rate of a file in Hz; the first if there are several.

    Raises:
        Unusable: the file is empty, unreadable or damaged.
    """
    with sounds_of(path) as sounds:
        return next(sounds).sample_rate


def _decode(path, out, sample_rate, channel):
    """Write float32 samples to the file `out`; return the `Reading` with gain 1, and the peak."""
    samples, peak, loudest, parts = 0, 0.0, 0.0, []
    with sounds_of(path) as sounds:
        for sound in sounds:
            for mono, level in _resampled(sound, sample_rate, channel):
                loudest, peak = max(loudest, level), max(peak, peak_of(mono))
                samples += len(mono)
                out.write(np.ascontiguousarray(mono))
            parts.append(_Part.of(sound))
    _check_sound(samples, peak, loudest)
    rate, channels = min(part.sample_rate for part in parts), max(part.channels for part in parts)
    return Reading(samples, rate, channels, 1.0, *_missing(parts)), peak


@dataclass(frozen=True)
class _Part:
    """The result of reading one `Sound` of a file; lengths in seconds."""

    sample_rate: int
    channels: int
    promised: float
    missing: float
    why: str

    @classmethod
    def of(cls, sound):
        promised, decoded = sound.promised / sound.sample_rate, sound.decoded / sound.sample_rate
        return cls(sound.sample_rate, sound.channels, promised, promised - decoded, sound.why)


def _missing(parts):
    """Return the missing fraction over all parts, and the reason."""
    missing = sum(part.missing for part in parts) / max(1e-9, sum(part.promised for part in parts))
    if missing > MISSING:
        return missing, max(parts, key=lambda part: part.missing).why or CUT
    known = [part.why for part in parts if part.why in (OPEN, STREAMS)]
    kinds = {(part.sample_rate, part.channels) for part in parts}
    return missing, known[0] if known else MIXED if len(kinds) > 1 else ""


def _resampled(sound, sample_rate, channel):
    """Yield (float32 [n] at `sample_rate`, peak of all channels in the block before mixing)."""
    resample = _resampler(sound.sample_rate, sample_rate)
    for block in sound.blocks():
        level, mono = peak_of(block), _one_channel(block, channel)
        yield from ((part, level) for part in resample(mono))
    yield from ((part, 0.0) for part in resample(None))


def _resampler(file_rate, sample_rate):
    """Return a function from a block, or None at the end, to an iterable of resampled blocks."""
    if file_rate == sample_rate:
        return lambda mono: [] if mono is None else [mono]
    stream = soxr.ResampleStream(file_rate, sample_rate, num_channels=1, dtype="float32")
    step = max(1, int(_RESAMPLED_VALUES * min(1.0, file_rate / sample_rate)))

    def resample(mono):
        if mono is None:
            yield stream.resample_chunk(np.empty(0, np.float32), last=True)
            return
        for start in range(0, len(mono), step):
            yield stream.resample_chunk(mono[start : start + step])

    return resample


def _quantise(decoded, out, gain):
    """Convert the output of `_decode` to int16."""
    decoded.seek(0)
    while block := decoded.read(4 * _BLOCK_VALUES):
        levels = np.frombuffer(block, np.float32) * np.float32(gain * FULL_SCALE)
        np.rint(levels, out=levels)
        np.clip(levels, -FULL_SCALE, FULL_SCALE - 1, out=levels)
        out.write(levels.astype("<i2"))


def _one_channel(block, channel):
    if block.shape[1] == 1:
        return block[:, 0]
    if channel == "mix":
        # Much faster than numpy's mean over such a short axis.
        return sum(block.T) / np.float32(block.shape[1])
    return block[:, CHANNELS.index(channel) - 1]


def _check_sound(samples, peak, loudest):
    if not samples:
        raise Unusable("holds no samples")
    if peak * FULL_SCALE < 0.5:
        if loudest * FULL_SCALE < 0.5:
            raise Unusable("silent: every sample is zero")
        raise Unusable(
            "silent: the chosen channel is empty or the channels cancel each other; try "
            "channel 'left' or 'right' (--channel)"
        )
