"""Samples code maps of sounds of any length; see `tfaudiogen.models.modalities.code_windows`."""

import numpy as np
import tensorflow as tf

from tfaudiogen.models.priors.truncation import categorical_quantile
from tfaudiogen.models.training_step.batching import part_begins
from tfaudiogen.probability import noise


def empty(count, shapes, windows):
    """Return a list of zeros int32 [count, T (windows + 1) / 2, ...], one per shape (T, ...)."""
    return [
        np.zeros((count, shape[0] * (windows + 1) // 2, *shape[1:]), np.int32) for shape in shapes
    ]


class CodeSampler:
    """Samples the unknown columns of the maps of all levels, top level first.

    Args:
        priors: one `CodePrior` per level, top level first.
        key: `tfaudiogen.probability.noise.Key` of B sounds.
        label: int32 [B], or None.
        settings: temperature, top_k, top_p and guidance of `CodePrior.draw`.
        candidates: number of candidates to sample where known columns follow unknown ones.
        vectors: [B, M, V] for the priors with cross-attention; None for none.
    """

    def __init__(self, priors, key, label, settings, candidates=1, vectors=None):
        self.priors, self.key, self.label, self.vectors = priors, key, label, vectors
        self.settings, self.candidates = settings, candidates

    def generate(self, codes, known):
        """Return the maps with their unknown columns sampled.

        Args:
            codes: list of int32 [B, T_l, ...], as from `empty`; modified in place.
            known: list of bool [T_l], the columns that are not sampled.
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
        """Return the codes [B, T, ...] of the window of a level that starts at column `start`."""
        prior, batch = self.priors[level], len(codes[level])
        known_codes = codes[level][:, start : start + len(known)]
        conditions = {"label": self.label, "maps": self._above(level, codes, start)}
        conditions["vectors"] = self.vectors if prior.conditions.vectors else None
        mask = np.broadcast_to(
            known.reshape(-1, *[1] * (known_codes.ndim - 2)), known_codes.shape
        )  # [B, T, ...]
        flat = [tf.reshape(part, (batch, prior.length)) for part in (known_codes, mask)]
        follows = known[np.argmin(known) :].any()
        drawn = [
            prior.draw(
                self.key, conditions, flat, stream=f"codes {level} {start} {one}", **self.settings
            )
            for one in range(self.candidates if follows else 1)
        ]
        return self._chosen(prior, drawn, conditions, mask, f"choice {level} {start}")

    def _above(self, level, codes, start):
        """Return the windows of the upper maps that condition a level."""
        first = level - len(self.priors[level].conditions.maps)
        found = []
        for code, prior in zip(codes[first:level], self.priors[first:level], strict=True):
            columns = prior.shape[0]
            begin = start * columns // self.priors[level].shape[0]
            found.append(tf.constant(code[:, begin : begin + columns]))
        return found

    def _chosen(self, prior, drawn, conditions, known, stream):
        """Chooses one candidate for each sound by sampling-importance-resampling (Rubin, 1987).

        Candidates are samples of p(gap | before) with weights p(after | before, gap). With many
        candidates the choice approaches a sample of p(gap | before, after).
        """
        if len(drawn) == 1:
            return drawn[0].numpy()
        fits = [prior.log_prob(one, **conditions, positions=known) for one in drawn]
        weights = tf.stack(fits, axis=1)  # [B, candidates]
        uniform = noise.uniform(self.key, stream)
        chosen = categorical_quantile(weights, uniform).numpy()
        return np.stack(drawn)[chosen, np.arange(len(chosen))]
