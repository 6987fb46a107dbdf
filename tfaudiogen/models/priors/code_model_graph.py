"""Per-example graphs of `CodeModel`; see `tfaudiogen.models.modalities.graphs`."""

import tensorflow as tf

from tfaudiogen.models.autoencoders.codes_graph import CodeGraph
from tfaudiogen.models.modalities.graphs import INTEGER, NUMBER, over_rows
from tfaudiogen.models.priors.sampler_graph import GraphFilling
from tfaudiogen.probability import noise

LABEL = tf.TensorSpec([], tf.int32)


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

    def _log_prob(self, inputs, label):
        """Return the sum over consecutive windows."""

        def of_image(image, frames, place, count):
            del place, count  # no noise is needed
            return self.model.image_log_prob(image, frames, label[None])[0]

        return self.row.summed(of_image, inputs)
