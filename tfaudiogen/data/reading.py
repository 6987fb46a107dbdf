"""Reading a file of audio block by block: one channel, one rate, 16 bits."""

import dataclasses
import math
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from tfaudiogen.data.errors import Unusable
from tfaudiogen.data.files import UNREADABLE_SUFFIXES
from tfaudiogen.data.opening import open_regular

CHANNELS = ("mix", "left", "right")
FULL_SCALE = 2**15
# Of samples, 16 MB: soundfile seeks after each block, which takes long in compressed files.
_BLOCK_VALUES = 2**22
# Bytes of a decoded file, twelve minutes at 22,050 Hz, that are not worth a file on disk.
_IN_MEMORY = 2**26
_FIRST_FRAME = 256


@dataclass(frozen=True)
class Reading:
    """What was read of one file.

    Attributes:
        samples: samples written, at the wanted rate.
        sample_rate: the file's own rate in Hz.
        channels: the file's own number of channels.
        gain: factor, below 1 where the sound went over full scale and was turned down as a whole.
        missing: fraction of the promised length that the file does not hold.
    """

    samples: int
    sample_rate: int
    channels: int
    gain: float
    missing: float


def read_to_file(path, target, sample_rate, channel="mix"):
    """Write the sound of `path` to the file `target`; see `read_into`."""
    with open(target, "wb") as out:
        return read_into(path, out, sample_rate, channel)


def read_into(path, out, sample_rate, channel="mix", folder=None):
    """Write the sound of `path` to `out` as raw int16 at `sample_rate`; return the `Reading`.

    Memory does not grow with the length of the file. Nothing is written of one that is unusable.

    Args:
        path: the file.
        out: binary file to write to.
        sample_rate: in hertz.
        channel: "mix", "left" or "right".
        folder: where the sound of a long file can wait for its gain; None for the system's place.

    Raises:
        Unusable: the file is empty, unreadable, damaged, silent or not finite.
    """
    _check_file(Path(path))
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=folder) as decoded:
        reading, peak = _decode(path, decoded, sample_rate, channel)
        gain = 1.0 / max(peak, 1.0)
        _quantise(decoded, out, gain)
    return dataclasses.replace(reading, gain=gain)


def own_sample_rate(path):
    """Return the sample rate in Hz that a file was recorded with.

    Raises:
        Unusable: the file is empty, unreadable or damaged.
    """
    _check_file(Path(path))
    with _open(path) as sound:
        return sound.samplerate


def _check_file(path):
    if path.suffix.lower() in UNREADABLE_SUFFIXES:
        raise Unusable(
            f"{path.suffix.lower()[1:]} cannot be decoded here: convert it first, for example "
            "with `ffmpeg -i IN OUT.wav`"
        )
    with open_regular(path) as file:
        if not file.read(1):
            raise Unusable("the file is empty (0 bytes)")


def _decode(path, out, sample_rate, channel):
    """Write float32 samples to the file `out`; return the `Reading` without gain, and the peak."""
    with _open(path) as sound:
        samples, peak, loudest = 0, 0.0, 0.0
        resampler = _resampler(sound.samplerate, sample_rate)
        decoded = 0
        for block, last in _blocks(sound):
            decoded += len(block)
            level = _peak(block)
            if not math.isfinite(level):
                raise Unusable("contains samples that are NaN or infinite")
            loudest = max(loudest, level)
            mono = resampler(_one_channel(block, channel), last)
            peak = max(peak, _peak(mono))
            samples += len(mono)
            out.write(np.ascontiguousarray(mono))
        _check_sound(samples, peak, loudest)
        promised = max(sound.frames, decoded) if announces_length(path, sound.format) else decoded
        missing = 1.0 - decoded / promised
        return Reading(samples, sound.samplerate, sound.channels, 1.0, missing), peak


def _quantise(decoded, out, gain):
    """Write what `_decode` wrote as int16."""
    decoded.seek(0)
    while block := decoded.read(4 * _BLOCK_VALUES):
        levels = np.frombuffer(block, np.float32) * np.float32(gain * FULL_SCALE)
        np.rint(levels, out=levels)
        np.clip(levels, -FULL_SCALE, FULL_SCALE - 1, out=levels)
        out.write(levels.astype("<i2"))


def _open(path):
    try:
        # As bytes, since a name need not be valid UTF-8.
        return soundfile.SoundFile(os.fsencode(path))
    except (RuntimeError, ValueError, TypeError) as error:
        raise Unusable(f"not audio that libsndfile can read ({_short(error)})") from error


def announces_length(path, file_format):
    """Return whether the length in the file's header is exact.

    An mp3 says its length in a Xing, Info or VBRI header inside its first frame, or nowhere; then
    libsndfile's number is a guess from the bit rate. An ID3v2 tag may come first, its size is in
    four bytes of seven bits (id3.org, "ID3 tag version 2.4.0", 3.1).
    """
    if file_format not in ("MP3", "MPEG"):
        return True
    with open(path, "rb") as file:
        start = file.read(10)
        if start[:3] == b"ID3":
            file.seek(10 + sum(byte << 7 * place for place, byte in enumerate(start[:5:-1])))
        frame = file.read(_FIRST_FRAME)
    return any(tag in frame for tag in (b"Xing", b"Info", b"VBRI"))


def _blocks(sound):
    """Yield (float32 [n, channels], whether it is the last); the next one overwrites it."""
    # One more than the file says it has: so it takes one call to see that it ends there.
    length = min(sound.frames + 1, max(1, _BLOCK_VALUES // sound.channels))
    memory = np.empty((length, sound.channels), np.float32)
    last = False
    while not last:
        try:
            block = sound.read(out=memory)
        except (RuntimeError, ValueError) as error:
            raise Unusable(f"damaged: decoding stopped ({_short(error)})") from error
        last = len(block) < length
        yield block, last


def _short(error):
    return str(error).split(": ", 1)[-1].rstrip(". ")


def _one_channel(block, channel):
    if block.shape[1] == 1:
        return block[:, 0]
    if channel == "mix":
        # Many times as fast as numpy's mean over so short an axis.
        return sum(block.T) / np.float32(block.shape[1])
    return block[:, CHANNELS.index(channel) - 1]


def _resampler(file_rate, sample_rate):
    if file_rate == sample_rate:
        return lambda mono, last: mono
    stream = soxr.ResampleStream(file_rate, sample_rate, num_channels=1, dtype="float32")
    return lambda mono, last: stream.resample_chunk(mono, last=last)


def _peak(block):
    """Return the largest magnitude; NaN or infinity where there is one."""
    return float(np.maximum(block.max(initial=0.0), -block.min(initial=0.0)))


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
