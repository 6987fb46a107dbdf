"""Per-example graphs of `CodeModel`; see `tfaudiogen.models.modalities.graphs`."""

import tensorflow as tf

from tfaudiogen.models.autoencoders.codes_graph import CodeGraph
from tfaudiogen.models.modalities.graphs import INTEGER, NUMBER, map_examples
from tfaudiogen.models.priors.sampler_graph import GraphCodeSampler
from tfaudiogen.probability import noise

LABEL = tf.TensorSpec([], tf.int32)


class CodeModelGraph(CodeGraph):
    """Per-example graphs of a `CodeModel`: adds sampling and log-probability to `CodeGraph`.

    Raises:
        ValueError: `samples` exceeds one window, and code maps cannot be halved in time.
    """

    def __init__(self, model, samples=None):
        super().__init__(model, samples)
        self.sampler = GraphCodeSampler(model.priors, self.modality.windows)
        draw = (INTEGER, INTEGER, LABEL, NUMBER, LABEL, NUMBER, NUMBER)
        self.sample = map_examples(self._sample, draw, self.modality.spec)
        self.log_prob = map_examples(self._log_prob, (self.modality.spec, LABEL), NUMBER)

    def _sample(self, seed, index, label, temperature, top_k, top_p, guidance):
        """Samples by seed and index; a negative label means none, a top_k of 0 keeps all codes."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        settings = {
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "guidance": guidance,
        }
        codes = self.sampler.codes(key, {"label": label[None]}, settings)
        return self.modality.cut(self.decoded(*[code[0] for code in codes]))

    def _log_prob(self, inputs, label):
        """Return the sum over consecutive windows."""

        def of_image(image, frames, window, count):
            del window, count  # no noise is needed
            return self.model.image_log_prob(image, frames, label[None])[0]

        return self.modality.summed(of_image, inputs)
