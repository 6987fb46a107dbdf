"""Per-example graphs of autoencoders with codes; see `tfaudiogen.models.modalities.graphs`."""

import tensorflow as tf

from tfaudiogen.models.modalities.graphs import AutoencoderGraph, map_examples


class CodeGraph(AutoencoderGraph):
    """Per-example graphs of an autoencoder with codes; see `code_windows` for maps of long sounds.

    Args:
        model: a model with the methods listed in `CodeAutoencoder`.
        samples: N, length of sampled audio; by default one window. Must be None for images.
    """

    def __init__(self, model, samples=None):
        super().__init__(model, samples)
        self.shapes, _ = model.code_maps()
        codes = tuple(map(self.modality.codes, self.shapes))
        self.encode = map_examples(self._encode, (self.modality.spec,), codes)
        self.decode = map_examples(self.decoded, codes, self.modality.spec)

    def _encode(self, inputs):
        """Return the code map of each level, [T_l (W + 1) / 2, ...]."""
        codes = self.modality.encoded(
            lambda image: tuple(code[0] for code in self.model.encode_codes(image)),
            inputs,
            tuple(tf.TensorSpec(shape, tf.int32) for shape in self.shapes),
        )  # [W, T_l, ...] per level
        return tuple(map(self.modality.joined_codes, codes))

    def decoded(self, *codes):
        """Decodes the code maps of all levels to a waveform or image."""
        windows = map(self.modality.cut_codes, codes, self.shapes)
        return self.modality.decoded(self._image_of, *windows)

    def _image_of(self, *codes):
        return self.model.decode_codes([code[None] for code in codes])[0]
