"""Per-example graphs of autoencoders with codes; see `tfaudiogen.models.modalities.graphs`."""

import tensorflow as tf

from tfaudiogen.models.modalities.graphs import AutoencoderGraph, over_rows


class CodeGraph(AutoencoderGraph):
    """Per-example graphs of an autoencoder with codes; see `code_windows` for maps of long sounds.

    Args:
        model: a model with the methods listed in `CodeAutoencoder`.
        samples: N, length of sampled audio; by default one window. Must be None for images.
    """

    def __init__(self, model, samples=None):
        super().__init__(model, samples)
        self.shapes, _ = model.code_maps()
        codes = tuple(map(self.row.codes, self.shapes))
        self.encode = over_rows(self._encode, (self.row.spec,), codes)
        self.decode = over_rows(self.decoded, codes, self.row.spec)

    def _encode(self, inputs):
        """Return the code map of each level, [T_l (W + 1) / 2, ...]."""
        codes = self.row.encoded(
            lambda image: tuple(code[0] for code in self.model.encode_codes(image)),
            inputs,
            tuple(tf.TensorSpec(shape, tf.int32) for shape in self.shapes),
        )  # [W, T_l, ...] per level
        return tuple(map(self.row.joined_codes, codes))

    def decoded(self, *codes):
        """Decodes the code maps of all levels to a waveform or image."""
        windows = map(self.row.cut_codes, codes, self.shapes)
        return self.row.decoded(self._image_of, *windows)

    def _image_of(self, *codes):
        return self.model.decode_codes([code[None] for code in codes])[0]
