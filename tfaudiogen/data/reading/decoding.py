"""Decoding a file of sound block by block, to its real end."""

import contextlib
import dataclasses
from pathlib import Path

import numpy as np
import soundfile

from tfaudiogen.data.reading.containers.part import BETWEEN, CUT
from tfaudiogen.data.reading.containers.parts import parts_of
from tfaudiogen.data.reading.containers.view import View
from tfaudiogen.data.sources.files import UNREADABLE_SUFFIXES
from tfaudiogen.disk.errors import Unreadable, Unusable
from tfaudiogen.disk.opening import open_regular, unreadable

LOWEST_RATE, HIGHEST_RATE = 1000, 10_000_000
# Of samples; 1 MB.
_BLOCK_VALUES = 2**18
# What libsndfile says of a stream whose length it does not know.
_UNKNOWN_FRAMES = 2**62
# Of what is announced; the rest may be a matter of padding.
_MOST = 0.99
# SF_ERR_SYSTEM of sndfile.h, which damaged files cause too; then so many bytes are read at a time.
_SYSTEM_ERROR, _PROBED = 2, 2**20
# Sums of larger ones, of channels and in a filter, may be infinite.
_LARGEST = 1e30


@contextlib.contextmanager
def sounds_of(path):
    """Context that gives an iterator of the `Sound`s of a file, of which most have one.

    Each is closed when the next is taken.

    Raises:
        Unusable: the file is empty or not audio; so do the iterator and the sounds.
        Unreadable: it cannot be read this time.
    """
    path = Path(path)
    _check_suffix(path.suffix.lower())
    with open_regular(path) as file:
        try:
            if not file.read(1):
                raise Unusable("the file is empty (0 bytes)")
            parts = parts_of(file, path.suffix.lower())
        except OSError as error:
            raise unreadable(error) from error
        with contextlib.closing(_opened(file, parts)) as sounds:
            yield sounds


class Sound:
    """One part of a file, which may be the whole of it.

    Attributes:
        sample_rate: Hz.
        channels: number of channels.
        decoded: samples of each channel that `blocks` has given.
    """

    def __init__(self, file, part, view, stream):
        self._file, self._part, self._view, self._stream = file, part, view, stream
        self.sample_rate, self.channels = stream.samplerate, stream.channels
        self.decoded = 0
        if not LOWEST_RATE <= self.sample_rate <= HIGHEST_RATE:
            raise Unusable(
                f"its header says {self.sample_rate} Hz, and sample rates of {LOWEST_RATE} to "
                f"{HIGHEST_RATE} Hz are read: correct the header"
            )

    @property
    def promised(self):
        """Samples of each channel that were announced, or are there; known after `blocks`."""
        return max(self._announced or 0, self.decoded) / (self._part.held or 1.0)

    @property
    def why(self):
        """What is missing or may be, of those of `containers.part`; known after `blocks`."""
        announced = max(1, self._announced or 0)
        return CUT if self.decoded / announced < self._part.held * _MOST else self._part.why

    @property
    def _announced(self):
        frames = self._part.frames or self._stream.frames
        return frames if frames < _UNKNOWN_FRAMES else None

    def blocks(self):
        """Yield float32 [n, channels]; the next one overwrites it.

        Raises:
            Unusable: the sound is damaged or not finite.
            Unreadable: the file cannot be read any more.
        """
        length = max(1, _BLOCK_VALUES // self.channels)
        memory = np.empty((length, self.channels), np.float32)
        while count := self._read(memory):
            block = memory[:count]
            _check_values(block)
            self.decoded += count
            yield block

    def _read(self, memory):
        failure, count = None, 0
        try:
            count = len(self._stream.read(out=memory))
        except (RuntimeError, ValueError) as error:
            failure = error
            count = max(0, self._stream.tell() - self.decoded)
        announced = self._announced
        # Behind what was announced a decoder may come upon a tag or the like.
        early = announced is None or self.decoded + count < announced
        if self._view.error or (failure and early):
            text = "damaged: decoding stopped ({})"
            raise _reason(failure, self._file, self._view, text) from failure
        return count


class _Stream(soundfile.SoundFile):
    """Does not seek after each block, which takes long, and fails where no length is known."""

    def seekable(self):
        return False


def peak_of(block):
    """Return the largest magnitude; NaN or infinity where there is one."""
    return float(np.maximum(block.max(initial=0.0), -block.min(initial=0.0)))


def _check_suffix(suffix):
    if suffix in UNREADABLE_SUFFIXES:
        raise Unusable(
            f"{suffix[1:]} cannot be decoded here: convert it first, for example with `ffmpeg -i "
            "IN OUT.wav`"
        )


def _opened(file, parts):
    for part in _decodable(file, parts):
        view, stream = _open(file, part)
        with stream:
            yield Sound(file, part, view, stream)


def _open(file, part):
    view = View(file, part.pieces)
    try:
        return view, _Stream(view.source())
    except (RuntimeError, ValueError, TypeError) as error:
        raise _reason(error, file, view, "not audio that can be read ({})") from error


def _decodable(file, parts):
    """Return the parts that are sound; of several others count as missing in the first."""
    if len(parts) == 1:
        return parts
    good = [part for part in parts if _is_decodable(file, part)]
    if not good or len(good) == len(parts):
        return parts
    size, all_sizes = (sum(part.size for part in some) for some in (good, parts))
    first = dataclasses.replace(good[0], held=good[0].held * size / all_sizes, why=BETWEEN)
    return [first, *good[1:]]


def _is_decodable(file, part):
    try:
        _open(file, part)[1].close()
    except Unreadable:
        raise
    except Unusable:
        return False
    return True


def _reason(error, file, view, text):
    """Return the exception of what libsndfile says; what it says of the system may be wrong."""
    try:
        if view.error:
            raise view.error
        if getattr(error, "code", None) == _SYSTEM_ERROR:
            file.seek(0)
            while file.read(_PROBED):
                pass
    except OSError as found:
        return unreadable(found)
    return Unusable(text.format(_short(error)))


def _check_values(block):
    peak = peak_of(block)
    if not np.isfinite(peak):
        raise Unusable("contains samples that are NaN or infinite")
    if peak > _LARGEST:
        raise Unusable(
            f"contains samples of {peak:.0e}, and full scale is 1: it is damaged, or its samples "
            "are not floats"
        )


def _short(error):
    return str(error).split(": ", 1)[-1].rstrip(". ")
