"""Samples from a prior during training, shown as sounds or images, or as code maps.

Both classes are called with the prior and return the argument of `summaries.of_contents`. The
prior is conditioned on the labels and the upper-level codes of a few validation examples.
"""

import numpy as np
import tensorflow as tf

from tfaudiogen.layers.representations.images import Pictures

SHOWN = 4
_SIDE = 128
_FITTED = 256


def draws_of(autoencoder, codes, level, settings):
    """Return `DecodedDraws` for the prior of the finest level, `CodeDraws` for any other level.

    Args:
        autoencoder: the autoencoder that the codes are from.
        codes: {split: arrays}; see `code_cache.read`.
        level: level of the prior; 0 is the top.
        settings: {"temperature", "guidance"} of sampling.
    """
    finest = level == len(autoencoder.quantizers) - 1
    return (DecodedDraws if finest else CodeDraws)(autoencoder, codes, level, settings)


class _Draws:
    """Base class: selects validation examples and samples codes for them; see `draws_of`."""

    def __init__(self, autoencoder, codes, level, settings):
        self.autoencoder, self.settings = autoencoder, settings
        codes = codes["validation"]
        count = len(codes["label"])
        chosen = np.linspace(0, count - 1, min(count, SHOWN)).astype(int)
        self.label = tf.constant(codes["label"][chosen])
        maps = [tf.constant(codes[f"codes_{number}"][chosen]) for number in range(level + 1)]
        self.above, self.own = maps[:-1], maps[-1]

    def _drawn(self, prior):
        """Sample codes, int32 [B, ...], of the level of the prior."""
        return prior.sample(
            len(self.own),
            label=self.label if prior.conditions.classes else None,
            maps=self.above,
            temperature=self.settings["temperature"],
            guidance=self.settings["guidance"] if prior.can_be_guided else 1.0,
        )


class DecodedDraws(_Draws):
    """Decodes sampled codes of the finest level, together with the real codes of upper levels.

    The first call also returns the reconstructions from real codes only.
    """

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._begun = False

    def __call__(self, prior):
        """Return [(tag, representation, contents)] of draws."""
        fixed = [] if self._begun else [self._decoded("reconstruction", self.own)]
        self._begun = True
        return [*fixed, self._decoded("drawn", self._drawn(prior))]

    def _decoded(self, tag, codes):
        contents = self.autoencoder.decode([*self.above, codes])
        return tag, self.autoencoder.representation, contents


class CodeDraws(_Draws):
    """Images of sampled codes of an upper level, which cannot be decoded without the lower ones.

    Each shows the code map of the example, a white gap, and the sampled code map. Colours are the
    first three principal components of the code vectors, each scaled to [0, 1] over the validation
    split (its first 256 examples). Time is to the right and frequency upwards.
    """

    def __init__(self, autoencoder, codes, level, settings):
        super().__init__(autoencoder, codes, level, settings)
        self.quantizer = autoencoder.quantizers[::-1][level]
        vectors = self._vectors(codes["validation"][f"codes_{level}"][:_FITTED])
        vectors = vectors.reshape(-1, vectors.shape[-1])
        self.centre = vectors.mean(axis=0)
        self.axes = np.linalg.svd(vectors - self.centre, full_matrices=False)[2][:3].T  # [D, 3]
        components = (vectors - self.centre) @ self.axes
        self.lowest, self.highest = components.min(axis=0), components.max(axis=0)

    def __call__(self, prior):
        """Return [(tag, representation, contents)] of draws."""
        own, drawn = (self._coloured(codes) for codes in (self.own, self._drawn(prior)))
        both = np.concatenate([own, np.ones_like(own[:, :, :1]), drawn], axis=2)
        factor = -(-_SIDE // max(own.shape[1:3]))
        both = both.repeat(factor, axis=1).repeat(factor, axis=2)  # nearest neighbour: no blur
        return [("codes", Pictures(*both.shape[1:]), both)]

    def _vectors(self, codes):
        return np.asarray(self.quantizer.lookup(tf.constant(codes)))

    def _coloured(self, codes):
        """Return the colours of code maps, float [B, H, W, 3], upright."""
        components = (self._vectors(codes) - self.centre) @ self.axes
        spread = np.maximum(self.highest - self.lowest, 1e-6)
        colours = np.clip((components - self.lowest) / spread, 0.0, 1.0)
        # Code vectors of fewer than three dimensions leave the other colours zero.
        colours = np.pad(colours, [(0, 0)] * 3 + [(0, 3 - colours.shape[-1])])
        if self.autoencoder.representation.kind == "pictures":
            return colours
        return np.swapaxes(colours, 1, 2)[:, ::-1]
