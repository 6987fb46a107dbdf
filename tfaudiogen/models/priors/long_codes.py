"""Samples code maps of sounds of any length, by windows that overlap by half.

A map of W windows has (W + 1) / 2 times the columns of one. Windows lie as in
`models/modalities/windows.py`, at half windows: where two overlap they have the same codes, so that
what is decoded of both agrees but for the edges of the network, and is blended.
"""

import numpy as np
import tensorflow as tf

from tfaudiogen.models.priors.truncation import categorical_quantile
from tfaudiogen.models.training_step.batching import part_begins
from tfaudiogen.probability import noise


def check_columns(shapes):
    """Raise ValueError unless windows of maps of these shapes (T, ...) have halves.

    Args:
        shapes: of all levels, top level first.
    """
    if not have_halves(shapes):
        raise ValueError(
            "sounds longer than a window need code maps with an even number of time columns, "
            "multiples of those of the top level; this model has "
            f"{[shape[0] for shape in shapes]}"
        )


def have_halves(shapes):
    """Return whether windows of maps of these shapes (T, ...), top level first, have halves."""
    return not any(shape[0] % 2 or shape[0] % shapes[0][0] for shape in shapes)


def empty(count, shapes, windows):
    """Return zeros int32 [count, T (windows + 1) / 2, ...] for each shape (T, ...)."""
    return [
        np.zeros((count, shape[0] * (windows + 1) // 2, *shape[1:]), np.int32) for shape in shapes
    ]


def windows_of(code, columns):
    """Return [B, W, T, ...], the windows of T columns of a map [B, T (W + 1) / 2, ...]."""
    # A map of an odd number of columns has no halves, and is that of one window.
    return tf.signal.frame(code, columns, columns // 2 if columns % 2 == 0 else columns, axis=1)


def join(windows):
    """Return the map [T (W + 1) / 2, ...] of windows [W, T, ...] that were encoded apart.

    Of two that overlap each column is taken from the one in whose middle it lies, where the
    network saw what comes before and after.
    """
    columns = windows.shape[1]
    stride, quarter = max(1, columns // 2), columns // 4
    middle = tf.reshape(windows[:, quarter : quarter + stride], (-1, *windows.shape[2:]))
    return tf.concat([windows[0, :quarter], middle, windows[-1, quarter + stride :]], axis=0)


class Filling:
    """Draws what is not known of the maps of all levels, from the top level down.

    Args:
        priors: a `CodePrior` for each level, top level first.
        key: `tfaudiogen.probability.noise.Key` of B sounds.
        label: int32 [B], or None.
        settings: temperature, top_k, top_p and guidance of `CodePrior.draw`.
        candidates: how many fillings are drawn where known columns follow unknown ones.
        vectors: [B, M, V] for the priors that attend to vectors; None for none.
    """

    def __init__(self, priors, key, label, settings, candidates=1, vectors=None):
        self.priors, self.key, self.label, self.vectors = priors, key, label, vectors
        self.settings, self.candidates = settings, candidates

    def fill(self, codes, known):
        """Return the maps with their unknown columns drawn.

        Args:
            codes: list of int32 [B, T_l, ...], as from `empty`; are changed.
            known: list of bool [T_l].
        """
        for level, prior in enumerate(self.priors):
            columns, before = prior.shape[0], known[level].copy()
            for start in range(0, len(before) - columns + 1, max(1, columns // 2)):
                here = slice(start, start + columns)
                if not before[here].all():
                    part_begins()
                    codes[level][:, here] = self._window(level, codes, before[here], start)
                    before[here] = True
        return codes

    def _window(self, level, codes, known, start):
        """Return codes [B, T, ...] of a window that starts at a column of its level."""
        prior, batch = self.priors[level], len(codes[level])
        given = codes[level][:, start : start + len(known)]
        conditions = {"label": self.label, "maps": self._above(level, codes, start)}
        conditions["vectors"] = self.vectors if prior.conditions.vectors else None
        mask = np.broadcast_to(
            known.reshape(-1, *[1] * (given.ndim - 2)), given.shape
        )  # [B, T, ...]
        flat = [tf.reshape(part, (batch, prior.length)) for part in (given, mask)]
        follows = known[np.argmin(known) :].any()
        drawn = [
            prior.draw(
                self.key, conditions, flat, stream=f"codes {level} {start} {one}", **self.settings
            )
            for one in range(self.candidates if follows else 1)
        ]
        return self._chosen(prior, drawn, conditions, mask, f"choice {level} {start}")

    def _above(self, level, codes, start):
        """Return the windows of the maps that condition a level."""
        first = level - len(self.priors[level].conditions.maps)
        found = []
        for code, prior in zip(codes[first:level], self.priors[first:level], strict=True):
            columns = prior.shape[0]
            begin = start * columns // self.priors[level].shape[0]
            found.append(tf.constant(code[:, begin : begin + columns]))
        return found

    def _chosen(self, prior, drawn, conditions, known, stream):
        """Return one of the candidates for each sound, drawn by how well what follows fits it.

        Candidates are draws of p(gap | before), weighted by p(after | before, gap): with many of
        them a draw of p(gap | before, after) (sampling-importance-resampling, Rubin, 1987).
        """
        if len(drawn) == 1:
            return drawn[0].numpy()
        fits = [prior.log_prob(one, **conditions, places=known) for one in drawn]
        weights = tf.stack(fits, axis=1)  # [B, candidates]
        level = noise.uniform(self.key, stream)
        chosen = categorical_quantile(weights, level).numpy()
        return np.stack(drawn)[chosen, np.arange(len(chosen))]
