"""Samples code maps of sounds of any length inside a TensorFlow graph."""

import tensorflow as tf

from tfaudiogen.models.modalities.code_windows import check_columns
from tfaudiogen.probability import noise


class GraphCodeSampler:
    """Samples the code maps of all levels, top level first; the graph version of `CodeSampler`.

    Args:
        priors: one `CodePrior` per level, top level first.
        windows: W, number of windows, which overlap by half; 1 for images.

    Raises:
        ValueError: W is greater than 1, and code maps cannot be halved in time.
    """

    def __init__(self, priors, windows):
        self.priors, self.windows = priors, windows
        if windows > 1:
            check_columns([prior.shape for prior in priors])

    def codes(self, key, conditions, settings):
        """Samples the maps int32 [1, T_l (W + 1) / 2, ...] of all levels, top level first.

        Args:
            key: `tfaudiogen.probability.noise.Key` of one sample.
            conditions: dict with leading dimension 1: "label", negative for none, and "vectors" for
                priors with cross-attention.
            settings: dict of scalars, as in `CodePrior.generate`.
        """
        codes = []
        for level in range(len(self.priors)):
            codes.append(self._level(level, key, conditions, codes, settings))
        return codes

    def _level(self, level, key, conditions, above, settings):
        """Samples the map of a level, given the maps of the levels above.

        The first half of each window after the first is the second half of the previous window.
        """
        prior = self.priors[level]
        columns, half, tail = prior.shape[0], prior.shape[0] // 2, prior.shape[1:]
        starts = [half * window for window in range(self.windows)]
        uniforms = [noise.uniform(key, f"codes {level} {at} 0", (prior.length,)) for at in starts]
        nothing = tf.zeros((1, *prior.shape), tf.int32)
        if not prior.conditions.vectors:
            conditions = {**conditions, "vectors": None}

        def window(uniforms, start, known_codes, known):
            own = {**conditions, "maps": self._above(level, above, start)}
            known = tf.reshape(tf.range(columns) < known, (1, columns, *[1] * len(tail)))
            return prior.generate(
                uniforms, own, known_codes, tf.broadcast_to(known, known_codes.shape), settings
            )

        def following(before, each):
            return window(*each, tf.concat([before[:, half:], nothing[:, :half]], axis=1), half)

        first = window(uniforms[0], 0, nothing, 0)
        if self.windows == 1:
            return first
        later = tf.scan(following, (tf.stack(uniforms[1:]), tf.constant(starts[1:])), first)
        later = tf.reshape(later[:, :, half:], (1, half * (self.windows - 1), *tail))
        return tf.concat([first, later], axis=1)

    def _above(self, level, codes, start):
        """Return the windows of the upper maps that condition the window starting at `start`."""
        prior = self.priors[level]
        first = level - len(prior.conditions.maps)
        found = []
        for code, other in zip(codes[first:], self.priors[first:level], strict=True):
            shape = other.shape
            begin = [0, start * shape[0] // prior.shape[0], *[0] * (len(shape) - 1)]
            found.append(tf.slice(code, begin, [1, *shape]))
        return found
