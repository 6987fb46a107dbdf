"""Decodes an audio file block by block, to its real end."""

import contextlib
import dataclasses
from pathlib import Path

import numpy as np
import soundfile

from tfaudiogen.data.reading.containers.part import BETWEEN, CUT
from tfaudiogen.data.reading.containers.parts import parts_of
from tfaudiogen.data.reading.containers.view import View
from tfaudiogen.data.reading.suffixes import UNREADABLE_SUFFIXES
from tfaudiogen.disk.errors import Unreadable, Unusable
from tfaudiogen.disk.opening import open_regular, unreadable

LOWEST_RATE, HIGHEST_RATE = 1000, 10_000_000
# Number of samples per block, 1 MB.
_BLOCK_VALUES = 2**18
# libsndfile reports at least this number of frames if it does not know the length.
_UNKNOWN_FRAMES = 2**62
# Fraction of the announced length that counts as complete; the rest may be padding.
_MOST = 0.99
# SF_ERR_SYSTEM of sndfile.h. Damaged files cause it too, so the file is then read as a test, in
# chunks of this many bytes.
_SYSTEM_ERROR, _PROBED = 2, 2**20
# Larger samples may overflow when channels are summed or filtered.
_LARGEST = 1e30


@contextlib.contextmanager
def sounds_of(path):
    """Context with an iterator over the `Sound`s of a file; most files have one.

    Each is closed when the next is requested.

    Raises:
        Unusable: the file is empty or not audio. The iterator and the sounds raise it too.
        Unreadable: the file cannot be read at the moment.
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
    """One part of a file, often the whole file.

    Attributes:
        sample_rate: Hz.
        channels: number of channels.
        decoded: samples per channel that `blocks` has yielded so far.
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
        """Samples per channel that were announced or found; known after `blocks`."""
        return max(self._announced or 0, self.decoded) / (self._part.held or 1.0)

    @property
    def why(self):
        """Why the sound is, or may be, incomplete; see `containers.part`. Known after `blocks`."""
        announced = max(1, self._announced or 0)
        return CUT if self.decoded / announced < self._part.held * _MOST else self._part.why

    @property
    def _announced(self):
        frames = self._part.frames or self._stream.frames
        return frames if frames < _UNKNOWN_FRAMES else None

    def blocks(self):
        """Yield blocks, float32 [n, channels]; each overwrites the memory of the last.

        Raises:
            Unusable: the sound is damaged or has non-finite samples.
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
        # After the announced end, a decoder may fail on a tag, which is harmless.
        early = announced is None or self.decoded + count < announced
        if self._view.error or (failure and early):
            text = "damaged: decoding stopped ({})"
            raise _reason(failure, self._file, self._view, text) from failure
        return count


class _Stream(soundfile.SoundFile):
    """A `SoundFile` that does not seek after each block.

    Seeking is slow, and fails if the length is unknown.
    """

    def seekable(self):
        return False


def peak_of(block):
    """Return the largest magnitude, or NaN or infinity if the block contains it."""
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
    """Return the decodable parts; the others are counted as missing in the first.

    If none is decodable, all are returned, and decoding raises the error.
    """
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
    """Return the exception for an error of libsndfile.

    libsndfile also reports a system error for damaged files, so then the file is read to find out.
    """
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
