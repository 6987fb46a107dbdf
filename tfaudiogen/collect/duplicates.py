"""Finds pictures that look alike, by a perceptual hash."""

import numpy as np

from tfaudiogen.data.reading.image import read_picture

_SIDE = 16
_MOST_BITS, _MOST_LEVELS = 12, 8


def picture_hash(path):
    """Return the hash of a picture file, uint8 [35], as a list.

    The first 32 bytes are 256 bits: whether the grey level rises from each of 16 x 16 areas to the
    next one on its right. The last 3 are the mean colour, since pictures of one colour have equal
    bits.
    """
    levels = read_picture(path, (_SIDE, _SIDE + 1, 3))[0].astype(np.float64)
    grey = levels.mean(-1)
    bits = np.packbits(grey[:, 1:] > grey[:, :-1])
    return [*bits.tolist(), *np.rint(levels.mean((0, 1))).astype(int).tolist()]


class Hashes:
    """The hashes of the pictures kept so far."""

    def __init__(self):
        self._names, self._hashes = [], np.zeros((64, 35), np.uint8)

    def add(self, name, values):
        """Return the name of an earlier picture that looks alike; if there is none, keep this one.

        Two pictures look alike if at most 12 of 256 bits and 8 levels of the mean colours differ.
        """
        own, known = np.asarray(values, np.uint8), self._hashes[: len(self._names)]
        bits = np.bitwise_count(known[:, :32] ^ own[:32]).sum(1)
        levels = np.abs(known[:, 32:].astype(int) - own[32:]).max(1, initial=0)
        alike = np.flatnonzero((bits <= _MOST_BITS) & (levels <= _MOST_LEVELS))
        if len(alike):
            return self._names[alike[0]]
        if len(self._names) == len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
        self._hashes[len(self._names)] = own
        self._names.append(name)
        return None
