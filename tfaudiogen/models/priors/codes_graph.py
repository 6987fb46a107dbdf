"""Per-example graphs of models with codes; see `tfaudiogen.models.modalities.graphs`."""

import tensorflow as tf

from tfaudiogen.models.modalities.graphs import INTEGER, NUMBER, AutoencoderGraph, over_rows
from tfaudiogen.models.priors.sampler_graph import GraphFilling
from tfaudiogen.probability import noise

LABEL = tf.TensorSpec([], tf.int32)


class CodeGraph(AutoencoderGraph):
    """Per-example graphs of an autoencoder with codes; see `long_codes` for maps of long sounds.

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

    def _encode(self, given):
        """Return the code map of each level, [T_l (W + 1) / 2, ...]."""
        codes = self.row.encoded(
            lambda image: tuple(code[0] for code in self.model.encode_codes(image)),
            given,
            tuple(tf.TensorSpec(shape, tf.int32) for shape in self.shapes),
        )  # [W, T_l, ...] per level
        return tuple(map(self.row.joined_codes, codes))

    def decoded(self, *codes):
        """Decodes the code maps of all levels to a waveform or image."""
        windows = map(self.row.cut_codes, codes, self.shapes)
        return self.row.decoded(self._image_of, *windows)

    def _image_of(self, *codes):
        return self.model.decode_codes([code[None] for code in codes])[0]


class CodeModelGraph(CodeGraph):
    """Per-example graphs of a `CodeModel`: adds sampling and log-probability to `CodeGraph`.

    Raises:
        ValueError: `samples` exceeds one window, and code maps cannot be halved in time.
    """

    def __init__(self, model, samples=None):
        super().__init__(model, samples)
        self.filling = GraphFilling(model.priors, self.row.windows)
        draw = (INTEGER, INTEGER, LABEL, NUMBER, LABEL, NUMBER, NUMBER)
        self.sample = over_rows(self._sample, draw, self.row.spec)
        self.log_prob = over_rows(self._log_prob, (self.row.spec, LABEL), NUMBER)

    def _sample(self, seed, index, label, temperature, top_k, top_p, guidance):
        """Samples by seed and index; a negative label means none, a top_k of 0 keeps all codes."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        settings = {
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "guidance": guidance,
        }
        codes = self.filling.codes(key, {"label": label[None]}, settings)
        return self.row.cut(self.decoded(*[code[0] for code in codes]))

    def _log_prob(self, given, label):
        """Return the sum over consecutive windows."""

        def of_image(image, frames, place, count):
            del place, count  # no noise is needed
            return self.model.image_log_prob(image, frames, label[None])[0]

        return self.row.summed(of_image, given)
